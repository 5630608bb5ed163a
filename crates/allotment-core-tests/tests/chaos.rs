//! Orders that contradict themselves or change: answers may be wrong, but nothing crashes, leaks or
//! is dropped twice, and the structure stays whole.

use std::cell::Cell;
use std::cmp::Ordering;
use std::mem;
use std::ops::Bound;

use allotment_core::btree_map::ScanToken;
use allotment_core::shape::{Shape, Standard, Tiny};
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global, btree_multimap};
use fastrand::Rng;

use allotment_trial::chaos::{ChaosKey, Liar, Order, seed, set_order};
use allotment_trial::checked::Checked;
use allotment_trial::effort::{effort, tally};
use allotment_trial::fuse::catch_refusal;
use allotment_trial::ledger::{self, Ghost};

type Map<S> = BTreeMap<ChaosKey, Ghost, Checked, S>;

/// Steps of a run; there are eight orders, two shapes and two ways to go.
const STEPS: usize = if cfg!(miri) { 60 } else { 6000 };

/// The most pairs, so that steps stay cheap.
const PAIRS_MAX: usize = 400;

/// Does something with the maps; answers are not looked at.
fn act<S: Shape<ChaosKey>>(map: &mut Map<S>, other: &mut Map<S>, rng: &mut Rng) {
    let key = ChaosKey::new(rng.u32(0..200));
    match rng.u32(0..100) {
        0..50 => drop(map.insert(key, Ghost::new())),
        50..64 => drop(map.remove(&key)),
        64 => drop(map.remove(&Liar(rng.u32(..)))),
        65..70 => *map.entry(key).or_default() = Ghost::new(),
        70..74 => drop(map.entry(key).insert_entry(Ghost::new()).remove_entry()),
        74 => drop((map.pop_first(), map.pop_last())),
        75..80 => {
            map.extend((0..rng.u32(0..20)).map(|n| (ChaosKey::new(n * 7 % 19), Ghost::new())));
        }
        80 => {
            *other = map.split_off(&key);
            other.verify_structure().expect("a whole tail");
        }
        81 => {
            let mut tail = map.split_off(&Liar(rng.u32(..)));
            tail.append(map);
            *map = tail;
        }
        82..85 => map.append(other),
        85 => map.retain(|_, _| rng.u32(0..8) > 0),
        86 => *other = map.clone(),
        87 => std::mem::swap(map, other),
        88..91 => look(map, &key, rng),
        91..96 => ranges(map, rng),
        96 => mutate_keys(map, rng),
        97 | 98 => edit_ranges(map, other, rng),
        _ => assert!(map.iter_mut().rev().zip(other.iter()).count() <= other.len()),
    }
}

/// Ranges and gaps: where they are is for the order to say, and it lies.
fn edit_ranges<S: Shape<ChaosKey>>(map: &mut Map<S>, other: &mut Map<S>, rng: &mut Rng) {
    let (start, end) = (ChaosKey::new(rng.u32(0..200)), ChaosKey::new(rng.u32(0..200)));
    let fresh = Map::with_shape_in(map.allocator().clone());
    match rng.u32(0..11) {
        9 => read_on(map, other, rng),
        10 => drop(map.update_range(start..end, |_, _| rng.bool())),
        0 => catch_refusal("range start", || *other = map.split_range::<ChaosKey, _>(&start..&end)),
        1 => catch_refusal("range start", || {
            drop(map.drain::<ChaosKey, _>(&start..=&end).next_back())
        }),
        2 => drop(map.extract_if(start..end, |_, _| rng.bool()).count()),
        3 => drop(map.join(mem::replace(other, fresh)).map_err(|refused| {
            *other = refused.into_inner();
        })),
        4 => map.merge(mem::replace(other, fresh), |_, own, _| own),
        5 => {
            let all = [Ordering::Less, Ordering::Equal, Ordering::Greater];
            let random = |rng: &mut Rng| all[rng.usize(0..3)];
            assert!(map.range_by(|_| random(rng)).count() <= map.len());
        }
        6 => {
            let mut cursor = map.upper_bound_mut(Bound::Excluded(&start));
            let spliced = cursor.splice_before(mem::replace(other, fresh));
            spliced.unwrap_or_else(|refused| *other = refused.into_inner());
            assert!(cursor.prev().is_some() || cursor.next().is_some() || map.is_empty());
        }
        7 => {
            let mut cursor = map.lower_bound_mut(Bound::Included(&end));
            for _ in 0..12 {
                match rng.u32(0..5) {
                    0 => drop(cursor.next().map(|(_, value)| mem::take(value))),
                    1 => drop(cursor.prev().map(|(_, value)| mem::take(value))),
                    2 => drop(cursor.remove_next()),
                    3 => drop(cursor.remove_prev()),
                    _ => drop(cursor.insert_after(ChaosKey::new(rng.u32(0..200)), Ghost::new())),
                }
            }
        }
        _ => {
            let set = |rng: &mut Rng| (0..60).map(|_| ChaosKey::new(rng.u32(0..200))).collect();
            let (a, b): (BTreeSet<ChaosKey>, BTreeSet<ChaosKey>) = (set(rng), set(rng));
            let most = a.len() + b.len();
            assert!(a.union(&b).count() <= most && a.intersection(&b).count() <= most);
            assert!(a.difference(&b).count() <= most && a.symmetric_difference(&b).count() <= most);
        }
    }
}

