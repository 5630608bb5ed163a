//! [`Step`]: operations on a map or set as data, and scripts of them made from a seed.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use fastrand::Rng;

/// What a step does: mostly the method of this name.
#[expect(missing_docs, reason = "the names are those of the methods")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
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
pub struct Step {
    /// What it does.
    pub op: Op,
    /// A number, mostly that of a key.
    pub a: u32,
    /// Another, mostly that of a value or of a second key.
    pub b: u32,
    /// Coins for what is left to chance.
    pub bits: u64,
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
pub fn script(seed: u64, len: usize, span: u32) -> impl Iterator<Item = Step> {
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

/// How many bytes [`steps_of`] makes a step of.
const STEP_BYTES: usize = 9;

/// Every operation once.
#[must_use]
pub fn all_ops() -> Vec<Op> {
    [Op::Insert, Op::Remove].into_iter().chain(WEIGHTS.iter().map(|(op, _)| *op)).collect()
}

/// The steps that bytes stand for, whatever these are: each one of `ops`, over the keys below
/// `span`. What is left over in the end stands for none.
///
/// # Panics
///
/// If there is no operation, or no key.
pub fn steps_of(bytes: &[u8], ops: &[Op], span: u32) -> impl Iterator<Item = Step> {
    let (chunks, _) = bytes.as_chunks::<STEP_BYTES>();
    chunks.iter().map(move |&[op, a, aa, b, bb, bits @ ..]| {
        let op = ops[usize::from(op) % ops.len()];
        let number = |low, high| u32::from(u16::from_le_bytes([low, high])) % span;
        let bits = u64::from(u32::from_le_bytes(bits));
        Step { op, a: number(a, aa), b: number(b, bb), bits: bits << 32 | bits }
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
pub fn numbers(step: &Step, span: u32) -> Vec<u32> {
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

/// What a script is acted out on.
pub(crate) trait Stage {
    fn act(&mut self, step: &Step);
    /// Everything that must hold between two steps.
    fn check(&self);
    /// A picture of the structure.
    fn dump(&self) -> String;
}

/// Acts out `steps`, with a check after each `stride` of them and in the end; answers how many
/// there were. If a step fails, prints `name`, the step and the structure; the panic goes on.
pub(crate) fn perform(
    stage: &mut impl Stage,
    name: &str,
    steps: impl IntoIterator<Item = Step>,
    stride: u64,
) -> u64 {
    let mut count = 0;
    for step in steps {
        count += 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            stage.act(&step);
            if count % stride == 0 {
                stage.check();
            }
        }));
        if let Err(panic) = outcome {
            eprintln!("{name}, step {count}: {step:?}\n{}", stage.dump());
            resume_unwind(panic);
        }
    }
    stage.check();
    count
}
