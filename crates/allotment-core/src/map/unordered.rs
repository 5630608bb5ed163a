//! [`UnorderedKeyError`]: keys that do not belong where they were to go.

use core::error::Error;
use core::fmt;

/// Keys that were to go where they do not belong, and what was to be put in, given back.
///
/// std's error of that name gives nothing back: a program that names it says
/// `UnorderedKeyError<()>`, which every other one turns into.
pub struct UnorderedKeyError<T = ()> {
    refused: T,
}

impl<T> UnorderedKeyError<T> {
    pub(super) fn new(refused: T) -> Self {
        Self { refused }
    }

    pub(crate) fn map<U>(self, make: impl FnOnce(T) -> U) -> UnorderedKeyError<U> {
        UnorderedKeyError { refused: make(self.refused) }
    }

    /// What was to be put in.
    pub fn into_inner(self) -> T {
        self.refused
    }
}

impl<K, V> From<UnorderedKeyError<(K, V)>> for UnorderedKeyError {
    /// Drops the pair.
    fn from(_: UnorderedKeyError<(K, V)>) -> Self {
        Self { refused: () }
    }
}

impl<T> fmt::Debug for UnorderedKeyError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnorderedKeyError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for UnorderedKeyError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("key is not properly ordered relative to neighbors")
    }
}

impl<T> Error for UnorderedKeyError<T> {}
