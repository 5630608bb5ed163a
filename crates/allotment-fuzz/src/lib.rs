//! Fuzz targets: any bytes are steps on a collection, a cursor, an allocator or a file.
//!
//! Each function is a target; `cargo xtask fuzz` has libFuzzer drive them, and the tests of this
//! package feed them what it has found worth keeping. The first byte picks the types, the others
//! are steps, after each of which everything is compared with what std's collections say.
//!
//! All targets panic if what they try is wrong.

mod blocks;
mod lists;
mod snapshots;

use allotment_bump::Bump;
use allotment_core::Global;
use allotment_core::shape::{Small, Standard, Tiny};
use allotment_meter::Counting;
use allotment_pool::Pool;
use allotment_trial::checked::Checked;
use allotment_trial::pairs::{Bytes, Ghosts, Lines, PageValues, Probes, Strings, Words};
use allotment_trial::script::{Op, all_ops, steps_of};
use allotment_trial::{set_subject, subject};

/// Keys of a map: as many as give trees of several levels, with three slots a node.
const SPAN: u32 = 300;

/// What a failing step is said to belong to.
const NAME: &str = "this input";

/// A map of the kind that the first byte picks, through steps of these operations.
fn through_maps(data: &[u8], ops: &[Op]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let steps = steps_of(bytes, ops, SPAN);
    match kind % 7 {
        0 => subject::take::<Words, _, Tiny>(Pool::new(), NAME, steps, SPAN, 1),
        1 => subject::take::<Probes, _, Tiny>(Checked::new(), NAME, steps, SPAN, 1),
        2 => subject::take::<Strings, _, Standard>(Global, NAME, steps, SPAN, 1),
        3 => subject::take::<Bytes, _, Standard>(&Bump::new(), NAME, steps, SPAN, 1),
        4 => subject::take::<PageValues, _, Tiny>(Bump::new(), NAME, steps, SPAN, 1),
        5 => subject::take::<Ghosts, _, Small>(Checked::new(), NAME, steps, SPAN, 1),
        _ => subject::take::<Lines, _, Standard>(Pool::new(), NAME, steps, SPAN, 1),
    }
}

/// Every operation of the scripts, on a map.
pub fn map(data: &[u8]) {
    through_maps(data, &all_ops());
}

/// Every operation of the scripts, on a set.
pub fn set(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let ops = all_ops();
    let steps = steps_of(bytes, &ops, SPAN);
    match kind % 4 {
        0 => set_subject::take::<Words, _, Tiny>(Checked::new(), NAME, steps, SPAN, 1),
        1 => set_subject::take::<Probes, _, Tiny>(Pool::new(), NAME, steps, SPAN, 1),
        2 => set_subject::take::<Strings, _, Standard>(Bump::new(), NAME, steps, SPAN, 1),
        _ => set_subject::take::<Bytes, _, Standard>(Counting::new(Global), NAME, steps, SPAN, 1),
    }
}

/// Cursors, and what else edits ranges and gaps.
pub fn cursor(data: &[u8]) {
    const OPS: [Op; 12] = [
        Op::Cursor,
        Op::Cursor,
        Op::Cursor,
        Op::Insert,
        Op::Extend,
        Op::SplitRange,
        Op::Join,
        Op::Drain,
        Op::ExtractIf,
        Op::RemoveRange,
        Op::RangeBy,
        Op::Clear,
    ];
    through_maps(data, &OPS);
}

/// Operations on many pairs at once.
pub fn bulk(data: &[u8]) {
    const OPS: [Op; 12] = [
        Op::FromIter,
        Op::Extend,
        Op::InsertSorted,
        Op::RemoveSorted,
        Op::Append,
        Op::SplitOff,
        Op::Join,
        Op::Compact,
        Op::ShrinkToFit,
        Op::Retain,
        Op::Clone,
        Op::Remove,
    ];
    through_maps(data, &OPS);
}

/// A multimap or a posting map, next to a map of sets.
pub fn lists(data: &[u8]) {
    let Some((kind, steps)) = data.split_first() else { return };
    match kind % 5 {
        0 => lists::multimap::<_, Tiny>(Checked::new(), steps),
        1 => lists::multimap::<_, Standard>(Pool::new(), steps),
        2 => lists::postings::<_, Tiny>(Checked::new(), steps),
        3 => lists::postings::<_, Standard>(Bump::new(), steps),
        _ => lists::postings::<_, Small>(Pool::new(), steps),
    }
}

/// A pool, an arena, or one in the other: no two blocks overlap, and none changes unless it is
/// written to.
pub fn alloc(data: &[u8]) {
    let Some((kind, steps)) = data.split_first() else { return };
    match kind % 4 {
        0 => blocks::exercise(&Pool::new(), steps),
        1 => blocks::exercise(&Bump::new(), steps),
        2 => blocks::exercise(&Pool::new_in(Bump::new()), steps),
        _ => blocks::exercise(&Bump::new_in(Counting::new(Pool::new())), steps),
    }
}

/// Any bytes as a snapshot: no panic, and no more pages than there are levels for a look-up.
pub fn snapshot(data: &[u8]) {
    snapshots::read(data);
}

/// A snapshot that was changed, and whose checksums are right: the same.
pub fn forged(data: &[u8]) {
    let Some((kind, steps)) = data.split_first() else { return };
    snapshots::forge(*kind, steps);
}

/// A snapshot of any entries, by any codec: they come back.
pub fn written(data: &[u8]) {
    let Some((kind, entries)) = data.split_first() else { return };
    snapshots::round_trip(*kind, entries);
}
