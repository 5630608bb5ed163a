//! Budgets: what is refused, what is counted, and what stays as it was.

use std::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};
use allotment_meter::{Account, Budget, Counting, Faulty};

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a small size")
}

/// Gives a block back in the size that it was reported in.
fn free(alloc: &impl Allocator, block: NonNull<[u8]>) {
    // SAFETY: it is live, and of this layout.
    unsafe { alloc.deallocate(block.cast(), bytes(block.len())) };
}

#[test]
fn what_exceeds_a_limit_is_refused_and_goes_no_further() {
    let inner = Counting::new(Global);
    let counter = inner.counter();
    let alloc = Budget::new(inner, 100);
    let first = alloc.allocate(bytes(100)).expect("exactly the limit");
    assert_eq!(alloc.allocate(bytes(1)), Err(AllocError));
    assert_eq!((counter.snapshot().requests, counter.snapshot().failed), (1, 0));
    free(&alloc, first);
    alloc.account().limit_blocks(2);
    let blocks = [(); 2].map(|()| alloc.allocate(bytes(10)).expect("two blocks"));
    assert!(alloc.allocate(bytes(10)).is_err() && alloc.allocate_zeroed(bytes(10)).is_err());
    alloc.account().limit_blocks(3);
    let third = alloc.allocate_zeroed(bytes(10)).expect("three blocks");
    assert_eq!((alloc.account().blocks(), alloc.account().blocks_left()), (3, 0));
    for block in blocks.into_iter().chain([third]) {
        free(&alloc, block);
    }
    let account = alloc.account();
    assert_eq!((account.bytes(), account.blocks(), account.bytes_peak()), (0, 0, 100));
    assert_eq!((account.refused(), counter.snapshot().live_blocks), (3, 0));
}

#[test]
fn blocks_grow_within_the_limit_and_shrink_beyond_it() {
    let alloc = Budget::new(Global, 100);
    let block = alloc.allocate(bytes(60)).expect("room");
    // SAFETY: live, of this layout, and to be larger.
    let grown = unsafe { alloc.grow(block.cast(), bytes(60), bytes(100)) }.expect("40 more");
    // SAFETY: live, of this layout, and to be larger.
    let refused = unsafe { alloc.grow_zeroed(grown.cast(), bytes(100), bytes(101)) };
    assert_eq!((refused, alloc.account().bytes()), (Err(AllocError), 100));
    alloc.account().limit_bytes(10);
    assert_eq!(alloc.account().bytes_left(), 0);
    // SAFETY: live, of this layout, and to be smaller.
    let shrunk = unsafe { alloc.shrink(grown.cast(), bytes(100), bytes(30)) }.expect("less");
    assert_eq!((shrunk.len(), alloc.account().bytes()), (30, 30));
    free(&alloc, shrunk);
    assert_eq!(alloc.account().bytes(), 0);
}

#[test]
fn what_the_wrapped_allocator_refuses_is_not_taken() {
    let faulty = Faulty::new(Global);
    let plan = faulty.plan();
    let alloc = Budget::new(faulty, 1000);
    let block = alloc.allocate(bytes(50)).expect("room");
    plan.fail_from(0);
    assert!(alloc.allocate(bytes(50)).is_err());
    // SAFETY: live, of this layout, and to be larger.
    assert!(unsafe { alloc.grow(block.cast(), bytes(50), bytes(90)) }.is_err());
    plan.never();
    assert_eq!((alloc.account().bytes(), alloc.account().refused()), (50, 0));
    free(&alloc, block);
}

#[test]
fn an_account_is_shared() {
    let account = Account::new(100);
    let one = Budget::with_account(Global, account.clone());
    let other = Budget::with_account(Global, account.clone());
    assert!(one.same_as(&other) && !one.same_as(&Budget::new(Global, 100)));
    let block = one.allocate(bytes(70)).expect("room");
    assert!(other.allocate(bytes(70)).is_err());
    free(&other, block);
    assert_eq!((account.bytes(), account.blocks_left()), (0, usize::MAX));
    assert!(format!("{account:?}").contains("bytes_peak: 70"));
}

/// The wrapped allocator draws on the same account, in the midst of a request.
#[test]
fn budgets_within_budgets() {
    let account = Account::new(100);
    let inner = Budget::with_account(Global, account.clone());
    let alloc = Budget::with_account(inner, account.clone());
    assert!(alloc.allocate(bytes(60)).is_err());
    assert_eq!((account.bytes(), account.blocks(), account.bytes_peak()), (0, 0, 0));
    let block = alloc.allocate(bytes(50)).expect("twice fifty");
    assert_eq!((account.bytes(), account.blocks()), (100, 2));
    free(&alloc, block);
    assert_eq!((account.bytes(), account.blocks()), (0, 0));
}

/// Nothing may be taken, and nothing overflows.
#[test]
fn absurd_limits_and_requests() {
    let alloc = Budget::new(Global, 0);
    assert!(alloc.allocate(bytes(1)).is_err());
    let empty = alloc.allocate(bytes(0)).expect("no bytes at all");
    free(&alloc, empty);
    // The largest request that there is; whoever can serve it, it is within the limit.
    let faulty = Faulty::new(Global);
    faulty.plan().fail_from(0);
    let alloc = Budget::new(faulty, usize::MAX);
    let most = Layout::from_size_align(isize::MAX as usize - 7, 8).expect("the largest layout");
    assert!(alloc.allocate(most).is_err());
    assert_eq!((alloc.account().bytes(), alloc.account().refused()), (0, 0));
}
