//! Look-ups by a closure, for what no key can stand for: a prefix, a part of a tuple, another order
//! that agrees with that of the keys.

use core::cmp::Ordering;
use core::marker::PhantomData;

use allotment_alloc::Allocator;

use crate::map::{BTreeMap, Range, RangeMut};
use crate::raw::path::Edge;
use crate::raw::search::move_behind;
use crate::raw::shape::Shape;
use crate::raw::walk::Walk;

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The pairs whose keys are what a closure looks for: those for which it answers
    /// [`Equal`](Ordering::Equal). For keys before them it must answer [`Less`](Ordering::Less),
    /// and [`Greater`](Ordering::Greater) for keys behind them.
    ///
    /// O(log n) to begin with and O(1) amortised a pair; allocates nothing. If the closure answers
    /// otherwise, which pairs come is not said.
    ///
    /// # Panics
    ///
    /// If the closure does.
    ///
    /// ```
    /// let ages = allotment_core::BTreeMap::from([
    ///     (("Lovelace", "Ada"), 36),
    ///     (("Lovelace", "Byron"), 26),
    ///     (("Turing", "Alan"), 41),
    /// ]);
    /// let family = ages.range_by(|(name, _)| name.cmp(&"Lovelace"));
    /// assert!(family.map(|(_, age)| age).eq(&[36, 26]));
    ///
    /// let starts_with = |prefix: &'static str| {
    ///     move |key: &(&str, &str)| match key.0.starts_with(prefix) {
    ///         true => std::cmp::Ordering::Equal,
    ///         false => key.0.cmp(prefix),
    ///     }
    /// };
    /// assert_eq!(ages.range_by(starts_with("Tu")).count(), 1);
    /// ```
    pub fn range_by<F>(&self, compare: F) -> Range<'_, K, V, S>
    where
        F: FnMut(&K) -> Ordering,
    {
        Range { walk: self.walk_by(compare), pairs: PhantomData }
    }

    /// As [`range_by`](Self::range_by), values to be changed.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([((1, 1), 'a'), ((2, 1), 'b')]);
    /// beds.range_mut_by(|(row, _)| row.cmp(&2)).for_each(|(_, bed)| *bed = 'x');
    /// assert!(beds.values().eq(&['a', 'x']));
    /// ```
    pub fn range_mut_by<F>(&mut self, compare: F) -> RangeMut<'_, K, V, S>
    where
        F: FnMut(&K) -> Ordering,
    {
        RangeMut { walk: self.walk_by(compare), pairs: PhantomData }
    }

    /// The first pair whose key is what a closure looks for: see [`range_by`](Self::range_by).
    ///
    /// ```
    /// let names = allotment_core::BTreeMap::from([("ada".to_owned(), 1), ("bob".to_owned(), 2)]);
    /// let found = names.get_by(|name| name.to_uppercase().as_str().cmp("BOB"));
    /// assert_eq!(found, Some((&"bob".to_owned(), &2)));
    /// ```
    pub fn get_by<F>(&self, compare: F) -> Option<(&K, &V)>
    where
        F: FnMut(&K) -> Ordering,
    {
        self.range_by(compare).next()
    }

    /// The walk over the keys that `compare` answers to be equal.
    fn walk_by(&self, mut compare: impl FnMut(&K) -> Ordering) -> Walk<K, V, S> {
        let Some(root) = self.tree.root() else { return Walk::empty() };
        let mut front = Edge::start(root);
        move_behind(root, &mut front, |key| compare(key) == Ordering::Less);
        let mut back = Edge::start(root);
        move_behind(root, &mut back, |key| compare(key) != Ordering::Greater);
        Walk::within(root, &front, &back)
    }
}
