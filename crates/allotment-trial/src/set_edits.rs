//! Steps that edit a set at gaps and entries, against what the same edits make of a `Vec`.

use std::fmt::Debug;
use std::mem;
use std::ops::Bound;

use allotment_core::btree_set::{CursorMut, Entry};
use allotment_core::shape::Shape;
use allotment_core::{BTreeSet, SharedAlloc};
use fastrand::Rng;

use crate::pairs::Pairs;
use crate::script::{Op, Step};
use crate::set_subject::Subject;

/// The elements of a set on either side of a gap, in ascending order.
struct Model<T> {
    elements: Vec<T>,
    gap: usize,
}

impl<T: Ord + Clone + Debug> Model<T> {
    fn before(&self) -> Option<&T> {
        self.elements[..self.gap].last()
    }

    fn behind(&self) -> Option<&T> {
        self.elements.get(self.gap)
    }

    /// Whether an element belongs into the gap.
    fn fits(&self, element: &T) -> bool {
        self.before().is_none_or(|before| before < element)
            && self.behind().is_none_or(|behind| element < behind)
    }

    fn assert_around<A: SharedAlloc, S: Shape<T>>(&self, cursor: &CursorMut<'_, T, A, S>) {
        let cursor = cursor.as_cursor();
        assert_eq!((cursor.peek_prev(), cursor.peek_next()), (self.before(), self.behind()));
    }
}

impl<P: Pairs, A: SharedAlloc, S: Shape<P::Key>> Subject<P, A, S> {
    /// Puts an element in at its entry, or takes it out there.
    pub(crate) fn entry(&mut self, step: &Step) {
        let element = || P::key(step.a);
        let was_there = self.twin.contains(&element());
        match (step.op, self.ours.entry(element())) {
            (Op::InsertEntry, entry) => {
                let entry = entry.insert();
                assert_eq!(entry.get(), &element());
                self.twin.insert(element());
            }
            (_, Entry::Occupied(entry)) => {
                assert!(was_there && entry.get() == &element());
                if step.bits & 1 == 0 {
                    assert_eq!(Some(entry.remove()), self.twin.take(&element()));
                }
            }
            (_, Entry::Vacant(entry)) => {
                assert!(!was_there && entry.get() == &element());
                match step.bits & 1 {
                    0 => assert_eq!(entry.into_value(), element()),
                    _ => {
                        entry.insert();
                        self.twin.insert(element());
                    }
                }
            }
        }
    }

    /// The element that is there, or one that is put in.
    pub(crate) fn get_or_insert(&mut self, step: &Step) {
        let element = P::key(step.a);
        let mut made = false;
        let found = match step.op {
            Op::OrInsertWith => self.ours.get_or_insert_with(&element, |element| {
                made = true;
                element.clone()
            }),
            _ => self.ours.get_or_insert(element.clone()),
        };
        assert_eq!(found, &element);
        let is_new = self.twin.insert(element);
        assert!(!made || is_new);
    }

