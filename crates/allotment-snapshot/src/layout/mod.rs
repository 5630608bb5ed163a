//! What stands where in a file: `docs/format.md` in code.

pub(crate) mod column;
pub(crate) mod fields;
pub(crate) mod footer;
#[cfg(test)]
mod format;
pub(crate) mod header;
pub(crate) mod link;
pub(crate) mod page;
pub(crate) mod planes;
