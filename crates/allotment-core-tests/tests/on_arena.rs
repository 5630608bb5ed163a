//! Collections that end with their arena: what is visited, what goes back, what is not dropped.

use std::cell::Cell;
use std::rc::Rc;

use allotment_bump::Bump;
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global, OnArena, PostingMap};
use allotment_meter::Counting;

const MANY: u64 = if cfg!(miri) { 300 } else { 100_000 };

#[test]
fn miri_a_drop_gives_chunks_back_and_no_nodes() {
    let parent = Counting::new(Global);
    let counter = parent.counter();
    let bump = Counting::new(Bump::new_in(parent));
    let nodes = bump.counter();
    let map = BTreeMap::from_iter_in((0..MANY).map(|n| (n, n)), bump);
    let frees = nodes.snapshot().frees;
    assert!(nodes.snapshot().live_blocks > MANY / 100);
    drop(map.abandon());
    assert_eq!(nodes.snapshot().frees, frees, "no node is visited");
    assert_eq!(counter.snapshot().live_blocks, 0, "the chunks went back");
}

#[test]
fn miri_all_collections_end_with_their_arena() {
    let parent = Counting::new(Global);
    let counter = parent.counter();
    let new = || Bump::new_in(parent.clone());
    let mut map = OnArena::new(BTreeMap::new_in(new()));
    let mut set = OnArena::new(BTreeSet::new_in(new()));
    let mut lists = OnArena::new(BTreeMultiMap::new_in(new()));
    let mut postings = OnArena::new(PostingMap::<u64, u64, _>::new_in(new()));
    for n in 0..MANY {
        map.insert(n, n);
        set.insert(n);
        lists.insert(n % 5, n);
        postings.insert(n % 5, n);
    }
    assert_eq!((map.len(), lists.len(), postings.len()), (set.len(), set.len(), set.len()));
    drop((map, set, lists, postings));
    assert_eq!(counter.snapshot().live_blocks, 0);
}

#[test]
fn miri_nodes_stay_while_the_arena_has_other_handles() {
    let bump = Bump::new();
    let mut map = OnArena::new(BTreeMap::new_in(bump.clone()));
    map.extend((0..100).map(|n| (n, n)));
    let blocks = bump.stats().live_blocks;
    drop(map);
    assert_eq!(bump.stats().live_blocks, blocks);
}

/// Hazard 61: an arena ends, and what lies in it is not dropped. A collection drops what it holds
/// as it ends itself, before its arena; `abandon` says that it does not; `OnArena` takes plain data
/// only, which its documentation shows not to compile otherwise.
#[test]
fn hazard_61_values_are_dropped_unless_they_are_abandoned() {
    struct Loud(Rc<Cell<u32>>);
    impl Drop for Loud {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let drops = Rc::new(Cell::new(0));
    let fill = |map: &mut BTreeMap<u32, Loud, Bump>| {
        map.extend((0..100).map(|n| (n, Loud(drops.clone()))));
    };
    let mut map = BTreeMap::new_in(Bump::new());
    fill(&mut map);
    drop(map);
    assert_eq!(drops.get(), 100, "the map owns the arena, and drops it last");

    let mut bump = Bump::new();
    {
        let scope = bump.scope().expect("there is one handle only");
        let mut map = BTreeMap::new_in(&scope);
        map.extend((0..100).map(|n| (n, Loud(drops.clone()))));
    }
    assert_eq!(drops.get(), 200, "what borrows a scope ends before it");

    let mut map = BTreeMap::new_in(Bump::new());
    fill(&mut map);
    let kept = Vec::from_iter(map.values().map(|loud| loud.0.clone()));
    drop(map.abandon());
    assert_eq!(drops.get(), 200);
    // They count as owners still; take their part, so that the test leaks nothing.
    for owner in kept {
        let owner = Rc::into_raw(owner);
        // SAFETY: one owner was forgotten with the map, and this one is given up.
        unsafe { Rc::decrement_strong_count(owner) };
        // SAFETY: as above.
        unsafe { Rc::decrement_strong_count(owner) };
    }
    assert_eq!(Rc::strong_count(&drops), 1);
}
