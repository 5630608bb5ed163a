//! [`Column`]: the keys of a page, or the values, side by side.

use core::hint::black_box;
use core::ops::Range;

/// How many bytes each entry of a column has: so many, or as many as its ends say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Fixed(u16),
    Variable,
}

/// In a file, the width of entries that have no fixed one.
const VARIABLE: u16 = u16::MAX;

/// Bytes of a line of cache.
const LINE: usize = 64;

/// How many entries are left to be compared after the first step of a search of numbers.
const NEAR: usize = 32;

/// The bytes of one end.
pub(crate) const END: usize = size_of::<u16>();

impl Width {
    /// The width of a stored type.
    ///
    /// # Panics
    ///
    /// If it is too large, which constants find out while they are compiled.
    pub(crate) const fn of(width: Option<usize>) -> Self {
        match width {
            Some(width) => {
                assert!(width < VARIABLE as usize, "a type is too wide to be stored");
                Self::Fixed(width as u16)
            }
            None => Self::Variable,
        }
    }

    pub(crate) const fn from_number(number: u16) -> Self {
        match number {
            VARIABLE => Self::Variable,
            width => Self::Fixed(width),
        }
    }

    #[cfg(any(feature = "std", test))]
    pub(crate) const fn number(self) -> u16 {
        match self {
            Self::Variable => VARIABLE,
            Self::Fixed(width) => width,
        }
    }

    /// What an entry costs beside its bytes.
    #[inline]
    pub(crate) const fn overhead(self) -> usize {
        match self {
            Self::Variable => END,
            Self::Fixed(_) => 0,
        }
    }
}

