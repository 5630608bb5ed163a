//! [`Interrupt`]: Ctrl-C ends the children that run, and lets the rest come to its end.

use std::io::{self, ErrorKind, Read};
use std::process::{self, Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

/// How long it takes at most to see that a child has ended which had closed its output before.
const GLANCE: Duration = Duration::from_millis(2);

/// Whether the user has had enough, and the children that would have to end then.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    shared: Arc<Shared>,
}

/// As long as it lives, Ctrl-C raises an [`Interrupt`].
#[must_use]
pub(crate) struct Listening;

/// The interrupt that Ctrl-C raises.
static CURRENT: Mutex<Option<Interrupt>> = Mutex::new(None);

/// Set once: a process takes one handler in all its life, and may run more than one profile.
static HANDLER: OnceLock<Result<(), String>> = OnceLock::new();

#[derive(Default)]
struct Shared {
    raised: AtomicBool,
    running: Mutex<Vec<Arc<Mutex<Child>>>>,
    #[cfg(test)]
    started: std::sync::atomic::AtomicUsize,
}

impl Interrupt {
    /// Listens to Ctrl-C and to other requests to end for as long as the guard lives. The second
    /// one ends this process at once, and so does one that comes when nobody listens any more.
    ///
    /// # Errors
    ///
    /// If the process cannot listen at all.
    pub(crate) fn listen(&self) -> Result<Listening> {
        let set = || ctrlc::set_handler(hear).map_err(|error| error.to_string());
        if let Err(error) = HANDLER.get_or_init(set) {
            bail!("cannot listen to Ctrl-C: {error}");
        }
        *current() = Some(self.clone());
        Ok(Listening)
    }

    pub(crate) fn is_raised(&self) -> bool {
        self.shared.raised.load(Ordering::SeqCst)
    }

    /// Ends the children that run; none is started from now on.
    pub(crate) fn raise(&self) {
        let running = self.running();
        self.shared.raised.store(true, Ordering::SeqCst);
        for child in running.iter() {
            // It may have ended by itself.
            let _ = lock(child).kill();
        }
    }

    /// Runs a command to its end and collects what it says, as [`Command::output`] does, without
    /// input.
    ///
    /// # Errors
    ///
    /// As there; and of the kind [`ErrorKind::Interrupted`] if it was not even started.
    pub(crate) fn output(&self, command: &mut Command) -> io::Result<Output> {
        let (child, mut stdout, mut stderr) = self.start(command)?;
        let (mut said, mut complained) = (Vec::new(), Vec::new());
        let read = thread::scope(|scope| {
            let complaints = scope.spawn(|| stderr.read_to_end(&mut complained));
            let read = stdout.read_to_end(&mut said);
            complaints.join().expect("reading does not panic").and(read)
        });
        let status = wait(&child);
        self.running().retain(|other| !Arc::ptr_eq(other, &child));
        read?;
        Ok(Output { status: status?, stdout: said, stderr: complained })
    }

    fn start(
        &self,
        command: &mut Command,
    ) -> io::Result<(Arc<Mutex<Child>>, impl Read + Send, impl Read + Send)> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // The terminal tells Ctrl-C to a whole group: a child in one of its own is ended by us.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Held until the child is in the list, so that none slips through as the list is ended.
        let mut running = self.running();
        if self.is_raised() {
            return Err(ErrorKind::Interrupted.into());
        }
        let mut child = command.spawn()?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let child = Arc::new(Mutex::new(child));
        running.push(Arc::clone(&child));
        #[cfg(test)]
        self.shared.started.fetch_add(1, Ordering::SeqCst);
        Ok((child, stdout.expect("it is piped"), stderr.expect("it is piped")))
    }

    /// How many children there have been, and how many of them run.
    #[cfg(test)]
    pub(crate) fn counts(&self) -> (usize, usize) {
        let running = self.running();
        (self.shared.started.load(Ordering::SeqCst), running.len())
    }

    fn running(&self) -> MutexGuard<'_, Vec<Arc<Mutex<Child>>>> {
        self.shared.running.lock().expect("nobody panics with the list")
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        *current() = None;
    }
}

fn current() -> MutexGuard<'static, Option<Interrupt>> {
    CURRENT.lock().expect("nobody panics with the current interrupt")
}

fn hear() {
    if !raise_current() {
        process::exit(130);
    }
}

/// Whether somebody listens who has not been told before.
fn raise_current() -> bool {
    // Not held while children are ended.
    let listener = current().clone().filter(|interrupt| !interrupt.is_raised());
    listener.inspect(Interrupt::raise).is_some()
}

fn lock(child: &Mutex<Child>) -> MutexGuard<'_, Child> {
    child.lock().expect("nobody panics with a child")
}

/// Waits without keeping the child from being ended.
fn wait(child: &Mutex<Child>) -> io::Result<ExitStatus> {
    loop {
        if let Some(status) = lock(child).try_wait()? {
            return Ok(status);
        }
        thread::sleep(GLANCE);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(code: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", code]);
        command
    }

    #[test]
    fn what_a_child_says_is_collected() {
        let interrupt = Interrupt::default();
        let output = interrupt.output(&mut shell("echo out; echo err >&2; exit 3")).unwrap();
        assert_eq!((output.stdout, output.stderr), (b"out\n".to_vec(), b"err\n".to_vec()));
        assert_eq!(output.status.code(), Some(3));
        assert!(interrupt.running().is_empty());
    }

    #[test]
    fn running_children_end_and_no_more_are_started() {
        let interrupt = Interrupt::default();
        let output = thread::scope(|scope| {
            let child = scope.spawn(|| interrupt.output(&mut shell("echo begun; exec sleep 600")));
            while interrupt.running().is_empty() {
                thread::sleep(GLANCE);
            }
            interrupt.raise();
            child.join().unwrap().unwrap()
        });
        assert!(!output.status.success());
        let error = interrupt.output(&mut shell("exit 0")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
    }

    #[test]
    fn one_process_listens_for_several_runs() {
        let (first, second) = (Interrupt::default(), Interrupt::default());
        let listening = first.listen().unwrap();
        assert!(raise_current(), "the first request is heard");
        assert!(!raise_current(), "and the second one is too many");
        drop(listening);
        let listening = second.listen().unwrap();
        assert!(raise_current() && second.is_raised());
        drop(listening);

        let silent = Interrupt::default();
        drop(silent.listen().unwrap());
        assert!(!raise_current() && !silent.is_raised(), "nobody listens");
    }
}
