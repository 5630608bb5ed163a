//! Scopes: what they give back, what they leave alone, and that loops of them come to rest.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_alloc::Allocator;
use allotment_bump::Bump;
use common::{Mood, Oracle, Parent, layout};
use proptest::prelude::{ProptestConfig, Strategy};
use proptest::{collection, prop_oneof, proptest};

/// Blocks of all kinds: small, of nodes, more than a chunk, over-aligned.
const KINDS: [(usize, usize); 7] =
    [(16, 8), (40, 8), (512, 64), (512, 8), (3000, 16), (40_000, 8), (100, 128)];

fn fill(oracle: &mut Oracle<impl Allocator>, rounds: usize) {
    for round in 0..rounds {
        for (size, align) in KINDS {
            oracle.allocate(layout(size, align), false).expect("memory");
        }
        if round % 3 == 2 {
            oracle.deallocate(round);
            let last = oracle.live.len() - 1;
            oracle.resize(last, layout(600, 128), true).expect("memory");
        }
    }
}

#[test]
fn what_was_there_before_stays_as_it_was() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let mut marks = Vec::new();
    for size in [40, 512, 9000] {
        let block = bump.allocate(layout(size, 8)).expect("memory").cast::<u8>();
        // SAFETY: a block of this size.
        unsafe { block.write_bytes(size as u8, size) };
        marks.push((block, size));
    }
    let before = bump.stats();
    let scope = bump.scope().expect("there is one handle only");
    let mut oracle = Oracle::new(&scope);
    fill(&mut oracle, 20);
    oracle.check_all();
    drop(oracle);
    drop(scope);
    for (block, size) in marks {
        let bytes = std::ptr::NonNull::slice_from_raw_parts(block, size);
        // SAFETY: the block is live and was written.
        assert!(unsafe { bytes.as_ref() }.iter().all(|byte| *byte == size as u8));
    }
    let after = bump.stats();
    assert_eq!((after.live_bytes, after.live_blocks), (before.live_bytes, before.live_blocks));
    assert_eq!(after.reserved_bytes, parent.live_bytes.get());
    drop(bump);
    assert!(parent.is_empty());
}

/// Free blocks are neither lost to a scope nor handed out by it.
#[test]
fn free_blocks_are_there_again_after_a_scope() {
    let mut bump = Bump::new();
    let node = layout(512, 8);
    let blocks = [(); 3].map(|()| bump.allocate(node).expect("memory").cast::<u8>());
    // SAFETY: the block is live with this layout and forgotten here.
    unsafe { bump.deallocate(blocks[0], node) };
    let before = bump.stats();
    let scope = bump.scope().expect("there is one handle only");
    let fresh = scope.allocate(node).expect("memory").cast::<u8>();
    let is_old = blocks.contains(&fresh) && !cfg!(feature = "checked");
    assert!(!is_old, "a free block from before lies below the checkpoint");
    // SAFETY: the block is live with this layout and forgotten here.
    unsafe { scope.deallocate(fresh, node) };
    drop(scope);
    let after = bump.stats();
    assert_eq!((after.live_blocks, after.idle_bytes), (before.live_blocks, before.idle_bytes));
    let again = bump.allocate(node).expect("memory").cast::<u8>();
    if !cfg!(feature = "checked") {
        assert_eq!(again, blocks[0]);
    }
}

/// What was freed within a scope is given back with it, and not handed out a second time.
#[test]
fn free_blocks_of_a_scope_end_with_it() {
    let mut bump = Bump::new();
    for round in 0..5 {
        let scope = bump.scope().expect("there is one handle only");
        let mut oracle = Oracle::new(&scope);
        fill(&mut oracle, 4 + round);
        while oracle.live.len() > 5 {
            oracle.deallocate(oracle.live.len() / 2);
        }
        drop(oracle);
        drop(scope);
        let mut oracle = Oracle::new(&bump);
        fill(&mut oracle, 4);
        oracle.check_all();
        oracle.release_all();
    }
}

