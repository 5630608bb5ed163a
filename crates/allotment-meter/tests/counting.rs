//! `Counting` against a model, over allocators that give more than was asked or refuse.

use std::cell::Cell;
use std::ptr::NonNull;

use allotment_alloc::{AllocError, Allocator, Global, Layout, SharedAlloc};
use allotment_meter::{Budget, Counting, Counts, Faulty, Ledger};

/// Gives 64 bytes more than asked, filled with 0xA5, and leaves them as they are when a block
/// grows.
#[derive(Default)]
struct Generous {
    last_freed: Cell<Option<Layout>>,
}

impl Generous {
    fn enlarged(layout: Layout) -> Layout {
        Layout::from_size_align(layout.size() + 64, layout.align()).unwrap()
    }
}

// SAFETY: blocks are those of `Global`, with a layout that is a function of the one asked for.
unsafe impl Allocator for Generous {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        let block = Global.allocate(Self::enlarged(layout))?;
        // SAFETY: the block is new and that long.
        unsafe { block.cast::<u8>().write_bytes(0xA5, layout.size() + 64) };
        Ok(block)
    }

    unsafe fn deallocate(&self, block: NonNull<u8>, layout: Layout) {
        self.last_freed.set(Some(layout));
        // SAFETY: `block` was allocated above, for `layout`.
        unsafe { Global.deallocate(block, Self::enlarged(layout)) };
    }

    unsafe fn grow(
        &self,
        block: NonNull<u8>,
        old: Layout,
        new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: `block` was allocated above, for `old`; the larger layouts compare as those do.
        unsafe { Global.grow(block, Self::enlarged(old), Self::enlarged(new)) }
    }

    unsafe fn grow_zeroed(
        &self,
        _block: NonNull<u8>,
        _old: Layout,
        _new: Layout,
    ) -> Result<NonNull<[u8]>, AllocError> {
        unreachable!("the slack would not be zeroed")
    }
}

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 8).unwrap()
}

fn free<A: Allocator>(alloc: &A, block: NonNull<[u8]>, layout: Layout) {
    // SAFETY: the callers pass each block once, with the layout it was last given.
    unsafe { alloc.deallocate(block.cast(), layout) };
}

fn grow<A: Allocator>(alloc: &A, block: NonNull<[u8]>, old: Layout, new: Layout) -> NonNull<[u8]> {
    // SAFETY: the callers pass a live block with its layout, and a larger one.
    unsafe { alloc.grow(block.cast(), old, new) }.unwrap()
}

/// The byte at `index` of a block.
fn byte(block: NonNull<[u8]>, index: usize) -> u8 {
    assert!(index < block.len());
    // SAFETY: the index is in the block.
    let place = unsafe { block.cast::<u8>().add(index) };
    // SAFETY: the callers read initialised bytes only.
    unsafe { place.read() }
}

#[test]
fn counts_follow_a_script() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    assert_eq!(counter.snapshot(), Counts::default());

    let a = alloc.allocate(bytes(100)).unwrap();
    let b = alloc.allocate_zeroed(bytes(50)).unwrap();
    assert_eq!(byte(b, 49), 0);
    let a = grow(&alloc, a, bytes(100), bytes(300));
    // SAFETY: `a` is live with 300 bytes, and 20 are no more.
    let a = unsafe { alloc.shrink(a.cast(), bytes(300), bytes(20)) }.unwrap();
    free(&alloc, b, bytes(50));

    let expected = Counts {
        requests: 2,
        frees: 1,
        grows: 1,
        shrinks: 1,
        failed: 0,
        bytes_requested: 100 + 50 + 300 + 20,
        live_bytes: 20,
        live_blocks: 1,
        peak_bytes: 350,
    };
    assert_eq!(counter.snapshot(), expected);
    counter.reset_peak();
    assert_eq!(counter.snapshot().peak_bytes, 20);
    free(&alloc, a, bytes(20));
    drop(alloc);
    assert_eq!(counter.snapshot().live_blocks, 0);
    assert_eq!(counter.snapshot().frees, 2);
}

