//! Look-ups by what compares with keys and is none, such as a pair of borrowed parts.

use core::cmp::Ordering;

use ::equivalent::Comparable;

/// What [`range_by`](crate::BTreeMap::range_by) and the others of its kind take, made of a query
/// that compares with keys.
///
/// ```
/// use std::cmp::Ordering;
///
/// use allotment_core::equivalent::by;
/// use equivalent::{Comparable, Equivalent};
///
/// /// Part and number of a bed, without a string of its own.
/// struct At<'a>(&'a str, u32);
///
/// impl Equivalent<(String, u32)> for At<'_> {
///     fn equivalent(&self, key: &(String, u32)) -> bool {
///         self.compare(key).is_eq()
///     }
/// }
///
/// impl Comparable<(String, u32)> for At<'_> {
///     fn compare(&self, key: &(String, u32)) -> Ordering {
///         (self.0, self.1).cmp(&(key.0.as_str(), key.1))
///     }
/// }
///
/// let beds = allotment_core::BTreeMap::from([(("north".to_owned(), 3), "beans")]);
/// let bed = beds.get_by(by(&At("north", 3)));
/// assert_eq!(bed.map(|(_, plants)| *plants), Some("beans"));
/// assert!(beds.get_by(by(&At("south", 3))).is_none());
///
/// let mut beds = beds;
/// *beds.get_mut_by(by(&At("north", 3))).unwrap().1 = "peas";
/// assert_eq!(beds.remove_by(by(&At("north", 3))), Some("peas"));
/// ```
pub fn by<K, Q>(query: &Q) -> impl Fn(&K) -> Ordering
where
    K: ?Sized,
    Q: Comparable<K> + ?Sized,
{
    |key| query.compare(key).reverse()
}
