//! Putting ids into a block, and taking them out: in place where that will do, or by writing all of
//! them anew.

use core::alloc::Layout;

use allotment_alloc::Allocator;

use crate::raw::block::Block;
use crate::raw::code::{Code, MOST, MOST_GAPS};
use crate::raw::large::{reach, replace, take_from_large, tighten_large};
use crate::raw::owned::Owned;
use crate::raw::search::Side;

/// Bytes that a block may grow by for an id before its first or behind its last, rather than
/// beginning another block.
const STRETCH: usize = 64;
/// Lengths of a block at which a removal writes all ids anew.
const REWRITE_EVERY: usize = 32;

/// Ids of the smallest buffer.
const SMALL: usize = 32;

/// How much room a block gets that is to hold more.
#[derive(Clone, Copy)]
pub(super) enum Room {
    /// As much as it takes.
    Enough,
    /// Twice that: more is to come behind the last one.
    Twice,
}

/// What became of an id that was put in a block.
pub(crate) enum Put<'a, A: Allocator> {
    Present,
    Done,
    /// It is in a block of its own, which belongs before or behind the other.
    Beside(Side, Owned<'a, Block, A>),
    /// It and the others are in two blocks, which take the place of the other.
    Halves(Owned<'a, Block, A>, Owned<'a, Block, A>),
}

/// What became of an id that was taken out of a block.
#[derive(PartialEq, Eq)]
pub(crate) enum Taken {
    Absent,
    Done,
    /// It is the only one, and still there.
    Last,
}

/// Reads ids to a buffer; answers how many there are.
pub(super) fn unpack(block: &Block, ids: &mut [u64]) -> usize {
    let ids = &mut ids[..block.len()];
    block.read().enumerate().for_each(|(at, id)| ids[at] = id);
    ids.len()
}

/// Lends a buffer for so many ids, not much larger than that: to zero it takes time.
fn with_buffer<T>(len: usize, run: impl FnOnce(&mut [u64]) -> T) -> T {
    if len <= SMALL {
        run(&mut [0; SMALL])
    } else if len <= MOST_GAPS + 1 {
        run(&mut [0; MOST_GAPS + 1])
    } else {
        run(&mut [0; MOST + 1])
    }
}

/// Ids in a block of their own.
///
/// # Errors
///
/// The layout that the allocator could not serve.
pub(crate) fn pack<'a, A: Allocator>(
    ids: &[u64],
    alloc: &'a A,
) -> Result<Owned<'a, Block, A>, Layout> {
    let block = Block::new(ids, Code::of_part(ids), alloc)?;
    // SAFETY: made on this allocator just now.
    Ok(unsafe { Owned::new(block, alloc) })
}

/// Writes ids to a block, or to another one that takes its place if there is no room.
///
/// # Errors
///
/// The layout that the allocator could not serve; the block is as it was.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(super) unsafe fn repack<A: Allocator>(
    block: &mut Block,
    ids: &[u64],
    (code, bytes): (Code, usize),
    room: Room,
    alloc: &A,
) -> Result<(), Layout> {
    if bytes <= block.room() {
        block.rewrite(ids, code);
    } else {
        let bytes = match room {
            Room::Enough => bytes,
            Room::Twice => 2 * bytes,
        };
        // SAFETY: passed on.
        unsafe { replace(block, Block::new(ids, (code, bytes), alloc)?, alloc) };
    }
    Ok(())
}

/// Gives back the room of a block that nothing is to come to, if there is memory to do so.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(super) unsafe fn tighten<A: Allocator>(block: &mut Block, alloc: &A) {
    if block.is_large() {
        // SAFETY: passed on.
        return unsafe { tighten_large(block, alloc) };
    }
    let tight = with_buffer(block.len(), |buffer| {
        let len = unpack(block, buffer);
        let (code, bytes) = Code::of_part(&buffer[..len]);
        (9 * bytes < 8 * block.room()).then(|| Block::new(&buffer[..len], (code, bytes), alloc))
    });
    if let Some(Ok(tight)) = tight {
        // SAFETY: passed on.
        unsafe { replace(block, tight, alloc) };
    }
}

/// Puts an id into a block, or prepares the blocks that take its place.
///
/// # Errors
///
/// The layout that the allocator could not serve; the block is as it was.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(crate) unsafe fn put<'a, A: Allocator>(
    block: &mut Block,
    id: u64,
    alloc: &'a A,
) -> Result<Put<'a, A>, Layout> {
    if let Some(run) = block.completed_by(id, alloc) {
        // SAFETY: passed on.
        unsafe { replace(block, run, alloc) };
        return Ok(Put::Done);
    }
    if let Some(is_new) = block.insert(id) {
        return Ok(if is_new { Put::Done } else { Put::Present });
    }
    // SAFETY: passed on.
    unsafe { put_anew(block, id, Room::Enough, alloc) }
}

