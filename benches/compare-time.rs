//! Times the maps against each other; `cargo xtask bench` starts it.

use std::process::ExitCode;

fn main() -> ExitCode {
    allotment_benches::compare::time()
}
