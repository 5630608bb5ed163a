//! Nothing: a package of tests, which link the trees without the feature `infallible`.
//!
//! `cargo test -p allotment-fallible` builds them so. Together with the rest of the workspace they
//! are built with all features that anything in it asks for, and still pass.
#![no_std]
