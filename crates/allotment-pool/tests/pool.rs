//! What users of a pool rely on: reuse, sharing, the end of a pool, its reports and its traits.

mod common;

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::rc::Rc;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};
use allotment_pool::Pool;
use common::model::layout;
use common::parent::Parent;

#[test]
fn a_handle_is_one_word() {
    assert_eq!(size_of::<Pool>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Pool<&Parent>>>(), size_of::<usize>());
}

#[test]
fn an_unused_pool_has_no_chunk() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let stats = pool.stats();
    assert_eq!((stats.chunks, stats.idle_bytes, stats.live_bytes), (0, 0, 0));
    assert_eq!((1, stats.reserved_bytes), parent.balance());
    assert!(stats.reserved_bytes <= 1280, "{} bytes of state", stats.reserved_bytes);
    assert_eq!(parent.requests(), 1);
}

#[test]
fn requests_of_no_bytes_take_no_memory() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    for shift in 0..12 {
        let layout = layout(0, shift);
        let block = pool.allocate(layout).unwrap();
        assert_eq!(block.len(), 0);
        assert!(block.cast::<u8>().addr().get().is_multiple_of(layout.align()));
        // SAFETY: from this pool with this layout.
        unsafe { pool.deallocate(block.cast(), layout) };
    }
    assert_eq!((pool.stats().live_blocks, parent.requests()), (0, 1));
}

/// Hazard 59: a pool that takes nothing back would grow with each step.
#[test]
#[cfg(not(feature = "checked"))]
fn churn_makes_no_request_after_warm_up() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let rounds = if cfg!(miri) { 300 } else { 1_000_000 };
    let sizes = [48, 256, 512, 768, 2048];
    let mut blocks = Vec::new();
    for index in 0..500 {
        let layout = layout(sizes[index % sizes.len()], 6);
        blocks.push((pool.allocate(layout).unwrap(), layout));
    }
    let warm = parent.requests();
    let mut at = 0;
    for _ in 0..rounds {
        at = (at * 5 + 1) % blocks.len();
        let (block, layout) = blocks[at];
        // SAFETY: a live block with its layout, replaced at once.
        unsafe { pool.deallocate(block.cast(), layout) };
        blocks[at].0 = pool.allocate(layout).unwrap();
    }
    assert_eq!(parent.requests(), warm);
    assert_eq!(pool.stats().parent_requests, warm);
    assert_eq!(pool.stats().live_blocks, 500);
}

#[test]
#[cfg(not(feature = "checked"))]
fn chunks_double_and_stop_at_two_mebibytes() {
    let pool = Pool::new();
    let block = layout(2048, 6);
    let mut chunks = Vec::new();
    let mut before = pool.stats();
    for _ in 0..if cfg!(miri) { 20 } else { 5000 } {
        pool.allocate(block).unwrap();
        let after = pool.stats();
        if after.chunks > before.chunks {
            chunks.push((after.reserved_bytes - before.reserved_bytes) >> 10);
        }
        before = after;
    }
    let expected = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 2048, 2048, 2048];
    assert!(chunks.len() >= 4);
    assert_eq!(chunks, expected[..chunks.len()]);
}

#[test]
fn handles_share_one_pool() {
    let parent = Parent::new();
    let mut handles = vec![Pool::new_in(&parent)];
    for index in 0..100 {
        handles.push(handles[index].clone());
    }
    let size = layout(200, 3);
    let blocks: Vec<_> = handles.iter().map(|pool| pool.allocate(size).unwrap()).collect();
    assert!(handles.iter().all(|pool| pool.same_as(&handles[0])));
    assert!(handles.iter().all(|pool| pool.stats().live_blocks == 101));
    assert!(!handles[0].same_as(&Pool::new_in(&parent)));

    // Freed through other handles than those they came from, while handles go away.
    for block in blocks {
        let pool = handles.pop().unwrap();
        // SAFETY: a live block of the same pool with its layout, given back once.
        unsafe { pool.deallocate(block.cast(), size) };
        assert_eq!(pool.stats().live_blocks, handles.len());
        drop(pool);
        assert_eq!(parent.balance() == (0, 0), handles.is_empty());
    }
}

