//! What the tests share: a parent that keeps books and can be told to misbehave, and a model of a
//! pool that interprets scripts of operations.
#![allow(dead_code, reason = "no test uses all of it")]
#![allow(unreachable_pub, reason = "each test is a crate of its own")]

pub mod model;
pub mod parent;

/// Whether the pools are in their checked mode, in which the parent has each block.
pub const CHECKED: bool = cfg!(feature = "checked");
