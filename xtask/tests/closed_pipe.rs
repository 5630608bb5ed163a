//! A reader of the output that goes away, as `head` does, is no failure and no panic.

use std::process::{Command, Stdio};

/// Runs a command whose output nobody reads, and gives back its exit code.
fn unread(arguments: &[&str]) -> Option<i32> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    drop(child.stderr.take());
    child.wait().unwrap().code()
}

#[test]
fn the_exit_code_is_that_of_a_read_run() {
    assert_eq!(unread(&["ci", "--list"]), Some(0));
    assert_eq!(unread(&["--help"]), Some(0));
    assert_eq!(unread(&["profile", "--keys", "no-such-file"]), Some(2));
    assert_eq!(unread(&["profile", "--baseline", "a/b"]), Some(2));
}
