//! Hazards 57 and 62: the checked mode refuses what is freed wrongly, and the parent has every
//! block.
#![cfg(feature = "checked")]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;

use allotment_alloc::{Allocator, Global, Layout};
use allotment_bump::Bump;
use common::{Parent, layout};

/// Frees a block as no caller may, which must be noticed before it is used; answers what is said.
fn misfree(arena: &impl Allocator, block: NonNull<u8>, layout: Layout) -> String {
    let free = || {
        // SAFETY: not kept to: that is what the arena must find out, and nothing is touched then.
        unsafe { arena.deallocate(block, layout) }
    };
    let panic = catch_unwind(AssertUnwindSafe(free)).expect_err("it is noticed");
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a message")).to_string(),
    }
}

fn refuse_what_is_freed_wrongly(arena: &impl Allocator) {
    let node = layout(512, 64);
    let [first, second] = [(); 2].map(|()| arena.allocate(node).expect("memory").cast::<u8>());
    for other in [layout(500, 64), layout(512, 8), layout(4096, 64)] {
        assert!(misfree(arena, first, other).contains("another layout"));
    }
    let inside = first.map_addr(|addr| addr.saturating_add(64));
    assert!(misfree(arena, inside, node).contains("not live in this arena"));
    let foreign = Global.allocate(node).expect("memory").cast();
    assert!(misfree(arena, foreign, node).contains("not live in this arena"));
    // SAFETY: allocated by `Global` with this layout.
    unsafe { Global.deallocate(foreign, node) };

    // SAFETY: a live block with its layout: the wrong frees have changed nothing.
    unsafe { arena.deallocate(first, node) };
    assert!(misfree(arena, first, node).contains("freed twice"));
    // SAFETY: as above.
    unsafe { arena.deallocate(second, node) };
}

#[test]
fn what_is_freed_wrongly_is_refused() {
    let mut bump = Bump::new();
    refuse_what_is_freed_wrongly(&bump);
    refuse_what_is_freed_wrongly(&bump.scope().expect("there is one handle only"));
    assert_eq!(bump.stats().live_blocks, 0);
}

#[test]
fn blocks_of_another_arena_or_of_a_scope_that_ended_are_refused() {
    let node = layout(100, 8);
    let (mut mine, yours) = (Bump::new(), Bump::new());
    let block = yours.allocate(node).expect("memory").cast();
    assert!(misfree(&mine, block, node).contains("foreign"));
    let scope = mine.scope().expect("there is one handle only");
    let block = scope.allocate(node).expect("memory").cast();
    drop(scope);
    assert!(misfree(&mine, block, node).contains("not live"));
}

#[test]
fn the_parent_has_each_block_with_its_exact_size_until_it_ends() {
    let parent = Parent::new();
    let mut bump = Bump::with_capacity_in(1 << 20, &parent);
    let books = |parent: &Parent| (parent.live_blocks.get(), parent.live_bytes.get());
    let (blocks, bytes) = books(&parent);
    assert_eq!(blocks, 1, "the state only");
    bump.allocate(layout(72, 8)).expect("memory");
    let scope = bump.scope().expect("there is one handle only");
    for size in [1, 504, 9000, 70_000] {
        scope.allocate(layout(size, 8)).expect("memory");
    }
    assert_eq!(books(&parent), (blocks + 5, bytes + 72 + 1 + 504 + 9000 + 70_000));
    assert_eq!((scope.stats().chunks, scope.stats().idle_bytes), (0, 0));
    drop(scope);
    assert_eq!(books(&parent), (blocks + 1, bytes + 72));
    bump.reset().expect("there is one handle only");
    assert_eq!(books(&parent), (blocks, bytes));
    bump.allocate(layout(72, 8)).expect("memory");
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn what_grows_or_shrinks_moves() {
    let bump = Bump::new();
    let (old, new) = (layout(70, 8), layout(80, 8));
    let block = bump.allocate(old).expect("memory").cast::<u8>();
    // SAFETY: a live block with its layout, and the size grows.
    let grown = unsafe { bump.grow(block, old, new) }.expect("memory").cast::<u8>();
    assert_ne!(block, grown);
    assert!(misfree(&bump, block, old).contains("not live"));
    // SAFETY: a live block with its layout, and the size shrinks.
    let shrunk = unsafe { bump.shrink(grown, new, old) }.expect("memory").cast::<u8>();
    assert_ne!(grown, shrunk);
    // SAFETY: a live block with its layout.
    unsafe { bump.deallocate(shrunk, old) };
}