    /// Puts the spare set in at one end, unless the two overlap.
    pub(crate) fn join(&mut self) {
        let empty = BTreeSet::with_shape_in(self.ours.allocator().clone());
        let spare = mem::replace(&mut self.spare, empty);
        let (ours, theirs) = (&self.twin, &self.spare_twin);
        let overlap = [(ours, theirs), (theirs, ours)].into_iter().all(|(one, other)| {
            one.last().zip(other.first()).is_some_and(|(last, first)| last >= first)
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

    /// Walks about with a cursor and edits what is on its way; then cuts the set at a gap, and
    /// hangs parts in.
    pub(crate) fn cursor(&mut self, step: &Step) {
        let mut rng = Rng::with_seed(step.bits);
        let element = P::key(step.a);
        let (bound, upper) = match rng.u32(0..6) {
            kind @ (0 | 1) => (Bound::Included(&element), kind == 0),
            kind @ (2 | 3) => (Bound::Excluded(&element), kind == 2),
            kind => (Bound::Unbounded, kind == 4),
        };
        let is_before = |at: &P::Key| match bound {
            Bound::Included(element) => at < element || upper && at == element,
            Bound::Excluded(element) => at < element || !upper && at == element,
            Bound::Unbounded => upper,
        };
        let elements: Vec<_> = mem::take(&mut self.twin).into_iter().collect();
        let mut model = Model { gap: elements.partition_point(is_before), elements };
        let ours = &mut self.ours;
        let reader = if upper { ours.upper_bound(bound) } else { ours.lower_bound(bound) };
        assert_eq!(reader.clone().prev(), model.before());
        assert_eq!(reader.clone().next(), model.behind());
        let mut cursor =
            if upper { ours.upper_bound_mut(bound) } else { ours.lower_bound_mut(bound) };
        for _ in 0..rng.usize(1..24) {
            model.assert_around(&cursor);
            act(&mut cursor, &mut model, &mut rng, |n| P::key(n % self.span));
        }
        model.assert_around(&cursor);
        if rng.bool() {
            // SAFETY: no element is changed.
            let mut cursor = unsafe { cursor.with_mutable_key() };
            let theirs =
                (model.gap < model.elements.len()).then(|| model.elements.remove(model.gap));
            assert_eq!(cursor.next().cloned(), theirs);
            assert_eq!(cursor.remove_prev().is_some(), theirs.is_some() || model.gap > 0);
            if theirs.is_none() && model.gap > 0 {
                model.elements.remove(model.gap - 1);
            }
        }
        self.twin = model.elements.into_iter().collect();
        self.split_and_splice(step, &mut rng);
    }

    /// Cuts the set in two at a gap, and hangs a part back in, and then a set that may not fit.
    fn split_and_splice(&mut self, step: &Step, rng: &mut Rng) {
        let alloc = self.ours.allocator().clone();
        let element = P::key(step.b);
        let mut cursor = self.ours.lower_bound_mut(Bound::Included(&element));
        let mut behind = self.twin.split_off(&element);
        let after = rng.bool();
        let part = if after { cursor.split_after() } else { cursor.split_before() };
        part.verify().expect("a valid tree");
        assert!(part.iter().eq(if after { &behind } else { &self.twin }));
        assert_eq!(if after { cursor.peek_next() } else { cursor.peek_prev() }, None);
        if rng.u32(0..3) == 0 {
            drop(part);
            self.twin = mem::take(if after { &mut self.twin } else { &mut behind });
        } else {
            let spliced =
                if rng.bool() { cursor.splice_after(part) } else { cursor.splice_before(part) };
            spliced.expect("it was cut out there");
            self.twin.append(&mut behind);
        }
        let first = step.a.midpoint(step.b);
        let mut other = BTreeSet::with_shape_in(alloc);
        other.extend((0..rng.u32(1..40)).map(|n| P::key(first + n)));
        let ends = other.first().cloned().zip(other.last().cloned());
        let (gap, last) = ends.expect("an element");
        let fits = self.twin.range(&gap..=&last).next().is_none();
        let theirs: Vec<_> = other.iter().cloned().collect();
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
fn act<T: Ord + Clone + Debug, A: SharedAlloc, S: Shape<T>>(
    cursor: &mut CursorMut<'_, T, A, S>,
    model: &mut Model<T>,
    rng: &mut Rng,
    make: impl Fn(u32) -> T,
) {
    match rng.u32(0..10) {
        0 | 1 => {
            assert_eq!(cursor.next(), model.behind());
            model.gap += usize::from(model.behind().is_some());
        }
        2 | 3 => {
            assert_eq!(cursor.prev(), model.before());
            model.gap = model.gap.saturating_sub(1);
        }
        4 | 5 => {
            let gap = model.gap;
            let theirs = (gap < model.elements.len()).then(|| model.elements.remove(gap));
            assert_eq!(cursor.remove_next(), theirs);
        }
        6 => {
            let gap = model.gap.checked_sub(1);
            assert_eq!(cursor.remove_prev(), gap.map(|gap| model.elements.remove(gap)));
            model.gap = gap.unwrap_or(0);
        }
        insert => {
            let element = make(rng.u32(..));
            let fits = model.fits(&element);
            let copy = element.clone();
            let inserted = if insert == 7 {
                cursor.insert_before(element)
            } else {
                cursor.insert_after(element)
            };
            match inserted {
                Ok(()) => {
                    assert!(fits);
                    model.elements.insert(model.gap, copy);
                    model.gap += usize::from(insert == 7);
                }
                Err(refused) => {
                    assert!(!fits);
                    assert_eq!(refused.into_inner(), copy);
                }
            }
        }
    }
}
