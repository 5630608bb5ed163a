//! [`Ranked`]: a shape that also knows how many pairs are below each child.

use core::marker::PhantomData;

use crate::raw::shape::{Standard, shape_around};

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

shape_around!(Ranked, HAS_TOTALS = true, IS_DENSE = S::IS_DENSE);
