//! Getting hold of targets, components and toolchains through rustup, where there is one.

use std::process::{Command, Stdio};

use crate::workspace;

/// Runs `rustup` with `arguments`; the error is why it did not work, in one line.
pub(crate) fn rustup(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("rustup");
    command.args(arguments).current_dir(workspace::root()).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("cannot start rustup: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let said = stderr.lines().find(|line| line.starts_with("error:")).unwrap_or("no reason given");
    Err(format!("`rustup {}`: {said}", arguments.join(" ")))
}

/// Cargo of another toolchain. `rustup run` rather than `+name`: the cargo that started us has
/// already settled the toolchain in the environment.
pub(crate) fn cargo_of(toolchain: &str) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", toolchain, "cargo"]).current_dir(workspace::root());
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(variable);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_target_gives_its_reason() {
        let why = rustup(&["no-such-subcommand"]).unwrap_err();
        assert!(why.contains("rustup"), "{why}");
    }
}