#[test]
fn scopes_nest() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let mut outer = bump.scope().expect("there is one handle only");
    outer.allocate(layout(700, 8)).expect("memory");
    for _ in 0..3 {
        let mut middle = outer.scope();
        fill(&mut Oracle::new(&middle), if cfg!(miri) { 2 } else { 6 });
        let live = middle.stats().live_blocks;
        let inner = middle.scope();
        fill(&mut Oracle::new(&inner), 6);
        drop(inner);
        assert_eq!(middle.stats().live_blocks, live);
        middle.roll_back();
        assert_eq!(middle.stats().live_blocks, 1);
    }
    assert_eq!(outer.stats().live_bytes, 700);
    drop(outer);
    assert_eq!(bump.stats().live_bytes, 0);
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn a_loop_of_scopes_comes_to_rest() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    bump.allocate(layout(100, 8)).expect("memory");
    let rounds = if cfg!(miri) { 8 } else { 200 };
    let mut warm = 0;
    for round in 0..rounds {
        let scope = bump.scope().expect("there is one handle only");
        for _ in 0..if cfg!(miri) { 30 } else { 1000 } {
            scope.allocate(layout(512, 64)).expect("memory");
        }
        drop(scope);
        if round == rounds / 2 {
            warm = parent.requests.get();
        }
    }
    let stats = bump.stats();
    if !cfg!(feature = "checked") {
        assert_eq!(parent.requests.get(), warm, "{stats}");
        assert_eq!(stats.chunks, 2, "that of the block before, and a spare one");
    }
    assert_eq!(stats.reserved_bytes, parent.live_bytes.get());
    bump.reset().expect("there is one handle only");
    assert!(bump.stats().chunks <= 1);
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
#[cfg(not(feature = "checked"))]
fn the_spare_chunk_serves_what_comes_next() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    bump.scope().expect("one handle").allocate(layout(20_000, 8)).expect("memory");
    assert_eq!(bump.stats().chunks, 1);
    assert!(bump.stats().idle_bytes >= 20_000);
    let requests = parent.requests.get();
    bump.allocate(layout(20_000, 8)).expect("memory");
    assert_eq!(parent.requests.get(), requests);
    assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn a_forgotten_scope_keeps_its_blocks() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let mut outer = bump.scope().expect("there is one handle only");
    let inner = outer.scope();
    inner.allocate(layout(5000, 8)).expect("memory");
    std::mem::forget(inner);
    assert_eq!(outer.stats().live_bytes, 5000);
    drop(outer);
    assert_eq!(bump.stats().live_bytes, 0);
    let scope = bump.scope().expect("there is one handle only");
    scope.allocate(layout(300, 8)).expect("memory");
    std::mem::forget(scope);
    assert_eq!(bump.stats().live_bytes, 300);
    bump.reset().expect("there is one handle only");
    assert_eq!(bump.stats().live_bytes, 0);
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn scopes_are_refused_while_there_are_other_handles() {
    let mut bump = Bump::new();
    let other = bump.clone();
    assert_eq!(bump.scope().err().map(|busy| busy.others()), Some(1));
    drop(other);
    assert!(bump.scope().is_ok());
}

#[test]
fn a_parent_that_refuses_or_unwinds_leaves_scopes_whole() {
    for at in 1..if cfg!(miri) { 3 } else { 6 } {
        for mood in [Mood::FailsAt(at), Mood::FailsFrom(at), Mood::PanicsAt(at)] {
            let parent = Parent::new();
            let mut bump = Bump::new_in(&parent);
            parent.mood.set(mood);
            let scope = bump.scope().expect("there is one handle only");
            let mut oracle = Oracle::new(&scope);
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                fill(&mut oracle, if cfg!(miri) { 3 } else { 30 })
            }));
            // One chunk refused, a smaller one is tried.
            let noticed = outcome.is_err() || mood == Mood::FailsAt(at);
            assert!(noticed, "{mood:?} went unnoticed");
            oracle.check_all();
            drop(oracle);
            drop(scope);
            assert_eq!(bump.stats().live_blocks, 0);
            assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());
            parent.mood.set(Mood::Willing);
            fill(&mut Oracle::new(&bump), 3);
            drop(bump);
            assert!(parent.is_empty());
        }
    }
}

#[test]
fn a_panic_of_the_parent_as_chunks_go_back_loses_nothing() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let scope = bump.scope().expect("there is one handle only");
    fill(&mut Oracle::new(&scope), 10);
    parent.panics_at_release.set(true);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(scope))).is_err());
    assert_eq!(bump.stats().live_blocks, 0);
    assert_eq!(bump.stats().reserved_bytes, parent.live_bytes.get());
    fill(&mut Oracle::new(&bump), 3);
    drop(bump);
    assert!(parent.is_empty());
}

