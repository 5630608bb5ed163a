//! Getting hold of targets, components and toolchains through rustup, where there is one.

use std::process::{Command, Stdio};

use anyhow::{Context, Result};

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

/// The platform that a toolchain builds for unless told otherwise.
pub(crate) fn host_triple(toolchain: &str) -> Result<String> {
    let mut command = Command::new("rustup");
    command.args(["run", toolchain, "rustc", "-vV"]).env_remove("RUSTUP_TOOLCHAIN");
    let output = command.output().context("cannot start rustup")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.with_context(|| format!("there is no {toolchain} toolchain"))?.to_owned())
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
