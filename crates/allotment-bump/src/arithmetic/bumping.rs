//! Where a block goes in a chunk, how large a chunk is, and how a block changes its size.
//!
//! A chunk and the three addresses that matter:
//!
//! ```text
//! | header (64) | block | block | ... | block |      room      |
//! ^ chunk, LINE-aligned                        ^ position       ^ limit
//! ```
//!
//! Addresses are plain integers here. `position` and `limit` are multiples of [`GRAIN`], and
//! `position <= limit`. A room without memory (before the first chunk) has `position == limit`;
//! since no footprint is empty, nothing is ever placed in it.

use crate::arithmetic::footprint::{Footprint, GRAIN, LINE};

/// What the header takes at the start of each chunk: one line, so that the payload starts on one.
pub(crate) const HEADER: usize = LINE;

/// The payload of the first chunk.
pub(crate) const FIRST_PAYLOAD: usize = 4 * 1024;

/// The payload at which chunks stop growing.
pub(crate) const LAST_PAYLOAD: usize = 2 * 1024 * 1024;

/// The free rest of the current chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) position: usize,
    pub(crate) limit: usize,
}

impl Room {
    /// The bytes left.
    pub(crate) const fn bytes(self) -> usize {
        debug_assert!(self.position <= self.limit, "the position never passes the limit");
        self.limit - self.position
    }

    /// How far from the position a block of this footprint starts, if there is room for it.
    ///
    /// `gap + wanted.size <= self.bytes()` for the result, so the block ends within the chunk.
    #[inline]
    pub(crate) const fn place(self, wanted: Footprint) -> Option<usize> {
        debug_assert!(self.position.is_multiple_of(GRAIN), "positions are multiples of the grain");
        // The distance to the next multiple of a power of two; it cannot overflow, unlike the
        // address of that multiple.
        let gap = self.position.wrapping_neg() & (wanted.align - 1);
        match gap.checked_add(wanted.size) {
            Some(taken) if taken <= self.bytes() => Some(gap),
            _ => None,
        }
    }

    /// Whether a block that starts here is the last one placed.
    ///
    /// A block of another chunk never seems to be: its end is at most the start of a chunk, and a
    /// position is a header's length past that.
    #[inline]
    pub(crate) const fn ends(self, start: usize, footprint: Footprint) -> bool {
        match start.checked_add(footprint.size) {
            Some(end) => end == self.position,
            None => false,
        }
    }

    /// How the block at `start` becomes one of another footprint.
    ///
    /// `vacant` says that a free block of the new class is at hand. It is then preferred, even to
    /// growing in place: a block changes its class only when no block of the new class is idle.
    /// So the number of blocks of a class stays within the most that were ever live at once, and
    /// steady churn that resizes its blocks does not grow the arena.
    pub(crate) const fn refit(
        self,
        start: usize,
        old: Footprint,
        new: Footprint,
        vacant: bool,
    ) -> Refit {
        if !start.is_multiple_of(new.align) {
            return Refit::Moves;
        }
        if old.size == new.size {
            return Refit::Stays;
        }
        if vacant {
            return Refit::Moves;
        }
        if self.ends(start, old) {
            // `limit - start` cannot underflow: the block lies before the position.
            let fits = new.size <= self.limit - start;
            return if fits { Refit::Slides } else { Refit::Moves };
        }
        if new.size < old.size { Refit::Cut } else { Refit::Moves }
    }
}

/// How a block changes its footprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refit {
    /// It has the new footprint already.
    Stays,
    /// It is the last one, and the position moves to its new end.
    Slides,
    /// It keeps its start; what is cut off is spare.
    Cut,
    /// It needs another place.
    Moves,
}

/// The least payload of a chunk in which a block of this footprint is sure to fit.
///
/// Payloads start on a line, so only a larger alignment can need a gap.
pub(crate) const fn payload_for(wanted: Footprint) -> Option<usize> {
    wanted.size.checked_add(wanted.align.saturating_sub(LINE))
}

/// The size of a chunk with this payload, header included; a valid size for a [`LINE`]-aligned
/// layout, or `None`.
pub(crate) const fn chunk_size(payload: usize) -> Option<usize> {
    const MOST: usize = isize::MAX as usize - (LINE - 1);
    if payload > MOST - HEADER {
        return None;
    }
    // `MOST` is a multiple of `LINE`, so rounding up stays within it.
    Some(HEADER + payload.next_multiple_of(LINE))
}

/// The payload that follows `payload`.
pub(crate) const fn grown(payload: usize) -> usize {
    if payload >= LAST_PAYLOAD / 2 { LAST_PAYLOAD } else { payload * 2 }
}

/// The payload at which growth starts in an arena whose first chunk holds `capacity`.
pub(crate) const fn growth_after(capacity: usize) -> usize {
    if capacity <= FIRST_PAYLOAD { FIRST_PAYLOAD } else { grown(capacity) }
}

#[cfg(test)]
mod tests;