#[test]
fn sizes_are_told_apart() {
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let small = [alloc.allocate(bytes(512)).unwrap(), alloc.allocate(bytes(500)).unwrap()];
    let large = alloc.allocate(bytes(70_000)).unwrap();
    free(&alloc, small[1], bytes(500));

    let table: Vec<_> =
        counter.by_size().map(|class| (class.size_max, class.requests, class.live)).collect();
    assert_eq!(table, [(512, 2, 1), (131_072, 1, 1)]);

    let small = grow(&alloc, small[0], bytes(512), bytes(1024));
    let table: Vec<_> =
        counter.by_size().map(|class| (class.size_max, class.requests, class.live)).collect();
    assert_eq!(table, [(512, 2, 0), (1024, 1, 1), (131_072, 1, 1)]);
    free(&alloc, small, bytes(1024));
    free(&alloc, large, bytes(70_000));
    assert!(counter.by_size().all(|class| class.live == 0));
}

#[test]
fn refusals_change_nothing_but_their_own_count() {
    let alloc = Counting::new(Faulty::new(Global));
    let (counter, plan) = (alloc.counter(), alloc.inner().plan());
    let block = alloc.allocate(bytes(64)).unwrap();
    let before = counter.snapshot();
    plan.fail_from(0);
    assert!(alloc.allocate(bytes(8)).is_err());
    assert!(alloc.allocate_zeroed(bytes(8)).is_err());
    // SAFETY: `block` is live with 64 bytes; 128 are more.
    assert!(unsafe { alloc.grow(block.cast(), bytes(64), bytes(128)) }.is_err());
    // SAFETY: as above.
    assert!(unsafe { alloc.grow_zeroed(block.cast(), bytes(64), bytes(128)) }.is_err());
    // SAFETY: as above; 8 are fewer.
    assert!(unsafe { alloc.shrink(block.cast(), bytes(64), bytes(8)) }.is_err());
    assert_eq!(counter.snapshot(), Counts { failed: 5, ..before });
    free(&alloc, block, bytes(64));
}

/// Takes a block of an allocator on a generous one, grows it, and gives it back.
fn trim_and_zero(alloc: &impl Allocator) {
    let block = alloc.allocate(bytes(40)).unwrap();
    assert_eq!(block.len(), 40);
    assert_eq!(byte(block, 39), 0xA5);
    // SAFETY: `block` is live with 40 bytes; 80 are more.
    let block = unsafe { alloc.grow_zeroed(block.cast(), bytes(40), bytes(80)) }.unwrap();
    assert_eq!(block.len(), 80);
    assert_eq!(byte(block, 39), 0xA5);
    assert!((40..80).all(|index| byte(block, index) == 0));
    free(alloc, block, bytes(80));
}

#[test]
fn slack_of_the_wrapped_allocator_is_trimmed_and_zeroed_when_asked() {
    let alloc = Counting::new(Generous::default());
    trim_and_zero(&alloc);
    assert_eq!(
        (alloc.counter().snapshot().peak_bytes, alloc.counter().snapshot().live_bytes),
        (80, 0)
    );
    assert_eq!(alloc.inner().last_freed.get(), Some(bytes(80)));
    trim_and_zero(&Ledger::new(Generous::default()));
    trim_and_zero(&Budget::new(Generous::default(), 100));
}

#[test]
fn clones_share_the_books_and_others_do_not() {
    let alloc = Counting::new(Global);
    let (clone, other) = (alloc.clone(), Counting::new(Global));
    assert!(alloc.same_as(&clone));
    assert!(!alloc.same_as(&other));

    let block = clone.allocate(bytes(24)).unwrap();
    assert_eq!(alloc.counter().snapshot().live_bytes, 24);
    free(&alloc, block, bytes(24));
    assert_eq!(clone.counter().snapshot().live_bytes, 0);
    assert_eq!(other.counter().snapshot(), Counts::default());
}

#[test]
fn alignment_is_handed_on() {
    let alloc: Counting<Global> = Counting::default();
    let layout = Layout::from_size_align(256, 4096).unwrap();
    let block = alloc.allocate(layout).unwrap();
    assert_eq!(block.cast::<u8>().addr().get() % 4096, 0);
    free(&alloc, block, layout);
}
