//! The shared pool among threads: blocks that cross over, threads that come and go, parents that
//! fail, and what stays behind.
#![cfg(feature = "std")]

mod common;

use std::ptr::NonNull;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use allotment_alloc::{AllocError, Allocator, Layout, SharedAlloc};
use allotment_pool::{Pool, SyncPool};
use common::CHECKED;
use common::model::layout;
use common::parent::{Fault, Parent, Plan};

/// A parent that threads share.
struct Guarded(Mutex<Parent>);

// SAFETY: the parent is behind a lock, and its blocks are those of the global allocator.
unsafe impl Send for Guarded {}

// SAFETY: as above.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn new() -> Guarded {
        Guarded(Mutex::new(Parent::new()))
    }

    fn with<R>(&self, act: impl FnOnce(&Parent) -> R) -> R {
        act(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

// SAFETY: blocks are those of `Parent`.
unsafe impl Allocator for Guarded {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.with(|parent| parent.allocate(layout))
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: as the caller promises.
        self.with(|parent| unsafe { parent.deallocate(block, layout) });
    }
}

/// A block on its way, filled with a byte.
struct Block {
    memory: NonNull<u8>,
    layout: Layout,
    byte: u8,
}

// SAFETY: the block is its owner's alone.
unsafe impl Send for Block {}

impl Block {
    fn take(pool: &impl Allocator, layout: Layout, byte: u8) -> Result<Block, AllocError> {
        let memory = pool.allocate(layout)?.cast::<u8>();
        // SAFETY: allocated just now with this length.
        unsafe { memory.write_bytes(byte, layout.size()) };
        Ok(Block { memory, layout, byte })
    }

    fn give(self, pool: &impl Allocator) {
        let bytes = NonNull::slice_from_raw_parts(self.memory, self.layout.size());
        // SAFETY: a live block that was filled.
        let bytes = unsafe { bytes.as_ref() };
        // As slices: the interpreter is quick at comparing them, and slow at each step of a loop.
        let whole = bytes == vec![self.byte; bytes.len()];
        assert!(whole, "somebody wrote to a block of {:?}", self.layout);
        // SAFETY: a live block of the pool with its layout, given back once.
        unsafe { pool.deallocate(self.memory, self.layout) };
    }
}

/// Sizes of nodes, keys, lists and large blocks. Where each step is slow, none of those that a
/// thread gets by the dozen.
const SIZES: [usize; 8] = if cfg!(miri) {
    [504, 760, 1000, 2048, 504, 1500, 504, 3000]
} else {
    [504, 24, 760, 8, 2048, 100, 504, 3000]
};

fn size(index: usize) -> Layout {
    layout(SIZES[index % SIZES.len()], 3)
}

/// The chunks that a trim leaves if nothing is live.
const LAST: usize = if CHECKED { 0 } else { 1 };

const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };

#[test]
fn handles_are_for_threads_if_the_parent_is() {
    trait Ambiguous<Marker> {
        fn check() {}
    }
    struct ForSend;
    struct ForSync;
    impl<T: ?Sized> Ambiguous<()> for T {}
    impl<T: ?Sized + Send> Ambiguous<ForSend> for T {}
    impl<T: ?Sized + Sync> Ambiguous<ForSync> for T {}
    fn for_threads<T: Send + Sync + SharedAlloc + Default>() {}

    for_threads::<SyncPool>();
    for_threads::<SyncPool<SyncPool>>();
    // Fails to compile if a handle over such a parent can leave its thread.
    <SyncPool<Pool> as Ambiguous<_>>::check();
    assert_eq!(size_of::<Option<SyncPool>>(), size_of::<usize>());
}

