//! [`Owned`]: a value of a column together with its allocator.
//!
//! Values that hold blocks cannot know their allocator, which would cost each of them a word:
//! whoever drops one without [`free`](Free::free) leaks its blocks, and nothing worse.

use allotment_alloc::Allocator;

use crate::raw::dying::Dying;
use crate::raw::shape::Shape;
use crate::raw::tree::Tree;

/// A value that holds blocks of an allocator which it does not know.
pub(crate) trait Free {
    /// Drops what is in the blocks, and gives them back.
    ///
    /// # Safety
    ///
    /// They stem from `alloc`.
    unsafe fn free<A: Allocator>(self, alloc: &A);
}

/// A value together with its allocator: freed unless it is kept.
pub(crate) struct Owned<'a, T: Free, A: Allocator> {
    value: Option<T>,
    alloc: &'a A,
}

impl<'a, T: Free, A: Allocator> Owned<'a, T, A> {
    /// # Safety
    ///
    /// The blocks of the value stem from `alloc`.
    pub(crate) const unsafe fn new(value: T, alloc: &'a A) -> Self {
        Self { value: Some(value), alloc }
    }

    pub(crate) fn get(&self) -> &T {
        self.value.as_ref().expect("there until it is kept")
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("there until it is kept")
    }

    /// The value, to keep.
    pub(crate) fn keep(mut self) -> T {
        self.value.take().expect("there until it is kept")
    }
}

impl<T: Free, A: Allocator> Drop for Owned<'_, T, A> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            // SAFETY: by the promise at birth.
            unsafe { value.free(self.alloc) };
        }
    }
}

/// Takes a tree apart, and frees its values; that goes on if a drop unwinds.
///
/// # Safety
///
/// Its nodes, and the blocks of its values, stem from `alloc`.
pub(crate) unsafe fn free_tree<K, T: Free, S: Shape<K>, A: Allocator>(
    tree: &mut Tree<K, T, S>,
    alloc: &A,
) {
    struct Rest<'a, K, T: Free, S: Shape<K>, A: Allocator> {
        pairs: Dying<K, T, S>,
        alloc: &'a A,
    }
    impl<K, T: Free, S: Shape<K>, A: Allocator> Rest<'_, K, T, S, A> {
        fn run(&mut self) {
            // SAFETY: by the promise of whoever calls `free_tree`.
            while let Some((key, value)) = unsafe { self.pairs.take_first(self.alloc) } {
                // SAFETY: as above.
                let value = unsafe { Owned::new(value, self.alloc) };
                drop(key);
                drop(value);
            }
        }
    }
    impl<K, T: Free, S: Shape<K>, A: Allocator> Drop for Rest<'_, K, T, S, A> {
        fn drop(&mut self) {
            self.run();
            // SAFETY: as above; no pair is left.
            unsafe { self.pairs.finish(self.alloc) };
        }
    }
    let mut rest = Rest { pairs: tree.kill(), alloc };
    rest.run();
}
