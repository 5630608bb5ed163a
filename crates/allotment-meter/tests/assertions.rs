//! Assertions on memory: they hold, fail with what they saw, and keep to their thread.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::ptr::NonNull;
use std::thread;

use allocator_api2::vec::Vec as VecIn;
use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};
use allotment_meter::{
    Counting, Faulty, Metered, Watch, assert_allocs, assert_no_leaks, assert_peak,
};

/// What the code panics with. On a thread of its own, so that it begins without watches.
fn message(code: impl FnOnce() + Send + 'static) -> String {
    text(thread::spawn(code).join().expect_err("the assertion fails"))
}

fn text(payload: Box<dyn Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().unwrap().to_string(),
    }
}

/// A block of so many bytes.
fn block(alloc: &impl Allocator, bytes: usize) -> Box<dyn FnOnce() + '_> {
    let layout = Layout::from_size_align(bytes, 8).unwrap();
    let block = alloc.allocate(layout).unwrap();
    // SAFETY: `block` came from `alloc` with this very layout, and the closure runs once.
    Box::new(move || unsafe { alloc.deallocate(block.cast(), layout) })
}

#[test]
fn limits_are_compared_in_five_ways() {
    let alloc = Metered::default();
    let twice = || [block(&alloc, 16), block(&alloc, 48)].map(|free| free());
    assert_allocs!(< 3, { twice() });
    assert_allocs!(<= 2, { twice() });
    assert_allocs!(== 2, { twice() });
    assert_allocs!(>= 2, { twice() },);
    assert_allocs!(> 1, { twice() });
    assert_peak!(< 65, { twice() });
    assert_peak!(<= 8 * 8, { twice() });
    assert_peak!(== 64, { twice() });
    assert_peak!(>= 64, { twice() });
    assert_peak!(> 63, { twice() });
    let limit = u64::from(3_u8) - 1;
    assert_allocs!(== limit, { twice() });
}

#[test]
fn the_value_of_the_block_is_given() {
    let list = assert_allocs!(<= 1, {
        let mut list = VecIn::new_in(Metered::default());
        list.push("one");
        list
    });
    let found: Option<&&str> = assert_allocs!(== 0, { list.last() });
    assert_eq!(found, Some(&"one"));
    assert_eq!(assert_no_leaks!({ list.len() }), 1);
}

#[test]
fn a_block_may_end_early() {
    let alloc = Metered::default();
    let try_it = |fails: bool| -> Result<u8, u8> {
        let value = assert_allocs!(== 0, { if fails { Err(7)? } else { 3 } });
        Ok(value)
    };
    assert_eq!((try_it(false), try_it(true)), (Ok(3), Err(7)));
    // The watch is gone: this one counts for itself.
    assert_allocs!(== 1, { block(&alloc, 8)() });
}

#[test]
fn failures_name_count_limit_and_block() {
    let text = message(|| {
        let alloc = Metered::default();
        assert_allocs!(<= 1, {
            block(&alloc, 8)();
            block(&alloc, 8)();
        });
    });
    assert!(text.starts_with("assertion failed: 2 requests, must be <= 1, in\n{"), "{text}");
    assert!(text.contains("block(&alloc, 8)();"), "{text}");

    let text = message(|| {
        let alloc = Metered::default();
        assert_peak!(< 2 * 1024, { block(&alloc, 4000)() });
    });
    let start = "assertion failed: 4000 bytes at once, must be < 2048 = 2 * 1024, in\n{";
    assert!(text.starts_with(start), "{text}");

    for (count, comparison) in [(1, "< 1"), (1, "== 2"), (1, ">= 2"), (1, "> 1")] {
        let text = message(move || {
            let alloc = Metered::default();
            let free = || block(&alloc, 8)();
            match comparison {
                "< 1" => assert_allocs!(< 1, { free() }),
                "== 2" => assert_allocs!(== 2, { free() }),
                ">= 2" => assert_allocs!(>= 2, { free() }),
                _ => assert_allocs!(> 1, { free() }),
            }
        });
        let start = format!("assertion failed: {count} requests, must be {comparison}, in\n");
        assert!(text.starts_with(&start), "{text}");
    }
}

#[test]
fn leaks_are_told_by_size() {
    let (alloc, mut kept) = (Metered::default(), Vec::new());
    let failed = panic::catch_unwind(AssertUnwindSafe(|| {
        assert_no_leaks!({
            kept.extend([512, 64, 512].map(|bytes| block(&alloc, bytes)));
            block(&alloc, 32)();
        });
    }));
    kept.into_iter().for_each(|free| free());
    let text = text(failed.expect_err("the assertion fails"));
    let start = "assertion failed: 3 blocks, 1088 bytes: 64, 2 of 512, left by\n{";
    assert!(text.starts_with(start), "{text}");

    let text = message(|| {
        let list = assert_no_leaks!({ VecIn::<u64, _>::with_capacity_in(3, Metered::default()) });
        drop(list);
    });
    assert!(text.starts_with("assertion failed: 1 block, 24 bytes: 24, left by\n"), "{text}");
}

#[test]
fn many_sizes_are_not_all_named() {
    let alloc = Metered::default();
    let watch = Watch::begin();
    let blocks: Vec<_> = (1..=12).map(|step| block(&alloc, 8 * step)).collect();
    let text = watch.left().to_string();
    assert!(text.starts_with("12 blocks, 624 bytes: 8, 16, 24, "), "{text}");
    assert!(text.ends_with(", 80 and 2 other sizes"), "{text}");
    assert_eq!(watch.left().sizes().last(), Some((96, 1)));
    blocks.into_iter().for_each(|free| free());
    assert_eq!((watch.left().blocks(), watch.left().bytes()), (0, 0));
    assert_eq!(watch.peak_bytes(), 624);
}

