//! [`Values`] and [`ValuesRange`]: the values of one key, in ascending order.

use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::ops::{Bound, RangeBounds};
use core::slice;

use crate::ascending::ascending_shortcuts;
use crate::map::range::{OF_MAP, check_bounds};
use crate::map::{Iter, Range};
use crate::raw::postings::{Postings, View, rank};
use crate::raw::shape::{Shape, Standard};

/// The values of one key, in ascending order: see
/// [`BTreeMultiMap::get`](crate::BTreeMultiMap::get).
pub struct Values<'a, V, S: Shape<V> = Standard> {
    walk: Whole<'a, V, S>,
}

/// The values of one key that lie between two bounds: see
/// [`BTreeMultiMap::get_range`](crate::BTreeMultiMap::get_range).
pub struct ValuesRange<'a, V, S: Shape<V> = Standard> {
    walk: Part<'a, V, S>,
    /// How many there are at most: what walks by seeking ends there, however false the order.
    most: usize,
}

enum Whole<'a, V, S: Shape<V>> {
    Run(slice::Iter<'a, V>),
    Tree(Iter<'a, V, (), S>),
}

enum Part<'a, V, S: Shape<V>> {
    Run(slice::Iter<'a, V>),
    Tree(Range<'a, V, (), S>),
}

impl<'a, V, S: Shape<V>> Values<'a, V, S> {
    /// Those of a key, or none.
    pub(super) fn of(postings: Option<&'a Postings<V, S>>) -> Self {
        let walk = match postings.map(Postings::view) {
            None => Whole::Run([].iter()),
            Some(View::Run(run)) => Whole::Run(run.iter()),
            Some(View::Tree(tree)) => Whole::Tree(Iter::of(tree)),
        };
        Self { walk }
    }
}

/// The same values, of which it need not be known how many there are.
impl<'a, V, S: Shape<V>> From<Values<'a, V, S>> for ValuesRange<'a, V, S> {
    fn from(values: Values<'a, V, S>) -> Self {
        let most = values.len();
        let walk = match values.walk {
            Whole::Run(run) => Part::Run(run),
            Whole::Tree(pairs) => Part::Tree(pairs.into_range()),
        };
        Self { walk, most }
    }
}

impl<'a, V, S: Shape<V>> ValuesRange<'a, V, S> {
    /// All values of a list.
    pub(super) fn whole(list: &'a Postings<V, S>) -> Self {
        Values::of(Some(list)).into()
    }

    /// Those of a key within bounds, or none.
    ///
    /// # Panics
    ///
    /// As `range` of a map.
    pub(super) fn of<T>(postings: Option<&'a Postings<V, S>>, bounds: &impl RangeBounds<T>) -> Self
    where
        T: Ord + ?Sized,
        V: Borrow<T>,
    {
        let walk = match postings.map(Postings::view) {
            None => Part::Run([].iter()),
            Some(View::Run(run)) => {
                check_bounds(bounds, OF_MAP);
                Part::Run(run_between(run, bounds).iter())
            }
            Some(View::Tree(tree)) => Part::Tree(Range::of(tree, bounds, OF_MAP)),
        };
        Self { walk, most: postings.map_or(0, Postings::len) }
    }

    /// How many there are at most.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    /// Goes on at the first value that is not less than this one, unless it is there already.
    pub(super) fn seek(&mut self, value: &V)
    where
        V: Ord,
    {
        match &mut self.walk {
            Part::Run(run) => {
                let (Ok(at) | Err(at)) = rank(run.as_slice(), value);
                *run = run.as_slice()[at..].iter();
            }
            Part::Tree(range) => range.seek(value),
        }
    }
}

/// What lies within bounds of a sorted run.
fn run_between<'a, V: Borrow<T>, T: Ord + ?Sized>(
    run: &'a [V],
    bounds: &impl RangeBounds<T>,
) -> &'a [V] {
    let before = |value: &T| rank(run, value).unwrap_or_else(|at| at);
    let behind = |value: &T| rank(run, value).map_or_else(|at| at, |at| at + 1);
    let start = match bounds.start_bound() {
        Bound::Unbounded => 0,
        Bound::Included(value) => before(value),
        Bound::Excluded(value) => behind(value),
    };
    let end = match bounds.end_bound() {
        Bound::Unbounded => run.len(),
        Bound::Included(value) => behind(value),
        Bound::Excluded(value) => before(value),
    };
    // An order that contradicts itself may have them the wrong way round.
    run.get(start..end).unwrap_or_default()
}

/// An iterator over values that are in a run or in a tree.
macro_rules! iterate {
    ($name:ident, $walk:ident $(, $field:ident)?) => {
        impl<'a, V, S: Shape<V>> Iterator for $name<'a, V, S> {
            type Item = &'a V;

            #[inline]
            fn next(&mut self) -> Option<&'a V> {
                match &mut self.walk {
                    $walk::Run(run) => run.next(),
                    $walk::Tree(pairs) => pairs.next().map(|(value, ())| value),
                }
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                match &self.walk {
                    $walk::Run(run) => run.size_hint(),
                    $walk::Tree(pairs) => pairs.size_hint(),
                }
            }

            fn count(self) -> usize {
                match self.walk {
                    $walk::Run(run) => run.len(),
                    $walk::Tree(pairs) => pairs.count(),
                }
            }

            fn nth(&mut self, n: usize) -> Option<&'a V> {
                match &mut self.walk {
                    $walk::Run(run) => run.nth(n),
                    $walk::Tree(pairs) => pairs.nth(n).map(|(value, ())| value),
                }
            }

            #[inline]
            fn fold<B, F: FnMut(B, &'a V) -> B>(self, init: B, mut act: F) -> B {
                match self.walk {
                    $walk::Run(run) => run.fold(init, act),
                    $walk::Tree(pairs) => pairs.fold(init, |acc, (value, ())| act(acc, value)),
                }
            }

            ascending_shortcuts!();
        }

        impl<V, S: Shape<V>> DoubleEndedIterator for $name<'_, V, S> {
            #[inline]
            fn next_back(&mut self) -> Option<Self::Item> {
                match &mut self.walk {
                    $walk::Run(run) => run.next_back(),
                    $walk::Tree(pairs) => pairs.next_back().map(|(value, ())| value),
                }
            }

            fn nth_back(&mut self, n: usize) -> Option<Self::Item> {
                match &mut self.walk {
                    $walk::Run(run) => run.nth_back(n),
                    $walk::Tree(pairs) => pairs.nth_back(n).map(|(value, ())| value),
                }
            }
        }

        impl<V, S: Shape<V>> FusedIterator for $name<'_, V, S> {}

        impl<V, S: Shape<V>> Clone for $name<'_, V, S> {
            fn clone(&self) -> Self {
                let walk = match &self.walk {
                    $walk::Run(run) => $walk::Run(run.clone()),
                    $walk::Tree(pairs) => $walk::Tree(pairs.clone()),
                };
                Self { walk $(, $field: self.$field)? }
            }
        }

        impl<V, S: Shape<V>> Default for $name<'_, V, S> {
            fn default() -> Self {
                Self { walk: $walk::Run([].iter()) $(, $field: 0)? }
            }
        }

        impl<V: fmt::Debug, S: Shape<V>> fmt::Debug for $name<'_, V, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.clone()).finish()
            }
        }
    };
}

iterate!(Values, Whole);
iterate!(ValuesRange, Part, most);

impl<V, S: Shape<V>> ExactSizeIterator for Values<'_, V, S> {}
