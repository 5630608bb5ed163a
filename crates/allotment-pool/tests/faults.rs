//! Parents that fail, panic or call back: the pool stays in order, and nothing is lost.

mod common;

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::rc::Rc;

use allotment_alloc::{AllocError, Allocator, Global, Layout};
use allotment_pool::Pool;
#[cfg(feature = "std")]
use common::model::Shared;
use common::model::{Kind, Model, Single, layout, script};
use common::parent::{Fault, Parent, Plan};

const LENGTH: usize = if cfg!(miri) { 20 } else { 300 };

/// Runs the script with each request of the parent going wrong in turn, until none is left.
fn sweep<K: Kind>(plan: fn(usize) -> Plan, fault: Fault) {
    // The interpreter is slow: a few requests stand for all.
    let step = if cfg!(miri) { 3 } else { 1 };
    let mut reached = 0;
    for at in (1..).step_by(step) {
        let parent = Parent::new();
        parent.plan(plan(at), fault);
        let created = catch_unwind(AssertUnwindSafe(|| Model::<K::Of<'_>>::new(&parent)));
        let Ok(Ok(mut model)) = created else {
            assert_eq!(at, 1, "only the first request is made by `try_new_in`");
            assert_eq!(parent.balance(), (0, 0));
            continue;
        };
        for op in script(LENGTH) {
            let faults = parent.faults();
            let outcome = catch_unwind(AssertUnwindSafe(|| model.apply(op)));
            if !matches!(outcome, Ok(Ok(()))) {
                assert!(parent.faults() > faults, "an error without a cause");
                model.verify();
            }
        }
        model.verify();
        let faults = parent.faults();
        parent.plan(Plan::Never, Fault::Fail);
        for op in script(LENGTH) {
            model.apply(op).expect("the parent has recovered");
        }
        model.verify();
        model.free_large();
        drop(model);
        assert_eq!(parent.balance(), (0, 0));
        if faults == 0 {
            break;
        }
        reached += 1;
    }
    assert!(reached >= if cfg!(miri) { 1 } else { 50 }, "{reached} requests were swept");
}

/// Hazard 58: a parent that fails in the midst of a chunk.
#[test]
fn every_request_fails_once() {
    sweep::<Single>(Plan::Once, Fault::Fail);
    #[cfg(feature = "std")]
    sweep::<Shared>(Plan::Once, Fault::Fail);
}

#[test]
fn every_request_fails_and_all_after_it() {
    sweep::<Single>(Plan::From, Fault::Fail);
    #[cfg(feature = "std")]
    sweep::<Shared>(Plan::From, Fault::Fail);
}

#[test]
fn every_request_panics_once() {
    sweep::<Single>(Plan::Once, Fault::Panic);
    #[cfg(feature = "std")]
    sweep::<Shared>(Plan::Once, Fault::Panic);
}

#[test]
fn every_request_panics_and_all_after_it() {
    sweep::<Single>(Plan::From, Fault::Panic);
    #[cfg(feature = "std")]
    sweep::<Shared>(Plan::From, Fault::Panic);
}

#[test]
#[cfg(not(feature = "checked"))]
fn a_refused_chunk_is_asked_for_again_at_half_the_size() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let block = layout(2048, 6);
    pool.allocate(block).unwrap();
    assert_eq!((pool.stats().chunks, parent.requests()), (1, 2));
    parent.plan(Plan::Once(3), Fault::Fail);
    pool.allocate(block).unwrap();
    assert_eq!((pool.stats().chunks, parent.requests()), (2, 4));

    parent.plan(Plan::From(5), Fault::Fail);
    assert!(pool.allocate(block).is_err());
    let (chunks, requests) = (pool.stats().chunks, parent.requests());
    assert_eq!((chunks, requests), (2, 6), "8 KiB, then 4 KiB, then an error");
}

/// A chunk goes back as whole lines, so whole lines are asked for, however often a size is halved.
#[test]
#[cfg(not(feature = "checked"))]
fn halves_of_odd_chunks_go_back_as_they_were_asked_for() {
    for lines in [3, 33, 63, 159, 1023] {
        let parent = Parent::new();
        let pool = Pool::new_in(&parent);
        pool.try_reserve(lines * 64 - 64).unwrap();
        for halvings in 1..4 {
            parent.plan(Plan::Above((lines * 128) >> halvings), Fault::Fail);
            let chunks = pool.stats().chunks;
            while pool.stats().chunks == chunks && pool.allocate(layout(2048, 6)).is_ok() {}
        }
        drop(pool);
        assert_eq!(parent.balance(), (0, 0));
    }
}

#[test]
fn creation_reports_the_parents_error() {
    let parent = Parent::new();
    parent.plan(Plan::From(1), Fault::Fail);
    assert!(Pool::try_new_in(&parent).is_err());
    assert_eq!(parent.requests(), 1);
}

/// Hazard 55: sizes near the largest that there is.
#[test]
fn sizes_near_the_largest_are_refused() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let largest = isize::MAX as usize;
    for shift in 0..=7 {
        let align = 1 << shift;
        for size in [largest, largest - align, largest - 63, largest - 127] {
            let Ok(huge) = Layout::from_size_align(size & !(align - 1), align) else { continue };
            assert!(pool.allocate(huge).is_err());
            assert!(pool.allocate_zeroed(huge).is_err());
            let small = layout(100, 3);
            let block = pool.allocate(small).unwrap().cast();
            // SAFETY: a live block with its layout, and the size grows.
            assert!(unsafe { pool.grow(block, small, huge) }.is_err());
            // SAFETY: the failed `grow` left the block alone.
            assert!(unsafe { pool.grow_zeroed(block, small, huge) }.is_err());
            // SAFETY: as above; the block is not used again.
            unsafe { pool.deallocate(block, small) };
        }
    }
    let stats = pool.stats();
    assert_eq!((stats.live_bytes, stats.large_blocks), (0, 0));
}

