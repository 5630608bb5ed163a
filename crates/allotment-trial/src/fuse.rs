//! Fuses: user code that panics at its n-th call, and [`catch`] for what they blow up.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Once;

/// What a fuse counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Two keys are compared.
    Compare,
    /// A key or value is cloned.
    Clone,
    /// A key or value is dropped.
    Drop,
    /// A closure or an iterator of the test is called.
    Call,
    /// A handle of an allocator is cloned.
    CloneHandle,
    /// A handle of an allocator is dropped.
    DropHandle,
    /// A block has been given back.
    Release,
}

impl Act {
    /// What a point of a sweep is called at which this act panicked.
    #[must_use]
    pub const fn points(self) -> &'static str {
        match self {
            Self::Compare => "comparisons that panicked",
            Self::Clone => "clones that panicked",
            Self::Drop => "drops that panicked",
            Self::Call => "closures and iterators that panicked",
            Self::CloneHandle => "clones of allocators that panicked",
            Self::DropHandle => "drops of allocators that panicked",
            Self::Release => "blocks whose return panicked",
        }
    }
}

/// How many acts there are.
const ACTS: usize = Act::Release as usize + 1;

/// What a blown fuse throws.
struct Blown;

thread_local! {
    /// Whether this thread has said that it will look at panics itself.
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static FUSES: [Cell<Option<u64>>; ACTS] = const { [const { Cell::new(None) }; ACTS] };
}

fn fuse<R>(act: Act, use_it: impl FnOnce(&Cell<Option<u64>>) -> R) -> R {
    FUSES.with(|fuses| use_it(&fuses[act as usize]))
}

/// Makes the `n`-th act from now panic, and none after it; the next one is number 0.
pub fn arm(act: Act, n: u64) {
    fuse(act, |fuse| fuse.set(Some(n)));
}

/// Takes the fuse out; answers whether it had blown.
pub fn disarm(act: Act) -> bool {
    fuse(act, |fuse| fuse.take().is_none())
}

/// Counts an act, and panics if its turn has come.
pub fn burn(act: Act) {
    let blows = fuse(act, |fuse| match fuse.get() {
        None => false,
        Some(0) => {
            fuse.set(None);
            true
        }
        Some(n) => {
            fuse.set(Some(n - 1));
            false
        }
    });
    if blows {
        // Past the panic hook, which would write a report for each of thousands.
        resume_unwind(Box::new(Blown));
    }
}

/// What `act` returns, or `None` if a fuse blew or a request panicked as planned. Any other panic
/// goes on.
pub fn catch<R>(act: impl FnOnce() -> R) -> Option<R> {
    keep_quiet_when_asked();
    match catch_unwind(AssertUnwindSafe(act)) {
        Ok(result) => Some(result),
        Err(payload) if payload.is::<Blown>() || is_planned(&*payload) => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Whether a payload is the panic of an allocator that was told to.
fn is_planned(payload: &(dyn Any + Send)) -> bool {
    payload.downcast_ref::<String>().is_some_and(|text| text.ends_with("as planned"))
}

/// Catches a panic whose message begins with `expected`, without a report of it. Any other panic
/// goes on, without a report but for its message.
pub fn catch_refusal(expected: &str, act: impl FnOnce()) {
    keep_quiet_when_asked();
    QUIET.set(true);
    let outcome = catch_unwind(AssertUnwindSafe(act));
    QUIET.set(false);
    let Err(payload) = outcome else { return };
    let text = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    if !text.starts_with(expected) {
        eprintln!("{text}");
        resume_unwind(payload);
    }
}

/// Has the panic hook say nothing of panics that were planned.
fn keep_quiet_when_asked() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() && !is_planned(info.payload()) {
                report(info);
            }
        }));
    });
}
