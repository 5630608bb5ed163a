//! Look-ups by a closure, for what no key can stand for: a prefix, a part of a tuple, another order
//! that agrees with that of the keys.

use core::cmp::Ordering;
use core::marker::PhantomData;

use allotment_alloc::Allocator;

use crate::map::{BTreeMap, Cursor, CursorMut, OccupiedEntry, Range, RangeMut};
use crate::raw::gap::Gap;
use crate::raw::path::{Edge, Place};
use crate::raw::search::move_behind;
use crate::raw::shape::Shape;
use crate::raw::walk::{PartWalk, Walk};

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
        let Place { slot, .. } = self.place_by(compare)?;
        // SAFETY: N1; borrowed as long as the map.
        Some(unsafe { slot.pair() })
    }

    /// As [`get_by`](Self::get_by), the value to be changed.
    ///
    /// ```
    /// let mut beds = allotment_core::BTreeMap::from([(("north", 3), 'a'), (("south", 1), 'b')]);
    /// *beds.get_mut_by(|(side, _)| (*side).cmp("south")).unwrap().1 = 'c';
    /// assert!(beds.values().eq(&['a', 'c']));
    /// ```
    pub fn get_mut_by<F>(&mut self, compare: F) -> Option<(&K, &mut V)>
    where
        F: FnMut(&K) -> Ordering,
    {
        let Place { slot, .. } = self.place_by(compare)?;
        // SAFETY: N1; borrowed for writing as long as the map.
        Some(unsafe { slot.pair_mut() })
    }

    /// Whether there is a key that a closure looks for: see [`range_by`](Self::range_by).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([((1, 'a'), ()), ((2, 'b'), ())]);
    /// assert!(map.contains_key_by(|(number, _)| number.cmp(&2)));
    /// assert!(!map.contains_key_by(|(number, _)| number.cmp(&3)));
    /// ```
    pub fn contains_key_by<F>(&self, compare: F) -> bool
    where
        F: FnMut(&K) -> Ordering,
    {
        self.place_by(compare).is_some()
    }

    /// The place of the first pair whose key is what a closure looks for: see
    /// [`range_by`](Self::range_by).
    ///
    /// There is no vacant place to be had so: no key would belong to it. Where a pair may have to
    /// go in, [`lower_bound_mut_by`](Self::lower_bound_mut_by) finds the gap for it.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([((1, 'a'), 10), ((2, 'b'), 20)]);
    /// let entry = map.find_entry_by(|(number, _)| number.cmp(&2)).unwrap();
    /// assert_eq!(entry.remove_entry(), ((2, 'b'), 20));
    /// ```
    pub fn find_entry_by<F>(&mut self, compare: F) -> Option<OccupiedEntry<'_, K, V, A, S>>
    where
        F: FnMut(&K) -> Ordering,
    {
        let place = self.place_by(compare)?;
        Some(OccupiedEntry { place, map: self })
    }

    /// Takes the first pair out whose key is what a closure looks for, and returns its value: see
    /// [`range_by`](Self::range_by). O(log n); allocates nothing.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([((1, 'a'), 10), ((2, 'b'), 20)]);
    /// assert_eq!(map.remove_by(|(number, _)| number.cmp(&1)), Some(10));
    /// assert_eq!(map.remove_by(|(number, _)| number.cmp(&1)), None);
    /// ```
    pub fn remove_by<F>(&mut self, compare: F) -> Option<V>
    where
        F: FnMut(&K) -> Ordering,
    {
        let (key, value) = self.remove_entry_by(compare)?;
        // Now, while the value is still a local: should this panic, it is dropped as well.
        drop(key);
        Some(value)
    }

    /// As [`remove_by`](Self::remove_by), but returns key and value.
    ///
    /// ```
    /// let mut map = allotment_core::BTreeMap::from([((1, 'a'), 10), ((1, 'b'), 20)]);
    /// assert_eq!(map.remove_entry_by(|(number, _)| number.cmp(&1)), Some(((1, 'a'), 10)));
    /// ```
    pub fn remove_entry_by<F>(&mut self, compare: F) -> Option<(K, V)>
    where
        F: FnMut(&K) -> Ordering,
    {
        let Place { slot, mut path } = self.place_by(compare)?;
        // SAFETY: a place in this tree, found just now, and T4.
        Some(unsafe { self.tree.remove_at(slot, &mut path, &self.alloc) }.0)
    }

    /// The gap before the first pair whose key is what a closure looks for, or where such pairs
    /// would be: see [`range_by`](Self::range_by), and [`lower_bound`](Self::lower_bound).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([((1, 'a'), 10), ((2, 'b'), 20), ((2, 'c'), 30)]);
    /// let mut cursor = map.lower_bound_by(|(number, _)| number.cmp(&2));
    /// assert_eq!(cursor.next(), Some((&(2, 'b'), &20)));
    /// ```
    pub fn lower_bound_by<F>(&self, mut compare: F) -> Cursor<'_, K, V, S>
    where
        F: FnMut(&K) -> Ordering,
    {
        let gap = self.gap_behind(|key| compare(key) == Ordering::Less);
        Cursor { tree: &self.tree, gap }
    }

    /// The gap behind the last pair whose key is what a closure looks for, or where such pairs
    /// would be: see [`range_by`](Self::range_by), and [`upper_bound`](Self::upper_bound).
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([((1, 'a'), 10), ((1, 'b'), 20), ((2, 'c'), 30)]);
    /// let mut cursor = map.upper_bound_by(|(number, _)| number.cmp(&1));
    /// assert_eq!(cursor.prev(), Some((&(1, 'b'), &20)));
    /// ```
    pub fn upper_bound_by<F>(&self, mut compare: F) -> Cursor<'_, K, V, S>
    where
        F: FnMut(&K) -> Ordering,
    {
        let gap = self.gap_behind(|key| compare(key) != Ordering::Greater);
        Cursor { tree: &self.tree, gap }
    }

    /// As [`lower_bound_by`](Self::lower_bound_by), to edit the map there.
    ///
    /// ```
    /// // As an entry does, but a string is made only if it goes in.
    /// let mut count = allotment_core::BTreeMap::<String, u32>::new();
    /// for word in ["to", "be", "or", "not", "to", "be"] {
    ///     let mut cursor = count.lower_bound_mut_by(|key| key.as_str().cmp(word));
    ///     match cursor.peek_next() {
    ///         Some((key, number)) if key == word => *number += 1,
    ///         _ => cursor.insert_after(word.to_owned(), 1).unwrap(),
    ///     }
    /// }
    /// assert_eq!((count.len(), count["be"]), (4, 2));
    /// ```
    pub fn lower_bound_mut_by<F>(&mut self, mut compare: F) -> CursorMut<'_, K, V, A, S>
    where
        F: FnMut(&K) -> Ordering,
    {
        CursorMut { gap: self.gap_behind(|key| compare(key) == Ordering::Less), map: self }
    }

    /// As [`upper_bound_by`](Self::upper_bound_by), to edit the map there.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    ///
    /// let mut queue = BTreeMap::from([((1, 0), 'a'), ((1, 1), 'b'), ((2, 0), 'c')]);
    /// let last = queue.upper_bound_mut_by(|(level, _)| level.cmp(&1)).remove_prev();
    /// assert_eq!(last, Some(((1, 1), 'b')));
    /// ```
    pub fn upper_bound_mut_by<F>(&mut self, mut compare: F) -> CursorMut<'_, K, V, A, S>
    where
        F: FnMut(&K) -> Ordering,
    {
        CursorMut { gap: self.gap_behind(|key| compare(key) != Ordering::Greater), map: self }
    }

    /// The edge behind the keys for which `is_before` answers true; `None` in an empty tree.
    fn edge_behind(&self, is_before: impl FnMut(&K) -> bool) -> Option<Edge<K, V, S>> {
        let root = self.tree.root()?;
        let mut edge = Edge::start(root);
        move_behind(root, &mut edge, is_before);
        Some(edge)
    }

    /// [`edge_behind`](Self::edge_behind), as a gap.
    fn gap_behind(&self, is_before: impl FnMut(&K) -> bool) -> Gap<K, V, S> {
        self.edge_behind(is_before).map_or_else(|| Gap::first(&self.tree), Gap::at)
    }

    /// The place of the first key that `compare` answers to be equal.
    fn place_by(&self, mut compare: impl FnMut(&K) -> Ordering) -> Option<Place<K, V, S>> {
        let edge = self.edge_behind(|key| compare(key) == Ordering::Less)?;
        let slot = edge.slot_after(self.tree.root()?)?;
        // SAFETY: N1; nobody writes to the tree while keys are compared (C1).
        let is_equal = compare(unsafe { &*slot.key() }) == Ordering::Equal;
        is_equal.then_some(Place { slot, path: edge.path })
    }

    /// The walk over the keys that `compare` answers to be equal.
    fn walk_by(&self, mut compare: impl FnMut(&K) -> Ordering) -> PartWalk<K, V, S> {
        let front = self.edge_behind(|key| compare(key) == Ordering::Less);
        let back = self.edge_behind(|key| compare(key) != Ordering::Greater);
        let edges = front.zip(back).zip(self.tree.root());
        edges.map_or(Walk::empty(), |((front, back), root)| Walk::within(root, &front, &back))
    }
}