/// Pages, runs and joins: nothing is met more often than there are pairs.
fn read_on<S: Shape<ChaosKey>>(map: &Map<S>, other: &Map<S>, rng: &mut Rng) {
    let (start, end) = (ChaosKey::new(rng.u32(0..200)), ChaosKey::new(rng.u32(0..200)));
    catch_refusal("range start", || {
        let mut token = rng.bool().then(|| ScanToken::before(ChaosKey::new(rng.u32(0..200))));
        for _ in 0..9 {
            let scan = map.scan::<ChaosKey, _>(&start..=&end).entries(7);
            let scan = if rng.bool() { scan.reverse() } else { scan };
            let outcome = scan.resume(token).for_each(|_, _| ());
            assert!(outcome.entries <= 7.min(map.len()));
            token = outcome.token();
        }
    });
    catch_refusal("range start", || {
        let runs = map.range::<ChaosKey, _>(&start..&end).chunks();
        let runs = runs.map(|(keys, values)| (keys.len() + values.len()) / 2);
        assert!(runs.rev().sum::<usize>() <= map.len());
    });
    let (own, most) = (map.len(), map.len() + other.len());
    assert!(map.inner_join(other).count() <= own && map.left_join(other).count() <= own);
    assert!(map.outer_join(other).count() <= most && map.anti_join(other).count() <= own);
}

fn look<S: Shape<ChaosKey>>(map: &mut Map<S>, key: &ChaosKey, rng: &mut Rng) {
    let _ = (map.get(key), map.contains_key(&Liar(rng.u32(..))));
    let _ = (map.get_mut(key).is_some(), map.first_key_value().is_some());
    let _ = map.iter().max();
    assert_eq!(map.iter().count(), map.len());
    assert_eq!(map.iter().rev().count(), map.len());
}

/// Hazard 24: the ends may be found the wrong way round.
fn ranges<S: Shape<ChaosKey>>(map: &mut Map<S>, rng: &mut Rng) {
    let len = map.len();
    for kind in 0..9 {
        let bound = |kind: u32, n: u32| match kind {
            0 => Bound::Included(ChaosKey::new(n)),
            1 => Bound::Excluded(ChaosKey::new(n)),
            _ => Bound::Unbounded,
        };
        let bounds = (bound(kind / 3, rng.u32(0..200)), bound(kind % 3, rng.u32(0..200)));
        // Refusing the bounds is one of the right answers.
        catch_refusal("range start", || {
            let mut range = map.range(bounds);
            let mut count = 0;
            while range.next().is_some() && (kind % 2 == 0 || range.next_back().is_some()) {
                count += 1;
                assert!(count <= len);
            }
        });
        let liars = Liar(rng.u32(..) / 2)..Liar(u32::MAX);
        catch_refusal("range start", || assert!(map.range_mut(liars).rev().count() <= len));
    }
}

/// Hazard 26: keys change while they are in the map.
fn mutate_keys<S: Shape<ChaosKey>>(map: &Map<S>, rng: &mut Rng) {
    for (key, _) in map {
        if rng.bool() {
            key.n.set(rng.u32(0..200));
        }
    }
}

