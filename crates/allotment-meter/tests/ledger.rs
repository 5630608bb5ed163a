//! Ledgers: what is live, what was noted, and what is given back wrongly.

use std::cell::Cell;
use std::ptr::NonNull;
use std::rc::Rc;

use allotment_alloc::{Allocator, Global, Layout, SharedAlloc};
use allotment_meter::{Counting, Ledger, LiveBlock, Misuse};

fn bytes(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a small size")
}

fn free(alloc: &impl Allocator, block: NonNull<u8>, layout: Layout) {
    // SAFETY: a ledger hands on no block that is not live, whatever it is given.
    unsafe { alloc.deallocate(block, layout) };
}

fn take(alloc: &impl Allocator, size: usize) -> NonNull<u8> {
    alloc.allocate(bytes(size)).expect("memory").cast()
}

#[test]
fn live_blocks_are_known_by_age() {
    let alloc = Ledger::new(Global);
    let book = alloc.book();
    let blocks = [10, 20, 30].map(|size| take(&alloc, size));
    free(&alloc.clone(), blocks[1], bytes(20));
    let late = book.requests();
    let fourth = take(&alloc, 20);
    let sizes = |blocks: Vec<LiveBlock>| -> Vec<(u64, usize)> {
        blocks.iter().map(|block| (block.number, block.layout.size())).collect()
    };
    assert_eq!(sizes(book.live()), [(0, 10), (2, 30), (3, 20)]);
    assert_eq!(sizes(book.live_since(late)), [(3, 20)]);
    assert_eq!((book.live_blocks(), book.requests()), (3, 4));
    for (block, size) in [(blocks[0], 10), (blocks[2], 30), (fourth, 20)] {
        free(&alloc, block, bytes(size));
    }
    drop(alloc);
    assert!(book.live().is_empty() && book.misuses().is_empty());
}

#[test]
fn blocks_keep_their_name_when_they_are_resized() {
    let phase = Rc::new(Cell::new("planting"));
    let noted = Rc::clone(&phase);
    let alloc = Ledger::noting(Global, move || noted.get());
    let block = take(&alloc, 10);
    phase.set("harvest");
    // SAFETY: live, of this layout, and to be larger.
    let grown = unsafe { alloc.grow_zeroed(block, bytes(10), bytes(4000)) }.expect("memory");
    let [only] = alloc.book().live()[..] else { panic!("one block") };
    assert_eq!((only.number, only.note, only.layout), (0, "planting", bytes(4000)));
    assert_eq!(only.address, grown.cast::<u8>().addr().get());
    // SAFETY: live, of this layout, and to be smaller.
    let shrunk = unsafe { alloc.shrink(grown.cast(), bytes(4000), bytes(8)) }.expect("memory");
    free(&alloc, shrunk.cast(), bytes(8));
    assert_eq!((alloc.book().live_blocks(), alloc.book().requests()), (0, 1));
    assert!(alloc.book().misuses().is_empty());
}

/// All of them may be in one place.
#[test]
fn blocks_without_bytes_are_not_entered() {
    let alloc = Ledger::new(Global);
    let book = alloc.book();
    let blocks = [take(&alloc, 0), take(&alloc, 0)];
    assert_eq!((book.live_blocks(), book.requests()), (0, 0));
    for block in blocks {
        // SAFETY: live, of this layout, and to be larger.
        let grown = unsafe { alloc.grow(block, bytes(0), bytes(64)) }.expect("memory");
        assert_eq!(book.live()[0].layout, bytes(64));
        // SAFETY: live, of this layout, and to be smaller.
        let shrunk = unsafe { alloc.shrink(grown.cast(), bytes(64), bytes(0)) }.expect("memory");
        assert_eq!((book.live_blocks(), shrunk.len()), (0, 0));
        free(&alloc, shrunk.cast(), bytes(0));
    }
    assert_eq!(book.requests(), 2);
    assert!(book.misuses().is_empty());
}

/// Hazard 57: what should not go back does not, and is told.
#[test]
fn misuse_is_told_and_does_no_harm() {
    let inner = Counting::new(Global);
    let counter = inner.counter();
    let alloc = Ledger::new(inner);
    let (first, second) = (take(&alloc, 16), take(&alloc, 48));
    let at = |block: NonNull<u8>| block.addr().get();
    free(&alloc, second, bytes(40));
    free(&alloc, second, bytes(48));
    let stranger = NonNull::from(&mut 7_u64).cast::<u8>();
    free(&alloc, stranger, bytes(8));
    // SAFETY: a ledger hands on no block that is not live.
    assert!(unsafe { alloc.grow(second, bytes(48), bytes(64)) }.is_err());
    // SAFETY: as above.
    assert!(unsafe { alloc.shrink(first, bytes(24), bytes(8)) }.is_err());
    free(&alloc, first, bytes(16));
    let (asked, given) = (bytes(48), bytes(40));
    let told = [
        Misuse::Mismatch { address: at(second), asked, given },
        Misuse::Twice { address: at(second) },
        Misuse::Foreign { address: at(stranger) },
        Misuse::Twice { address: at(second) },
        Misuse::Mismatch { address: at(first), asked: bytes(16), given: bytes(24) },
    ];
    assert_eq!(alloc.book().misuses(), told);
    assert!(told[0].to_string().ends_with("has 48 bytes aligned to 8, not 40 aligned to 8"));
    let counts = counter.snapshot();
    assert_eq!((counts.live_blocks, counts.live_bytes, counts.frees), (0, 0, 2));
}

#[test]
fn ledgers_are_shared_by_their_clones() {
    let alloc = Ledger::new(Global);
    assert!(alloc.same_as(&alloc.clone()) && !alloc.same_as(&Ledger::new(Global)));
    assert!(format!("{alloc:?}").contains("live_blocks: 0"));
}
