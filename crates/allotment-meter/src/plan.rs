//! [`FaultPlan`]: which request a faulty allocator fails at, and how.

use alloc::rc::Rc;
use core::cell::Cell;
use core::fmt;

/// What happens at a request that the plan has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Fail,
    Panic,
}

/// The chosen requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Never,
    At(u64, Fault),
    From(u64, Fault),
}

#[derive(Debug)]
struct State {
    choice: Cell<Choice>,
    requests: Cell<u64>,
    faults: Cell<u64>,
}

/// Tells a [`Faulty`](crate::Faulty) allocator, and all its clones, when to fail.
///
/// Requests are numbered from the moment the plan is made: the next request is number 0. A request
/// is any call that may fail: `allocate`, `grow`, `shrink` and their zeroing variants.
///
/// The loop that fails every request of an operation in turn:
///
/// ```
/// use allotment_alloc::{AllocError, Allocator, Global, Layout};
/// use allotment_meter::Faulty;
///
/// fn two_blocks<A: Allocator>(alloc: &A) -> Result<(), AllocError> {
///     let layout = Layout::new::<u64>();
///     let first = alloc.allocate(layout)?;
///     let second = alloc.allocate(layout);
///     // SAFETY: both blocks came from `alloc` with this very layout and are given back once.
///     unsafe { alloc.deallocate(first.cast(), layout) };
///     let second = second?;
///     // SAFETY: as above.
///     unsafe { alloc.deallocate(second.cast(), layout) };
///     Ok(())
/// }
///
/// let mut failures = 0;
/// for n in 0.. {
///     let alloc = Faulty::new(Global);
///     alloc.plan().fail_at(n);
///     let outcome = two_blocks(&alloc);
///     if alloc.plan().faults() == 0 {
///         assert_eq!(outcome, Ok(()));
///         break;
///     }
///     assert_eq!(outcome, Err(AllocError));
///     failures += 1;
/// }
/// assert_eq!(failures, 2);
/// ```
#[derive(Clone)]
pub struct FaultPlan {
    state: Rc<State>,
}

impl FaultPlan {
    /// A plan that chooses no request. Takes one block from the global heap.
    pub(crate) fn new() -> Self {
        FaultPlan {
            state: Rc::new(State {
                choice: Cell::new(Choice::Never),
                requests: Cell::new(0),
                faults: Cell::new(0),
            }),
        }
    }

    /// Request `n` from now on fails, and none after it.
    pub fn fail_at(&self, n: u64) {
        self.choose(Choice::At(n, Fault::Fail));
    }

    /// Request `n` from now on fails, and all after it.
    pub fn fail_from(&self, n: u64) {
        self.choose(Choice::From(n, Fault::Fail));
    }

    /// Request `n` from now on panics, and none after it.
    pub fn panic_at(&self, n: u64) {
        self.choose(Choice::At(n, Fault::Panic));
    }

    /// Request `n` from now on panics, and all after it.
    pub fn panic_from(&self, n: u64) {
        self.choose(Choice::From(n, Fault::Panic));
    }

    /// No request fails.
    pub fn never(&self) {
        self.choose(Choice::Never);
    }

    /// Requests since the plan was last made, those that failed included.
    pub fn requests(&self) -> u64 {
        self.state.requests.get()
    }

    /// Requests that failed or panicked since the plan was last made.
    pub fn faults(&self) -> u64 {
        self.state.faults.get()
    }

    /// Counts a request; `true` if it must fail.
    ///
    /// # Panics
    ///
    /// If the plan says so.
    pub(crate) fn strikes(&self) -> bool {
        let number = self.state.requests.get();
        self.state.requests.set(number + 1);
        let fault = match self.state.choice.get() {
            Choice::At(n, fault) if number == n => fault,
            Choice::From(n, fault) if number >= n => fault,
            _ => return false,
        };
        self.state.faults.set(self.state.faults.get() + 1);
        match fault {
            Fault::Fail => true,
            Fault::Panic => panic!("request {number} panics, as planned"),
        }
    }

    /// Whether both are one plan.
    pub(crate) fn same_plan(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.state, &other.state)
    }

    fn choose(&self, choice: Choice) {
        self.state.choice.set(choice);
        self.state.requests.set(0);
        self.state.faults.set(0);
    }
}

impl fmt::Debug for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FaultPlan")
            .field("choice", &self.state.choice.get())
            .field("requests", &self.requests())
            .field("faults", &self.faults())
            .finish()
    }
}