/// Runs under one order, or with the order changing every few steps.
fn run<S: Shape<ChaosKey>>(order: Order, flips: bool) {
    let owed = ledger::live();
    let alloc = Checked::new();
    let mut rng = Rng::with_seed(order as u64);
    seed(order as u64);
    let mut map: Map<S> = BTreeMap::with_shape_in(alloc.clone());
    let mut other: Map<S> = BTreeMap::with_shape_in(alloc.clone());
    let mut most = 0;
    let steps = STEPS * effort() as usize;
    for step in 0..steps {
        let every = if flips { 7 } else { usize::MAX };
        if step % every == 0 {
            set_order(if flips { Order::ALL[rng.usize(0..8)] } else { order });
        }
        act(&mut map, &mut other, &mut rng);
        map.verify_structure().unwrap_or_else(|error| panic!("{order:?}, {step}: {error}"));
        other.verify_structure().unwrap_or_else(|error| panic!("{order:?}, {step}: {error}"));
        let pairs = map.len() + other.len();
        assert_eq!(ledger::live() - owed, 2 * pairs, "{order:?}, step {step}: a leak");
        most = most.max(pairs);
        if pairs > PAIRS_MAX {
            map.clear();
        }
    }
    // One key is all that an order without differences lets in, unless it flips.
    assert!(
        most > 100 || (order == Order::AlwaysEqual && !flips) || cfg!(miri),
        "{order:?}: {most}"
    );
    let taken = map.len() / 2;
    drop(map.into_iter().take(taken));
    drop(other);
    assert_eq!(ledger::live(), owed, "{order:?}: a leak");
    assert_eq!((alloc.live(), alloc.handles()), (0, 1));
    tally("operations under orders that lie", steps as u64);
    set_order(Order::Honest);
}

type Lists<S> = BTreeMultiMap<ChaosKey, ChaosKey, Checked, S>;

/// Does something with the multimaps; answers are looked at only for how many there are.
fn act_on_lists<S: Shape<ChaosKey>>(lists: &mut Lists<S>, other: &mut Lists<S>, rng: &mut Rng) {
    let (key, value) = (ChaosKey::new(rng.u32(0..9)), ChaosKey::new(rng.u32(0..200)));
    match rng.u32(0..100) {
        0..60 => drop(lists.insert(key, value)),
        60..76 => drop(lists.remove(&key, &value)),
        76 => drop(lists.remove(&Liar(rng.u32(..)), &Liar(rng.u32(..)))),
        77..80 => drop(lists.remove_all(&key)),
        80..84 => lists.retain(|_, _| rng.u32(0..8) > 0),
        84 => lists.append(other),
        85 => *other = lists.clone(),
        86 => mem::swap(lists, other),
        87 => drop(lists.fallible().insert(key, value)),
        88..91 => match lists.entry(key) {
            btree_multimap::Entry::Occupied(entry) => drop(entry.remove(&value)),
            btree_multimap::Entry::Vacant(entry) => drop(entry.insert(value)),
        },
        91 => lists.shrink_to_fit(),
        92 => lists.extend((0..30).map(|n| (ChaosKey::new(n % 5), ChaosKey::new(n * 7 % 29)))),
        93 => {
            let (one, two) = (lists.get(&key), lists.get(&value));
            let most = one.len() + two.len();
            assert!(one.clone().union(two.clone()).count() <= most);
            assert!(one.clone().intersection(two.clone()).count() <= most);
            assert!(one.difference(two).count() <= most);
        }
        94 => catch_refusal("range start", || {
            assert!(
                lists.get_range::<ChaosKey, ChaosKey, _>(&key, &value..).count() <= lists.len()
            );
            assert!(lists.range::<ChaosKey, _>(&key..&value).count() <= lists.key_count());
        }),
        95 => {
            let outcome = lists.scan::<ChaosKey, _>(..).entries(20).for_each(|_, _| ());
            assert!(outcome.entries <= 20.min(lists.len()));
        }
        96 => lists.iter().for_each(|(_, value)| value.n.set(rng.u32(0..200))),
        _ => {
            assert_eq!(lists.iter().count(), lists.len());
            assert_eq!(lists.iter().rev().count(), lists.len());
            assert_eq!(lists.groups().map(|(_, values)| values.len()).sum::<usize>(), lists.len());
        }
    }
}

