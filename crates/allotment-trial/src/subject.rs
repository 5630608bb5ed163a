//! [`Subject`]: runs the steps of a script on a map and on std's, and compares all there is to see.

use std::cmp::Ordering;
use std::collections::BTreeMap as Twin;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::mem;

use allotment_core::btree_map::Entry;
use allotment_core::shape::Shape;
use allotment_core::{BTreeMap, SharedAlloc};

use crate::bounds::bound_pairs;
use crate::effort::tally;
use crate::ledger;
use crate::pairs::Pairs;
use crate::script::{Op, Stage, Step, numbers, perform, script};
use crate::walks::{assert_runs, assert_same, assert_same_in_bulk};

/// Two maps on one allocator, and the maps of std that must do the same.
pub struct Subject<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> {
    pub(crate) ours: BTreeMap<P::Key, P::Value, A, S>,
    pub(crate) twin: Twin<P::Key, P::Value>,
    /// What was split off, and what is appended.
    pub(crate) spare: BTreeMap<P::Key, P::Value, A, S>,
    pub(crate) spare_twin: Twin<P::Key, P::Value>,
    pub(crate) span: u32,
    /// What the ledger held to begin with.
    owed: usize,
}

/// Does the same to the map and to its twin, and asserts that the answers are equal.
macro_rules! on_both {
    ($subject:ident, |$map:ident| $act:expr) => {{
        let ours = {
            let $map = &mut $subject.ours;
            $act
        };
        let theirs = {
            let $map = &mut $subject.twin;
            $act
        };
        assert_eq!(ours, theirs);
    }};
    ($subject:ident, |$map:ident, $entry:ident| $act:expr) => {{
        let ours = {
            use allotment_core::btree_map::Entry as $entry;
            let $map = &mut $subject.ours;
            $act
        };
        let theirs = {
            use std::collections::btree_map::Entry as $entry;
            let $map = &mut $subject.twin;
            $act
        };
        assert_eq!(ours, theirs);
    }};
}

/// Looks at an occupied entry, writes to it and perhaps removes it; answers what was seen.
macro_rules! act_on {
    ($entry:expr, $step:ident) => {{
        let mut entry = $entry;
        let seen = (entry.key().clone(), entry.get().clone(), format!("{entry:?}"));
        let old = entry.insert(P::value($step.a));
        (seen, old, ($step.bits & 1 == 0).then(|| entry.remove_entry()))
    }};
}

/// The entry of a key that `insert_entry` would give, which is younger than the compilers that the
/// tests must run on.
fn occupied<K: Ord + Clone, V>(
    twin: &mut Twin<K, V>,
    key: K,
    value: V,
) -> std::collections::btree_map::OccupiedEntry<'_, K, V> {
    twin.insert(key.clone(), value);
    match twin.entry(key) {
        std::collections::btree_map::Entry::Occupied(entry) => entry,
        std::collections::btree_map::Entry::Vacant(_) => unreachable!("it was put in"),
    }
}

/// Runs a script of `len` steps over the keys below `span`, on maps over `alloc`.
///
/// # Panics
///
/// As [`take`] does.
pub fn run<P: Pairs, A: SharedAlloc, S: Shape<P::Key>>(alloc: A, seed: u64, len: usize, span: u32) {
    take::<P, A, S>(alloc, &format!("seed {seed}"), script(seed, len, span), span, 1);
}