/// The entries of a column: bytes side by side, and where each ends unless all are as wide.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column<'a> {
    width: Width,
    ends: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Column<'a> {
    /// Makes the columns of `count` entries out of a payload, if that is just what they take.
    ///
    /// Ends come first, then bytes; each time keys before values.
    #[inline(always)]
    pub(crate) fn pair(
        payload: &'a [u8],
        count: usize,
        keys: Width,
        values: Width,
    ) -> Option<(Self, Self)> {
        let (key_ends, rest) = payload.split_at_checked(count.checked_mul(keys.overhead())?)?;
        let (value_ends, rest) = rest.split_at_checked(count.checked_mul(values.overhead())?)?;
        let key_bytes = match keys {
            Width::Fixed(width) => count.checked_mul(usize::from(width))?,
            Width::Variable => usize::from(last_end(key_ends)),
        };
        let (key_bytes, value_bytes) = rest.split_at_checked(key_bytes)?;
        let value_len = match values {
            Width::Fixed(width) => count.checked_mul(usize::from(width))?,
            Width::Variable => usize::from(last_end(value_ends)),
        };
        let keys = Self { width: keys, ends: key_ends, bytes: key_bytes };
        let values = Self { width: values, ends: value_ends, bytes: value_bytes };
        (value_len == value_bytes.len()).then_some((keys, values))
    }

    /// Whether each entry ends at or behind its beginning, and all within the column.
    pub(crate) fn ends_ascend(&self) -> bool {
        let (ends, _) = self.ends.as_chunks::<END>();
        ends.iter().map(|end| u16::from_le_bytes(*end)).is_sorted()
    }

    /// The bytes of an entry; none where there is no such entry.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> &'a [u8] {
        let (start, end) = match self.width {
            Width::Fixed(width) => {
                let width = usize::from(width);
                (at * width, (at + 1) * width)
            }
            Width::Variable => {
                let start = if at == 0 { 0 } else { self.end(at - 1) };
                (start, self.end(at))
            }
        };
        self.bytes.get(start..end).unwrap_or_default()
    }

    #[inline]
    fn end(&self, at: usize) -> usize {
        let (ends, _) = self.ends.as_chunks::<END>();
        ends.get(at).map_or(0, |end| usize::from(u16::from_le_bytes(*end)))
    }

    /// How many of the first `count` entries come before `key`, if they ascend.
    #[inline]
    pub(crate) fn before(&self, count: usize, key: &[u8]) -> usize {
        self.partition::<false>(count, key, |_| ())
    }

    /// The same, with the values of the entries that are left to be compared on their way to the
    /// caches while keys are still compared.
    #[inline]
    pub(crate) fn before_fetching(&self, count: usize, key: &[u8], values: &Column<'_>) -> usize {
        self.partition::<false>(count, key, |places| values.fetch(places))
    }

    /// Loads a byte of each line of cache that these entries are in, if they are short. Nothing
    /// waits for these loads, so that they cost what a hint does.
    #[inline]
    fn fetch(&self, places: Range<usize>) {
        if let Width::Fixed(width @ ..=16) = self.width {
            let width = usize::from(width);
            let bytes = self.bytes.get(places.start * width..places.end * width);
            for line in bytes.unwrap_or_default().chunks(LINE) {
                black_box(line[0]);
            }
        }
    }

    /// How many of the first `count` entries come before `key` or equal it, if they ascend.
    #[inline]
    pub(crate) fn up_to(&self, count: usize, key: &[u8]) -> usize {
        self.partition::<true>(count, key, |_| ())
    }

    #[inline]
    fn partition<const EQUAL: bool>(
        &self,
        count: usize,
        key: &[u8],
        narrowed: impl Fn(Range<usize>),
    ) -> usize {
        match (self.width, key.len()) {
            (Width::Fixed(4), 4) => {
                self.partition_numbers::<_, 4, EQUAL>(count, key, u32::from_be_bytes, narrowed)
            }
            (Width::Fixed(8), 8) => {
                self.partition_numbers::<_, 8, EQUAL>(count, key, u64::from_be_bytes, narrowed)
            }
            (Width::Fixed(16), 16) => {
                self.partition_numbers::<_, 16, EQUAL>(count, key, u128::from_be_bytes, narrowed)
            }
            _ => partition(count, |at| is_low::<_, EQUAL>(self.get(at), key)),
        }
    }

    /// Bytes of these widths compare as big-endian numbers, which takes one instruction.
    #[inline]
    fn partition_numbers<T: Ord + Default, const N: usize, const EQUAL: bool>(
        &self,
        count: usize,
        key: &[u8],
        number: fn([u8; N]) -> T,
        narrowed: impl Fn(Range<usize>),
    ) -> usize {
        let (entries, _) = self.bytes.as_chunks::<N>();
        let entries = entries.get(..count).unwrap_or(entries);
        let key = key.try_into().map_or_else(|_| T::default(), number);
        partition_of_near(entries, |entry| is_low::<_, EQUAL>(&number(*entry), &key), narrowed)
    }

    /// The entries from `start` on, if all are of the same width, and that is not zero.
    #[inline]
    pub(crate) fn of_width(
        &self,
        start: usize,
    ) -> Option<impl Iterator<Item = &'a [u8]> + use<'a>> {
        match self.width {
            Width::Fixed(width @ 1..) => {
                let width = usize::from(width);
                let bytes = self.bytes.get(start * width..).unwrap_or_default();
                Some(bytes.chunks_exact(width))
            }
            _ => None,
        }
    }
}

/// The same as [`partition`] for entries that lie side by side, some in the same line of cache.
///
/// A step of a binary search waits for the memory that the last one asked for. Here the last of
/// each 32 entries are compared, then those of each 8, then what is left: three times several that
/// are asked for at once.
///
/// `narrowed` is told which entries are left to be compared after the first of these.
#[inline]
fn partition_of_near<T>(
    entries: &[T],
    is_low: impl Fn(&T) -> bool,
    narrowed: impl Fn(Range<usize>),
) -> usize {
    let (mut base, mut rest) = (0, entries);
    for stride in [NEAR, 8, 1] {
        let blocks = rest.chunks_exact(stride);
        let lows: usize = blocks.map(|block| usize::from(is_low(&block[stride - 1]))).sum();
        base += lows * stride;
        // Of the block that the first high entry is in, the last is known to be high.
        rest = rest.get(lows * stride..).unwrap_or_default();
        rest = rest.get(..stride).unwrap_or(rest);
        if stride == NEAR {
            narrowed(base..base + rest.len());
        }
    }
    base
}

