//! Each operation of maps, sets and multimaps, by its name, with trouble at each of its points:
//! every request is refused, once and from then on, or panics; every comparison, closure, iterator,
//! clone and drop panics: hazards 11 to 13, 15 to 20 and 29, of which 19 shows under a sanitizer.
//! What the scripts of `faults.rs` come upon by chance is all here.
//!
//! The operations are entries of tables, and every kind of trouble goes through all of them. After
//! each point the collections are valid, nothing has leaked or been dropped twice, and what an
//! operation promises to keep is there.

mod ambient;
mod drive;
mod maps;
mod multimaps;
mod operation;
mod sets;

use allotment_bump::Bump;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{Dense, Global, Ranked, SharedAlloc};
use allotment_meter::{Counting, Faulty};
use allotment_pool::Pool;
use allotment_trial::effort::effort;
use allotment_trial::probe::Probe;

use crate::drive::{Trouble, sweep_all};

/// Sizes of trees of three slots a node, of up to five levels; all of them if there is time.
fn small() -> Vec<u32> {
    if effort() > 1 {
        return (0..=effort().min(120) as u32).collect();
    }
    vec![0, 1, 3, 4, 16, 45]
}

/// Sizes of trees of 47 slots a node and thereabouts.
const LARGE: [u32; 3] = [0, 4, 130];

/// All tables on one backend, in a thread that rayon takes for all of its threads: fuses and books
/// belong to one. Answers how many points there were.
fn points<B: SharedAlloc, S: Shape<Probe>>(
    make: fn(Faulty<Counting<Global>>) -> B,
    sizes: &[u32],
    trouble: Trouble,
) -> u64 {
    let thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    thread.install(|| {
        sweep_all(&maps::that_allocate::<B, S>(), &make, sizes, trouble)
            + sweep_all(&maps::that_do_not_allocate::<B, S>(), &make, sizes, trouble)
            + sweep_all(&sets::that_allocate::<B, S>(), &make, sizes, trouble)
            + sweep_all(&sets::that_do_not_allocate::<B, S>(), &make, sizes, trouble)
            + sweep_all(&multimaps::that_edit::<B, S>(), &make, sizes, trouble)
    })
}

/// Asserts how many points there are at least, so that none gets lost unseen.
fn check<B: SharedAlloc, S: Shape<Probe>>(
    make: fn(Faulty<Counting<Global>>) -> B,
    sizes: &[u32],
    trouble: Trouble,
    least: u64,
) {
    let points = points::<B, S>(make, sizes, trouble);
    assert!(points >= least, "{trouble:?}: {points} points, not {least}");
}

#[test]
fn every_request_is_refused_once() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::FailOnce, 4500);
    check::<_, Standard>(|parent| parent, &LARGE, Trouble::FailOnce, 1300);
}

#[test]
fn every_request_and_all_after_it_are_refused() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::FailFrom, 4500);
    check::<_, Standard>(|parent| parent, &LARGE, Trouble::FailFrom, 1300);
    check::<_, Ranked<Tiny>>(|parent| parent, &small(), Trouble::FailFrom, 4500);
    check::<_, Dense<Tiny>>(|parent| parent, &small(), Trouble::FailFrom, 4500);
}

#[test]
fn every_request_panics() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::Request, 8800);
    check::<_, Standard>(|parent| parent, &LARGE, Trouble::Request, 2700);
}

/// Hazard 58: what a pool or an arena asks of its parent.
#[test]
fn every_request_of_a_backend_is_met_with_trouble() {
    // They ask seldom: it takes longer collections to meet so many requests.
    let longer: Vec<u32> = small().into_iter().chain([130, 300]).collect();
    for trouble in [Trouble::FailOnce, Trouble::FailFrom, Trouble::Request] {
        check::<_, Tiny>(Pool::new_in, &longer, trouble, 450);
        check::<_, Tiny>(Bump::new_in, &longer, trouble, 450);
    }
}

#[test]
fn every_comparison_panics() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::Compare, 58_000);
}

#[test]
fn every_comparison_panics_in_large_nodes() {
    check::<_, Standard>(|parent| parent, &[60], Trouble::Compare, 24_000);
}

#[test]
fn every_closure_and_iterator_panics() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::Call, 19_000);
    check::<_, Standard>(|parent| parent, &LARGE, Trouble::Call, 10_000);
}

#[test]
fn every_clone_panics() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::Clone, 3500);
    check::<_, Standard>(|parent| parent, &LARGE, Trouble::Clone, 6800);
}

#[test]
fn every_drop_panics() {
    check::<_, Tiny>(|parent| parent, &small(), Trouble::Drop, 21_000);
    check::<_, Standard>(|parent| parent, &LARGE, Trouble::Drop, 19_000);
}
