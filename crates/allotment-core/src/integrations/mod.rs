//! Traits of other crates, each behind the feature that is named as the crate is; rayon's are with
//! the other iterators. And what makes a map of std ours, and the other way round.

#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "borsh")]
mod borsh;
#[cfg(feature = "equivalent")]
pub mod equivalent;
#[cfg(feature = "get-size2")]
mod get_size;
mod of_std;
#[cfg(feature = "proptest")]
pub mod proptest;
#[cfg(feature = "quickcheck")]
mod quickcheck;
#[cfg(feature = "schemars")]
mod schemars;
#[cfg(feature = "serde")]
pub mod serde;
#[cfg(feature = "serde")]
mod serde_lists;
