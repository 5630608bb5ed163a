//! How a check ended, and how commands and results become that.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::output;

/// How a check ended.
pub(crate) enum Status {
    Passed,
    Failed(String),
    /// Its tool cannot be had here.
    NotRun(String),
}

/// Runs all of them, so that one failure does not hide another; the first gives the reason.
pub(crate) fn finish_all(commands: Vec<Command>) -> Status {
    let mut status = Status::Passed;
    for mut command in commands {
        let end = finish(&mut command);
        if matches!(status, Status::Passed) {
            status = end;
        }
    }
    status
}

pub(crate) fn finish(command: &mut Command) -> Status {
    let line = command_line(command);
    output::note(&format!("$ {line}"));
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Status::Passed,
        Ok(_) => Status::Failed(format!("`{line}`")),
        Err(error) => Status::Failed(format!("cannot start `{line}`: {error}")),
    }
}

/// The command as one would type it.
fn command_line(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    [program].into_iter().chain(arguments).collect::<Vec<_>>().join(" ")
}

pub(crate) fn from_result(result: Result<()>) -> Status {
    match result {
        Ok(()) => Status::Passed,
        Err(error) => Status::Failed(format!("{error:#}")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_the_reason() {
        let shell = |code: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", code]);
            command
        };
        assert!(matches!(finish_all(vec![shell("exit 0"), shell("exit 0")]), Status::Passed));
        let end = finish_all(vec![shell("exit 0"), shell("exit 3"), shell("exit 4")]);
        assert!(matches!(end, Status::Failed(why) if why == "`sh -c exit 3`"));
        let end = finish_all(vec![Command::new("no-such-program")]);
        assert!(matches!(end, Status::Failed(why) if why.starts_with("cannot start")));
    }

    #[test]
    fn errors_become_failures() {
        assert!(matches!(from_result(Ok(())), Status::Passed));
        let end = from_result(Err(anyhow::anyhow!("2 findings")));
        assert!(matches!(end, Status::Failed(why) if why == "2 findings"));
    }
}
