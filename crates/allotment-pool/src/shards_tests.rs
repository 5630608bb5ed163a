//! The shared pool under a model checker: all orders in which threads may get at its locks and
//! counts, up to a number of preemptions.
#![cfg(not(miri))]

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering};
use std::vec::Vec;

use allotment_alloc::Global;
use loom::sync::Arc;
use loom::sync::atomic::AtomicUsize;

use super::*;

/// The primitives of loom.
struct Loom;

loom::thread_local! {
    static THREAD: Cell<usize> = Cell::new(0);
}

impl Primitives for Loom {
    type Lock<T: Send> = loom::sync::Mutex<T>;
    type Count = AtomicUsize;

    fn thread() -> usize {
        THREAD.with(Cell::get)
    }
}

impl<T: Send> Lock<T> for loom::sync::Mutex<T> {
    fn new(value: T) -> Self {
        loom::sync::Mutex::new(value)
    }

    fn with<R>(&self, act: impl FnOnce(&T) -> R) -> R {
        act(&self.lock().unwrap())
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
        self.fetch_add(amount, Ordering::Relaxed) + amount
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

/// A parent that counts the blocks it has out.
#[derive(Clone, Default)]
struct Counted(std::sync::Arc<AtomicIsize>);

// SAFETY: blocks are those of `Global`.
unsafe impl Allocator for Counted {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Global.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { Global.deallocate(block, layout) };
    }
}

type Checked = Shards<Counted, Loom, 2>;

/// What the tests know of each block: a cell that loom finds out if two use it at a time, or one
/// after the other without the second knowing of the first.
type Cells = Mutex<HashMap<usize, Arc<loom::cell::UnsafeCell<()>>>>;

/// A handle, as `SyncPool` is.
struct Handle(NonNull<Checked>, std::sync::Arc<Cells>);

// SAFETY: as for `SyncPool`.
unsafe impl Send for Handle {}

/// A block on its way from thread to thread.
struct Block(NonNull<u8>);

// SAFETY: the block is its owner's alone.
unsafe impl Send for Block {}

const SIZE: usize = 2048;

fn class() -> Class {
    Class::all().find(|class| class.size() == SIZE).unwrap()
}

impl Handle {
    fn new(parent: Counted) -> Handle {
        Handle(create(parent).unwrap(), std::sync::Arc::default())
    }

    fn pool(&self) -> &Checked {
        // SAFETY: the shards live as long as the handle.
        unsafe { self.0.as_ref() }
    }

    /// Tells loom that this thread has the block for itself.
    fn touch(&self, block: NonNull<u8>) {
        let new = || Arc::new(loom::cell::UnsafeCell::new(()));
        let cell = self.1.lock().unwrap().entry(block.addr().get()).or_insert_with(new).clone();
        cell.with_mut(|_| ());
    }

    fn take(&self) -> Block {
        let block = self.pool().take(class()).unwrap();
        self.touch(block);
        Block(block)
    }

    fn give(&self, Block(block): Block) {
        self.touch(block);
        // SAFETY: taken for the class, and given back once.
        unsafe { self.pool().give(block, class()) };
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        self.pool().add_handle();
        Handle(self.0, self.1.clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.pool().drop_handle() {
            // SAFETY: the last handle.
            unsafe { destroy(self.0) };
        }
    }
}

/// All orders with up to three preemptions.
fn builder() -> loom::model::Builder {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder
}

/// Runs two threads on one pool in all orders, each on a cache of its own or both on one. At the
/// end, `live` blocks are not given back, and the parent gets all.
fn explore(caches: [usize; 2], live: usize, first: fn(&Handle), second: fn(&Handle, [Block; 2])) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.max_branches = 100_000;
    let runs = std::sync::Arc::new(AtomicIsize::new(0));
    let counted = runs.clone();
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let parent = Counted::default();
        let handle = Handle::new(parent.clone());
        let blocks = [handle.take(), handle.take()];
        let (other, witness) = (handle.clone(), handle.clone());
        let thread = loom::thread::spawn(move || {
            THREAD.with(|thread| thread.set(caches[1]));
            second(&other, blocks);
        });
        THREAD.with(|thread| thread.set(caches[0]));
        first(&handle);
        drop(handle);
        thread.join().unwrap();
        let stats = witness.pool().stats();
        assert_eq!(stats.live_blocks, live);
        assert_eq!(stats.live_bytes, live * SIZE);
        let total = stats.live_bytes + stats.idle_bytes + stats.overhead_bytes;
        assert_eq!(stats.reserved_bytes, total);
        drop(witness);
        assert_eq!(parent.0.load(Ordering::Relaxed), 0, "the parent has all back");
    });
    assert!(runs.load(Ordering::Relaxed) > 20, "{runs:?} orders were tried");
}

/// Takes and gives some, so that batches come and go.
fn churn(handle: &Handle, count: usize) {
    let blocks: Vec<_> = (0..count).map(|_| handle.take()).collect();
    blocks.into_iter().for_each(|block| handle.give(block));
}

#[test]
fn blocks_freed_on_another_thread_come_back_once() {
    for caches in [[0, 1], [0, 0]] {
        explore(
            caches,
            0,
            |handle| churn(handle, 2),
            |handle, blocks| {
                blocks.into_iter().for_each(|block| handle.give(block));
                handle.give(handle.take());
            },
        );
    }
}

#[test]
fn batches_move_between_caches() {
    explore(
        [0, 1],
        0,
        |handle| churn(handle, 3),
        |handle, blocks| {
            churn(handle, 3 * full(class()));
            blocks.into_iter().for_each(|block| handle.give(block));
        },
    );
}

#[test]
fn a_trim_leaves_what_others_use() {
    explore(
        [0, 1],
        2,
        |handle| {
            handle.pool().trim();
        },
        |handle, blocks| {
            churn(handle, 2);
            blocks.iter().for_each(|block| handle.touch(block.0));
        },
    );
}

#[test]
fn trims_meet() {
    explore(
        [0, 1],
        0,
        |handle| {
            churn(handle, 1);
            handle.pool().trim();
        },
        |handle, blocks| {
            blocks.into_iter().for_each(|block| handle.give(block));
            handle.pool().trim();
        },
    );
}

#[test]
fn the_last_handle_ends_the_pool() {
    let runs = std::sync::Arc::new(AtomicIsize::new(0));
    let counted = runs.clone();
    builder().check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        let parent = Counted::default();
        let handle = Handle::new(parent.clone());
        let threads = [handle.clone(), handle.clone()].map(|handle| {
            loom::thread::spawn(move || {
                // Leaked into the pool.
                handle.take();
                drop(handle.clone());
            })
        });
        drop(handle);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(parent.0.load(Ordering::Relaxed), 0, "the parent has all back");
    });
    assert!(runs.load(Ordering::Relaxed) > 20, "{runs:?} orders were tried");
}