/// Runs multimaps under one order, or with the order changing every few steps.
fn run_lists<S: Shape<ChaosKey>>(order: Order, flips: bool) {
    let owed = ledger::live();
    let alloc = Checked::new();
    let mut rng = Rng::with_seed(order as u64);
    seed(order as u64);
    let mut lists = Lists::<S>::with_shape_in(alloc.clone());
    let mut other = Lists::<S>::with_shape_in(alloc.clone());
    let steps = STEPS / 4 * effort() as usize;
    for step in 0..steps {
        let every = if flips { 7 } else { usize::MAX };
        if step % every == 0 {
            set_order(if flips { Order::ALL[rng.usize(0..8)] } else { order });
        }
        act_on_lists(&mut lists, &mut other, &mut rng);
        let held = [&lists, &other].map(|lists| lists.len() + lists.key_count());
        let leaked = ledger::live() - owed - held.iter().sum::<usize>();
        assert_eq!(leaked, 0, "{order:?}, step {step}: a leak");
        assert_eq!(lists.iter().count(), lists.len(), "{order:?}, step {step}");
        if lists.len() > PAIRS_MAX {
            lists.clear();
        }
    }
    drop((lists, other));
    assert_eq!(ledger::live(), owed, "{order:?}: a leak");
    assert_eq!((alloc.live(), alloc.handles()), (0, 1));
    tally("operations under orders that lie", steps as u64);
    set_order(Order::Honest);
}

/// Hazards 22, 23, 25, 26 and 28, in lists of values and in what they are found by.
#[test]
fn multimaps_under_orders_that_lie() {
    for order in Order::ALL {
        for flips in [false, true] {
            run_lists::<Tiny>(order, flips);
            run_lists::<Standard>(order, flips);
        }
    }
}

/// Hazards 22, 25 and 28.
#[test]
fn orders_that_contradict_themselves() {
    for order in Order::ALL {
        run::<Tiny>(order, false);
        run::<Standard>(order, false);
    }
}

/// Hazard 23.
#[test]
fn orders_that_flip() {
    for order in Order::ALL {
        run::<Tiny>(order, true);
        run::<Standard>(order, true);
    }
}

/// Hazard 27: two maps, each in order by its own lights.
#[test]
fn append_of_maps_that_disagree() {
    for first in Order::ALL {
        for second in Order::ALL {
            let owed = ledger::live();
            let fill = |order, len: u32| {
                set_order(order);
                let mut map = Map::<Tiny>::with_shape_in(Checked::new());
                map.extend((0..len).map(|n| (ChaosKey::new(n * 31 % 101), Ghost::new())));
                map
            };
            let (mut map, mut other) = (fill(first, 60), fill(second, 80));
            set_order(Order::Random);
            map.append(&mut other);
            assert!(other.is_empty());
            map.verify_structure().expect("a whole tree");
            assert_eq!(ledger::live() - owed, 2 * map.len());
        }
    }
    set_order(Order::Honest);
}

thread_local! {
    /// Comparisons that are still honest.
    static HONEST: Cell<u32> = const { Cell::new(u32::MAX) };
}

/// A key whose order turns round after some comparisons.
#[derive(PartialEq, Eq)]
struct Turncoat(u32);

impl Ord for Turncoat {
    fn cmp(&self, other: &Self) -> Ordering {
        match HONEST.get().checked_sub(1) {
            Some(left) => {
                HONEST.set(left);
                self.0.cmp(&other.0)
            }
            None => other.0.cmp(&self.0),
        }
    }
}

impl PartialOrd for Turncoat {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Hazard 24: if the ends are found the wrong way round, there is nothing between them.
#[test]
fn ends_that_are_found_the_wrong_way_round() {
    let mut map: BTreeMap<Turncoat, u32, Global, Tiny> = BTreeMap::with_shape_in(Global);
    map.extend((0..60).map(|n| (Turncoat(n), n)));
    for honest in 1..30 {
        for (start, end) in [(10, 50), (30, 31), (25, 25), (1, 58)] {
            HONEST.set(honest);
            let mut range = map.range(Turncoat(start)..=Turncoat(end));
            HONEST.set(u32::MAX);
            let (mut fore, mut aft) = (Vec::new(), Vec::new());
            while let Some((_, value)) = range.next() {
                fore.push(*value);
                aft.extend(range.next_back().map(|(_, value)| *value));
            }
            fore.extend(aft.into_iter().rev());
            let steps = fore.windows(2).all(|pair| pair[0] + 1 == pair[1]);
            assert!(steps, "{honest}: {start}..={end} gave {fore:?}");
        }
    }
}
