//! [`Registry`]: the checked mode, in which each block is one of the parent's and is known by name.
//!
//! With the feature `checked`, a pool passes every request on as it is, so that what watches the
//! parent (a sanitizer, valgrind, Miri) sees each node with its exact size. The registry has the
//! blocks that are out: it refuses what is freed twice, was never handed out, or is freed under
//! another layout, and has what must go back when the pool ends.
//!
//! Without the feature it stays empty, takes no memory and is not asked.

use alloc::collections::BTreeMap;
use core::cell::RefCell;
use core::ptr::NonNull;

use allotment_alloc::Layout;

use crate::poison;
use crate::size_class::Route;

/// Whether the crate was built with the feature.
pub(crate) const CHECKED: bool = cfg!(feature = "checked");

/// See the file.
pub(crate) struct Registry {
    /// By their addresses.
    live: RefCell<BTreeMap<usize, (NonNull<u8>, Layout)>>,
}

impl Registry {
    /// No blocks.
    pub(crate) const fn new() -> Registry {
        Registry { live: RefCell::new(BTreeMap::new()) }
    }

    /// Notes that a block was handed out.
    pub(crate) fn enter(&self, block: NonNull<u8>, layout: Layout) {
        let before = self.live.borrow_mut().insert(block.addr().get(), (block, layout));
        assert!(before.is_none(), "the parent handed out a block that is live");
    }

    /// Notes that a block comes back, and overwrites it with a pattern.
    ///
    /// # Panics
    ///
    /// If it is not live, or was taken under another layout. It is left as it was then.
    pub(crate) fn leave(&self, block: NonNull<u8>, layout: Layout) {
        let known = self.live.borrow().get(&block.addr().get()).copied();
        let Some((entered, taken)) = known else {
            panic!("a block was freed that is not live in this pool: freed twice, or foreign");
        };
        assert_eq!(layout, taken, "a block was freed under another layout than it was taken under");
        self.live.borrow_mut().remove(&block.addr().get());
        // SAFETY: the block is live and as large, and the caller gives it up.
        unsafe { poison::fill(entered, layout.size()) };
    }

    /// Takes out a block that would have gone with its chunk at the end of the pool. Large blocks,
    /// which would not, are left: whoever looks for leaks shall find them.
    pub(crate) fn take_leaked(&self) -> Option<(NonNull<u8>, Layout)> {
        let mut live = self.live.borrow_mut();
        while let Some((_, (block, layout))) = live.pop_first() {
            if matches!(Route::of(layout.size(), layout.align()), Route::Class(_)) {
                return Some((block, layout));
            }
        }
        None
    }
}
