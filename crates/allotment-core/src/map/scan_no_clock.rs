//! [`Clock`] without std: there is none, and so no limit of time.

/// What a scan is told about time: nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct TimeLimit {}

/// A limit of time that has begun to run: none does.
pub(super) enum Clock {}

impl TimeLimit {
    /// Begins to run, if it is a limit.
    pub(super) fn start(self) -> Option<Clock> {
        None
    }
}

impl Clock {
    /// Entries until the next look.
    pub(super) fn stride(&self) -> usize {
        match *self {}
    }

    /// Looks whether the time is over.
    pub(super) fn is_over(&mut self) -> bool {
        match *self {}
    }
}
