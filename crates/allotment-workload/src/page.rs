//! [`Page`]: the buffer that a map is read into page by page.

use std::mem::size_of;

/// Bytes of entries that a page holds at most.
pub const PAGE_BYTES: usize = 1 << 20;

/// A buffer for entries, up to [`PAGE_BYTES`] of keys and values. It is used again for each page.
///
/// Keys and values lie apart, so that an entry takes the bytes of the two and no padding.
///
/// ```
/// use allotment_workload::{PAGE_BYTES, Page};
///
/// let mut page = Page::new(1_000_000);
/// page.extend((0u64..).zip(0..).take(page.entries()));
/// assert_eq!((page.len(), page.next_after()), (PAGE_BYTES / 16, Some(65_535)));
/// ```
#[derive(Clone, Debug)]
pub struct Page<K> {
    keys: Vec<K>,
    values: Vec<u64>,
}

impl<K: Copy> Page<K> {
    /// Entries of a full page.
    const MOST: usize = PAGE_BYTES / (size_of::<K>() + size_of::<u64>());

    /// An empty page, with room for as many of `len` entries as a page has.
    pub fn new(len: usize) -> Self {
        let room = len.min(Self::MOST);
        Page { keys: Vec::with_capacity(room), values: Vec::with_capacity(room) }
    }

    /// How many entries a page has at most.
    pub fn entries(&self) -> usize {
        Self::MOST
    }

    /// How many entries are in it.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Where the page behind this one goes on: behind its last key, if it is full.
    pub fn next_after(&self) -> Option<K> {
        self.keys.last().copied().filter(|_| self.len() >= Self::MOST)
    }

    /// The entries in it.
    pub fn iter(&self) -> impl Iterator<Item = (K, u64)> {
        self.keys.iter().copied().zip(self.values.iter().copied())
    }

    /// Removes all entries, and keeps the buffer.
    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }
}

impl<K> Extend<(K, u64)> for Page<K> {
    #[inline]
    fn extend<I: IntoIterator<Item = (K, u64)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.keys.push(key);
            self.values.push(value);
        }
    }
}

impl<'a, K: Copy> Extend<(&'a K, &'a u64)> for Page<K> {
    #[inline]
    fn extend<I: IntoIterator<Item = (&'a K, &'a u64)>>(&mut self, entries: I) {
        self.extend(entries.into_iter().map(|(key, value)| (*key, *value)));
    }
}
