//! [`Step`]: operations on a map or set as data, and scripts of them made from a seed.

use fastrand::Rng;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Insert,
    Get,
    GetMut,
    Remove,
    RemoveEntry,
    OrInsert,
    OrInsertWith,
    OrInsertWithKey,
    OrDefault,
    AndModify,
    InsertEntry,
    Occupied,
    Vacant,
    Ends,
    FirstEntry,
    LastEntry,
    PopFirst,
    PopLast,
    Iter,
    IterMut,
    Halves,
    ValuesMut,
    IntoIter,
    IntoHalves,
    Range,
    RangeMut,
    FromIter,
    Extend,
    InsertSorted,
    RemoveSorted,
    Compact,
    ShrinkToFit,
    Append,
    SplitOff,
    Retain,
    ExtractIf,
    Drain,
    RemoveRange,
    SplitRange,
    Join,
    Cursor,
    RangeBy,
    Clear,
    Clone,
    Compare,
}

/// An operation and the numbers it works with; what they mean is for the operation to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) op: Op,
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) bits: u64,
}

/// How often each operation comes up, other than insertion and removal.
const WEIGHTS: &[(Op, u32)] = &[
    (Op::Get, 6),
    (Op::GetMut, 4),
    (Op::RemoveEntry, 4),
    (Op::OrInsert, 4),
    (Op::OrInsertWith, 3),
    (Op::OrInsertWithKey, 3),
    (Op::OrDefault, 3),
    (Op::AndModify, 4),
    (Op::InsertEntry, 6),
    (Op::Occupied, 8),
    (Op::Vacant, 8),
    (Op::Ends, 2),
    (Op::FirstEntry, 3),
    (Op::LastEntry, 3),
    (Op::PopFirst, 4),
    (Op::PopLast, 4),
    (Op::Iter, 3),
    (Op::IterMut, 2),
    (Op::Halves, 2),
    (Op::ValuesMut, 2),
    (Op::IntoIter, 2),
    (Op::IntoHalves, 2),
    (Op::Range, 6),
    (Op::RangeMut, 4),
    (Op::FromIter, 3),
    (Op::Extend, 4),
    (Op::InsertSorted, 4),
    (Op::RemoveSorted, 4),
    (Op::Compact, 2),
    (Op::ShrinkToFit, 1),
    (Op::Append, 6),
    (Op::SplitOff, 6),
    (Op::Retain, 3),
    (Op::ExtractIf, 3),
    (Op::Drain, 4),
    (Op::RemoveRange, 3),
    (Op::SplitRange, 6),
    (Op::Join, 6),
    (Op::Cursor, 8),
    (Op::RangeBy, 3),
    (Op::Clear, 1),
    (Op::Clone, 2),
    (Op::Compare, 2),
];

/// Steps between two turns of the tide.
const TIDE: usize = 96;

/// A script of `len` steps over the keys below `span`; grows and shrinks the map in turn.
pub(crate) fn script(seed: u64, len: usize, span: u32) -> impl Iterator<Item = Step> {
    let mut rng = Rng::with_seed(seed);
    (0..len).map(move |at| {
        let grows = at / TIDE % 3 < 2;
        let op = match rng.u32(0..10) {
            0..4 => draw(&mut rng),
            4..8 if grows => Op::Insert,
            4..8 => Op::Remove,
            _ if grows => Op::Remove,
            _ => Op::Insert,
        };
        Step { op, a: rng.u32(0..span), b: rng.u32(0..span), bits: rng.u64(..) }
    })
}

fn draw(rng: &mut Rng) -> Op {
    let total = WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let mut at = rng.u32(0..total);
    for &(op, weight) in WEIGHTS {
        match at.checked_sub(weight) {
            None => return op,
            Some(rest) => at = rest,
        }
    }
    unreachable!("the weights add up to the total")
}

/// Numbers for a bulk operation: ascending without gaps or with some, descending, in any order, or
/// with many equal ones.
pub(crate) fn numbers(step: &Step, span: u32) -> Vec<u32> {
    let count = (step.bits >> 8) as u32 % 96;
    let mut rng = Rng::with_seed(step.bits);
    match step.bits % 5 {
        4 => {
            let mut numbers: Vec<u32> = (0..count).map(|_| rng.u32(0..span)).collect();
            numbers.sort_unstable();
            numbers
        }
        0 => (0..count).map(|n| step.a + n * 2).collect(),
        1 => (0..count).rev().map(|n| step.a + n * 2).collect(),
        2 => (0..count).map(|_| rng.u32(0..span)).collect(),
        _ => (0..count).map(|_| step.a + rng.u32(0..8)).collect(),
    }
}
