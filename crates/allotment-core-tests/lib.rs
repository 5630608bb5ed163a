//! Nothing: a package of tests, those of the trees.
//!
//! Apart from the trees, so that a test build can optimise these, which takes seconds, without the
//! tests, which would take minutes longer to compile.
#![no_std]
