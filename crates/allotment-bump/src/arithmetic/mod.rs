//! The sums of the arena: addresses and sizes in, decisions out; no memory is touched here.
#![forbid(unsafe_code)]

pub(crate) mod bumping;
pub(crate) mod footprint;
