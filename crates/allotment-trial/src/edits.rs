//! Steps that edit ranges and gaps, against what the same edits make of a `Vec`.

use std::fmt::Debug;
use std::mem;
use std::ops::{Bound, RangeBounds};

use allotment_core::btree_map::CursorMut;
use allotment_core::shape::Shape;
use allotment_core::{BTreeMap, SharedAlloc};
use fastrand::Rng;

use crate::bounds::bound_pairs;
use crate::pairs::Pairs;
use crate::script::{Op, Step};
use crate::subject::Subject;
use crate::walks::assert_same;

/// The pairs of a map on either side of a gap, in ascending order.
struct Model<K, V> {
    pairs: Vec<(K, V)>,
    gap: usize,
}

impl<K: Ord + Clone + Debug, V: Clone + PartialEq + Debug> Model<K, V> {
    fn before(&self) -> Option<&(K, V)> {
        self.pairs[..self.gap].last()
    }

    fn behind(&self) -> Option<&(K, V)> {
        self.pairs.get(self.gap)
    }

    /// Whether a key belongs into the gap.
    fn fits(&self, key: &K) -> bool {
        self.before().is_none_or(|(before, _)| before < key)
            && self.behind().is_none_or(|(behind, _)| key < behind)
    }

    fn assert_around<A: SharedAlloc, S: Shape<K>>(&self, cursor: &CursorMut<'_, K, V, A, S>) {
        let cursor = cursor.as_cursor();
        assert_eq!(cursor.peek_prev(), self.before().map(|(key, value)| (key, value)));
        assert_eq!(cursor.peek_next(), self.behind().map(|(key, value)| (key, value)));
    }
}

