//! Maps and sets through serde: there and back, onto any allocator, and out of memory on the way.

use std::collections::{BTreeMap as Twin, BTreeSet as TwinSet};

use allotment_core::serde::{Duplicates, MapSeed, MultiMapSeed, SetSeed};
use allotment_core::{BTreeMap, BTreeMultiMap, BTreeSet, Global};
use allotment_meter::{Counting, Faulty};
use allotment_pool::Pool;
use fastrand::Rng;
use serde::de::DeserializeSeed;
use serde::{Deserialize, Serialize};
use serde_json::Deserializer;

use allotment_trial::checked::Checked;

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Ours {
    by_name: BTreeMap<String, Vec<u32>>,
    ids: BTreeSet<u32, Pool>,
    none: BTreeMap<u8, u8>,
}

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Theirs {
    by_name: Twin<String, Vec<u32>>,
    ids: TwinSet<u32>,
    none: Twin<u8, u8>,
}

#[test]
fn text_is_that_of_std() {
    let mut rng = Rng::with_seed(8);
    let ids: Vec<u32> = (0..1000).map(|_| rng.u32(..)).collect();
    let by_name = || ids.iter().map(|id| (format!("name {id}"), vec![*id; *id as usize % 4]));
    let mut own_ids = BTreeSet::new_in(Pool::new());
    own_ids.extend(ids.iter().copied());
    let ours = Ours { by_name: by_name().collect(), ids: own_ids, none: BTreeMap::new() };
    let theirs = Theirs {
        by_name: by_name().collect(),
        ids: ids.iter().copied().collect(),
        none: Twin::new(),
    };
    let text = serde_json::to_string(&ours).expect("JSON");
    assert_eq!(text, serde_json::to_string(&theirs).expect("JSON"));
    let read: Ours = serde_json::from_str(&text).expect("what was written");
    assert_eq!(read, ours);
    read.by_name.verify().expect("a valid tree");
    read.ids.verify().expect("a valid tree");
    assert_eq!(serde_json::from_str::<Theirs>(&text).expect("what was written"), theirs);
}

#[test]
fn ascending_input_fills_the_leaves() {
    let map: BTreeMap<u64, u64> = (0..10_000).map(|n| (n, n)).collect();
    let text = serde_json::to_string(&map).expect("JSON");
    let alloc = Counting::new(Global);
    let counter = alloc.counter();
    let seed = MapSeed::<u64, u64, _>::new_in(alloc);
    let read = seed.deserialize(&mut Deserializer::from_str(&text)).expect("what was written");
    assert!(read.iter().eq(&map));
    let bytes = counter.snapshot().live_bytes;
    assert!(bytes < 17 * 10_000, "{bytes} bytes for 160,000 of pairs");
}

#[test]
fn duplicates_are_as_asked() {
    let pairs = "{\"a\": 1, \"c\": 2, \"b\": 3, \"a\": 4, \"c\": 5}";
    let read = |duplicates| {
        let seed = MapSeed::<String, u8, _>::new_in(Checked::new()).duplicates(duplicates);
        let map = seed.deserialize(&mut Deserializer::from_str(pairs)).ok()?;
        map.verify().expect("a valid tree");
        Some(map.into_values().collect::<Vec<_>>())
    };
    assert_eq!(read(Duplicates::default()), Some(vec![4, 3, 5]));
    assert_eq!(read(Duplicates::FirstWins), Some(vec![1, 3, 2]));
    assert_eq!(read(Duplicates::Refuse), None);
    let elements = |text: &str, duplicates| {
        let seed = SetSeed::<u8, _>::new_in(Checked::new()).duplicates(duplicates);
        seed.deserialize(&mut Deserializer::from_str(text)).map(|set| set.len()).ok()
    };
    assert_eq!(elements("[3, 1, 2]", Duplicates::Refuse), Some(3));
    assert_eq!(elements("[3, 1, 3]", Duplicates::Refuse), None);
    assert_eq!(elements("[3, 1, 3]", Duplicates::FirstWins), Some(2));
}

/// Input that ends too soon, of another kind, or too large: an error, and nothing is left behind.
#[test]
fn bad_input_is_an_error() {
    let alloc = Checked::new();
    for text in ["{\"1\": 2, \"3\"", "[1]", "{\"1\": \"x\"}", "{\"x\": 1}", ""] {
        let seed = MapSeed::<u8, u8, _>::new_in(alloc.clone());
        assert!(seed.deserialize(&mut Deserializer::from_str(text)).is_err(), "{text}");
        assert_eq!((alloc.live(), alloc.handles()), (0, 1));
    }
    let text = serde_json::to_string(&(0..500).collect::<Vec<u32>>()).expect("JSON");
    for n in 0.. {
        let books = Counting::new(Global);
        let (counter, faulty) = (books.counter(), Faulty::new(books));
        faulty.plan().fail_from(n);
        let seed = SetSeed::<u32, _>::new_in(faulty);
        let read = seed.deserialize(&mut Deserializer::from_str(&text));
        let is_read = match read {
            Ok(set) => set.len() == 500,
            Err(error) => {
                assert!(error.to_string().contains("bytes"), "{error}");
                false
            }
        };
        assert_eq!(counter.snapshot().live_blocks, 0);
        if is_read {
            assert!(n > 5);
            break;
        }
    }
}

#[test]
fn multimaps_are_maps_of_lists() {
    let pairs = (0..900).map(|n| (n % 7 * n % 31, n));
    let lists: BTreeMultiMap<u32, u32> = pairs.clone().collect();
    let mut twin = Twin::<u32, TwinSet<u32>>::new();
    for (key, value) in pairs {
        twin.entry(key).or_default().insert(value);
    }
    let text = serde_json::to_string(&lists).unwrap();
    assert_eq!(text, serde_json::to_string(&twin).unwrap());
    assert_eq!(serde_json::from_str::<BTreeMultiMap<u32, u32>>(&text).unwrap(), lists);

    let read = |text| serde_json::from_str::<BTreeMultiMap<u32, u32>>(text);
    let twice = read(r#"{"1": [3, 2, 3], "0": [9], "1": [4]}"#).unwrap();
    assert!(twice.iter().eq([(&0, &9), (&1, &2), (&1, &3), (&1, &4)]));
    let empty = read(r#"{"1": [3], "2": []}"#).unwrap_err().to_string();
    assert!(empty.contains("expected one value at least"), "{empty}");
    assert!(read(r#"{"1": 3}"#).is_err() && read(r#"{"1": [3"#).is_err());
}

#[test]
fn a_multimap_without_memory_is_an_error() {
    let text = r#"{"a": [1, 2, 3, 4, 5, 6, 7], "b": [1, 2], "c": [1]}"#;
    for point in 0.. {
        let alloc = Counting::new(Faulty::new(Checked::new()));
        let counter = alloc.counter();
        let plan = alloc.inner().plan();
        plan.fail_from(point);
        let seed = MultiMapSeed::<String, u32, _>::new_in(alloc);
        let read = seed.deserialize(&mut Deserializer::from_str(text));
        let passed = read.is_ok();
        assert_eq!(passed, plan.faults() == 0);
        drop(read);
        assert_eq!(counter.snapshot().live_blocks, 0);
        if passed {
            assert!(point > 3);
            return;
        }
    }
}
