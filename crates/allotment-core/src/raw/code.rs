//! Ascending ids as bytes: [`Code`] says how.
//!
//! ```text
//! first     the first id, in as many bytes as it takes
//! gaps      for each id behind it, in `width` bits, how many were left out
//! or bits   for each number behind it up to the last id, whether that is an id
//! ```
//!
//! Gaps of one width for a block are the frame-of-reference coding of Lemire and Boytsov (Decoding
//! billions of integers per second through vectorization, 2015) without its SIMD layout; bits where
//! they take less are what roaring bitmaps do for dense ranges.

use crate::raw::bits::{self, load};
use crate::raw::reader::{Gaps, Numbers, Reader};

/// Ids above which a block has bits, or gaps of no width.
pub(crate) const MOST_GAPS: usize = 256;
/// Ids above which they are not written one by one, but changed as bits or as a run.
pub(crate) const MOST: usize = 2048;
/// Bits of the largest block of bits, and ids behind the first of the longest run.
pub(super) const SPAN_MOST: u64 = 8 * 1024;
/// Stands for bits in the place of a width.
pub(super) const BITS: u8 = 127;

/// How ids are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// How many there are: one at least.
    pub(crate) len: usize,
    /// Bits of a gap, or `BITS`.
    pub(crate) width: u8,
    /// Bytes of the first id: 1 to 8, and 8 if bits are more than [`MOST`], so that any can be it.
    pub(crate) first_bytes: usize,
}

