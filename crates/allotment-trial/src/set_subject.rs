//! [`run`]: the steps of a script on a set and on std's.

use std::collections::BTreeSet as Twin;
use std::fmt::Debug;
use std::mem;

use allotment_core::shape::Shape;
use allotment_core::{BTreeSet, SharedAlloc};

use crate::bounds::bound_pairs;
use crate::effort::tally;
use crate::ledger;
use crate::pairs::Pairs;
use crate::script::{Op, Stage, Step, numbers, perform, script};
use crate::walks::{assert_runs, assert_same, assert_same_in_bulk};

/// Two sets on one allocator, and the sets of std that must do the same.
pub(crate) struct Subject<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> {
    pub(crate) ours: BTreeSet<P::Key, A, S>,
    pub(crate) twin: Twin<P::Key>,
    /// What was split off, and what is appended or joined.
    pub(crate) spare: BTreeSet<P::Key, A, S>,
    pub(crate) spare_twin: Twin<P::Key>,
    pub(crate) span: u32,
}

/// Runs a script of `len` steps over the keys below `span`, on sets over `alloc`.
///
/// # Panics
///
/// As [`take`] does.
pub fn run<P: Pairs, A: SharedAlloc, S: Shape<P::Key>>(alloc: A, seed: u64, len: usize, span: u32) {
    take::<P, A, S>(alloc, &format!("seed {seed}"), script(seed, len, span), span, 1);
}

/// Takes steps over the keys below `span`, on sets over `alloc`; looks at everything after each
/// `stride` steps, and in the end.
///
/// # Panics
///
/// If set and twin differ anywhere; before that, prints `name`, the step and the structure.
pub fn take<P: Pairs, A: SharedAlloc, S: Shape<P::Key>>(
    alloc: A,
    name: &str,
    steps: impl IntoIterator<Item = Step>,
    span: u32,
    stride: u64,
) {
    let owed = ledger::live();
    let mut subject = Subject::<P, A, S> {
        ours: BTreeSet::with_shape_in(alloc.clone()),
        twin: Twin::new(),
        spare: BTreeSet::with_shape_in(alloc),
        spare_twin: Twin::new(),
        span,
    };
    let count = perform(&mut subject, name, steps, stride);
    drop(subject);
    assert_eq!(ledger::live(), owed, "{name}: something leaked");
    tally("operations on sets, compared with std's", count);
}