#[test]
fn a_panic_in_a_roll_back_loses_nothing_that_was_free_before() {
    let parent = Parent::new();
    let mut bump = Bump::new_in(&parent);
    let size = layout(48, 8);
    let blocks = [(); 20].map(|()| bump.allocate(size).expect("memory").cast::<u8>());
    for block in blocks {
        // SAFETY: live, and of this layout.
        unsafe { bump.deallocate(block, size) };
    }
    let mut scope = bump.scope().expect("there is one handle only");
    fill(&mut Oracle::new(&scope), 10);
    parent.panics_at_release.set(true);
    assert!(catch_unwind(AssertUnwindSafe(|| scope.roll_back())).is_err());
    fill(&mut Oracle::new(&scope), 3);
    scope.roll_back();
    drop(scope);
    assert_eq!(bump.stats().live_blocks, 0);
    let again = [(); 19].map(|()| bump.allocate(size).expect("memory").cast::<u8>());
    if !cfg!(feature = "checked") {
        assert!(again.iter().all(|block| blocks.contains(block)));
    }
    drop(bump);
    assert!(parent.is_empty());
}

/// An arena over an arena is scratch memory beside what stays.
#[test]
fn an_arena_over_a_borrowed_arena_gives_its_chunks_back() {
    let parent = Parent::new();
    let bump = Bump::new_in(&parent);
    let mut kept = Oracle::new(&bump);
    let rounds = if cfg!(miri) { 4 } else { 100 };
    let mut warm = 0;
    for round in 0..rounds {
        let scratch = Bump::new_in(&bump);
        let mut oracle = Oracle::new(&scratch);
        for _ in 0..20 {
            oracle.allocate(layout(512, 8), false).expect("memory");
        }
        oracle.check_all();
        if round == rounds / 2 {
            warm = parent.requests.get();
        }
    }
    kept.allocate(layout(64, 8), false).expect("memory");
    kept.check_all();
    if !cfg!(feature = "checked") {
        assert!(parent.requests.get() <= warm + 1);
    }
    assert_eq!(bump.stats().live_blocks, 1);
}

/// One step of a script over nested scopes.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enter,
    Leave,
    RollBack,
    Allocate(usize),
    Deallocate(usize),
    Resize(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => proptest::strategy::Just(Step::Enter),
        1 => proptest::strategy::Just(Step::Leave),
        1 => proptest::strategy::Just(Step::RollBack),
        8 => (0..KINDS.len()).prop_map(Step::Allocate),
        3 => (0_usize..1000).prop_map(Step::Deallocate),
        2 => (0_usize..1000, 1_usize..3000).prop_map(|(at, size)| Step::Resize(at, size)),
    ]
}

/// Runs steps in a scope, until the one that leaves it; answers what is left to do.
fn run<'s>(scope: &mut allotment_bump::Scope<'_>, mut steps: &'s [Step]) -> &'s [Step] {
    let before = scope.stats().live_blocks;
    loop {
        let mut oracle = Oracle::new(&*scope);
        let (step, rest) = loop {
            let Some((step, rest)) = steps.split_first() else {
                oracle.check_all();
                return steps;
            };
            steps = rest;
            match *step {
                Step::Allocate(kind) => {
                    let (size, align) = KINDS[kind];
                    oracle.allocate(layout(size, align), false).expect("memory");
                }
                Step::Deallocate(at) if !oracle.live.is_empty() => {
                    oracle.deallocate(at % oracle.live.len());
                }
                Step::Resize(at, size) if !oracle.live.is_empty() => {
                    let at = at % oracle.live.len();
                    oracle.resize(at, layout(size, 8), true).expect("memory");
                }
                Step::Deallocate(_) | Step::Resize(..) => {}
                Step::Enter | Step::Leave | Step::RollBack => break (step, rest),
            }
        };
        oracle.check_all();
        let blocks = std::mem::take(&mut oracle.live);
        drop(oracle);
        steps = match step {
            Step::Enter => run(&mut scope.scope(), rest),
            Step::Leave => return rest,
            _ => {
                scope.roll_back();
                assert_eq!(scope.stats().live_blocks, before);
                continue;
            }
        };
        // What lies in the outer scope is as it was.
        blocks.iter().for_each(|block| block.check(block.layout.size()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 300 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_scopes_agree_with_the_oracle(
        steps in collection::vec(step(), 1..if cfg!(miri) { 40 } else { 200 }),
    ) {
        let mut bump = Bump::new();
        let mut left = &steps[..];
        while !left.is_empty() {
            left = run(&mut bump.scope().expect("there is one handle only"), left);
            assert_eq!(bump.stats().live_blocks, 0);
        }
    }
}
