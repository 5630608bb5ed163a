//! [`Progress`]: a bar on stderr, where that is a terminal and the file is long.

use indicatif::{ProgressBar, ProgressStyle};

/// Shorter files are read before anybody looks.
const PAGES_LEAST: u64 = 5000;

/// How far reading has come, in units of any kind.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar of this length for a file of so many pages.
    pub(crate) fn new(pages: u64, length: u64) -> Self {
        if pages < PAGES_LEAST {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(length);
        // A bar of another style would do.
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(crate) fn set(&self, position: u64) {
        self.0.set_position(position);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
