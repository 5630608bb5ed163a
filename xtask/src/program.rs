//! Programs of the workspace that the commands start: how they are built, found, and how they end.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::exit::{Alarm, Kind};
use crate::{output, workspace};

/// The cargo profile of programs that measure.
pub(crate) const PROFILE: &str = "profiling";

/// The same, for the user.
pub(crate) const PROFILE_NOTE: &str = "cargo profile `profiling`";

/// A finished build of one package.
pub(crate) struct Build {
    package: String,
    messages: String,
}

impl Build {
    /// Runs `cargo build` with `arguments` and variables of the environment; `how` tells the user
    /// what is special about it.
    pub(crate) fn new(
        package: &str,
        how: &str,
        arguments: &[&str],
        env: &[(&str, String)],
    ) -> Result<Build> {
        Build::at(workspace::root(), package, how, arguments, env)
    }

    /// The same in the workspace that lies in `folder`.
    pub(crate) fn at(
        folder: &Path,
        package: &str,
        how: &str,
        arguments: &[&str],
        env: &[(&str, String)],
    ) -> Result<Build> {
        output::note(&format!("building {package} ({how})"));
        Build::quietly(folder, package, arguments, env)
    }

    /// The same, and the user is told nothing.
    pub(crate) fn quietly(
        folder: &Path,
        package: &str,
        arguments: &[&str],
        env: &[(&str, String)],
    ) -> Result<Build> {
        let output = workspace::cargo()
            .current_dir(folder)
            .arg("build")
            .args(arguments)
            .args(["--message-format", "json-render-diagnostics"])
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start cargo")?;
        if was_interrupted(output.status) {
            return Err(Alarm::new(Kind::Interrupted, "interrupted while building").into());
        }
        if !output.status.success() {
            bail!("{package} does not build");
        }
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Build { package: package.to_owned(), messages })
    }

    /// Where a program of the package is.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf> {
        let package = &self.package;
        executable(&self.messages, name).with_context(|| format!("{package} has no binary {name}"))
    }
}

/// Whether Ctrl-C ended a child, which the terminal tells it as it tells us.
fn was_interrupted(status: ExitStatus) -> bool {
    #[cfg(unix)]
    return std::os::unix::process::ExitStatusExt::signal(&status) == Some(2);
    #[cfg(not(unix))]
    return status.code() == Some(STATUS_CONTROL_C_EXIT);
}

/// What Windows says of it.
#[cfg(not(unix))]
const STATUS_CONTROL_C_EXIT: i32 = 0xC000_013A_u32 as i32;

/// How a child ended, with the last thing it said.
pub(crate) fn death(output: &Output) -> String {
    ended(output.status, &output.stderr)
}

/// The same from its parts.
pub(crate) fn ended(status: ExitStatus, stderr: &[u8]) -> String {
    match last_line(stderr) {
        said if said.is_empty() => status.to_string(),
        said => format!("{status}: {said}"),
    }
}

pub(crate) fn last_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let chatter = ["note: ", "dhat: "];
    let told = |line: &&str| {
        !line.trim().is_empty() && !chatter.iter().any(|prefix| line.starts_with(prefix))
    };
    text.lines().rfind(told).unwrap_or_default().to_owned()
}

/// The path of program `name` in cargo's JSON messages.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Message {
        target: Option<Target>,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .find(|message| message.target.as_ref().is_some_and(|target| target.name == name))
        .and_then(|message| message.executable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_in_the_messages_of_cargo() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"allotment"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"a-heap"},"executable":"/t/a-heap"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages, "a-heap"), Some(PathBuf::from("/t/a-heap")));
        assert_eq!(executable(messages, "a-time"), None);
    }
}
