//! Handles: clones, loans, reset, and the end of the arena.

mod common;

use std::cell::Cell;
use std::rc::Rc;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};
use allotment_bump::Bump;
use common::{Oracle, Parent, layout};

#[test]
fn a_handle_is_one_word() {
    /// A parent with a size of its own.
    struct Wide([usize; 8]);
    // SAFETY: passes requests on to the global allocator.
    unsafe impl Allocator for Wide {
        fn allocate(&self, layout: Layout) -> Result<std::ptr::NonNull<[u8]>, AllocError> {
            Global.allocate(layout)
        }
        unsafe fn deallocate(&self, block: std::ptr::NonNull<u8>, layout: Layout) {
            // SAFETY: the block came from the global allocator.
            unsafe { Global.deallocate(block, layout) };
        }
    }

    assert_eq!(size_of::<Bump>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Bump>>(), size_of::<usize>());
    assert_eq!(size_of::<Bump<Wide>>(), size_of::<usize>());
    let bump = Bump::new_in(Wide([7; 8]));
    assert_eq!(bump.parent().0, [7; 8]);
}

#[test]
fn a_new_arena_asks_for_its_state_only() {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    assert_eq!((parent.requests.get(), bump.stats().chunks), (1, 0));
    assert!(parent.live_bytes.get() < 1024);
    assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());
}

#[test]
#[cfg(not(feature = "checked"))]
fn a_capacity_is_there_before_the_first_block() {
    let parent = Parent::new();
    let bump = Bump::with_capacity_in(64 * 512, &parent);
    for _ in 0..64 {
        bump.allocate(layout(512, 64)).expect("memory");
    }
    assert_eq!((parent.requests.get(), bump.stats().idle_bytes), (2, 0));
    assert_eq!(Bump::with_capacity_in(0, &parent).stats().chunks, 0);
}

#[test]
fn clones_are_one_arena() {
    let parent = Parent::new();
    let first = Bump::new_in(&parent);
    let second = first.clone();
    let stranger = Bump::new_in(&parent);
    assert!(first.same_as(&second) && second.same_as(&first));
    assert!(!first.same_as(&stranger));

    let layout = layout(64, 8);
    let block = first.allocate(layout).expect("memory").cast::<u8>();
    drop(first);
    // SAFETY: the arena lives on in its second handle.
    unsafe { block.write_bytes(1, 64) };
    // SAFETY: the block is live with this layout and forgotten here.
    unsafe { second.deallocate(block, layout) };
    assert_eq!(second.stats().live_blocks, 0);
    drop(second);
    drop(stranger);
    assert!(parent.is_empty());
}

#[test]
fn the_parent_is_dropped_once_and_after_the_last_block() {
    /// Counts its drops; all memory has to be back by then.
    struct Owner {
        drops: Rc<Cell<usize>>,
        blocks: Cell<usize>,
    }
    impl Drop for Owner {
        fn drop(&mut self) {
            assert_eq!(self.blocks.get(), 0, "memory is missing");
            self.drops.set(self.drops.get() + 1);
        }
    }
    // SAFETY: passes requests on to the global allocator.
    unsafe impl Allocator for Owner {
        fn allocate(&self, layout: Layout) -> Result<std::ptr::NonNull<[u8]>, AllocError> {
            self.blocks.set(self.blocks.get() + 1);
            Global.allocate(layout)
        }
        unsafe fn deallocate(&self, block: std::ptr::NonNull<u8>, layout: Layout) {
            self.blocks.set(self.blocks.get() - 1);
            // SAFETY: the block came from the global allocator.
            unsafe { Global.deallocate(block, layout) };
        }
    }

    let drops = Rc::new(Cell::new(0));
    let bump = Bump::new_in(Owner { drops: drops.clone(), blocks: Cell::new(0) });
    let other = bump.clone();
    bump.allocate(layout(10_000, 8)).expect("memory");
    assert_eq!(bump.parent().blocks.get(), 2);
    drop(bump);
    assert_eq!(drops.get(), 0);
    drop(other);
    assert_eq!(drops.get(), 1);
}

/// Hazard 56: a reset while blocks are live. Borrowed arenas: see the documentation of `reset`.
#[test]
fn reset_is_refused_while_there_are_other_handles() {
    let mut bump = Bump::new();
    let others = [bump.clone(), bump.clone()];
    let mut oracle = Oracle::new(&others[0]);
    oracle.allocate(layout(300, 8), false).expect("memory");
    let busy = bump.reset().expect_err("there are other handles");
    assert_eq!(busy.others(), 2);
    assert_eq!(busy.to_string(), "the arena has other handles: 2");
    oracle.check_all();
    assert_eq!(bump.stats().live_blocks, 1);
    drop(others);
    assert_eq!(bump.reset(), Ok(()));
    assert_eq!(bump.stats().live_blocks, 0);
}

