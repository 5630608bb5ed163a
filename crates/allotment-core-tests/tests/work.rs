//! What operations cost, exactly and without a clock: comparisons, nodes touched, and the memory
//! that a single edit asks for or gives back.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::ops::Bound;
use std::ptr;

use allotment_core::btree_map::NodeReservation;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{Allocator, BTreeMap, BTreeSet, Global};
use allotment_meter::{Counter, Counting, Counts};
use allotment_pool::Pool;
use fastrand::Rng;

use allotment_trial::checked::Checked;

const ENTRIES: usize = 100_000;

thread_local! {
    /// Where the keys are that were compared.
    static COMPARED: RefCell<Vec<[usize; 2]>> = const { RefCell::new(Vec::new()) };
}

/// A key whose comparisons are written down.
#[derive(Clone, Copy)]
struct Watched(u64);

impl Ord for Watched {
    fn cmp(&self, other: &Self) -> Ordering {
        let places = [ptr::from_ref(self).addr(), ptr::from_ref(other).addr()];
        COMPARED.with_borrow_mut(|compared| compared.push(places));
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Watched {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Watched {}

/// What `act` compares.
fn compared(act: impl FnOnce()) -> Vec<[usize; 2]> {
    COMPARED.take();
    act();
    COMPARED.take()
}

/// Distinct keys in random order, none of them odd.
fn keys() -> Vec<u64> {
    let mut keys: Vec<u64> = (0..ENTRIES as u64).map(|n| 2 * n).collect();
    Rng::with_seed(1).shuffle(&mut keys);
    keys
}

fn built(keys: &[u64]) -> BTreeMap<Watched, u64> {
    keys.iter().map(|&key| (Watched(key), key)).collect()
}

#[test]
fn edits_compare_as_often_as_they_did() {
    let (random, mut map) = (keys(), BTreeMap::new());
    let mut ascending = random.clone();
    ascending.sort_unstable();
    let mut insert = |keys: &[u64]| {
        map = BTreeMap::new();
        let insert = |&key: &u64| assert_eq!(map.insert(Watched(key), key), None);
        compared(|| keys.iter().for_each(insert)).len()
    };
    assert_eq!((insert(&ascending), insert(&random)), (199_581, 1_943_296));
    let remove = |&key: &u64| assert_eq!(map.remove(&Watched(key)), Some(key));
    assert_eq!(compared(|| random[..ENTRIES / 2].iter().for_each(remove)).len(), 1_117_705);
    assert_eq!(compared(|| drop(built(&ascending))).len(), ENTRIES - 1);
}

/// Whole ranges and whole trees change hands by their borders: two searches each, or two ends.
#[test]
fn range_edits_cost_their_borders() {
    let (counter, random) = (Counter::new(), keys());
    let mut map = BTreeMap::new_in(Counting::with_counter(Pool::new(), counter.clone()));
    map.extend(random.iter().map(|&key| (Watched(key), key)));
    let cost = |act: &mut dyn FnMut()| {
        let before = counter.snapshot();
        let comparisons = compared(act).len();
        let after = counter.snapshot();
        (comparisons, after.requests - before.requests, after.frees - before.frees)
    };
    let (start, end) = (Watched(20_000), Watched(180_000));
    let mut part = None;
    let split = cost(&mut || part = Some(map.split_range(start..end)));
    assert_eq!(part.as_ref().map(BTreeMap::len), Some(ENTRIES / 5 * 4));
    let spliced = cost(&mut || {
        let middle = part.take().expect("split off just now");
        map.lower_bound_mut(Bound::Included(&start)).splice_after(middle).expect("its place");
    });
    map.verify().expect("a valid tree");
    let tail = map.split_off(&end);
    let mut tail = Some(tail);
    let joined = cost(&mut || map.join(tail.take().expect("one")).expect("behind all others"));
    let leaf = cost(&mut || assert_eq!(map.remove_range(Watched(300)..Watched(306)), 3));
    assert_eq!(map.len(), ENTRIES - 3);
    // Comparisons, blocks asked for, and blocks given back at once: spares that nothing needed.
    assert_eq!([split, spliced, joined, leaf], [(43, 14, 11), (18, 15, 16), (1, 0, 0), (43, 1, 1)]);
}

/// Where a key is in both maps, its pair stays where it is.
#[test]
fn merging_values_asks_for_nothing() {
    let counter = Counter::new();
    let pool = Counting::with_counter(Pool::new(), counter.clone());
    let mut map = BTreeMap::new_in(pool.clone());
    map.extend((0..10_000_u32).map(|n| (n, n)));
    let mut other = BTreeMap::new_in(pool);
    other.extend((0..10_000_u32).map(|n| (n, n)));
    let before = counter.snapshot().requests;
    map.merge(other, |_, own, other| own + other);
    assert_eq!(counter.snapshot().requests, before);
    assert!(map.into_iter().all(|(key, value)| value == 2 * key));
}

/// The intersection of few and many searches for the few, whichever set they are in.
#[test]
fn set_operations_skip_what_only_one_set_has() {
    let set = |keys: &mut dyn Iterator<Item = u64>| keys.map(Watched).collect::<BTreeSet<_>>();
    let many = set(&mut (0..ENTRIES as u64));
    let few = set(&mut (0..ENTRIES as u64).step_by(ENTRIES / 100));
    let halves = (set(&mut (0..1000)), set(&mut (1000..2000)));
    let count = |act: &dyn Fn()| compared(act).len();
    let counts = [
        count(&|| assert_eq!(few.intersection(&many).count(), 100)),
        count(&|| assert_eq!(many.intersection(&few).count(), 100)),
        count(&|| assert_eq!(few.difference(&many).count(), 0)),
        count(&|| assert!(few.is_subset(&many) && !many.is_subset(&few))),
        count(&|| assert!(halves.0.is_disjoint(&halves.1) && halves.1.is_disjoint(&halves.0))),
        count(&|| assert_eq!(halves.0.union(&many).count(), ENTRIES)),
    ];
    assert_eq!(counts, [3052, 3052, 3052, 3052, 42, 1000]);
}

#[test]
fn look_ups_touch_a_node_a_level() {
    let alloc = Checked::new();
    let mut map = BTreeMap::new_in(alloc.clone());
    let random = keys();
    map.extend(random.iter().map(|&key| (Watched(key), key)));
    let blocks = alloc.blocks();
    let block_of = |place: usize| {
        let after = blocks.partition_point(|(start, _)| *start <= place);
        let &(start, size) = blocks[..after].last()?;
        (place < start + size).then_some(start)
    };
    // Comparisons, nodes that hold what was compared, and the most such nodes of a look-up.
    let look_up = |odd: u64| {
        let (mut comparisons, mut touched, mut most) = (0, 0, 0);
        for &key in &random {
            let places = compared(|| assert_eq!(map.get(&Watched(key + odd)).is_some(), odd == 0));
            let mut nodes: Vec<usize> =
                places.iter().flatten().filter_map(|&place| block_of(place)).collect();
            nodes.dedup();
            comparisons += places.len();
            touched += nodes.len();
            most = most.max(nodes.len());
        }
        (comparisons, touched, most)
    };
    assert_eq!((look_up(0), look_up(1)), ((2_131_801, 396_079, 4), (2_154_899, 400_000, 4)));
}

#[test]
fn integer_look_ups_have_few_levels_to_go() {
    // They go down to a leaf whatever they meet: levels are the nodes they touch.
    let mut rng = Rng::with_seed(5);
    let heights = [4, 47, 48, 1000, ENTRIES, 1_000_000].map(|entries| {
        let mut map = BTreeMap::<u64, u64>::new();
        for _ in 0..entries {
            map.insert(rng.u64(..), 0);
        }
        height(&map)
    });
    assert_eq!(heights, [1, 1, 2, 2, 4, 4]);
}

/// Levels of a map, from its picture.
fn height<A: Allocator>(map: &BTreeMap<u64, u64, A>) -> u64 {
    let dump = map.dump();
    let deepest = dump.lines().skip(1).map(|line| line.len() - line.trim_start().len()).max();
    deepest.map_or(0, |indent| indent as u64 / 2 + 1)
}

/// What was reserved is enough for the worst insertions, of which some split every level.
#[test]
fn reserved_insertions_ask_for_nothing() {
    fn check<S: Shape<u64>>(sizes: impl Iterator<Item = usize>) -> usize {
        let (mut rng, mut used) = (Rng::with_seed(7), 0);
        for (size, insertions) in sizes.flat_map(|size| [1, 2, 3, 7, 40].map(|n| (size, n))) {
            let counter = Counter::new();
            let alloc = Counting::with_counter(Pool::new(), counter.clone());
            let mut map = BTreeMap::<u64, u64, _, S>::with_shape_in(alloc);
            // Full leaves under full parents, as far as they go.
            map.extend((0..size as u64).map(|n| (1000 * n, n)));
            let mut nodes = map.reserve_nodes(insertions).expect("memory");
            let (reserved, before) = (nodes.len(), counter.snapshot());
            let start = rng.u64(..1000 * size as u64 + 1);
            for n in 0..insertions as u64 {
                let key = if size % 2 == 0 { start + n } else { rng.u64(..1000 * size as u64 + 9) };
                map.insert_reserved(key, key, &mut nodes).expect("enough was reserved");
            }
            assert_eq!(counter.snapshot().requests, before.requests);
            map.verify().expect("a valid tree");
            used = used.max(reserved - nodes.len());
            drop(nodes);
            let nodes = map.dump().lines().count() - 1;
            assert_eq!(counter.snapshot().live_blocks, nodes as u64);
        }
        used
    }
    assert_eq!(check::<Tiny>((0..400).chain([1023, 4095])), 124);
    assert_eq!(check::<Standard>([0, 1, 4, 40, 47, 48, 2303, 110_591].into_iter()), 66);
}

#[test]
fn a_reservation_that_does_not_do_is_refused() {
    let mut map = BTreeMap::<u64, u64, _, Tiny>::with_shape_in(Pool::new());
    let mut none = NodeReservation::new_in(map.allocator().clone());
    let mut other = BTreeMap::with_shape_in(Pool::new()).reserve_nodes(9).expect("memory");
    for nodes in [&mut none, &mut other] {
        let failure = map.insert_reserved(1, 2, nodes).expect_err("no node");
        assert_eq!(failure.returned, (1, 2));
    }
    map.insert(1, 2);
    assert_eq!(map.insert_reserved(1, 3, &mut none), Ok(Some(2)));
    assert_eq!((map.insert_reserved(2, 4, &mut none), map.len()), (Ok(None), 2));
}

/// Bytes of the larger kind of node, for pairs of `u64`.
const NODE_BYTES: u64 = 1144;

/// Bytes of the largest chunk of a pool.
const CHUNK_BYTES: u64 = 2 << 20;

/// The most that one step asked of an allocator and gave back to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Most {
    requests: u64,
    bytes: u64,
    frees: u64,
    bytes_freed: u64,
}

impl Most {
    fn note(&mut self, counter: &Counter, before: Counts) {
        let after = counter.snapshot();
        let bytes = after.bytes_requested - before.bytes_requested;
        let freed = before.live_bytes + bytes - after.live_bytes;
        assert_eq!((after.grows, after.shrinks), (0, 0));
        self.requests = self.requests.max(after.requests - before.requests);
        self.bytes = self.bytes.max(bytes);
        self.frees = self.frees.max(after.frees - before.frees);
        self.bytes_freed = self.bytes_freed.max(freed);
    }
}

/// Height and two nodes are the bound that was promised. It holds for what the map asks of its
/// allocator; a pool passes on a chunk at a time, which is more, but one request.
#[test]
fn no_single_edit_takes_or_gives_back_much_memory() {
    let (heap, nodes) = (Counter::new(), Counter::new());
    let pool = Pool::new_in(Counting::with_counter(Global, heap.clone()));
    let mut map = BTreeMap::new_in(Counting::with_counter(pool, nodes.clone()));
    let mut rng = Rng::with_seed(6);
    let keys: Vec<u64> = (0..2 * ENTRIES).map(|_| rng.u64(..)).collect();
    let (mut inserts, mut removes, mut chunks) = <[Most; 3]>::default().into();
    for &key in &keys {
        let before = (nodes.snapshot(), heap.snapshot());
        map.insert(key, key);
        inserts.note(&nodes, before.0);
        chunks.note(&heap, before.1);
    }
    let height = height(&map);
    let chunked = heap.snapshot();
    for key in &keys {
        let before = nodes.snapshot();
        map.remove(key);
        removes.note(&nodes, before);
    }
    assert!(map.is_empty());
    assert_eq!(height, 4);
    let bound = height + 2;
    for most in [inserts, removes] {
        assert!(most.requests.max(most.frees) <= bound, "{most:?}");
        assert!(most.bytes.max(most.bytes_freed) <= bound * NODE_BYTES, "{most:?}");
    }
    assert_eq!((inserts.frees, inserts.bytes_freed), (1, 520), "a lone leaf is replaced");
    assert_eq!((removes.requests, removes.bytes), (0, 0));
    assert_eq!((chunks.requests, chunks.bytes, chunks.frees), (1, CHUNK_BYTES, 0));
    assert_eq!(heap.snapshot(), chunked, "a removal gives nothing back to the heap");
}