/// Hazard 56: a pool that ends while blocks are live.
#[test]
fn leaked_blocks_go_back_with_the_last_handle() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    for size in 1..=2048 {
        pool.allocate(layout(size, 0)).unwrap();
    }
    let other = pool.clone();
    drop(pool);
    assert!(parent.balance().0 > 1);
    drop(other);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
#[cfg(not(feature = "checked"))]
fn a_parent_with_spare_bytes_has_them_used() {
    let parent = Parent::with_spare(200);
    let pool = Pool::new_in(&parent);
    pool.allocate(layout(64, 6)).unwrap();
    let stats = pool.stats();
    // 200 spare bytes are three whole lines.
    assert_eq!(stats.idle_bytes, 4096 + 3 * 64 - 64 - 64);
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn pools_nest() {
    let outer = Pool::new();
    let inner = Pool::new_in(outer.clone());
    assert!(inner.parent().same_as(&outer));
    for size in 0..if cfg!(miri) { 50 } else { 3000 } {
        let layout = layout(size, 2);
        let block = inner.allocate_zeroed(layout).unwrap();
        // SAFETY: a live block with its layout, given back once.
        unsafe { inner.deallocate(block.cast(), layout) };
    }
    drop(inner);
    assert_eq!(outer.stats().live_blocks, 0);
}

/// A parent whose clones and drops are counted.
struct Owned(Rc<Cell<usize>>);

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

// SAFETY: blocks are those of `Global`.
unsafe impl Allocator for Owned {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        assert_eq!(self.0.get(), 0, "used after it was dropped");
        Global.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        assert_eq!(self.0.get(), 0, "used after it was dropped");
        // SAFETY: as the caller promises.
        unsafe { Global.deallocate(block, layout) };
    }
}

#[test]
fn the_parent_is_dropped_once_and_last() {
    let drops = Rc::new(Cell::new(0));
    let pool = Pool::new_in(Owned(drops.clone()));
    let other = pool.clone();
    other.allocate(layout(10, 0)).unwrap();
    drop(pool);
    assert_eq!(drops.get(), 0);
    drop(other);
    assert_eq!(drops.get(), 1);
    assert_eq!(Rc::strong_count(&drops), 1);
}

#[test]
#[cfg(not(feature = "checked"))]
fn reports_read_well() {
    let pool = Pool::new();
    let first = pool.allocate(layout(500, 3)).unwrap();
    pool.allocate(layout(500, 3)).unwrap();
    pool.allocate(layout(2048, 3)).unwrap();
    // SAFETY: a live block with its layout, given back once.
    unsafe { pool.deallocate(first.cast(), layout(500, 3)) };
    let text = pool.stats().to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "2.5 KiB live (peak 3.0 KiB), blocks: 2");
    assert!(lines[1].ends_with("chunks: 1, large blocks: 0, requests to the parent: 2"));
    assert!(lines[2].starts_with("1.4 KiB idle, "), "{}", lines[2]);
    let rows: Vec<Vec<_>> = lines[3..].iter().map(|row| row.split_whitespace().collect()).collect();
    assert_eq!(rows, [["class", "live", "free"], ["512", "1", "1"], ["2048", "1", "0"]]);
    assert!(format!("{pool:?}").starts_with("Pool { live_bytes: 2560, live_blocks: 2, "));
}

#[test]
fn traits_are_as_documented() {
    fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
    fn default_and_shared<T: Default + SharedAlloc>() {}
    /// A handle over a long-lived parent will do where a shorter life is asked for.
    fn shorten<'short>(pool: Pool<&'static Global>, _: &'short u8) -> Pool<&'short Global> {
        pool
    }
    unwind_safe::<Pool>();
    default_and_shared::<Pool>();
    default_and_shared::<Pool<Pool>>();
    drop(shorten(Pool::new_in(&Global), &0));
}

/// Fails to compile if a handle can leave its thread: the call would be ambiguous.
#[test]
fn handles_stay_on_one_thread() {
    trait Ambiguous<Marker> {
        fn check() {}
    }
    struct ForSend;
    struct ForSync;
    impl<T: ?Sized> Ambiguous<()> for T {}
    impl<T: ?Sized + Send> Ambiguous<ForSend> for T {}
    impl<T: ?Sized + Sync> Ambiguous<ForSync> for T {}
    <Pool as Ambiguous<_>>::check();
}
