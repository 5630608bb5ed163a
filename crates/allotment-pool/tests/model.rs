//! The pool against a model of it: random scripts, and every small size with every alignment.

mod common;

use allotment_alloc::{Allocator, Layout};
use allotment_pool::Pool;
#[cfg(feature = "std")]
use common::model::Shared;
use common::model::{Kind, Model, Op, Single, layout, script};
use common::parent::Parent;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

fn config() -> ProptestConfig {
    let cases = if cfg!(miri) { 2 } else { 400 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![0..=4_usize, 1..=512_usize, 1..=2048_usize, 2030..2070_usize, 0..8192_usize]
}

fn ops() -> impl Strategy<Value = Op> {
    let pick = || any::<u16>().prop_map(usize::from);
    let shift = || 0..=7_u32;
    prop_oneof![
        4 => (sizes(), shift(), any::<bool>())
            .prop_map(|(size, shift, zeroed)| Op::Allocate { size, shift, zeroed }),
        2 => (pick(), sizes(), shift(), any::<bool>())
            .prop_map(|(pick, extra, shift, zeroed)| Op::Grow { pick, extra, shift, zeroed }),
        2 => (pick(), sizes(), shift())
            .prop_map(|(pick, keep, shift)| Op::Shrink { pick, keep, shift }),
        3 => pick().prop_map(|pick| Op::Free { pick }),
        1 => pick().prop_map(|pick| Op::CloneHandle { pick }),
        1 => pick().prop_map(|pick| Op::DropHandle { pick }),
        1 => (0..30_000_usize).prop_map(|bytes| Op::Reserve { bytes }),
        1 => (1..=2048_usize, 0..20_usize)
            .prop_map(|(size, count)| Op::ReserveBlocks { size, count }),
        1 => Just(Op::Trim),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_script_agrees_with_the_model(
        ops in prop::collection::vec(ops(), 1..if cfg!(miri) { 12 } else { 200 }),
        spare in prop_oneof![Just(0_usize), Just(64), 0..300_usize],
        leak in any::<bool>(),
    ) {
        run::<Single>(&ops, spare, leak);
        #[cfg(feature = "std")]
        run::<Shared>(&ops, spare, leak);
    }
}

/// Runs a script, with all books compared at each step.
fn run<K: Kind>(ops: &[Op], spare: usize, leak: bool) {
    let parent = Parent::with_spare(spare);
    let mut model = Model::<K::Of<'_>>::new(&parent).unwrap();
    for op in ops {
        model.apply(*op).unwrap();
        model.verify();
    }
    if leak {
        model.free_large();
    } else {
        model.free_all();
    }
    drop(model);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn a_long_script_agrees_with_the_model() {
    run_long::<Single>();
    #[cfg(feature = "std")]
    run_long::<Shared>();
}

fn run_long<K: Kind>() {
    let parent = Parent::new();
    let mut model = Model::<K::Of<'_>>::new(&parent).unwrap();
    for op in script(if cfg!(miri) { 100 } else { 20_000 }) {
        model.apply(op).unwrap();
    }
    model.verify();
    model.free_all();
    drop(model);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn every_size_at_every_alignment() {
    let parent = Parent::new();
    let pool = Pool::new_in(&parent);
    let step = if cfg!(miri) { 509 } else { 1 };
    for shift in 0..=7 {
        for size in (0..=4096).step_by(step) {
            let layout = layout(size, shift);
            let block = pool.allocate(layout).unwrap();
            let addr = block.cast::<u8>().addr().get();
            assert!(addr.is_multiple_of(layout.align()));
            assert!(block.len() >= size);
            // SAFETY: allocated just now with this length.
            unsafe { block.cast::<u8>().write_bytes(0x5A, block.len()) };
            // A block may be given back under any size up to the one it was handed out with.
            let fitting = Layout::from_size_align(block.len(), layout.align()).unwrap();
            // SAFETY: a live block with a layout that fits, given back once.
            unsafe { pool.deallocate(block.cast(), fitting) };
        }
    }
    assert_eq!(pool.stats().live_blocks, 0);
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}

/// Every border from and to every other, with every pair of alignments around that of a line.
/// Hazards 53 and 54: what is copied as a block grows or shrinks, and to which alignment.
#[test]
fn resizing_between_all_borders() {
    resize_all::<Single>();
    // The interpreter is slow, and the code is the same.
    #[cfg(all(feature = "std", not(miri)))]
    resize_all::<Shared>();
}

fn resize_all<K: Kind>() {
    let parent = Parent::new();
    let mut model = Model::<K::Of<'_>>::new(&parent).unwrap();
    let borders: &[usize] = if cfg!(miri) {
        &[0, 64, 65, 2048, 2049]
    } else {
        &[0, 1, 8, 63, 64, 65, 127, 128, 129, 1000, 1984, 1985, 2047, 2048, 2049, 4096, 10_000]
    };
    let shifts: &[u32] = if cfg!(miri) { &[0, 7] } else { &[0, 3, 6, 7] };
    for &from in borders {
        for &to in borders {
            for (&before, &after) in shifts.iter().flat_map(|a| shifts.iter().map(move |b| (a, b)))
            {
                for zeroed in [false, true] {
                    model.apply(Op::Allocate { size: from, shift: before, zeroed }).unwrap();
                    let op = if to >= from {
                        Op::Grow { pick: 0, extra: to - from, shift: after, zeroed }
                    } else {
                        Op::Shrink { pick: 0, keep: to, shift: after }
                    };
                    model.apply(op).unwrap();
                    model.free_all();
                }
            }
        }
    }
    drop(model);
    assert_eq!(parent.balance(), (0, 0));
}