/// The pairs of a twin that lie within bounds, taken out of it.
fn taken<K: Ord + Clone, V>(
    twin: &mut std::collections::BTreeMap<K, V>,
    bounds: &impl RangeBounds<K>,
    mut pick: impl FnMut(usize) -> bool,
) -> Vec<(K, V)> {
    let keys: Vec<K> = twin
        .range((bounds.start_bound(), bounds.end_bound()))
        .map(|(key, _)| key.clone())
        .collect();
    let picked = keys.into_iter().enumerate().filter(|(at, _)| pick(*at));
    picked.filter_map(|(_, key)| twin.remove_entry(&key)).collect()
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Subject<P, A, S> {
    /// Takes ranges out: all of them or what a closure picks, in one of four ways.
    pub(crate) fn take_range(&mut self, step: &Step) {
        let all = bound_pairs(P::key(step.a), P::key(step.b));
        let bounds = all[step.bits as usize % all.len()].clone();
        let picks = |at: usize| step.bits.rotate_right(at as u32) & 1 == 0;
        let (ours, twin) = (&mut self.ours, &mut self.twin);
        match step.op {
            Op::ExtractIf => {
                let mut at = 0;
                let mut iter = ours.extract_if(bounds.clone(), |_, _| {
                    at += 1;
                    picks(at - 1)
                });
                let stop = step.bits as usize % 24;
                let some: Vec<_> = iter.by_ref().take(stop).collect();
                drop(iter);
                let mut left = some.len();
                let theirs = taken(twin, &bounds, |at| {
                    let picked = left > 0 && picks(at);
                    left -= usize::from(picked);
                    picked
                });
                assert_eq!(some, theirs);
            }
            Op::Drain => {
                let theirs = taken(twin, &bounds, |_| true);
                let take = step.bits as usize % (theirs.len() + 2);
                let iter = ours.drain(bounds);
                assert_eq!(format!("{iter:?}"), format!("{:?}", DebugPairs(&theirs)));
                assert_same(iter, theirs.into_iter(), step.bits, take);
            }
            Op::RemoveRange => {
                let theirs = taken(twin, &bounds, |_| true);
                assert_eq!(ours.remove_range(bounds), theirs.len());
            }
            _ => {
                self.spare = ours.split_range(bounds.clone());
                self.spare_twin = taken(twin, &bounds, |_| true).into_iter().collect();
            }
        }
    }

    /// Puts the spare map in at one end, unless the two overlap; or merges it in any case.
    pub(crate) fn join(&mut self, step: &Step) {
        let spare = BTreeMap::with_shape_in(self.ours.allocator().clone());
        let spare = mem::replace(&mut self.spare, spare);
        if step.bits & 1 == 0 {
            // The key, the own value or the other one: by the bits.
            let made = |_: &P::Key, own, other| match step.bits & 2 {
                0 => own,
                _ => other,
            };
            self.ours.merge(spare, made);
            for (key, other) in mem::take(&mut self.spare_twin) {
                match self.twin.remove_entry(&key) {
                    Some((key, own)) => self.twin.insert(key.clone(), made(&key, own, other)),
                    None => self.twin.insert(key, other),
                };
            }
            return;
        }
        let (ours, theirs) = (&self.twin, &self.spare_twin);
        let overlap = [(ours, theirs), (theirs, ours)].into_iter().all(|(one, other)| {
            let ends = one.last_key_value().zip(other.first_key_value());
            ends.is_some_and(|((last, _), (first, _))| last >= first)
        });
        match self.ours.join(spare) {
            Ok(()) => {
                assert!(!overlap);
                self.twin.append(&mut self.spare_twin);
            }
            Err(refused) => {
                assert!(overlap);
                self.spare = refused.into_inner();
            }
        }
    }

    /// Walks about with a cursor and edits what is on its way.
    pub(crate) fn cursor(&mut self, step: &Step) {
        let mut rng = Rng::with_seed(step.bits);
        let key = P::key(step.a);
        let (bound, upper) = match rng.u32(0..6) {
            kind @ (0 | 1) => (Bound::Included(&key), kind == 0),
            kind @ (2 | 3) => (Bound::Excluded(&key), kind == 2),
            kind => (Bound::Unbounded, kind == 4),
        };
        let is_before = |at: &P::Key| match bound {
            Bound::Included(key) => at < key || upper && at == key,
            Bound::Excluded(key) => at < key || !upper && at == key,
            Bound::Unbounded => upper,
        };
        let pairs: Vec<_> = mem::take(&mut self.twin).into_iter().collect();
        let mut model = Model { gap: pairs.partition_point(|(key, _)| is_before(key)), pairs };
        let reader =
            if upper { self.ours.upper_bound(bound) } else { self.ours.lower_bound(bound) };
        assert_eq!(reader.clone().prev(), model.before().map(|(key, value)| (key, value)));
        assert_eq!(reader.clone().next(), model.behind().map(|(key, value)| (key, value)));
        let ours = &mut self.ours;
        let mut cursor =
            if upper { ours.upper_bound_mut(bound) } else { ours.lower_bound_mut(bound) };
        for _ in 0..rng.usize(1..24) {
            model.assert_around(&cursor);
            act::<P, A, S>(&mut cursor, &mut model, &mut rng, self.span);
        }
        model.assert_around(&cursor);
        let alloc = self.ours.allocator().clone();
        self.twin = model.pairs.into_iter().collect();
        self.split_and_splice(step, &mut rng, alloc);
    }

    /// Cuts the map in two at a gap, and hangs a part back in, and then all of the spare map.
    fn split_and_splice(&mut self, step: &Step, rng: &mut Rng, alloc: A) {
        let key = P::key(step.b);
        let mut cursor = self.ours.lower_bound_mut(Bound::Included(&key));
        let mut behind = self.twin.split_off(&key);
        let after = rng.bool();
        let part = if after { cursor.split_after() } else { cursor.split_before() };
        part.verify().expect("a valid tree");
        assert!(part.iter().eq(if after { &behind } else { &self.twin }));
        assert_eq!(if after { cursor.peek_next() } else { cursor.peek_prev() }, None);
        match rng.u32(0..3) {
            0 => {
                drop(part);
                self.twin = if after { mem::take(&mut self.twin) } else { mem::take(&mut behind) };
            }
            _ => {
                let is_same = rng.bool();
                let spliced =
                    if is_same { cursor.splice_after(part) } else { cursor.splice_before(part) };
                spliced.expect("it was cut out there");
                let theirs: Vec<_> = if after { &behind } else { &self.twin }.iter().collect();
                let (first, last) = (theirs.first().copied(), theirs.last().copied());
                if is_same && first.is_some() {
                    assert_eq!(cursor.as_cursor().peek_next(), first);
                } else if last.is_some() {
                    assert_eq!(cursor.as_cursor().peek_prev(), last);
                }
                self.twin.append(&mut behind);
            }
        }
        let numbers = [step.a, step.b].map(|n| n / 2);
        let mut other = BTreeMap::with_shape_in(alloc);
        let count = rng.u32(1..40);
        other.extend((0..count).map(|n| (P::key(numbers[0] + n), P::value(n))));
        let gap = other.first_key_value().map(|(key, _)| key.clone()).expect("a pair");
        let last = other.last_key_value().map(|(key, _)| key.clone()).expect("a pair");
        let fits = self.twin.range(gap.clone()..=last).next().is_none();
        let theirs: Vec<_> =
            other.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let mut cursor = self.ours.lower_bound_mut(Bound::Included(&gap));
        match if rng.bool() { cursor.splice_after(other) } else { cursor.splice_before(other) } {
            Ok(()) => {
                assert!(fits);
                self.twin.extend(theirs);
            }
            Err(refused) => {
                assert!(!fits);
                assert!(refused.into_inner().into_iter().eq(theirs));
            }
        }
    }
}

/// One step of a cursor, and of its model.
fn act<P: Pairs, A: SharedAlloc, S: Shape<P::Key>>(
    cursor: &mut CursorMut<'_, P::Key, P::Value, A, S>,
    model: &mut Model<P::Key, P::Value>,
    rng: &mut Rng,
    span: u32,
) {
    let (key, value) = (P::key(rng.u32(0..span)), P::value(rng.u32(0..span)));
    match rng.u32(0..10) {
        0 | 1 => {
            let stepped =
                cursor.next().map(|(key, old)| (key.clone(), mem::replace(old, value.clone())));
            assert_eq!(stepped, model.behind().cloned());
            if stepped.is_some() {
                model.pairs[model.gap].1 = value;
                model.gap += 1;
            }
        }
        2 | 3 => {
            let stepped =
                cursor.prev().map(|(key, old)| (key.clone(), mem::replace(old, value.clone())));
            assert_eq!(stepped, model.before().cloned());
            if stepped.is_some() {
                model.gap -= 1;
                model.pairs[model.gap].1 = value;
            }
        }
        4 | 5 => {
            let gap = model.gap;
            let theirs = (gap < model.pairs.len()).then(|| model.pairs.remove(gap));
            assert_eq!(cursor.remove_next(), theirs);
        }
        6 => {
            let gap = model.gap.checked_sub(1);
            assert_eq!(cursor.remove_prev(), gap.map(|gap| model.pairs.remove(gap)));
            model.gap = gap.unwrap_or(0);
        }
        insert => {
            let fits = model.fits(&key);
            let pair = (key.clone(), value.clone());
            let inserted = if insert == 7 {
                cursor.insert_before(key, value)
            } else {
                cursor.insert_after(key, value)
            };
            match inserted {
                Ok(()) => {
                    assert!(fits);
                    model.pairs.insert(model.gap, pair);
                    model.gap += usize::from(insert == 7);
                }
                Err(refused) => {
                    assert!(!fits);
                    assert_eq!(refused.into_inner(), pair);
                }
            }
        }
    }
}

/// Prints pairs as an iterator over them does.
struct DebugPairs<'a, K, V>(&'a [(K, V)]);

impl<K: Debug, V: Debug> Debug for DebugPairs<'_, K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0).finish()
    }
}
