//! [`Registry`]: the checked mode, in which each block is one of the parent's and is known by name.
//!
//! With the feature `checked` an arena passes every request on as it is, so that what watches the
//! parent (a sanitizer, valgrind, Miri) sees each block with its exact size. The registry has the
//! blocks that are out: it refuses what is freed twice, was never handed out, or is freed under
//! another layout, and has what must go back when a scope or the arena ends.
//!
//! Without the feature it stays empty, takes no memory and is not asked.

extern crate alloc;

use alloc::collections::BTreeMap;
use core::cell::{Cell, RefCell};
use core::ptr::NonNull;

use allotment_alloc::Layout;

/// Whether the crate was built with the feature.
pub(crate) const CHECKED: bool = cfg!(feature = "checked");

/// Unlikely as data, and no valid address when read as one.
const PATTERN: u8 = 0xFB;

/// A block that is out.
#[derive(Clone, Copy)]
struct Entry {
    block: NonNull<u8>,
    layout: Layout,
    /// How many were handed out before it.
    number: u64,
}

/// See the file.
pub(crate) struct Registry {
    /// By their addresses.
    live: RefCell<BTreeMap<usize, Entry>>,
    /// Their addresses, by their numbers.
    addresses: RefCell<BTreeMap<u64, usize>>,
    /// Blocks ever handed out.
    next: Cell<u64>,
}

impl Registry {
    /// No blocks.
    pub(crate) const fn new() -> Self {
        let live = RefCell::new(BTreeMap::new());
        Self { live, addresses: RefCell::new(BTreeMap::new()), next: Cell::new(0) }
    }

    /// The number that the next block gets.
    pub(crate) fn next(&self) -> u64 {
        self.next.get()
    }

    /// Notes that a block was handed out.
    pub(crate) fn enter(&self, block: NonNull<u8>, layout: Layout) {
        let number = self.next.get();
        self.next.set(number + 1);
        let address = block.addr().get();
        let before = self.live.borrow_mut().insert(address, Entry { block, layout, number });
        assert!(before.is_none(), "the parent handed out a block that is live");
        self.addresses.borrow_mut().insert(number, address);
    }

    /// Notes that a block comes back, and overwrites it with a pattern.
    ///
    /// # Panics
    ///
    /// If it is not live, or was taken under another layout. It is left as it was then.
    pub(crate) fn leave(&self, block: NonNull<u8>, layout: Layout) {
        let known = self.live.borrow().get(&block.addr().get()).copied();
        let Some(entry) = known else {
            panic!("a block was freed that is not live in this arena: freed twice, or foreign");
        };
        let taken = entry.layout;
        assert_eq!(layout, taken, "a block was freed under another layout than it was taken under");
        self.remove(entry);
    }

    /// Takes out the last of the blocks that were handed out from this number on, overwritten.
    pub(crate) fn take_since(&self, number: u64) -> Option<(NonNull<u8>, Layout)> {
        let address = *self.addresses.borrow().range(number..).next_back()?.1;
        let entry = self.live.borrow().get(&address).copied()?;
        self.remove(entry);
        Some((entry.block, entry.layout))
    }

    fn remove(&self, Entry { block, layout, number }: Entry) {
        self.addresses.borrow_mut().remove(&number);
        self.live.borrow_mut().remove(&block.addr().get());
        // SAFETY: the block was live and as large, and nobody uses it any more.
        unsafe { block.write_bytes(PATTERN, layout.size()) };
    }
}
