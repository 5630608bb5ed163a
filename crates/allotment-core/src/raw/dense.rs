//! [`Dense`]: a shape whose leaves are kept nearly full.

use core::marker::PhantomData;

use crate::raw::shape::{Standard, shape_around};

/// A shape that takes less memory: leaves are kept nearly full.
///
/// `Dense` is [`Standard`] with that; `Dense<IntegerKeys>`, `Dense<ByteKeys>` and `Ranked<Dense>`
/// are the others. Before a full leaf splits it looks for room in 16 leaves on either side, below
/// the same node, in place of one; and four leaves that fit three become three. So random
/// insertions leave leaves 97 % full, where others are at 82 %. An insertion may move some 17
/// leaves' worth of pairs in place of two, and removals look at their neighbours more often.
///
/// The idea is that of Knuth's B*-tree (The Art of Computer Programming, volume 3, 6.2.4), with
/// more siblings.
///
/// ```
/// use allotment_core::{BTreeMap, Dense, Global};
///
/// let mut dense = BTreeMap::<u64, u64, _, Dense>::with_shape_in(Global);
/// let mut usual = BTreeMap::<u64, u64>::new();
/// for n in 0..100_000_u64 {
///     let key = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
///     dense.insert(key, n);
///     usual.insert(key, n);
/// }
/// let bytes = |usage: allotment_core::MemoryUsage| usage.live_bytes / usage.entries;
/// assert!(bytes(dense.memory_usage()) < bytes(usual.memory_usage()));
/// ```
#[derive(Debug)]
pub struct Dense<S = Standard>(PhantomData<S>);

shape_around!(Dense, HAS_TOTALS = S::HAS_TOTALS, IS_DENSE = true);
