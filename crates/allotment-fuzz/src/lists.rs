//! Multimaps and posting maps next to std's maps of sets.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};

use allotment_alloc::SharedAlloc;
use allotment_core::shape::Shape;
use allotment_core::{BTreeMultiMap, PostingList, PostingMap};

/// Bytes that a step is made of.
const STEP_BYTES: usize = 5;

/// Keys, of which the first is hot.
const KEYS: u8 = 5;

/// Steps between two looks at everything.
const LOOK_EVERY: usize = 16;

type Lists = Twin<u8, TwinSet<u64>>;

/// What a step does.
struct Step {
    op: u8,
    key: u8,
    id: u64,
}

impl Step {
    /// An id of few bits, of many, or one that lies close to others.
    fn of(&[op, key, low, high, shift]: &[u8; STEP_BYTES]) -> Self {
        let id = u64::from(u16::from_le_bytes([low, high]));
        let id = match shift % 4 {
            0 | 1 => id % 1500,
            2 => id << (shift / 4 % 49),
            _ => !id,
        };
        Self { op: op % 32, key: if key < 128 { 0 } else { key % KEYS }, id }
    }

    /// Ids that come at once, near each other.
    fn run(&self) -> impl Iterator<Item = u64> + use<> {
        let (id, stride) = (self.id, 1 + u64::from(self.op % 3) * 7);
        (0..90).map(move |n| id.wrapping_add(n * stride))
    }

    /// Takes the step on std's collections; answers how many ids came or went.
    fn take_on(&self, twin: &mut Lists) -> usize {
        let before = twin.values().map(TwinSet::len).sum::<usize>();
        match self.op {
            0 => twin.clear(),
            1 => drop(twin.remove(&self.key)),
            2..6 => twin.entry(self.key).or_default().extend(self.run()),
            6 => twin.values_mut().for_each(|list| list.retain(|id| id % 3 == self.id % 3)),
            7..16 => {
                let list = twin.entry(self.key).or_default();
                list.remove(&next_of(list, self.id));
            }
            _ => drop(twin.entry(self.key).or_default().insert(self.id)),
        }
        twin.retain(|_, list| !list.is_empty());
        twin.values().map(TwinSet::len).sum::<usize>().abs_diff(before)
    }
}

/// The first id from `from` on, or that one: so that removals hit.
fn next_of(list: &TwinSet<u64>, from: u64) -> u64 {
    list.range(from..).next().copied().unwrap_or(from)
}

fn steps(data: &[u8]) -> impl Iterator<Item = Step> + '_ {
    data.as_chunks().0.iter().map(Step::of)
}

/// Steps on a multimap.
pub(crate) fn multimap<A: SharedAlloc, S: Shape<u8> + Shape<u64>>(alloc: A, data: &[u8]) {
    let mut ours = BTreeMultiMap::<u8, u64, A, S>::with_shape_in(alloc);
    let mut twin = Lists::new();
    for (n, step) in steps(data).enumerate() {
        let (before, key) = (ours.len(), step.key);
        match step.op {
            0 => ours.clear(),
            1 => drop(ours.remove_all(&key)),
            2 => ours.append(&mut {
                let mut other = BTreeMultiMap::with_shape_in(ours.allocator().clone());
                other.extend(step.run().map(|id| (key, id)));
                other
            }),
            3..6 => ours.extend(step.run().map(|id| (key, id))),
            6 => ours.retain(|_, id| id % 3 == step.id % 3),
            7..16 => {
                let from = ours.get_range(&key, step.id..).next().copied();
                ours.remove(&key, &from.unwrap_or(step.id));
            }
            16 => ours.shrink_to_fit(),
            _ => drop(ours.insert(key, step.id)),
        }
        if step.op != 16 {
            assert_eq!(step.take_on(&mut twin), ours.len().abs_diff(before));
        }
        if n % LOOK_EVERY > 0 {
            continue;
        }
        ours.verify().expect("a valid multimap");
        let pairs = twin.iter().flat_map(|(key, list)| list.iter().map(move |id| (key, id)));
        assert!(ours.iter().eq(pairs));
        let none = TwinSet::new();
        let [list, others] = [0, key].map(|key| twin.get(&key).unwrap_or(&none));
        let part = || ours.get_range(&0, step.id..);
        let own = list.range(step.id..).copied().collect();
        assert!(part().intersection(ours.get(&key)).eq(TwinSet::intersection(&own, others)));
        assert!(part().union(ours.get(&key)).eq(own.union(others)));
        assert!(ours.get(&key).difference(part()).eq(others.difference(&own)));
    }
}

/// Steps on a posting map.
pub(crate) fn postings<A: SharedAlloc, S: Shape<u8> + Shape<u64>>(alloc: A, data: &[u8]) {
    let mut ours = PostingMap::<u8, u64, A, S>::with_shape_in(alloc);
    let mut twin = Lists::new();
    for (n, step) in steps(data).enumerate() {
        let (before, key) = (ours.len(), step.key);
        match step.op {
            0 => ours.clear(),
            1 => drop(ours.remove_all(&key)),
            2..6 => ours.extend(step.run().map(|id| (key, id))),
            6 => {
                let pairs: Vec<_> = ours.iter().map(|(key, id)| (*key, id)).collect();
                for (key, id) in pairs.into_iter().filter(|(_, id)| id % 3 != step.id % 3) {
                    assert!(ours.remove(&key, id));
                }
            }
            7..16 => {
                let from = ours.get(&key).range(step.id..).next();
                ours.remove(&key, from.unwrap_or(step.id));
            }
            _ => drop(ours.insert(key, step.id)),
        }
        assert_eq!(step.take_on(&mut twin), ours.len().abs_diff(before));
        if n % LOOK_EVERY > 0 {
            continue;
        }
        ours.verify().expect("a valid posting map");
        let pairs = twin.iter().flat_map(|(key, list)| list.iter().map(move |id| (key, *id)));
        assert!(ours.iter().eq(pairs));
        let none = TwinSet::new();
        let [list, others] = [0, key].map(|key| twin.get(&key).unwrap_or(&none));
        let lists = [0, key].map(|key| ours.get(&key));
        assert!(lists[0].iter().rev().eq(list.iter().rev().copied()));
        assert!(lists[0].range(step.id..).eq(list.range(step.id..).copied()));
        let ids = |ids: Vec<&u64>| ids.into_iter().copied().collect::<Vec<_>>();
        assert!(PostingList::intersection_of(lists).eq(ids(list.intersection(others).collect())));
        assert!(PostingList::union_of(lists).eq(ids(list.union(others).collect())));
        assert!(lists[0].difference([lists[1]]).eq(ids(list.difference(others).collect())));
    }
}