/// Hazard 60: blocks that are freed on another thread. All orders: `src/shards_tests.rs`.
#[test]
fn blocks_go_round_among_threads() {
    let parent = Guarded::new();
    let pool = SyncPool::new_in(&parent);
    thread::scope(|scope| {
        let (mut senders, receivers): (Vec<_>, Vec<_>) =
            (0..3).map(|_| sync_channel::<Block>(64)).unzip();
        // Each sends to the next one.
        senders.rotate_left(1);
        for (index, (sender, receiver)) in senders.into_iter().zip(receivers).enumerate() {
            let pool = pool.clone();
            scope.spawn(move || {
                let mut kept = Vec::new();
                for round in 0..ROUNDS {
                    let byte = (round * 7 + index) as u8;
                    let block = Block::take(&pool, size(round + index), byte).unwrap();
                    if let Err(refused) = sender.try_send(block) {
                        kept.push(match refused {
                            std::sync::mpsc::TrySendError::Full(block)
                            | std::sync::mpsc::TrySendError::Disconnected(block) => block,
                        });
                    }
                    if kept.len() > 20 {
                        kept.swap_remove(round % kept.len()).give(&pool);
                    }
                    while let Ok(block) = receiver.try_recv() {
                        block.give(&pool);
                    }
                }
                drop(sender);
                kept.into_iter().chain(receiver).for_each(|block| block.give(&pool));
            });
        }
    });
    let stats = pool.stats();
    assert_eq!((stats.live_blocks, stats.live_bytes, stats.large_bytes), (0, 0, 0));
    assert_eq!(stats.reserved_bytes, stats.idle_bytes + stats.overhead_bytes);
    let requests = parent.with(Parent::requests);
    assert!(stats.parent_requests == requests && (CHECKED || parent.with(Parent::balance).0 > 1));
    pool.trim();
    assert_eq!((pool.stats().chunks, parent.with(Parent::balance).0), (LAST, 1 + LAST));
    drop(pool);
    assert_eq!(parent.with(Parent::balance), (0, 0));
}

/// One thread allocates, another frees: what is freed comes back, so that nothing grows.
#[test]
fn a_producer_and_a_consumer_reach_a_steady_state() {
    let pool = SyncPool::new();
    let (sender, receiver) = sync_channel::<Block>(100);
    thread::scope(|scope| {
        scope.spawn(|| receiver.into_iter().for_each(|block| block.give(&pool)));
        for round in 0..ROUNDS * 5 {
            sender.send(Block::take(&pool, layout(504, 3), round as u8).unwrap()).unwrap();
        }
        drop(sender);
    });
    let stats = pool.stats();
    assert_eq!(stats.live_blocks, 0);
    // 100 blocks on their way and one at each end, and two batches in each of two caches: 96 KiB.
    assert!(stats.chunks <= 2, "{stats}");
}

#[test]
fn threads_come_and_go() {
    let pool = SyncPool::new();
    for _ in 0..if cfg!(miri) { 2 } else { 40 } {
        thread::scope(|scope| {
            for index in 0..4 {
                let pool = pool.clone();
                scope.spawn(move || {
                    let blocks: Vec<_> =
                        (0..64).map(|n| Block::take(&pool, size(n), index).unwrap()).collect();
                    blocks.into_iter().for_each(|block| block.give(&pool));
                });
            }
        });
        assert_eq!(pool.stats().live_blocks, 0);
    }
    pool.trim();
    assert_eq!(pool.stats().chunks, LAST, "no cache keeps what its threads left behind");
}

#[test]
fn trims_among_work_leave_what_is_live() {
    let parent = Guarded::new();
    let pool = SyncPool::new_in(&parent);
    thread::scope(|scope| {
        let worker = |seed: usize| {
            let mut blocks = Vec::new();
            for round in 0..ROUNDS {
                blocks.push(Block::take(&pool, size(round * seed), round as u8).unwrap());
                if blocks.len() == 200 {
                    blocks.drain(..).for_each(|block| block.give(&pool));
                }
            }
            blocks.into_iter().for_each(|block| block.give(&pool));
        };
        scope.spawn(move || worker(3));
        scope.spawn(move || worker(5));
        scope.spawn(|| {
            for _ in 0..if cfg!(miri) { 2 } else { 200 } {
                pool.trim();
                let stats = pool.stats();
                let total = stats.live_bytes + stats.idle_bytes + stats.overhead_bytes;
                assert_eq!(stats.reserved_bytes, total);
                thread::yield_now();
            }
        });
    });
    assert_eq!(pool.stats().live_blocks, 0);
    pool.trim();
    assert_eq!(parent.with(Parent::balance).0, 1 + LAST);
}

