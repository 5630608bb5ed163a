//! What the test files share: each file of tests uses some of it.
#![allow(dead_code, reason = "no test binary uses all of it")]

pub(crate) mod bounds;
pub(crate) mod chaos;
pub(crate) mod checked;
mod edits;
pub(crate) mod fuse;
pub(crate) mod ledger;
pub(crate) mod pairs;
pub(crate) mod probe;
pub(crate) mod script;
pub(crate) mod set_subject;
pub(crate) mod subject;
pub(crate) mod walks;
