//! Blocks of bits and runs, changed without reading their ids one by one: what those that are too
//! long for a buffer need, and what makes them.
//!
//! ```text
//! bits that have no hole left     -> a run, which takes a few bytes
//! a run that gets a hole          -> bits
//! two blocks of bits side by side -> one, if their numbers fit one
//! ```

use core::alloc::Layout;
use core::mem;

use allotment_alloc::Allocator;

use crate::raw::bits;
use crate::raw::block::Block;
use crate::raw::code::{BITS, Code, MOST, SPAN_MOST};
use crate::raw::owned::Free;
use crate::raw::reader::count_bits;

impl Block {
    /// Whether the ids are too many for a buffer.
    pub(super) fn is_large(&self) -> bool {
        self.len() > MOST
    }

    /// Whether each number has a bit.
    pub(super) fn has_bits(&self) -> bool {
        self.code().width == BITS
    }

    /// The first id.
    pub(super) fn first(&self) -> u64 {
        self.code().split(self.bytes()).0
    }

    /// Bytes that ids with bits or without gaps take, of which this is the last one.
    fn bytes_to(&self, last: u64) -> usize {
        let bits = if self.has_bits() { last - self.first() } else { 0 };
        self.code().first_bytes + bits.div_ceil(8) as usize
    }

    /// The same ids, as bits or as a run, with room for so many bytes, which are enough.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    fn resized<A: Allocator>(&self, bytes: usize, alloc: &A) -> Result<Self, Layout> {
        let mut other = Self::zeroed((self.code(), bytes), alloc)?;
        let count = other.room().min(self.room());
        other.bytes_mut()[..count].copy_from_slice(&self.bytes()[..count]);
        Ok(other)
    }

    /// The ids of a run, as bits.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    fn spread<A: Allocator>(&self, alloc: &A) -> Result<Self, Layout> {
        let Code { len, .. } = self.code();
        let code = Code { len, width: BITS, first_bytes: 8 };
        let mut spread = Self::zeroed((code, 8 + (len - 1).div_ceil(8)), alloc)?;
        let (head, payload) = spread.bytes_mut().split_at_mut(8);
        head.copy_from_slice(&self.first().to_le_bytes());
        bits::fill(payload, 0, len - 1);
        Ok(spread)
    }

    /// Whether an id is all that is lacking for bits without a hole.
    fn is_completed_by(&self, id: u64) -> bool {
        if !self.has_bits() {
            return false;
        }
        let (code, first) = (self.code(), self.first());
        let (_, payload) = code.split(self.bytes());
        let is_set =
            |bit: usize| payload.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1);
        // The bits that are set then are the first ones, if the one behind so many is not.
        let end = code.len;
        let is_within = end >= 64 && id > first && id - first <= end as u64;
        is_within
            && end <= 8 * payload.len()
            && !is_set(end)
            && !is_set((id - first - 1) as usize)
            && count_bits(payload, 0, end) == end - 1
    }

    /// The ids, and one that completes them, as a run; `None` if that does not.
    ///
    /// # Errors
    ///
    /// The layout that the allocator could not serve.
    pub(super) fn completed_by<A: Allocator>(&self, id: u64, alloc: &A) -> Option<Self> {
        if !self.is_completed_by(id) {
            return None;
        }
        let Code { len, first_bytes, .. } = self.code();
        let code = Code { len: len + 1, width: 0, first_bytes };
        let mut run = Self::zeroed((code, first_bytes), alloc).ok()?;
        run.bytes_mut()[..first_bytes].copy_from_slice(&self.bytes()[..first_bytes]);
        Some(run)
    }

    /// The ids of two blocks of bits, this one before the other, in one that takes no more; `None`
    /// if there is none.
    pub(super) fn united_with<A: Allocator>(&self, next: &Self, alloc: &A) -> Option<Self> {
        if !self.has_bits() || !next.has_bits() {
            return None;
        }
        let (first, start, end) = (self.first(), next.first(), next.last());
        let len = self.len() + next.len();
        let first_bytes = if len > MOST { 8 } else { self.code().first_bytes };
        let bytes = first_bytes + (end - first).div_ceil(8) as usize;
        if end - first > SPAN_MOST || bytes > self.room() + next.room() {
            return None;
        }
        let code = Code { len, width: BITS, first_bytes };
        let mut united = Self::zeroed((code, bytes), alloc).ok()?;
        let (head, payload) = united.bytes_mut().split_at_mut(first_bytes);
        head.copy_from_slice(&first.to_le_bytes()[..first_bytes]);
        let (_, own) = self.code().split(self.bytes());
        let before = (start - first - 1) as usize;
        bits::copy(own, payload, 0, before.min(8 * own.len()));
        bits::put(payload, before, 1, 1);
        let (_, others) = next.code().split(next.bytes());
        bits::copy(others, payload, before + 1, (end - start) as usize);
        Some(united)
    }
}

/// Grows bits so that they reach an id, which lies behind them; answers whether they can.
///
/// # Errors
///
/// The layout that the allocator could not serve; the block is as it was.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(super) unsafe fn reach<A: Allocator>(
    block: &mut Block,
    id: u64,
    is_twice: bool,
    alloc: &A,
) -> Result<bool, Layout> {
    let first = block.first();
    if !block.has_bits() || id <= first || id - first > SPAN_MOST {
        return Ok(false);
    }
    let reach = if is_twice { 2 * (id - first) } else { id - first };
    let bytes = block.bytes_to(first.saturating_add(reach.min(SPAN_MOST)));
    // SAFETY: passed on.
    unsafe { replace(block, block.resized(bytes, alloc)?, alloc) };
    Ok(true)
}

/// Takes an id out of a block that is too large for a buffer; answers whether it was there.
///
/// # Errors
///
/// The layout that the allocator could not serve; the block is as it was.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(super) unsafe fn take_from_large<A: Allocator>(
    block: &mut Block,
    id: u64,
    alloc: &A,
) -> Result<bool, Layout> {
    if let Some(was_there) = block.remove(id) {
        return Ok(was_there);
    }
    let mut spread = block.spread(alloc)?;
    let was_there = spread.remove(id).expect("bits, of which any can be the first");
    // SAFETY: passed on.
    unsafe { replace(block, spread, alloc) };
    Ok(was_there)
}

/// Gives back the room behind the last id of a block that is too large for a buffer, if there is
/// memory to do so.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(super) unsafe fn tighten_large<A: Allocator>(block: &mut Block, alloc: &A) {
    let bytes = block.bytes_to(block.last());
    if 9 * bytes < 8 * block.room()
        && let Ok(tight) = block.resized(bytes, alloc)
    {
        // SAFETY: passed on.
        unsafe { replace(block, tight, alloc) };
    }
}

/// Puts another block in the place of one.
///
/// # Safety
///
/// Both stem from `alloc`.
pub(super) unsafe fn replace<A: Allocator>(block: &mut Block, other: Block, alloc: &A) {
    let old = mem::replace(block, other);
    // SAFETY: passed on.
    unsafe { old.free(alloc) };
}
