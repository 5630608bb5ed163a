//! Counts what maps ask for and compare, under dhat's allocator; `cargo xtask bench` starts it.

use std::process::ExitCode;

#[global_allocator]
static GLOBAL: dhat::Alloc = dhat::Alloc;

fn main() -> ExitCode {
    allotment_benches::compare::counts()
}