#[test]
fn a_panic_while_a_large_block_is_freed_leaves_the_pool_in_order() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let large = layout(5000, 4);
    let block = pool.allocate(large).unwrap();
    parent.panic_on_free(true);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: a live block with its layout, given back once.
        unsafe { pool.deallocate(block.cast(), large) };
    }));
    assert!(outcome.is_err());
    parent.panic_on_free(false);
    let stats = pool.stats();
    assert_eq!((stats.live_bytes, stats.live_blocks, stats.large_bytes), (0, 0, 0));
    pool.allocate(layout(5, 0)).unwrap();
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn a_panic_while_the_pool_ends_frees_nothing_twice() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    for _ in 0..20 {
        pool.allocate(layout(2048, 0)).unwrap();
    }
    parent.panic_on_free(true);
    // The parent refuses blocks it did not hand out, so a second free would show.
    assert!(catch_unwind(AssertUnwindSafe(|| drop(pool))).is_err());
    assert!(parent.balance().0 > 0, "the rest is leaked");
}

/// A parent that uses the pool above it whenever it is called.
#[derive(Clone, Default)]
struct Reentrant(Rc<Inner>);

#[derive(Default)]
struct Inner {
    pool: RefCell<Option<Pool<Reentrant>>>,
    busy: Cell<bool>,
    visits: Cell<usize>,
}

impl Reentrant {
    fn visit(&self) {
        if self.0.busy.replace(true) {
            return;
        }
        if let Some(pool) = &*self.0.pool.borrow() {
            self.0.visits.set(self.0.visits.get() + 1);
            let mut blocks = Vec::new();
            // Enough to start chunks of its own. What is kept is leaked into the pool.
            for index in 0..24 {
                let layout = layout(100 + index * 80, 3);
                blocks.push((pool.allocate(layout).unwrap(), layout));
            }
            for (block, layout) in blocks.drain(..).step_by(2) {
                // SAFETY: a live block with its layout, given back once.
                unsafe { pool.deallocate(block.cast(), layout) };
            }
            let stats = pool.stats();
            let total = stats.live_bytes + stats.idle_bytes + stats.overhead_bytes;
            assert_eq!(stats.reserved_bytes, total);
            drop(pool.clone());
        }
        self.0.busy.set(false);
    }
}

// SAFETY: blocks are those of `Global`.
unsafe impl Allocator for Reentrant {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        self.visit();
        Global.allocate(layout)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.visit();
        // SAFETY: as the caller promises.
        unsafe { Global.deallocate(block, layout) };
    }
}

#[test]
fn a_parent_may_call_back() {
    let parent = Reentrant::default();
    let pool = Pool::new_in(parent.clone());
    *parent.0.pool.borrow_mut() = Some(pool.clone());
    let mut blocks = Vec::new();
    for round in 0..if cfg!(miri) { 20 } else { 200 } {
        let layout = layout(1 + round * 37 % 3000, round as u32 % 8);
        let block = pool.allocate(layout).unwrap();
        // SAFETY: allocated just now with this length.
        unsafe { block.cast::<u8>().write_bytes(round as u8, block.len()) };
        blocks.push((block, layout, round as u8));
    }
    for (block, layout, byte) in blocks {
        for index in 0..layout.size() {
            // SAFETY: within the block.
            let at = unsafe { block.cast::<u8>().add(index) };
            // SAFETY: a live block that was filled.
            assert_eq!(unsafe { at.read() }, byte);
        }
        // SAFETY: a live block with its layout, given back once.
        unsafe { pool.deallocate(block.cast(), layout) };
    }
    assert!(parent.0.visits.get() >= 3);
    let unhooked = parent.0.pool.take();
    drop(unhooked);
}
