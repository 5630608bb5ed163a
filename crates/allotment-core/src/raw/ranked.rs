//! [`Ranked`]: a shape that also knows how many pairs are below each child.

use core::marker::PhantomData;

use crate::raw::kind::{Image, Integer};
use crate::raw::shape::{Shape, Standard, closed};

/// A shape that also counts: what the *n*-th pair is, how many keys are less than another, and how
/// many lie in a range are then known in O(log n).
///
/// `Ranked` is [`Standard`] with that; `Ranked<IntegerKeys>` and `Ranked<ByteKeys>` are the other
/// two. An internal node keeps a count for each child, one word: half a byte a pair in a map from
/// `u64` to `u64`. An edit brings the counts up to date on its way, on each level; the short cuts
/// for keys beyond the end, and for removals that concern one leaf, are not taken. Other shapes pay
/// nothing.
///
/// ```
/// use allotment_core::{BTreeMap, Global, Ranked};
///
/// let mut scores = BTreeMap::<u32, &str, _, Ranked>::with_shape_in(Global);
/// scores.extend([(310, "Ada"), (120, "Bob"), (250, "Cleo")]);
/// assert_eq!(scores.nth(1), Some((&250, &"Cleo")));
/// assert_eq!(scores.rank(&300), 2);
/// ```
#[derive(Debug)]
pub struct Ranked<S = Standard>(PhantomData<S>);

impl<S> closed::Sealed for Ranked<S> {}

impl<K, S: Shape<K>> Shape<K> for Ranked<S> {
    const HOT_BYTES: usize = S::HOT_BYTES;
    const LEAF_BYTES: usize = S::LEAF_BYTES;
    const CAPACITY_MIN: usize = S::CAPACITY_MIN;
    const CAPACITY_MAX: usize = S::CAPACITY_MAX;
    const IS_TRUSTED: bool = S::IS_TRUSTED;
    const MAY_BE_INTEGERS: bool = S::MAY_BE_INTEGERS;
    const IS_WIDE: bool = S::IS_WIDE;
    const MAY_BE_BYTES: bool = S::MAY_BE_BYTES;
    const HAS_TOTALS: bool = true;

    #[inline]
    fn integer() -> Option<Integer> {
        S::integer()
    }

    #[inline]
    fn are_bytes() -> bool {
        S::are_bytes()
    }

    #[inline]
    unsafe fn bytes(key: *const K) -> *const [u8] {
        // SAFETY: passed on.
        unsafe { S::bytes(key) }
    }

    #[inline(always)]
    unsafe fn load<I: Image>(integer: Integer, key: *const K) -> I {
        // SAFETY: passed on.
        unsafe { S::load(integer, key) }
    }

    #[inline(always)]
    unsafe fn pad(integer: Integer, slot: *mut K) {
        // SAFETY: passed on.
        unsafe { S::pad(integer, slot) };
    }
}