/// Does the same to the set and to its twin, and asserts that the answers are equal.
macro_rules! on_both {
    ($subject:ident, |$set:ident| $act:expr) => {{
        let ours = {
            let $set = &mut $subject.ours;
            $act
        };
        let theirs = {
            let $set = &mut $subject.twin;
            $act
        };
        assert_eq!(ours, theirs);
    }};
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Stage for Subject<P, A, S> {
    fn check(&self) {
        for (ours, twin) in [(&self.ours, &self.twin), (&self.spare, &self.spare_twin)] {
            ours.verify().expect("a valid tree");
            assert_eq!((ours.len(), ours.is_empty()), (twin.len(), twin.is_empty()));
            assert!(ours.iter().eq(twin), "{ours:?} is not {twin:?}");
        }
    }

    /// Operations that a set does not have stand for those it has and a map has not.
    fn act(&mut self, step: &Step) {
        let key = || P::key(step.a);
        match step.op {
            Op::Insert | Op::OrInsert => on_both!(self, |set| set.insert(key())),
            Op::OrDefault | Op::AndModify => on_both!(self, |set| set.replace(key())),
            Op::Get | Op::GetMut => {
                on_both!(self, |set| set.contains(&key()));
                on_both!(self, |set| set.get(&key()));
            }
            Op::Remove => on_both!(self, |set| set.remove(&key())),
            Op::RemoveEntry | Op::Occupied => on_both!(self, |set| set.take(&key())),
            Op::Ends | Op::FirstEntry | Op::LastEntry => {
                on_both!(self, |set| (set.first().cloned(), set.last().cloned()));
            }
            Op::PopFirst => on_both!(self, |set| set.pop_first()),
            Op::PopLast => on_both!(self, |set| set.pop_last()),
            Op::Clear => on_both!(self, |set| set.clear()),
            Op::Clone => {
                self.spare = self.ours.clone();
                self.spare_twin = self.twin.clone();
                mem::swap(&mut self.ours, &mut self.spare);
            }
            Op::Compact => self.ours.compact(),
            Op::ShrinkToFit => self.ours.shrink_to_fit(),
            Op::FromIter | Op::Extend | Op::InsertSorted | Op::RemoveSorted => self.bulk(step),
            Op::Append | Op::SplitOff | Op::Retain => self.bulk(step),
            Op::Drain | Op::RemoveRange | Op::SplitRange | Op::ExtractIf => self.take_range(step),
            Op::Join => self.join(),
            Op::Cursor => self.cursor(step),
            Op::InsertEntry | Op::Vacant => self.entry(step),
            Op::OrInsertWith | Op::OrInsertWithKey => self.get_or_insert(step),
            Op::Halves | Op::ValuesMut => self.combine(step),
            Op::Compare => {
                assert_eq!(self.ours.cmp(&self.spare), self.twin.cmp(&self.spare_twin));
                assert_eq!(self.ours == self.spare, self.twin == self.spare_twin);
                assert_eq!(format!("{:?}", self.ours), format!("{:?}", self.twin));
            }
            _ => self.walk(step),
        }
    }

    fn dump(&self) -> String {
        format!("{}\n{}", self.ours.dump(), self.spare.dump())
    }
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Subject<P, A, S> {
    fn bulk(&mut self, step: &Step) {
        let numbers = numbers(step, self.span);
        let elements = || numbers.iter().map(|&n| P::key(n));
        match step.op {
            Op::FromIter => {
                self.ours = BTreeSet::with_shape_in(self.ours.allocator().clone());
                self.ours.extend(elements());
                self.twin = elements().collect();
            }
            Op::Extend => on_both!(self, |set| set.extend(elements())),
            Op::InsertSorted => {
                let before = self.twin.len();
                self.twin.extend(elements());
                assert_eq!(self.ours.insert_sorted(elements()), self.twin.len() - before);
            }
            Op::RemoveSorted => {
                let (before, gone) = (self.twin.len(), elements().collect::<Vec<_>>());
                self.twin.retain(|element| !gone.contains(element));
                assert_eq!(self.ours.remove_sorted(&gone), before - self.twin.len());
            }
            Op::Append => {
                self.spare.extend(elements());
                self.spare_twin.extend(elements());
                self.ours.append(&mut self.spare);
                self.twin.append(&mut self.spare_twin);
            }
            Op::SplitOff => {
                self.spare = self.ours.split_off(&P::key(step.a));
                self.spare_twin = self.twin.split_off(&P::key(step.a));
            }
            _ => on_both!(self, |set| {
                let mut at = 0;
                set.retain(|_| {
                    at += 1;
                    step.bits.rotate_right(at) & 3 != 0
                });
            }),
        }
    }

    /// Takes a range out, or every other element of it.
    fn take_range(&mut self, step: &Step) {
        let all = bound_pairs(P::key(step.a), P::key(step.b));
        let bounds = all[step.bits as usize % all.len()].clone();
        let mut theirs: Vec<_> = self.twin.range(bounds.clone()).cloned().collect();
        if step.op == Op::ExtractIf {
            theirs = theirs.into_iter().step_by(2).collect();
        }
        theirs.iter().for_each(|element| assert!(self.twin.remove(element)));
        match step.op {
            Op::Drain => {
                let iter = self.ours.drain(bounds);
                assert_eq!(format!("{iter:?}"), format!("{theirs:?}"));
                assert_same(iter, theirs.into_iter(), step.bits, step.a as usize);
            }
            Op::RemoveRange => assert_eq!(self.ours.remove_range(bounds), theirs.len()),
            Op::ExtractIf => {
                let mut picks = false;
                let picked = self.ours.extract_if(bounds, |_| {
                    picks = !picks;
                    picks
                });
                assert!(picked.eq(theirs));
            }
            _ => {
                self.spare = self.ours.split_range(bounds);
                self.spare_twin = theirs.into_iter().collect();
            }
        }
    }

    /// Everything that is done with two sets: these two, and a part of one that is small.
    fn combine(&mut self, step: &Step) {
        let few = numbers(step, self.span).into_iter().take(step.bits as usize % 8).map(P::key);
        let small: Twin<_> = few.collect();
        let mut ours = BTreeSet::with_shape_in(self.ours.allocator().clone());
        ours.extend(small.iter().cloned());
        assert_combined((&self.ours, &self.spare), (&self.twin, &self.spare_twin));
        assert_combined((&self.ours, &ours), (&self.twin, &small));
        assert_combined((&ours, &self.ours), (&small, &self.twin));
    }

    fn walk(&mut self, step: &Step) {
        let take = if step.b.is_multiple_of(3) { usize::MAX } else { step.a as usize };
        match step.op {
            Op::Range | Op::RangeMut => {
                let (ours, twin) = (&self.ours, &self.twin);
                let pairs = bound_pairs(P::key(step.a), P::key(step.b));
                let bounds = &pairs[step.bits as usize % pairs.len()];
                let theirs = Vec::from_iter(twin.range(bounds.clone()));
                assert_same_in_bulk(|| ours.range(bounds.clone()), &theirs, step.bits);
                for bounds in pairs {
                    assert_same(ours.range(bounds.clone()), twin.range(bounds), step.bits, take);
                }
            }
            Op::IntoIter | Op::IntoHalves => {
                let fresh = BTreeSet::with_shape_in(self.ours.allocator().clone());
                let ours = mem::replace(&mut self.ours, fresh);
                let twin = mem::take(&mut self.twin);
                let elements: Vec<_> = twin.iter().rev().cloned().collect();
                assert_same(ours.into_iter(), twin.into_iter(), step.bits, take);
                self.ours.extend(elements.iter().cloned());
                self.twin.extend(elements);
            }
            _ => {
                let (ours, twin) = (&self.ours, &self.twin);
                assert_same(ours.iter(), twin.iter(), step.bits, take);
                assert_same_in_bulk(|| ours.iter(), &Vec::from_iter(twin), step.bits);
                assert_runs(ours.chunks(), twin.iter(), step.bits);
                assert_eq!(self.ours.iter().max(), self.twin.iter().max());
                assert_eq!(self.ours.iter().min(), self.twin.iter().min());
            }
        }
    }
}

/// Compares all that is made of two sets.
fn assert_combined<T: Ord + Clone + Debug, A: SharedAlloc, S: Shape<T>>(
    ours: (&BTreeSet<T, A, S>, &BTreeSet<T, A, S>),
    twins: (&Twin<T>, &Twin<T>),
) {
    let ((a, b), (x, y)) = (ours, twins);
    assert_forward(a.union(b), x.union(y));
    assert_forward(a.intersection(b), x.intersection(y));
    assert_forward(a.difference(b), x.difference(y));
    assert_forward(a.symmetric_difference(b), x.symmetric_difference(y));
    assert_eq!(a.is_subset(b), x.is_subset(y));
    assert_eq!(a.is_superset(b), x.is_superset(y));
    assert_eq!(a.is_disjoint(b), x.is_disjoint(y));
    let made = [(a | b, x | y), (a & b, x & y), (a ^ b, x ^ y), (a - b, x - y)];
    for (ours, theirs) in made {
        ours.verify().expect("a valid tree");
        assert!(ours.iter().eq(&theirs), "{ours:?} is not {theirs:?}");
    }
}

/// Compares two iterators that know at most roughly how much is left.
fn assert_forward<'a, T: Ord + Debug + 'a>(
    ours: impl Iterator<Item = &'a T> + Clone,
    theirs: impl Iterator<Item = &'a T>,
) {
    let theirs: Vec<_> = theirs.collect();
    let mut iter = ours.clone();
    for (at, their) in theirs.iter().enumerate() {
        let (least, most) = iter.size_hint();
        let left = theirs.len() - at;
        assert!(least <= left && most.is_some_and(|most| most >= left), "{:?}", iter.size_hint());
        assert_eq!(iter.next(), Some(*their));
    }
    assert!(iter.next().is_none() && iter.next().is_none());
    assert_eq!(iter.size_hint().0, 0);
    assert_eq!(ours.min(), theirs.first().copied());
}