#[test]
fn a_forgotten_handle_keeps_the_arena_busy() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let other = bump.clone();
    std::mem::forget(bump.clone());
    drop(other);
    assert_eq!(bump.reset().expect_err("a handle was forgotten").others(), 1);
    // Take the count back down, so that the test leaks nothing.
    // SAFETY: the forgotten handle is made up for by one read of this one.
    let forgotten = unsafe { std::ptr::read(&raw const bump) };
    drop(forgotten);
    assert_eq!(bump.reset(), Ok(()));
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
#[cfg(not(feature = "checked"))]
fn reset_keeps_the_largest_chunk_and_reuses_it() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let mut requests = 0;
    for round in 0..4 {
        let mut oracle = Oracle::new(&bump);
        for _ in 0..20 {
            oracle.allocate(layout(1000, 8), false).expect("memory");
        }
        drop(oracle);
        let before = bump.stats();
        bump.reset().expect("there is one handle only");
        let after = bump.stats();
        assert_eq!((after.chunks, after.live_bytes, after.live_blocks), (1, 0, 0));
        assert_eq!(after.peak_live_bytes, 20_000);
        assert_eq!(after.reserved_bytes, parent.live_bytes.get());
        assert_eq!(after.slack_bytes(), after.reserved_bytes - after.idle_bytes);
        if round >= 2 {
            assert_eq!(before.parent_requests, requests, "the kept chunk is large enough by now");
        }
        requests = after.parent_requests;
    }
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn reset_of_an_unused_arena_is_nothing() {
    let mut bump = Bump::new();
    assert_eq!(bump.reset(), Ok(()));
    assert_eq!(bump.stats().chunks, 0);
    bump.allocate(layout(8, 8)).expect("memory");
}

#[test]
fn a_borrowed_arena_serves_several_users_in_turn() {
    let mut bump = Bump::new();
    for _ in 0..3 {
        let (mut left, mut right) = (Oracle::new(&bump), Oracle::new(&bump));
        for size in 1..100 {
            left.allocate(layout(size, 8), false).expect("memory");
            right.allocate(layout(size * 7, 8), true).expect("memory");
        }
        left.check_all();
        right.release_all();
        left.check_all();
        assert!(SharedAlloc::same_as(&left.allocator, &right.allocator));
        drop((left, right));
        bump.reset().expect("there is one handle only");
    }
}

#[test]
fn values_are_not_dropped_with_the_arena() {
    struct Loud(Rc<Cell<usize>>);
    impl Drop for Loud {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let drops = Rc::new(Cell::new(0));
    let mut bump = Bump::new();
    let place = bump.allocate(Layout::new::<Loud>()).expect("memory").cast::<Loud>();
    // SAFETY: a block of this type's layout.
    unsafe { place.write(Loud(drops.clone())) };
    // SAFETY: the value is taken out again, so that the test leaks nothing; the arena keeps bytes.
    let kept = unsafe { place.read() };
    bump.reset().expect("there is one handle only");
    drop(bump);
    assert_eq!(drops.get(), 0);
    drop(kept);
    assert_eq!(drops.get(), 1);
}

#[test]
#[cfg(not(feature = "checked"))]
fn statistics_and_debug_output_can_be_read() {
    let bump = Bump::<Global>::default();
    bump.allocate(layout(1500, 8)).expect("memory");
    let text = bump.stats().to_string();
    assert!(text.starts_with("1.4 KiB live in 1 block (peak 1.4 KiB), "), "{text}");
    assert!(text.contains(" in 1 chunk, ") && text.ends_with("2 requests to the parent"), "{text}");
    let debug = format!("{bump:?}");
    assert!(debug.starts_with("Bump { handles: 1, stats: BumpStats { live_bytes: 1500"), "{debug}");
}

/// A handle must not leave its thread: the counters are plain cells.
#[test]
fn a_handle_stays_on_its_thread() {
    // Ambiguous, and so an error, if `Bump` had the auto trait.
    trait NotSend<Marker> {
        fn holds() -> bool {
            true
        }
    }
    impl<T> NotSend<()> for T {}
    impl<T: Send> NotSend<u8> for T {}
    trait NotSync<Marker> {
        fn holds() -> bool {
            true
        }
    }
    impl<T> NotSync<()> for T {}
    impl<T: Sync> NotSync<u8> for T {}
    assert!(<Bump as NotSend<_>>::holds() && <Bump as NotSync<_>>::holds());
}
