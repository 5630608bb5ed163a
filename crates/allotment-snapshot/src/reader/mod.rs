//! Reading: what is asked for in bytes is answered in bytes.

pub(crate) mod cache;
pub(crate) mod cached;
pub(crate) mod entries;
pub(crate) mod file;
pub(crate) mod pages;
pub(crate) mod search;
mod seen;
pub(crate) mod unpack;
pub(crate) mod verify;
