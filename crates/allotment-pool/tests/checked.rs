//! The checked mode: what is freed wrongly is refused, and the parent has every block.
#![cfg(feature = "checked")]

mod common;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout};
use allotment_pool::Pool;
#[cfg(feature = "std")]
use allotment_pool::SyncPool;
use common::model::layout;
use common::parent::Parent;

/// What a panic says.
fn message(act: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(act)).expect_err("it is noticed");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_string(),
    }
}

/// Frees a block of the pool as no caller may, which the pool must notice before it is used.
fn misfree(pool: &impl Allocator, block: NonNull<u8>, layout: Layout) -> String {
    // SAFETY: not kept to: that is what the pool must find out, and nothing is touched then.
    message(|| unsafe { pool.deallocate(block, layout) })
}

fn refuse_what_is_freed_wrongly(pool: &impl Allocator) {
    let node = layout(512, 6);
    let [first, second] = [(); 2].map(|()| pool.allocate(node).unwrap().cast::<u8>());

    assert!(misfree(pool, first, layout(500, 6)).contains("another layout"));
    assert!(misfree(pool, first, layout(512, 3)).contains("another layout"));
    assert!(misfree(pool, first, layout(4096, 6)).contains("another layout"));
    let inside = first.map_addr(|addr| addr.saturating_add(64));
    assert!(misfree(pool, inside, node).contains("not live in this pool"));
    let foreign = Global.allocate(node).unwrap().cast();
    assert!(misfree(pool, foreign, node).contains("not live in this pool"));
    // SAFETY: allocated by `Global` with this layout.
    unsafe { Global.deallocate(foreign, node) };

    // SAFETY: a live block with its layout: the wrong frees have changed nothing.
    unsafe { pool.deallocate(first, node) };
    assert!(misfree(pool, first, node).contains("freed twice"));
    // SAFETY: as above.
    unsafe { pool.deallocate(second, node) };
}

/// Hazards 57 and 62: wrong frees, which tools do not see inside of a chunk.
#[test]
fn what_is_freed_wrongly_is_refused() {
    let pool = Pool::new();
    refuse_what_is_freed_wrongly(&pool);
    assert_eq!(pool.stats().live_blocks, 0);
}

#[test]
#[cfg(feature = "std")]
fn what_is_freed_wrongly_among_threads_is_refused() {
    let pool = SyncPool::new();
    refuse_what_is_freed_wrongly(&pool);
    assert_eq!(pool.stats().live_blocks, 0);
}

#[test]
fn blocks_of_another_pool_are_refused() {
    let (mine, yours) = (Pool::new(), Pool::new());
    let node = layout(100, 3);
    let block = yours.allocate(node).unwrap().cast();
    assert!(misfree(&mine, block, node).contains("foreign"));
    // SAFETY: a live block of this pool with its layout.
    unsafe { yours.deallocate(block, node) };
}

#[test]
fn the_parent_has_each_block_with_its_exact_size() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let (blocks, bytes) = parent.balance();
    let sizes = [1, 72, 504, 2048, 9000];
    let taken = sizes.map(|size| (pool.allocate(layout(size, 3)).unwrap(), layout(size, 3)));
    assert!(taken.iter().all(|(block, layout)| block.len() == layout.size()));
    assert_eq!(parent.balance(), (blocks + 5, bytes + sizes.iter().sum::<usize>()));
    let stats = pool.stats();
    assert_eq!((stats.chunks, stats.large_blocks, stats.idle_bytes), (0, 5, 0));
    pool.reserve(1 << 20);
    pool.reserve_blocks(layout(504, 3), 100);
    assert_eq!((pool.trim(), parent.balance().0), (0, blocks + 5));
    for (block, layout) in taken {
        // SAFETY: a live block with its layout.
        unsafe { pool.deallocate(block.cast(), layout) };
    }
    assert_eq!(parent.balance(), (blocks, bytes));
}

#[test]
fn what_grows_in_place_moves() {
    let pool = Pool::new();
    let (old, new) = (layout(70, 3), layout(80, 3));
    let block = pool.allocate(old).unwrap().cast::<u8>();
    // SAFETY: a live block with its layout, and the size grows.
    let grown = unsafe { pool.grow(block, old, new) }.unwrap().cast::<u8>();
    assert_ne!(block, grown);
    assert!(misfree(&pool, block, old).contains("not live"));
    // SAFETY: a live block with its layout.
    unsafe { pool.deallocate(grown, new) };
}

/// Keeps what it is given back until it is dropped, to be looked at.
#[derive(Default)]
struct Keeper(RefCell<Vec<(NonNull<u8>, Layout)>>);

// SAFETY: blocks are those of `Global`.
unsafe impl Allocator for Keeper {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Global.allocate_zeroed(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.0.borrow_mut().push((block, layout));
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        for (block, layout) in self.0.take() {
            // SAFETY: allocated by `Global` with this layout, and nobody's any more.
            unsafe { Global.deallocate(block, layout) };
        }
    }
}

#[test]
fn freed_blocks_are_overwritten() {
    let pool = Pool::new_in(Keeper::default());
    let block = pool.allocate(layout(100, 3)).unwrap().cast::<u8>();
    // SAFETY: a live block with its layout.
    unsafe { pool.deallocate(block, layout(100, 3)) };
    // SAFETY: the parent keeps the memory, all of which was written.
    let bytes = unsafe { NonNull::slice_from_raw_parts(block, 100).as_ref() };
    assert!(bytes.iter().all(|byte| *byte == 0xDD));
}

/// A class of block goes when the pool does, as with its chunk; a large one is a leak to be found.
#[test]
fn leaks_are_as_without_checks() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    pool.allocate(layout(512, 3)).unwrap();
    pool.allocate(layout(5000, 3)).unwrap();
    drop(pool);
    assert_eq!(parent.balance(), (1, 5000));
}
