//! Look-ups of many keys at once.

use core::borrow::Borrow;
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;

use allotment_alloc::Allocator;

use crate::map::BTreeMap;
use crate::raw::batch::{GROUP, find_group};
use crate::raw::path::Root;
use crate::raw::shape::{Shape, Standard};

/// The values of keys that an iterator names: see [`BTreeMap::get_each`].
pub struct GetEach<'a, K, V, I, S: Shape<K> = Standard> {
    root: Option<Root<K, V, S>>,
    keys: I,
    /// The answers of the group that was looked up last, from `next` up to `len`.
    found: [Option<&'a V>; GROUP],
    next: usize,
    len: usize,
    pairs: PhantomData<&'a (K, V)>,
}

impl<K, V, A: Allocator, S: Shape<K>> BTreeMap<K, V, A, S> {
    /// The values of some keys, each in the place of its key. A key may come twice.
    ///
    /// O(N log n), with the look-ups side by side: several times as fast as one after the other
    /// where the map is larger than the caches. Allocates nothing.
    ///
    /// ```
    /// let map = allotment_core::BTreeMap::from([(1, 'a'), (2, 'b'), (3, 'c')]);
    /// assert_eq!(map.get_many([&3, &7, &1]), [Some(&'c'), None, Some(&'a')]);
    /// ```
    pub fn get_many<Q, const N: usize>(&self, keys: [&Q; N]) -> [Option<&V>; N]
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized,
    {
        let mut values = [None; N];
        if let Some(root) = self.tree.root() {
            for (keys, values) in keys.chunks(GROUP).zip(values.chunks_mut(GROUP)) {
                // SAFETY: the map is borrowed as long as the values.
                unsafe { find_values(root, keys, values) };
            }
        }
        values
    }

    /// The values of the keys that an iterator names, one by one and in that order.
    ///
    /// As [`get_many`](Self::get_many) for any number of keys: they are taken from the iterator 32
    /// at a time.
    ///
    /// ```
    /// let map: allotment_core::BTreeMap<u32, u32> = (0..1000).map(|n| (n, n * n)).collect();
    /// let wanted = [7, 300, 5000];
    /// assert!(map.get_each(&wanted).eq([Some(&49), Some(&90_000), None]));
    /// ```
    pub fn get_each<'q, Q, I>(&self, keys: I) -> GetEach<'_, K, V, I::IntoIter, S>
    where
        K: Borrow<Q> + Ord,
        Q: Ord + ?Sized + 'q,
        I: IntoIterator<Item = &'q Q>,
    {
        let (root, keys) = (self.tree.root(), keys.into_iter());
        GetEach { root, keys, found: [None; GROUP], next: 0, len: 0, pairs: PhantomData }
    }
}

/// Looks up the values of up to `GROUP` keys.
///
/// # Safety
///
/// The tree is borrowed as long as the values.
unsafe fn find_values<K, V, S, Q>(root: Root<K, V, S>, keys: &[&Q], values: &mut [Option<&V>])
where
    K: Borrow<Q>,
    Q: Ord + ?Sized,
    S: Shape<K>,
{
    find_group(root, keys, |place, slot| {
        // SAFETY: N1; borrowed as long, by the caller's promise.
        values[place] = slot.map(|slot| unsafe { &*slot.value() });
    });
}

impl<'a, 'q, K, V, Q, I, S> Iterator for GetEach<'a, K, V, I, S>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized + 'q,
    I: Iterator<Item = &'q Q>,
    S: Shape<K>,
{
    type Item = Option<&'a V>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.next == self.len {
            self.look_up();
            if self.len == 0 {
                return None;
            }
        }
        self.next += 1;
        Some(self.found[self.next - 1])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let known = self.len - self.next;
        let (least, most) = self.keys.size_hint();
        (least.saturating_add(known), most.and_then(|most| most.checked_add(known)))
    }
}

impl<'a, 'q, K, V, Q, I, S> GetEach<'a, K, V, I, S>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized + 'q,
    I: Iterator<Item = &'q Q>,
    S: Shape<K>,
{
    /// Looks up the next group of keys.
    fn look_up(&mut self) {
        (self.next, self.len) = (0, 0);
        let Some(first) = self.keys.next() else { return };
        let mut keys = [first; GROUP];
        let mut len = 1;
        // Not more than fit, lest one is lost.
        for (place, key) in keys[1..].iter_mut().zip(&mut self.keys) {
            *place = key;
            len += 1;
        }
        let found = &mut self.found[..len];
        match self.root {
            // SAFETY: the map is borrowed for 'a.
            Some(root) => unsafe { find_values(root, &keys[..len], found) },
            None => found.fill(None),
        }
        // Not before: the keys may have panicked, and so may a comparison.
        self.len = len;
    }
}

impl<'q, K, V, Q, I, S> ExactSizeIterator for GetEach<'_, K, V, I, S>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized + 'q,
    I: ExactSizeIterator<Item = &'q Q>,
    S: Shape<K>,
{
}

impl<'q, K, V, Q, I, S> FusedIterator for GetEach<'_, K, V, I, S>
where
    K: Borrow<Q>,
    Q: Ord + ?Sized + 'q,
    I: FusedIterator<Item = &'q Q>,
    S: Shape<K>,
{
}

impl<K, V, I, S: Shape<K>> fmt::Debug for GetEach<'_, K, V, I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetEach").field("known", &(self.len - self.next)).finish_non_exhaustive()
    }
}