impl Code {
    /// The shortest for ascending ids, and the bytes that it takes; `None` if they are too many for
    /// one block, or take less in two.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub(crate) fn of(ids: &[u64]) -> Option<(Self, usize)> {
        let Ways { gaps, bits, gap_bytes } = Ways::of(ids);
        match (gaps, bits) {
            (Some(gaps), Some(bits)) => Some(if bits.1 < gaps.1 { bits } else { gaps }),
            // So many gaps take more than one block, though less perhaps than a bit a number.
            (None, Some(bits)) => (bits.1 < gap_bytes).then_some(bits),
            (gaps, None) => gaps,
        }
    }

    /// The same for ids that were in one block, or some of which were.
    ///
    /// # Panics
    ///
    /// If they were not, or there are none.
    pub(crate) fn of_part(ids: &[u64]) -> (Self, usize) {
        let any = || {
            let Ways { gaps, bits, .. } = Ways::of(ids);
            gaps.or(bits)
        };
        Self::of(ids).or_else(any).expect("ids that lie no further apart than in their block")
    }

    /// Writes ids that this is the code of.
    ///
    /// # Panics
    ///
    /// If `bytes` are fewer than [`of`](Self::of) said.
    pub(crate) fn write(self, ids: &[u64], bytes: &mut [u8]) {
        let (head, payload) = bytes.split_at_mut(self.first_bytes);
        head.copy_from_slice(&ids[0].to_le_bytes()[..self.first_bytes]);
        if self.width == BITS {
            payload.fill(0);
            for id in &ids[1..] {
                let bit = (id - ids[0] - 1) as usize;
                payload[bit / 8] |= 1 << (bit % 8);
            }
        } else {
            let gaps = ids.windows(2).map(|two| two[1] - two[0] - 1);
            write_gaps(gaps, self.width.into(), payload);
        }
    }

    /// Puts an id in without writing the others anew; answers whether it is new, or `None` if there
    /// is no room for that, or no way.
    pub(crate) fn insert(&mut self, id: u64, bytes: &mut [u8]) -> Option<bool> {
        let (first, payload) = self.split(bytes);
        if id <= first {
            return (id == first).then_some(false);
        }
        if self.width == BITS {
            return self.set(id - first - 1, &mut bytes[self.first_bytes..]);
        }
        let (head, at) = self.place_of(id, first, payload);
        if head == id {
            return Some(false);
        }
        let next = (at + 1 < self.len).then(|| head + 1 + self.gap(payload, at));
        if next == Some(id) {
            return Some(false);
        }
        self.insert_between((head, at, next), id, &mut bytes[self.first_bytes..])
    }

    /// [`insert`](Self::insert) of an id beyond the last one, which is known.
    pub(crate) fn push(&mut self, last: u64, id: u64, bytes: &mut [u8]) -> Option<bool> {
        if self.width == BITS {
            return self.insert(id, bytes);
        }
        self.insert_between((last, self.len - 1, None), id, &mut bytes[self.first_bytes..])
    }

    /// Puts a new id in behind `head`, which is number `at`, and before `next` if there is one.
    fn insert_between(
        &mut self,
        (head, at, next): (u64, usize, Option<u64>),
        id: u64,
        payload: &mut [u8],
    ) -> Option<bool> {
        let (width, gap) = (usize::from(self.width), id - head - 1);
        let most = if width == 0 { SPAN_MOST as usize } else { MOST_GAPS };
        let fits = self.len * width <= payload.len() * 8;
        if self.len >= most || !fits || bits_of(gap) > width as u32 {
            return None;
        }
        if width > 0 {
            if let Some(next) = next {
                bits::move_up(payload, (at + 1) * width, (self.len - 1) * width, width);
                bits::put(payload, (at + 1) * width, width, next - id - 1);
            }
            bits::put(payload, at * width, width, gap);
        }
        self.len += 1;
        Some(true)
    }

    /// Takes one of several ids out without writing the others anew; answers whether it was there,
    /// or `None` if there is no way: the gap that is left, or the new first one, takes more room.
    pub(crate) fn remove(&mut self, id: u64, bytes: &mut [u8]) -> Option<bool> {
        let (first, payload) = self.split(bytes);
        if id <= first {
            return if id == first { self.remove_first(bytes) } else { Some(false) };
        }
        if self.width == BITS {
            return Some(self.unset(id - first - 1, &mut bytes[self.first_bytes..]));
        }
        let (head, at) = self.place_of(id, first, payload);
        if at + 1 == self.len || head + 1 + self.gap(payload, at) != id {
            return Some(false);
        }
        let width = usize::from(self.width);
        if at + 2 < self.len {
            let gap = self.gap(payload, at) + 1 + self.gap(payload, at + 1);
            if bits_of(gap) > width as u32 {
                return None;
            }
            let payload = &mut bytes[self.first_bytes..];
            bits::move_down(payload, (at + 2) * width, (self.len - 1) * width, width);
            bits::put(payload, at * width, width, gap);
        }
        self.len -= 1;
        Some(true)
    }

    /// [`remove`](Self::remove) of the first one.
    fn remove_first(&mut self, bytes: &mut [u8]) -> Option<bool> {
        let mut ids = self.read(bytes);
        let (first, second) = (ids.next()?, ids.next()?);
        if bits_of(second) as usize > 8 * self.first_bytes {
            return None;
        }
        let (head, payload) = bytes.split_at_mut(self.first_bytes);
        head.copy_from_slice(&second.to_le_bytes()[..self.first_bytes]);
        if self.width == BITS {
            let (by, end) = ((second - first) as usize, 8 * payload.len());
            bits::move_down(payload, by, end, by);
            bits::clear(payload, end - by, end);
        } else {
            let width = usize::from(self.width);
            bits::move_down(payload, width, (self.len - 1) * width, width);
        }
        self.len -= 1;
        Some(true)
    }

    /// The greatest id less than this one, which is not the first, and its number. Reads the gaps
    /// before it.
    fn place_of(self, id: u64, first: u64, payload: &[u8]) -> (u64, usize) {
        if self.width == 0 {
            let at = (id - 1 - first).min(self.len as u64 - 1);
            return (first + at, at as usize);
        }
        let (mut head, mut at) = (first, 0);
        let mut gaps = Gaps::new(payload, self.width);
        while at + 1 < self.len {
            let next = head + 1 + gaps.next();
            if next >= id {
                break;
            }
            (head, at) = (next, at + 1);
        }
        (head, at)
    }

    /// The gap behind the id of this number.
    fn gap(self, payload: &[u8], at: usize) -> u64 {
        Gaps::new(payload, self.width).nth(at)
    }

    /// [`insert`](Self::insert) where each number has a bit.
    fn set(&mut self, bit: u64, payload: &mut [u8]) -> Option<bool> {
        let byte = usize::try_from(bit / 8).ok()?;
        // A block may have room for more bits than one is written with.
        let is_beyond = bit >= SPAN_MOST || byte >= payload.len();
        if is_beyond || self.len == MOST && self.first_bytes < 8 {
            return None;
        }
        // The last byte may have bits behind the last id, which are free to take.
        let mask = 1 << (bit % 8);
        let is_new = payload[byte] & mask == 0;
        payload[byte] |= mask;
        self.len += usize::from(is_new);
        Some(is_new)
    }

    /// [`remove`](Self::remove) where each number has a bit.
    fn unset(&mut self, bit: u64, payload: &mut [u8]) -> bool {
        let byte = usize::try_from(bit / 8).ok().and_then(|byte| payload.get_mut(byte));
        let Some(byte) = byte else { return false };
        let mask = 1 << (bit % 8);
        let was_there = *byte & mask != 0;
        *byte &= !mask;
        self.len -= usize::from(was_there);
        was_there
    }

    /// Whether an id is there, if that can be told from its bit.
    pub(crate) fn bit_is_set(self, id: u64, bytes: &[u8]) -> Option<bool> {
        let (first, payload) = self.split(bytes);
        if self.width != BITS || id <= first {
            return (id <= first).then_some(id == first);
        }
        let bit = id - first - 1;
        let byte = usize::try_from(bit / 8).ok().and_then(|byte| payload.get(byte));
        Some(byte.is_some_and(|byte| byte >> (bit % 8) & 1 == 1))
    }

    /// The first id, and the bytes behind it.
    pub(super) fn split(self, bytes: &[u8]) -> (u64, &[u8]) {
        let (head, payload) = bytes.split_at(self.first_bytes);
        (load(head, 0), payload)
    }

    /// Reads what was written to `bytes`.
    pub(crate) fn read(self, bytes: &[u8]) -> Reader<'_> {
        let (first, payload) = self.split(bytes);
        let numbers = if self.width == BITS {
            Numbers::Bits(payload)
        } else {
            Numbers::Gaps(Gaps::new(payload, self.width))
        };
        Reader::new(first, self.len, numbers)
    }
}