#[test]
fn an_assertion_that_cannot_fail_fails() {
    for text in [
        message(|| assert_allocs!(<= 3, { drop(vec![1]) })),
        message(|| assert_peak!(< 64, { drop(vec![1]) })),
        message(|| assert_no_leaks!({ drop(vec![1]) })),
    ] {
        assert!(text.starts_with("nothing is measured: no `Metered` allocator"), "{text}");
    }
    // It was made elsewhere, and is asked here.
    let alloc = Metered::default();
    thread::scope(|scope| {
        scope.spawn(|| assert_allocs!(== 1, { block(&alloc, 8)() }));
    });
}

#[test]
fn assertions_may_lie_within_one_another() {
    let alloc = Metered::default();
    let before = block(&alloc, 1000);
    assert_allocs!(== 3, {
        block(&alloc, 8)();
        let kept = assert_peak!(== 24, {
            assert_no_leaks!({ block(&alloc, 16)() });
            block(&alloc, 24)
        });
        // What was there before is none of theirs, nor does it lower a peak.
        assert_peak!(== 0, { before() });
        kept();
    });
    assert_no_leaks!({
        let free = assert_allocs!(== 1, { block(&alloc, 8) });
        free();
    });
}

#[test]
fn a_failure_within_leaves_no_watch() {
    let alloc = Metered::default();
    let failed = panic::catch_unwind(AssertUnwindSafe(|| {
        assert_allocs!(== 1, { assert_allocs!(== 0, { block(&alloc, 8)() }) });
    }));
    assert!(failed.is_err());
    assert_allocs!(== 1, { block(&alloc, 8)() });
}

#[test]
fn threads_do_not_see_each_other() {
    thread::scope(|scope| {
        for requests in 1..=4 {
            scope.spawn(move || {
                let alloc = Metered::default();
                for _ in 0..50 {
                    assert_allocs!(== requests, {
                        assert_peak!(== 64, {
                            (0..requests).for_each(|_| {
                                thread::yield_now();
                                block(&alloc, 64)();
                            });
                        });
                    });
                }
            });
        }
    });
}

#[test]
fn blocks_that_are_resized_are_requests() {
    let alloc = Metered::default();
    let [small, large] = [64, 640].map(|bytes| Layout::from_size_align(bytes, 8).unwrap());
    let watch = Watch::begin();
    let block = alloc.allocate_zeroed(small).unwrap();
    // SAFETY: `block` came from `alloc` with the layout `small`, and `large` is no smaller.
    let block = unsafe { alloc.grow(block.cast(), small, large) }.unwrap();
    // SAFETY: `block` came from `alloc` with the layout `large`, and `small` is no larger.
    let block = unsafe { alloc.shrink(block.cast(), large, small) }.unwrap();
    // SAFETY: as for `grow`.
    let block = unsafe { alloc.grow_zeroed(block.cast(), small, large) }.unwrap();
    assert_eq!((watch.requests(), watch.peak_bytes()), (4, 640));
    assert_eq!(watch.left().to_string(), "1 block, 640 bytes: 640");
    // SAFETY: `block` came from `alloc` with the layout `large`, and goes back once.
    unsafe { alloc.deallocate(block.cast(), large) };
    assert_eq!(watch.left().blocks(), 0);
}

#[test]
fn what_is_refused_or_empty_is_no_request() {
    let alloc = Metered::new(Faulty::new(Global));
    alloc.inner().plan().fail_at(0);
    let layout = Layout::new::<u64>();
    assert_allocs!(== 0, { assert!(alloc.allocate(layout).is_err()) });
    let empty = Layout::new::<()>();
    assert_allocs!(== 0, { assert!(alloc.allocate(empty).is_ok()) });
}

/// Answers requests for no bytes with the place of the last block.
#[derive(Default)]
struct Frugal(Cell<Option<NonNull<u8>>>);

// SAFETY: blocks are those of `Global`; one of no bytes may be anywhere.
unsafe impl Allocator for Frugal {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if let (0, Some(last)) = (layout.size(), self.0.get()) {
            return Ok(NonNull::slice_from_raw_parts(last, 0));
        }
        let block = Global.allocate(layout)?;
        self.0.set(Some(block.cast()));
        Ok(block)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { Global.deallocate(block, layout) };
    }
}

#[test]
fn an_empty_block_in_the_place_of_another_hides_no_leak() {
    let alloc = Metered::new(Frugal::default());
    let [layout, empty] = [Layout::new::<u64>(), Layout::new::<[u64; 0]>()];
    let watch = Watch::begin();
    let block = alloc.allocate(layout).unwrap();
    let nothing = alloc.allocate(empty).unwrap();
    // SAFETY: a live block of no bytes.
    unsafe { alloc.deallocate(nothing.cast(), empty) };
    assert_eq!(watch.left().blocks(), 1);
    // SAFETY: live, and of this layout.
    unsafe { alloc.deallocate(block.cast(), layout) };
    assert_eq!(watch.left().blocks(), 0);
}

#[test]
fn metered_wraps_as_others_do() {
    assert_eq!(size_of::<Metered>(), 0);
    let alloc = Metered::new(Counting::new(Global));
    let counter = alloc.inner().counter();
    assert!(alloc.same_as(&alloc.clone()));
    assert!(!alloc.same_as(&Metered::new(Counting::new(Global))));
    assert_allocs!(== 1, { block(&alloc, 8)() });
    assert_eq!(counter.snapshot().requests, 1);
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Metered>();
}