/// Whether an entry comes before `key`, or perhaps equals it.
#[inline]
fn is_low<T: Ord + ?Sized, const EQUAL: bool>(entry: &T, key: &T) -> bool {
    if EQUAL { entry <= key } else { entry < key }
}

/// How many of `0..count` are low, if the low ones come first: binary, always in as many steps.
#[inline]
fn partition(count: usize, is_low: impl Fn(usize) -> bool) -> usize {
    let (mut base, mut size) = (0, count);
    while size > 1 {
        let half = size / 2;
        base = core::hint::select_unpredictable(is_low(base + half - 1), base + half, base);
        size -= half;
    }
    base + usize::from(size == 1 && is_low(base))
}

/// Where the last entry ends: 0 if there is none.
#[inline]
pub(crate) fn last_end(ends: &[u8]) -> u16 {
    ends.last_chunk().map_or(0, |end| u16::from_le_bytes(*end))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn partitions_are_those_of_slices() {
        for count in 0..40 {
            for low in 0..=count {
                let entries: Vec<usize> = (0..count).collect();
                let expected = entries.partition_point(|entry| *entry < low);
                assert_eq!(partition(count, |at| at < low), expected);
            }
        }
    }

    #[test]
    fn near_partitions_are_those_of_slices() {
        for count in 0..300 {
            for low in 0..=count {
                let entries: Vec<usize> = (0..count).collect();
                assert_eq!(partition_of_near(&entries, |at| *at < low, |_| ()), low);
                // What is in no order ends within what there is.
                assert!(partition_of_near(&entries, |at| at % 3 == 1, |_| ()) <= count);
            }
        }
    }

    #[test]
    fn columns_take_all_of_the_payload_or_are_refused() {
        // Two texts, `a` and `bc`, with values of one byte.
        let payload = [1, 0, 3, 0, b'a', b'b', b'c', 7, 8];
        let pair = |payload, count| Column::pair(payload, count, Width::Variable, Width::Fixed(1));
        let (keys, values) = pair(&payload, 2).unwrap();
        assert_eq!([keys.get(0), keys.get(1), keys.get(2)], [&b"a"[..], b"bc", b""]);
        assert_eq!([values.get(0), values.get(1), values.get(2)], [&[7][..], &[8], &[]]);
        assert_eq!([b"a", b"b", b"c"].map(|key| keys.before(2, key)), [0, 1, 2]);
        assert_eq!([b"a", b"b", b"c"].map(|key| keys.up_to(2, key)), [1, 1, 2]);
        assert!(keys.ends_ascend());
        assert!(pair(&payload[..8], 2).is_none());
        assert!(pair(&payload, 1).is_none() && pair(&payload, 3).is_none());
        assert!(pair(&[], usize::MAX).is_none());
        let (keys, _) = pair(&[9, 0, 3, 0, b'a', b'b', b'c', 7, 8], 2).unwrap();
        assert!(!keys.ends_ascend());
        assert_eq!(keys.get(0), b"");
    }

    #[test]
    fn numbers_are_searched_as_bytes_are() {
        let keys: Vec<u8> = (1..=9_u64).flat_map(|n| (n * 300).to_be_bytes()).collect();
        let (column, _) = Column::pair(&keys, 9, Width::Fixed(8), Width::Fixed(0)).unwrap();
        for key in 0..3000_u64 {
            let bytes = key.to_be_bytes();
            assert_eq!(column.before(9, &bytes), (key.saturating_sub(1) / 300).min(9) as usize);
            assert_eq!(column.up_to(9, &bytes), (key / 300).min(9) as usize);
        }
        // What is no number is compared as it is.
        assert_eq!(column.before(9, b""), 0);
    }
}