/// Takes steps over the keys below `span`, on maps over `alloc`; looks at everything after each
/// `stride` steps, and in the end.
///
/// # Panics
///
/// If map and twin differ anywhere; before that, prints `name`, the step and the structure.
pub fn take<P: Pairs, A: SharedAlloc, S: Shape<P::Key>>(
    alloc: A,
    name: &str,
    steps: impl IntoIterator<Item = Step>,
    span: u32,
    stride: u64,
) {
    let owed = ledger::live();
    let mut subject = Subject::<P, A, S>::new(alloc, span);
    let count = perform(&mut subject, name, steps, stride);
    drop(subject);
    assert_eq!(ledger::live(), owed, "{name}: something leaked");
    tally("operations on maps, compared with std's", count);
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Subject<P, A, S> {
    fn new(alloc: A, span: u32) -> Self {
        Self {
            ours: BTreeMap::with_shape_in(alloc.clone()),
            twin: Twin::new(),
            spare: BTreeMap::with_shape_in(alloc),
            spare_twin: Twin::new(),
            span,
            owed: ledger::live(),
        }
    }
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Stage for Subject<P, A, S> {
    /// Hazard 8.
    fn check(&self) {
        for (ours, twin) in [(&self.ours, &self.twin), (&self.spare, &self.spare_twin)] {
            ours.verify().expect("a valid tree");
            assert_eq!((ours.len(), ours.is_empty()), (twin.len(), twin.is_empty()));
            assert!(ours.iter().eq(twin), "{ours:?} is not {twin:?}");
        }
        let pairs = 2 * (self.ours.len() + self.spare.len());
        assert_eq!(ledger::live() - self.owed, P::COUNTED * pairs, "a leak");
    }

    fn act(&mut self, step: &Step) {
        match step.op {
            Op::Insert | Op::Get | Op::GetMut | Op::Remove | Op::RemoveEntry => self.point(step),
            Op::OrInsert | Op::OrInsertWith | Op::OrInsertWithKey | Op::OrDefault => {
                self.or_insert(step);
            }
            Op::AndModify | Op::InsertEntry | Op::Occupied | Op::Vacant => self.entry(step),
            Op::Ends | Op::FirstEntry | Op::LastEntry | Op::PopFirst | Op::PopLast => {
                self.ends(step);
            }
            Op::Iter | Op::IterMut | Op::Halves | Op::ValuesMut => self.walk(step),
            Op::IntoIter | Op::IntoHalves => self.consume(step),
            Op::Range | Op::RangeMut => self.range(step),
            Op::FromIter | Op::Extend => self.fill(step),
            Op::InsertSorted | Op::RemoveSorted => self.batch(step),
            Op::Compact => self.ours.compact(),
            Op::ShrinkToFit => self.ours.shrink_to_fit(),
            Op::Append => self.append(step),
            Op::SplitOff => self.split_off(step),
            Op::Retain => self.retain(step),
            Op::ExtractIf | Op::Drain | Op::RemoveRange | Op::SplitRange => self.take_range(step),
            Op::Join => self.join(step),
            Op::Cursor => self.cursor(step),
            Op::RangeBy => self.range_by(step),
            Op::Clear => on_both!(self, |map| map.clear()),
            Op::Clone => self.clone_over(),
            Op::Compare => self.compare(),
        }
    }

    fn dump(&self) -> String {
        format!("{}\n{}", self.ours.dump(), self.spare.dump())
    }
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Subject<P, A, S> {
    fn point(&mut self, step: &Step) {
        let key = P::key(step.a);
        match step.op {
            Op::Insert => {
                on_both!(self, |map| map.insert(P::key(step.a), P::value(step.b)));
            }
            Op::Get => {
                on_both!(self, |map| map.get(&key));
                on_both!(self, |map| map.get_key_value(&key));
                on_both!(self, |map| map.contains_key(&key));
                if self.twin.contains_key(&key) {
                    on_both!(self, |map| &map[&key]);
                }
            }
            Op::GetMut => {
                on_both!(self, |map| map
                    .get_mut(&key)
                    .map(|value| mem::replace(value, P::value(step.b))));
            }
            Op::Remove => on_both!(self, |map| map.remove(&key)),
            _ => on_both!(self, |map| map.remove_entry(&key)),
        }
    }

    fn or_insert(&mut self, step: &Step) {
        let key = || P::key(step.a);
        match step.op {
            Op::OrInsert => on_both!(self, |map| {
                let value = map.entry(key()).or_insert(P::value(step.b));
                mem::replace(value, P::value(step.b + 1))
            }),
            Op::OrInsertWith => {
                on_both!(self, |map| map.entry(key()).or_insert_with(|| P::value(step.b)));
            }
            Op::OrInsertWithKey => on_both!(self, |map| map
                .entry(key())
                .or_insert_with_key(|key| P::value(format!("{key:?}").len() as u32))),
            _ => on_both!(self, |map| map.entry(key()).or_default()),
        }
    }

    fn entry(&mut self, step: &Step) {
        let (key, value) = (|| P::key(step.a), || P::value(step.b));
        match step.op {
            Op::AndModify => on_both!(self, |map| {
                let entry = map.entry(key());
                let seen = (entry.key().clone(), format!("{entry:?}"));
                (seen, entry.and_modify(|old| *old = value()).or_default().clone())
            }),
            Op::InsertEntry => {
                let ours = act_on!(self.ours.entry(key()).insert_entry(value()), step);
                let theirs = act_on!(occupied(&mut self.twin, key(), value()), step);
                assert_eq!(ours, theirs);
            }
            Op::Occupied => on_both!(self, |map, Entry| match map.entry(key()) {
                Entry::Vacant(entry) => Err(entry.into_key()),
                Entry::Occupied(mut entry) => Ok(match step.bits % 6 {
                    0 => mem::replace(entry.get_mut(), value()),
                    1 => entry.insert(value()),
                    2 => entry.remove(),
                    3 => entry.remove_entry().1,
                    4 => mem::replace(entry.into_mut(), value()),
                    _ => entry.get().clone(),
                }),
            }),
            _ if self.twin.contains_key(&P::key(step.a)) => {
                on_both!(self, |map, Entry| match map.entry(key()) {
                    Entry::Occupied(entry) => entry.remove_entry(),
                    Entry::Vacant(_) => unreachable!("the twin has the key"),
                });
            }
            _ => self.vacant(step),
        }
    }

    /// `step` on a key that is not there. std's `VacantEntry::insert_entry` is younger than the
    /// compilers that the tests must run on.
    fn vacant(&mut self, step: &Step) {
        let (key, value) = (|| P::key(step.a), || P::value(step.b));
        on_both!(self, |map| format!("{:?}", map.entry(key())));
        let Entry::Vacant(entry) = self.ours.entry(key()) else { panic!("the twin lacks the key") };
        assert_eq!(entry.key(), &key());
        match step.bits % 4 {
            0 => {
                assert_eq!(*entry.insert(value()), value());
                self.twin.insert(key(), value());
            }
            1 => assert_eq!(entry.insert_entry(value()).remove_entry(), (key(), value())),
            2 => assert_eq!(entry.into_key(), key()),
            _ => {
                assert_eq!(*entry.insert_entry(value()).into_mut(), value());
                self.twin.insert(key(), value());
            }
        }
    }

    fn ends(&mut self, step: &Step) {
        match step.op {
            Op::Ends => {
                on_both!(self, |map| map.first_key_value());
                on_both!(self, |map| map.last_key_value());
            }
            Op::PopFirst => on_both!(self, |map| map.pop_first()),
            Op::PopLast => on_both!(self, |map| map.pop_last()),
            _ => on_both!(self, |map| {
                let first = step.op == Op::FirstEntry;
                let entry = if first { map.first_entry() } else { map.last_entry() };
                entry.map(|mut entry| {
                    let seen = (entry.key().clone(), entry.insert(P::value(step.b)));
                    (seen, (step.bits & 1 == 0).then(|| entry.remove_entry()))
                })
            }),
        }
    }

    fn walk(&mut self, step: &Step) {
        let (turns, take) = (step.bits, self.reach(step));
        let (ours, twin) = (&mut self.ours, &mut self.twin);
        match step.op {
            Op::Iter => {
                assert_same(ours.iter(), twin.iter(), turns, take);
                assert_same_in_bulk(|| ours.iter(), &Vec::from_iter(twin.iter()), turns);
                assert_runs(ours.chunks().map(|(keys, _)| keys), twin.keys(), turns);
                assert_runs(ours.chunks().map(|(_, values)| values), twin.values(), !turns);
                assert!(ours.chunks().all(|(keys, values)| keys.len() == values.len()));
                assert_eq!(ours.iter().last(), twin.iter().last());
                assert_eq!(ours.iter().min(), twin.iter().min());
                assert_eq!(ours.iter().max(), twin.iter().max());
                assert_eq!(format!("{:?}", ours.iter()), format!("{:?}", twin.iter()));
            }
            Op::Halves => {
                assert_same(ours.keys(), twin.keys(), turns, take);
                assert_same(ours.values(), twin.values(), turns, take);
                assert_same_in_bulk(|| ours.keys(), &Vec::from_iter(twin.keys()), turns);
                assert_same_in_bulk(|| ours.values(), &Vec::from_iter(twin.values()), turns);
                assert_eq!(format!("{:?}", ours.keys()), format!("{:?}", twin.keys()));
                assert_eq!(format!("{:?}", ours.values()), format!("{:?}", twin.values()));
                assert_eq!(ours.keys().max(), twin.keys().max());
            }
            // Hazard 48: all references are held before the first is written through.
            Op::IterMut => {
                for (_, value) in assert_same(ours.iter_mut(), twin.iter_mut(), turns, take) {
                    *value = P::value(step.b);
                }
                twin_follows(ours, twin);
            }
            _ => {
                for value in assert_same(ours.values_mut(), twin.values_mut(), turns, take) {
                    *value = P::value(step.a);
                }
                twin_follows(ours, twin);
            }
        }
    }

    /// How many items a walk takes: mostly some, now and then all.
    fn reach(&self, step: &Step) -> usize {
        if step.b.is_multiple_of(3) { usize::MAX } else { step.a as usize % (self.twin.len() + 1) }
    }

    /// Consumes the map in part, then fills it again in another order.
    fn consume(&mut self, step: &Step) {
        let (turns, take) = (step.bits, self.reach(step));
        let fresh = BTreeMap::with_shape_in(self.ours.allocator().clone());
        let ours = mem::replace(&mut self.ours, fresh);
        let twin = mem::take(&mut self.twin);
        let mut pairs: Vec<_> = twin.clone().into_iter().collect();
        match (step.op, step.bits % 2) {
            (Op::IntoIter, _) => {
                assert_same(ours.into_iter(), twin.into_iter(), turns, take);
            }
            (_, 0) => {
                assert_same(ours.into_keys(), twin.into_keys(), turns, take);
            }
            _ => {
                assert_same(ours.into_values(), twin.into_values(), turns, take);
            }
        }
        fastrand::Rng::with_seed(step.bits).shuffle(&mut pairs);
        self.ours.extend(pairs.iter().cloned());
        self.twin.extend(pairs);
    }

    /// Hazards 24 and 49.
    fn range(&mut self, step: &Step) {
        let (turns, take) = (step.bits, self.reach(step));
        let (ours, twin) = (&mut self.ours, &mut self.twin);
        let pairs = bound_pairs(P::key(step.a), P::key(step.b));
        let bounds = &pairs[turns as usize % pairs.len()];
        let theirs = Vec::from_iter(twin.range(bounds.clone()));
        assert_same_in_bulk(|| ours.range(bounds.clone()), &theirs, turns);
        for bounds in pairs {
            if step.op == Op::Range {
                assert_same(ours.range(bounds.clone()), twin.range(bounds.clone()), turns, take);
                assert_eq!(ours.range(bounds.clone()).last(), twin.range(bounds.clone()).last());
                assert_eq!(ours.range(bounds.clone()).max(), twin.range(bounds.clone()).max());
                assert_eq!(ours.range(bounds.clone()).min(), twin.range(bounds).min());
                continue;
            }
            let theirs = twin.range_mut(bounds.clone());
            for (_, value) in assert_same(ours.range_mut(bounds), theirs, turns, take) {
                *value = P::value(step.b);
            }
            twin_follows(ours, twin);
        }
    }

    /// Ranges by a closure: of what lies between two keys, and of nothing.
    fn range_by(&mut self, step: &Step) {
        let (start, end) = (P::key(step.a.min(step.b)), P::key(step.a.max(step.b)));
        let (start, end) = if start <= end { (start, end) } else { (end, start) };
        let compare = |key: &P::Key| match (key < &start, key > &end) {
            (true, _) => Ordering::Less,
            (_, true) => Ordering::Greater,
            _ => Ordering::Equal,
        };
        let (ours, twin) = (&mut self.ours, &mut self.twin);
        assert_eq!(ours.get_by(compare), twin.range(&start..=&end).next());
        assert_same(ours.range_by(compare), twin.range(&start..=&end), step.bits, usize::MAX);
        ours.range_mut_by(compare).for_each(|(_, value)| *value = P::value(step.b));
        twin_follows(ours, twin);
        let above =
            ours.range_by(|key| if *key <= end { Ordering::Less } else { Ordering::Greater });
        assert_eq!(above.count(), 0);
    }

    fn fill(&mut self, step: &Step) {
        let numbers = numbers(step, self.span);
        let pairs = || numbers.iter().map(|&n| (P::key(n), P::value(n ^ step.b)));
        if step.op == Op::Extend {
            on_both!(self, |map| map.extend(pairs()));
        } else {
            self.ours = BTreeMap::with_shape_in(self.ours.allocator().clone());
            self.ours.extend(pairs());
            self.twin = pairs().collect();
        }
    }

    fn batch(&mut self, step: &Step) {
        let numbers = numbers(step, self.span);
        let before = self.twin.len();
        if step.op == Op::InsertSorted {
            let pairs = || numbers.iter().map(|&n| (P::key(n), P::value(n ^ step.b)));
            self.twin.extend(pairs());
            assert_eq!(self.ours.insert_sorted(pairs()), self.twin.len() - before);
        } else {
            let keys: Vec<P::Key> = numbers.iter().map(|&n| P::key(n)).collect();
            keys.iter().for_each(|key| drop(self.twin.remove(key)));
            assert_eq!(self.ours.remove_sorted(&keys), before - self.twin.len());
        }
    }

    fn append(&mut self, step: &Step) {
        if step.bits & 1 == 0 {
            let numbers = numbers(step, self.span);
            let pairs = || numbers.iter().map(|&n| (P::key(n), P::value(n)));
            self.spare.extend(pairs());
            self.spare_twin.extend(pairs());
        }
        if step.bits & 2 == 0 {
            // Few pairs into many, or many into few.
            mem::swap(&mut self.ours, &mut self.spare);
            mem::swap(&mut self.twin, &mut self.spare_twin);
        }
        self.ours.append(&mut self.spare);
        self.twin.append(&mut self.spare_twin);
        assert!(self.spare.is_empty());
    }

    fn split_off(&mut self, step: &Step) {
        self.spare = self.ours.split_off(&P::key(step.a));
        self.spare_twin = self.twin.split_off(&P::key(step.a));
        self.check();
        match step.bits % 3 {
            0 => {
                mem::swap(&mut self.ours, &mut self.spare);
                mem::swap(&mut self.twin, &mut self.spare_twin);
            }
            1 => {
                self.ours.append(&mut self.spare);
                self.twin.append(&mut self.spare_twin);
            }
            _ => {}
        }
    }

    /// Keeps by position, and changes some of the values on the way.
    fn retain(&mut self, step: &Step) {
        on_both!(self, |map| {
            let mut at = 0;
            map.retain(|_, value| {
                at += 1;
                if at % 3 == 0 {
                    *value = P::value(step.b);
                }
                step.bits.rotate_right(at) & 3 != 0
            });
        });
    }

    fn clone_over(&mut self) {
        self.spare = self.ours.clone();
        self.spare_twin = self.twin.clone();
        assert!(self.spare == self.ours);
        mem::swap(&mut self.ours, &mut self.spare);
    }

    fn compare(&self) {
        let ours = (&self.ours, &self.spare);
        let twins = (&self.twin, &self.spare_twin);
        assert_eq!(ours.0 == ours.1, twins.0 == twins.1);
        assert_eq!(ours.0.cmp(ours.1), twins.0.cmp(twins.1));
        assert_eq!(ours.0.partial_cmp(ours.1), twins.0.partial_cmp(twins.1));
        assert_eq!(hash(ours.0), hash(twins.0));
        assert_eq!(format!("{:?}", ours.0), format!("{:?}", twins.0));
        assert_eq!(format!("{:#?}", ours.1), format!("{:#?}", twins.1));
    }
}

/// Gives the twin the values of the map, whose keys are the same.
fn twin_follows<K: Ord, V: Clone, A: SharedAlloc, S: Shape<K>>(
    ours: &BTreeMap<K, V, A, S>,
    twin: &mut Twin<K, V>,
) {
    for (own, their) in ours.values().zip(twin.values_mut()) {
        their.clone_from(own);
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