#[test]
fn the_last_handle_may_be_dropped_anywhere() {
    let parent = Guarded::new();
    for _ in 0..if cfg!(miri) { 3 } else { 200 } {
        let pool = SyncPool::new_in(&parent);
        thread::scope(|scope| {
            for _ in 0..3 {
                let pool = pool.clone();
                // Leaked into the pool.
                scope.spawn(move || drop(Block::take(&pool, layout(100, 3), 1)));
            }
            drop(pool);
        });
        assert_eq!(parent.with(Parent::balance), (0, 0));
    }
}

#[test]
fn a_parent_that_fails_among_threads_loses_nothing() {
    for fault in [Fault::Fail, Fault::Panic] {
        let parent = Guarded::new();
        let pool = SyncPool::new_in(&parent);
        parent.with(|parent| parent.plan(Plan::From(4), fault));
        thread::scope(|scope| {
            for index in 0..2 {
                let pool = &pool;
                scope.spawn(move || {
                    let mut blocks = Vec::new();
                    let take = |n: usize| {
                        let take = || Block::take(pool, size(n), index);
                        std::panic::catch_unwind(std::panic::AssertUnwindSafe(take))
                    };
                    for n in 0.. {
                        match take(n) {
                            Ok(Ok(block)) => blocks.push(block),
                            _ => break,
                        }
                    }
                    blocks.into_iter().for_each(|block| block.give(pool));
                });
            }
        });
        let stats = pool.stats();
        assert_eq!(stats.live_blocks, 0);
        assert_eq!(parent.with(Parent::balance).0, 1 + stats.chunks);
        parent.with(|parent| parent.plan(Plan::Never, fault));
        Block::take(&pool, layout(5000, 3), 1).unwrap().give(&pool);
        drop(pool);
        assert_eq!(parent.with(Parent::balance), (0, 0));
    }
}

#[test]
#[cfg(not(feature = "checked"))]
fn halves_of_odd_chunks_go_back_as_they_were_asked_for() {
    let parent = Guarded::new();
    let pool = SyncPool::new_in(&parent);
    pool.try_reserve(65_536).unwrap();
    parent.with(|parent| parent.plan(Plan::Above(40_000), Fault::Fail));
    let chunks = pool.stats().chunks;
    while pool.stats().chunks == chunks {
        pool.allocate(layout(2048, 6)).unwrap();
    }
    drop(pool);
    assert_eq!(parent.with(Parent::balance), (0, 0));
}

#[test]
fn absurd_requests_are_refused() {
    let parent = Guarded::new();
    let pool = SyncPool::new_in(&parent);
    for size in [isize::MAX as usize - 127, isize::MAX as usize / 2, 1 << 40] {
        assert!(pool.allocate(layout(size, 3)).is_err());
        assert!(CHECKED || pool.try_reserve(size).is_err());
    }
    assert!(pool.try_reserve(usize::MAX).is_err());
    assert_eq!(pool.stats().live_bytes, 0);
    parent.with(|parent| parent.plan(Plan::From(1), Fault::Fail));
    assert!(SyncPool::try_new_in(&parent).is_err());
}

#[test]
#[cfg(not(feature = "checked"))]
fn reserved_room_is_used_without_a_request() {
    let parent = Guarded::new();
    let pool = SyncPool::new_in(&parent);
    pool.try_reserve(200 * 512 + 8192).unwrap();
    let requests = parent.with(Parent::requests);
    for _ in 0..200 {
        pool.allocate(layout(512, 3)).unwrap();
    }
    assert_eq!(parent.with(Parent::requests), requests);
}
