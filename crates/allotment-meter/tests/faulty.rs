//! `Faulty`: which requests fail or panic, and that nothing else changes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use allotment_alloc::{Allocator, Global, Layout, SharedAlloc};
use allotment_meter::{Counting, Faulty};

const LAYOUT: Layout = Layout::new::<[u64; 4]>();

fn free<A: Allocator>(alloc: &A, block: NonNull<[u8]>) {
    // SAFETY: the callers pass each block once, and all were asked for with `LAYOUT`.
    unsafe { alloc.deallocate(block.cast(), LAYOUT) };
}

/// Asks for `count` blocks; tells which of the requests were met.
fn ask<A: Allocator>(alloc: &A, count: usize) -> Vec<bool> {
    (0..count)
        .map(|_| match alloc.allocate(LAYOUT) {
            Ok(block) => {
                free(alloc, block);
                true
            }
            Err(_) => false,
        })
        .collect()
}

#[test]
fn fails_once_or_from_then_on() {
    let alloc = Faulty::new(Global);
    let plan = alloc.plan();
    assert_eq!(ask(&alloc, 2), [true, true]);
    assert_eq!((plan.requests(), plan.faults()), (2, 0));

    plan.fail_at(1);
    assert_eq!((plan.requests(), plan.faults()), (0, 0));
    assert_eq!(ask(&alloc, 4), [true, false, true, true]);
    assert_eq!((plan.requests(), plan.faults()), (4, 1));

    plan.fail_from(2);
    assert_eq!(ask(&alloc, 4), [true, true, false, false]);
    assert_eq!((plan.requests(), plan.faults()), (4, 2));

    plan.never();
    assert_eq!(ask(&alloc, 2), [true, true]);
}

#[test]
fn panics_once_or_from_then_on() {
    let alloc = Faulty::new(Global);
    let plan = alloc.plan();
    let panics = |alloc: &Faulty<Global>| {
        catch_unwind(AssertUnwindSafe(|| alloc.allocate(LAYOUT)))
            .map(|answer| free(alloc, answer.unwrap()))
            .is_err()
    };
    plan.panic_at(1);
    let seen: Vec<_> = (0..3).map(|_| panics(&alloc)).collect();
    assert_eq!(seen, [false, true, false]);
    plan.panic_from(1);
    let seen: Vec<_> = (0..3).map(|_| panics(&alloc)).collect();
    assert_eq!(seen, [false, true, true]);
    assert_eq!((plan.requests(), plan.faults()), (3, 2));
}

#[test]
fn every_fallible_call_is_a_request_and_leaves_the_block_alone() {
    let alloc = Faulty::new(Counting::new(Global));
    let plan = alloc.plan();
    let block = alloc.allocate(LAYOUT).unwrap();
    let larger = Layout::new::<[u64; 8]>();
    let smaller = Layout::new::<u64>();
    let before = alloc.inner().counter().snapshot();

    plan.fail_from(0);
    assert!(alloc.allocate(LAYOUT).is_err());
    assert!(alloc.allocate_zeroed(LAYOUT).is_err());
    // SAFETY: `block` is live with `LAYOUT`; `larger` is larger.
    assert!(unsafe { alloc.grow(block.cast(), LAYOUT, larger) }.is_err());
    // SAFETY: as above.
    assert!(unsafe { alloc.grow_zeroed(block.cast(), LAYOUT, larger) }.is_err());
    // SAFETY: as above; `smaller` is smaller.
    assert!(unsafe { alloc.shrink(block.cast(), LAYOUT, smaller) }.is_err());
    assert_eq!((plan.requests(), plan.faults()), (5, 5));
    assert_eq!(alloc.inner().counter().snapshot(), before);

    // What is not refused is handed on, and giving back is never refused.
    plan.fail_from(3);
    // SAFETY: `block` is live with `LAYOUT`; `larger` is larger.
    let block = unsafe { alloc.grow(block.cast(), LAYOUT, larger) }.unwrap();
    // SAFETY: `block` is live with `larger`; `LAYOUT` is smaller.
    let block = unsafe { alloc.shrink(block.cast(), larger, LAYOUT) }.unwrap();
    // SAFETY: `block` is live with `LAYOUT`; `larger` is larger.
    let block = unsafe { alloc.grow_zeroed(block.cast(), LAYOUT, larger) }.unwrap();
    // SAFETY: the block is live with `larger` and goes back once.
    unsafe { alloc.deallocate(block.cast(), larger) };
    assert_eq!(plan.requests(), 3);
    assert_eq!(alloc.inner().counter().snapshot().live_blocks, 0);
}

#[test]
fn clones_share_the_plan_and_others_do_not() {
    let alloc = Faulty::new(Global);
    let (clone, other) = (alloc.clone(), Faulty::<Global>::default());
    assert!(alloc.same_as(&clone));
    assert!(!alloc.same_as(&other));
    clone.plan().fail_at(1);
    assert_eq!(ask(&alloc, 1), [true]);
    assert_eq!(ask(&clone, 1), [false]);
    assert_eq!(ask(&other, 2), [true, true]);
}
