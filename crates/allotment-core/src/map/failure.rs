//! [`AllocFailure`] and [`EditError`]: why an operation did nothing, and what it was given.

use core::alloc::Layout;
use core::error::Error;
use core::fmt;

use crate::map::UnorderedKeyError;
#[cfg(feature = "infallible")]
use crate::map::out_of_memory;
use crate::raw::tree::Refused;

/// An allocation failed, and nothing was lost: what did not get in comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AllocFailure<T = ()> {
    /// The block that the allocator could not serve.
    pub layout: Layout,
    /// What the operation was given.
    pub returned: T,
}

/// An allocation failed in the midst of an operation on many: a collection of what did not get in,
/// and that at which it failed.
pub(crate) type LeftOut<C, T> = AllocFailure<(C, T)>;

/// How many of those taken from an iterator are new, or what did not get in.
pub(crate) type CountOrLeftOut<C, T> = Result<usize, LeftOut<C, Option<T>>>;

impl AllocFailure {
    /// That of an operation that was given nothing to lose.
    pub(crate) const fn of(layout: Layout) -> Self {
        Self { layout, returned: () }
    }
}

impl<K, V> From<Refused<K, V>> for AllocFailure<(K, V)> {
    fn from(Refused { layout, key, value }: Refused<K, V>) -> Self {
        Self { layout, returned: (key, value) }
    }
}

impl<T> fmt::Debug for AllocFailure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllocFailure").field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl<T> fmt::Display for AllocFailure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (size, align) = (self.layout.size(), self.layout.align());
        write!(f, "the allocator could not serve {size} bytes aligned to {align}")
    }
}

impl<T> Error for AllocFailure<T> {}

/// Keys that do not belong where they were to go, or memory that ran out; nothing was lost either
/// way.
///
/// What the operations answer that place pairs themselves:
/// [`join`](crate::btree_map::Fallible::join), and those of a
/// [`FallibleCursor`](crate::btree_map::FallibleCursor).
pub enum EditError<T = ()> {
    /// The keys do not belong there.
    Unordered(UnorderedKeyError<T>),
    /// The allocator failed.
    Alloc(AllocFailure<T>),
}

impl<T> EditError<T> {
    pub(super) fn unordered(refused: T) -> Self {
        Self::Unordered(UnorderedKeyError::new(refused))
    }

    /// What was to be put in.
    pub fn into_inner(self) -> T {
        match self {
            Self::Unordered(error) => error.into_inner(),
            Self::Alloc(failure) => failure.returned,
        }
    }

    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> EditError<U> {
        match self {
            Self::Unordered(error) => EditError::Unordered(error.map(make)),
            Self::Alloc(AllocFailure { layout, returned }) => {
                EditError::Alloc(AllocFailure { layout, returned: make(returned) })
            }
        }
    }

    /// The error of an operation that does not return if memory runs out.
    #[cfg(feature = "infallible")]
    pub(super) fn or_end(self) -> UnorderedKeyError<T> {
        match self {
            Self::Unordered(error) => error,
            Self::Alloc(failure) => out_of_memory(failure.layout),
        }
    }
}

impl<T> fmt::Debug for EditError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unordered(error) => f.debug_tuple("Unordered").field(error).finish(),
            Self::Alloc(failure) => f.debug_tuple("Alloc").field(failure).finish(),
        }
    }
}

impl<T> fmt::Display for EditError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unordered(error) => error.fmt(f),
            Self::Alloc(failure) => failure.fmt(f),
        }
    }
}

impl<T> Error for EditError<T> {}
