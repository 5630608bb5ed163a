//! [`Primitives`]: what threads meet at, so that the shared pool can be checked with other ones.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Locks, counts and threads: those of std, or of a model checker.
pub(crate) trait Primitives {
    /// A value that one thread at a time sees.
    type Lock<T: Send>: Lock<T>;
    /// A number that threads count with.
    type Count: Count;

    /// A number that tells threads apart, mostly.
    fn thread() -> usize;
}

/// A value that one thread at a time sees.
pub(crate) trait Lock<T> {
    fn new(value: T) -> Self;

    /// Calls `act` with the value, and with no other thread at it.
    fn with<R>(&self, act: impl FnOnce(&T) -> R) -> R;
}

/// A number that threads count with. What is counted is nobody's reason to read other memory, but
/// for [`leave`](Count::leave).
pub(crate) trait Count {
    fn new(value: usize) -> Self;
    fn get(&self) -> usize;
    /// Adds, and returns the sum, which wraps.
    fn add(&self, amount: usize) -> usize;
    fn sub(&self, amount: usize);
    /// Raises the number to `value`, if it is less.
    fn raise(&self, value: usize);
    /// Subtracts one, and returns whether nothing is left. All that was done before any other call
    /// has then happened.
    fn leave(&self) -> bool;
}

/// The primitives of std.
pub(crate) struct Std;

impl Primitives for Std {
    type Lock<T: Send> = Mutex<T>;
    type Count = AtomicUsize;

    #[inline]
    fn thread() -> usize {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        std::thread_local! {
            /// Zero until it is first asked for.
            static NUMBER: Cell<usize> = const { Cell::new(0) };
        }
        NUMBER.with(|number| match number.get() {
            0 => {
                // After very many threads zero comes again, which costs another addition.
                number.set(NEXT.fetch_add(1, Ordering::Relaxed));
                number.get()
            }
            known => known,
        })
    }
}

impl<T: Send> Lock<T> for Mutex<T> {
    fn new(value: T) -> Self {
        Mutex::new(value)
    }

    #[inline]
    fn with<R>(&self, act: impl FnOnce(&T) -> R) -> R {
        // Only the checks for misuse panic under a lock, with all in order.
        act(&self.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Count for AtomicUsize {
    fn new(value: usize) -> Self {
        AtomicUsize::new(value)
    }

    fn get(&self) -> usize {
        self.load(Ordering::Relaxed)
    }

    fn add(&self, amount: usize) -> usize {
        self.fetch_add(amount, Ordering::Relaxed).wrapping_add(amount)
    }

    fn sub(&self, amount: usize) {
        self.fetch_sub(amount, Ordering::Relaxed);
    }

    fn raise(&self, value: usize) {
        self.fetch_max(value, Ordering::Relaxed);
    }

    fn leave(&self) -> bool {
        self.fetch_sub(1, Ordering::AcqRel) == 1
    }
}
