//! [`Level`]: the page of a level that is being filled.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::layout::column::{END, Width};
use crate::layout::page::PageHead;

/// The page of a level that is being filled: each level has one, whatever is written.
#[derive(Debug)]
pub(crate) struct Level {
    keys: OpenColumn,
    values: OpenColumn,
    pub(crate) count: u32,
    /// The number of its first entry.
    pub(crate) first: u64,
    /// Not before any key that was written, and not behind the keys of this page.
    pub(crate) separator: Vec<u8>,
}

/// A column that grows.
#[derive(Debug)]
struct OpenColumn {
    width: Width,
    ends: Vec<u8>,
    bytes: Vec<u8>,
    /// Where the last entry begins.
    last: usize,
}

impl Level {
    /// A level with memory for a whole page.
    pub(crate) fn new(keys: Width, values: Width, page_size: usize) -> Self {
        Self {
            keys: OpenColumn::new(keys, page_size),
            values: OpenColumn::new(values, page_size),
            count: 0,
            first: 0,
            separator: Vec::with_capacity(page_size / 2),
        }
    }

    /// Makes it the level of another file, with the memory it has.
    pub(crate) fn reuse(&mut self, keys: Width, values: Width, page_size: usize) {
        self.keys.reuse(keys, page_size);
        self.values.reuse(values, page_size);
        self.count = 0;
    }

    /// Removes all entries.
    pub(crate) fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
        self.count = 0;
    }

    /// Whether an entry fits.
    #[inline]
    pub(crate) fn has_room(&self, key: usize, value: usize, page_size: usize) -> bool {
        let open = self.keys.len() + self.values.len();
        let entry = key + self.keys.width.overhead() + value + self.values.width.overhead();
        open + entry <= page_size - PageHead::BYTES
    }

    /// Begins a page: what comes in is not before `separator`.
    pub(crate) fn begin(&mut self, separator: &[u8], first: u64) {
        self.clear();
        self.first = first;
        self.separator.clear();
        self.separator.extend_from_slice(separator);
    }

    #[inline]
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        self.keys.push(key);
        self.values.push(value);
        self.count += 1;
    }

    #[inline]
    pub(crate) fn last(&self) -> (&[u8], &[u8]) {
        (self.keys.last(), self.values.last())
    }

    /// How the last key compares with another.
    #[inline]
    pub(crate) fn order_of_last(&self, key: &[u8]) -> Ordering {
        let last = self.keys.last();
        // Numbers of these widths have just been written by one store, and are read by one load. A
        // comparison of slices reads more at once, for which it waits until the store is through.
        match key.len() {
            4 => compare_numbers(last, key, u32::from_be_bytes),
            8 => compare_numbers(last, key, u64::from_be_bytes),
            16 => compare_numbers(last, key, u128::from_be_bytes),
            _ => last.cmp(key),
        }
    }

    /// Appends the columns to `out`.
    pub(crate) fn write_to(&self, out: &mut Vec<u8>) {
        for part in [&self.keys.ends, &self.values.ends, &self.keys.bytes, &self.values.bytes] {
            out.extend_from_slice(part);
        }
    }
}

/// Compares slices of bytes, as big-endian numbers if both are as wide as those.
#[inline]
fn compare_numbers<T: Ord, const N: usize>(
    left: &[u8],
    right: &[u8],
    number: fn([u8; N]) -> T,
) -> Ordering {
    match (left.try_into(), right.try_into()) {
        (Ok(left), Ok(right)) => number(left).cmp(&number(right)),
        _ => left.cmp(right),
    }
}

impl OpenColumn {
    fn new(width: Width, page_size: usize) -> Self {
        let ends = if width == Width::Variable { page_size } else { 0 };
        Self {
            width,
            ends: Vec::with_capacity(ends),
            bytes: Vec::with_capacity(page_size),
            last: 0,
        }
    }

    fn reuse(&mut self, width: Width, page_size: usize) {
        self.clear();
        self.width = width;
        self.ends.reserve(if width == Width::Variable { page_size } else { 0 });
        self.bytes.reserve(page_size);
    }

    fn len(&self) -> usize {
        self.ends.len() + self.bytes.len()
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.bytes.clear();
        self.last = 0;
    }

    #[inline]
    fn push(&mut self, entry: &[u8]) {
        self.last = self.bytes.len();
        self.bytes.extend_from_slice(entry);
        if self.width == Width::Variable {
            // A page is at most as long as ends can say.
            let end: [u8; END] = (self.bytes.len() as u16).to_le_bytes();
            self.ends.extend_from_slice(&end);
        }
    }

    #[inline]
    fn last(&self) -> &[u8] {
        &self.bytes[self.last..]
    }
}
