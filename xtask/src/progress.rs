//! Progress on stderr: a bar on a terminal, a line per step elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

pub(crate) struct Progress {
    /// Absent where stderr is not a terminal.
    bar: Option<ProgressBar>,
    total: usize,
    started: AtomicUsize,
}

impl Progress {
    pub(crate) fn new(total: usize) -> Progress {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total as u64);
            let template = "{bar:30} {pos}/{len} {elapsed_precise}  {wide_msg}";
            bar.set_style(ProgressStyle::with_template(template).expect("the template is valid"));
            bar
        });
        Progress { bar, total, started: AtomicUsize::new(0) }
    }

    /// Says that a step begins.
    pub(crate) fn begin(&self, what: &str) {
        let number = self.started.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None => output::note(&format!("{number}/{} {what}", self.total)),
        }
    }

    /// Says that a step is over.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
