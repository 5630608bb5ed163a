//! Parents that refuse or unwind, and requests that nobody can serve.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_alloc::{AllocError, Allocator, Layout};
use allotment_bump::Bump;
use common::{Mood, Oracle, Parent, layout};

/// A script that needs several chunks; how far it came before the parent refused.
fn fill(oracle: &mut Oracle<&Bump<&Parent>>) -> Result<(), AllocError> {
    let steps = if cfg!(miri) { 34 } else { 60 };
    for step in 0..steps {
        oracle.allocate(layout(512, 64), false)?;
        oracle.allocate(layout(24, 8), false)?;
        if step % 16 == 0 {
            oracle.allocate(layout(10_000, 8), false)?;
            oracle.resize(oracle.live.len() - 1, layout(20_000, 8), true)?;
        }
        if step % 3 == 0 {
            oracle.deallocate(step);
        }
    }
    Ok(())
}

/// How many requests the script above makes of a willing parent.
fn requests() -> u64 {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    fill(&mut Oracle::new(&bump)).expect("the parent is willing");
    parent.requests.get()
}

/// Hazard 58: a parent that fails in the midst of a chunk.
#[test]
fn each_refusal_leaves_the_arena_whole() {
    let requests = requests();
    assert!(requests > 5, "the script must need several chunks");
    for at in 0..requests {
        for mood in [Mood::FailsAt(at), Mood::FailsFrom(at)] {
            let parent = Parent::new();
            parent.mood.set(mood);
            let Ok(bump) = Bump::try_new_in(&parent) else {
                assert_eq!(at, 0, "only the first request is for the state");
                assert!(parent.is_empty());
                continue;
            };
            let mut oracle = Oracle::new(&bump);
            let outcome = fill(&mut oracle);
            assert!(outcome.is_err() || mood == Mood::FailsAt(at), "{mood:?} went unnoticed");
            oracle.check_all();
            assert_eq!(bump.stats().live_bytes, oracle.live_bytes());
            assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());

            parent.mood.set(Mood::Willing);
            let mut after = Oracle::new(&bump);
            fill(&mut after).expect("the arena works on");
            oracle.check_all();
            after.release_all();
            oracle.release_all();
            assert_eq!(bump.stats().live_bytes, 0);
            drop(bump);
            assert!(parent.is_empty());
        }
    }
}

#[test]
fn each_panic_of_the_parent_leaves_the_arena_whole() {
    for at in 1..requests() {
        let parent = Parent::new();
        let bump = Bump::new_in(&parent);
        parent.mood.set(Mood::PanicsAt(at));
        let mut oracle = Oracle::new(&bump);
        let outcome = catch_unwind(AssertUnwindSafe(|| fill(&mut oracle)));
        assert!(outcome.is_err(), "the parent unwinds at request {at}");
        oracle.check_all();
        assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());
        let mut after = Oracle::new(&bump);
        fill(&mut after).expect("the arena works on");
        oracle.check_all();
        drop(bump);
        assert!(parent.is_empty());
    }
}

#[test]
fn a_panic_in_reset_leaves_the_arena_usable() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    fill(&mut Oracle::new(&bump)).expect("the parent is willing");
    parent.panics_at_release.set(true);
    assert!(catch_unwind(AssertUnwindSafe(|| bump.reset())).is_err());
    assert_eq!(bump.stats().live_blocks, 0);
    assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());
    fill(&mut Oracle::new(&bump)).expect("the arena works on");
    bump.reset().expect("there is one handle only");
    assert_eq!(bump.stats().chunks, usize::from(!cfg!(feature = "checked")));
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
#[cfg(not(feature = "checked"))]
fn the_usual_chunk_refused_a_smaller_one_is_tried() {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    parent.mood.set(Mood::FailsAbove(1024));
    let mut oracle = Oracle::new(&bump);
    for _ in 0..10 {
        oracle.allocate(layout(512, 64), false).expect("a chunk for this block alone");
    }
    assert!(oracle.allocate(layout(1024, 64), false).is_err());
    assert_eq!((bump.stats().live_blocks, bump.stats().chunks), (10, 10));
}

/// Hazard 55: sizes near the largest that there is.
#[test]
fn impossible_requests_are_refused() {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    bump.allocate(layout(100, 4)).expect("memory");
    if cfg!(miri) {
        // The interpreter stops where an allocator would refuse.
        parent.mood.set(Mood::FailsAbove(1 << 20));
    }
    let before = bump.stats();
    let most = isize::MAX as usize;
    for shift in 0..usize::BITS - 1 {
        let align = 1_usize << shift;
        for less in [0, 1, 16, 63, 64, 65, 127, 128, 4096] {
            // The largest size that the alignment allows, and some below it.
            let Some(size) = (most - (align - 1)).checked_sub(less) else { continue };
            let Ok(layout) = Layout::from_size_align(size, align) else { continue };
            if size > most / 4 {
                assert!(bump.allocate(layout).is_err(), "{layout:?}");
            }
        }
    }
    assert!(bump.allocate(layout(1, 1 << (usize::BITS - 2))).is_err());
    let after = bump.stats();
    assert_eq!((after.live_bytes, after.reserved_bytes), (100, before.reserved_bytes));
    assert!(Bump::try_with_capacity_in(most, &parent).is_err());
    assert!(Bump::try_with_capacity_in(usize::MAX, &parent).is_err());
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn growing_beyond_all_bounds_keeps_the_block() {
    let bump = Bump::new();
    let mut oracle = Oracle::new(&bump);
    oracle.allocate(layout(100, 4), false).expect("memory");
    assert!(oracle.resize(0, layout(isize::MAX as usize - 3, 4), false).is_err());
    oracle.check_all();
    oracle.release_all();
}

#[test]
#[should_panic(expected = "capacity overflow")]
fn an_impossible_capacity_panics() {
    let _ = Bump::with_capacity(usize::MAX);
}