/// [`put`] where the other ids must be written anew.
///
/// # Errors
///
/// As for `put`.
///
/// # Safety
///
/// As for `put`.
pub(super) unsafe fn put_anew<'a, A: Allocator>(
    block: &mut Block,
    id: u64,
    room: Room,
    alloc: &'a A,
) -> Result<Put<'a, A>, Layout> {
    if block.is_large() {
        // SAFETY: passed on.
        return unsafe { put_large(block, id, room, alloc) };
    }
    // SAFETY: passed on.
    with_buffer(block.len() + 1, |buffer| unsafe { put_among(block, buffer, id, room, alloc) })
}

/// [`put`] of an id that is not there, before or behind what there is room for.
///
/// # Errors
///
/// As for `put`.
///
/// # Safety
///
/// As for `put`.
unsafe fn put_large<'a, A: Allocator>(
    block: &mut Block,
    id: u64,
    room: Room,
    alloc: &'a A,
) -> Result<Put<'a, A>, Layout> {
    // SAFETY: passed on.
    if unsafe { reach(block, id, matches!(room, Room::Twice), alloc) }? {
        block.insert(id).expect("a bit that there is room for");
        return Ok(Put::Done);
    }
    let side = if id < block.first() { Side::Before } else { Side::After };
    Ok(Put::Beside(side, pack(&[id], alloc)?))
}

/// [`put`], by way of a buffer with room for the id.
///
/// # Errors
///
/// As for `put`.
///
/// # Safety
///
/// As for `put`.
unsafe fn put_among<'a, A: Allocator>(
    block: &mut Block,
    buffer: &mut [u64],
    id: u64,
    room: Room,
    alloc: &'a A,
) -> Result<Put<'a, A>, Layout> {
    let len = unpack(block, buffer);
    let Err(at) = buffer[..len].binary_search(&id) else { return Ok(Put::Present) };
    buffer.copy_within(at..len, at + 1);
    buffer[at] = id;
    let ids = &buffer[..=len];
    let is_end = at == 0 || at == len;
    match Code::of(ids) {
        Some((code, bytes)) if !is_end || bytes <= block.room() + STRETCH => {
            // SAFETY: passed on.
            unsafe { repack(block, ids, (code, bytes), room, alloc) }?;
            Ok(Put::Done)
        }
        _ if is_end => {
            let side = if at == 0 { Side::Before } else { Side::After };
            Ok(Put::Beside(side, pack(&[id], alloc)?))
        }
        _ => {
            let (left, right) = ids.split_at(ids.len() / 2);
            Ok(Put::Halves(pack(left, alloc)?, pack(right, alloc)?))
        }
    }
}

/// Takes an id out of a block.
///
/// # Errors
///
/// The layout that the allocator could not serve: gaps that are put together may need more bits.
/// The block is as it was.
///
/// # Safety
///
/// The block stems from `alloc`.
pub(crate) unsafe fn take<A: Allocator>(
    block: &mut Block,
    id: u64,
    alloc: &A,
) -> Result<Taken, Layout> {
    let len = block.len();
    if block.is_large() {
        // SAFETY: passed on.
        let was_there = unsafe { take_from_large(block, id, alloc) }?;
        return Ok(if was_there { Taken::Done } else { Taken::Absent });
    }
    // Now and then all are written anew, for they may take less by then.
    if !len.is_multiple_of(REWRITE_EVERY)
        && let Some(was_there) = block.remove(id)
    {
        return Ok(if was_there { Taken::Done } else { Taken::Absent });
    }
    // SAFETY: passed on.
    with_buffer(len, |buffer| unsafe { take_among(block, buffer, id, alloc) })
}

/// [`take`], by way of a buffer with room for the ids.
///
/// # Errors
///
/// As for `take`.
///
/// # Safety
///
/// As for `take`.
unsafe fn take_among<A: Allocator>(
    block: &mut Block,
    buffer: &mut [u64],
    id: u64,
    alloc: &A,
) -> Result<Taken, Layout> {
    let len = unpack(block, buffer);
    let Ok(at) = buffer[..len].binary_search(&id) else { return Ok(Taken::Absent) };
    if len == 1 {
        return Ok(Taken::Last);
    }
    buffer.copy_within(at + 1..len, at);
    let ids = &buffer[..len - 1];
    let (code, bytes) = Code::of_part(ids);
    if 4 * bytes < block.room()
        && let Ok(smaller) = Block::new(ids, (code, bytes), alloc)
    {
        // SAFETY: passed on.
        unsafe { replace(block, smaller, alloc) };
        return Ok(Taken::Done);
    }
    // SAFETY: passed on.
    unsafe { repack(block, ids, (code, bytes), Room::Enough, alloc) }?;
    Ok(Taken::Done)
}