/// Writes gaps of one width, lowest bits first.
fn write_gaps(gaps: impl Iterator<Item = u64>, width: u32, bytes: &mut [u8]) {
    let (mut held, mut bits, mut at) = (0u128, 0, 0);
    for gap in gaps {
        held |= u128::from(gap) << bits;
        bits += width;
        if bits >= u64::BITS {
            bytes[at..at + 8].copy_from_slice(&(held as u64).to_le_bytes());
            (held, bits, at) = (held >> u64::BITS, bits - u64::BITS, at + 8);
        }
    }
    let rest = bits.div_ceil(8) as usize;
    bytes[at..at + rest].copy_from_slice(&held.to_le_bytes()[..rest]);
}

/// The ways to write ids, with the bytes that they take, as far as there are.
struct Ways {
    gaps: Option<(Code, usize)>,
    bits: Option<(Code, usize)>,
    /// Bytes of all gaps, however many.
    gap_bytes: usize,
}

impl Ways {
    fn of(ids: &[u64]) -> Self {
        let (first, last, len) = (ids[0], ids[ids.len() - 1], ids.len());
        let widest = ids.windows(2).map(|two| two[1] - two[0] - 1).max().unwrap_or(0);
        let (width, span) = (bits_of(widest) as u8, last - first);
        let first_bytes = if len > MOST { 8 } else { bits_of(first).div_ceil(8).max(1) as usize };
        let code = |width| Code { len, width, first_bytes };
        let may_have_gaps = width == 0 || len <= MOST_GAPS;
        let may_have_bits = span <= SPAN_MOST;
        let gap_bytes = first_bytes + ((len - 1) * usize::from(width)).div_ceil(8);
        let bit_bytes = first_bytes + span.div_ceil(8) as usize;
        Self {
            gaps: may_have_gaps.then(|| (code(width), gap_bytes)),
            bits: may_have_bits.then(|| (code(BITS), bit_bytes)),
            gap_bytes,
        }
    }
}

/// Bits that a number takes.
fn bits_of(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}
