//! Every stable method of the map and of its entries.

use std::ops::Bound;

use super::collections::btree_map::Entry;
use super::collections::{BTreeMap, btree_map};

fn letters() -> BTreeMap<u32, char> {
    BTreeMap::from([(3, 'c'), (1, 'a'), (2, 'b'), (5, 'e')])
}

#[test]
fn one_pair_at_a_time() {
    const EMPTY: BTreeMap<u32, char> = BTreeMap::new();
    let mut map = EMPTY;
    assert!(map.is_empty());
    assert_eq!((map.insert(1, 'x'), map.insert(1, 'a')), (None, Some('x')));
    assert_eq!(map.get(&1), Some(&'a'));
    assert_eq!(map.get_key_value(&1), Some((&1, &'a')));
    assert!(map.contains_key(&1) && !map.contains_key(&2));
    *map.get_mut(&1).unwrap() = 'A';
    assert_eq!((map[&1], map.len()), ('A', 1));
    assert_eq!((map.remove(&1), map.remove(&1)), (Some('A'), None));
    map.insert(7, 'g');
    assert_eq!(map.remove_entry(&7), Some((7, 'g')));
    map.insert(8, 'h');
    map.clear();
    assert!(map.is_empty());
}

#[test]
fn ends() {
    let mut map = letters();
    assert_eq!(map.first_key_value(), Some((&1, &'a')));
    assert_eq!(map.last_key_value(), Some((&5, &'e')));
    *map.first_entry().unwrap().get_mut() = 'A';
    assert_eq!(map.last_entry().unwrap().remove_entry(), (5, 'e'));
    assert_eq!((map.pop_first(), map.pop_last()), (Some((1, 'A')), Some((3, 'c'))));
    map.clear();
    assert!(map.first_entry().is_none() && map.last_entry().is_none());
    assert!(map.pop_first().is_none() && map.pop_last().is_none());
}

#[test]
fn entries() {
    let mut map = BTreeMap::new();
    assert_eq!(*map.entry("a").or_insert(1), 1);
    assert_eq!(*map.entry("b").or_insert_with(|| 2), 2);
    assert_eq!(*map.entry("ccc").or_insert_with_key(|key| key.len()), 3);
    assert_eq!(*map.entry("d").or_default(), 0);
    map.entry("a").and_modify(|value| *value += 10).or_insert(0);
    assert_eq!((map["a"], map.entry("zz").key()), (11, &"zz"));
    assert_eq!(*map.entry("e").insert_entry(5).get(), 5);
    assert_eq!(format!("{:?}", map.entry("a")), r#"Entry(OccupiedEntry { key: "a", value: 11 })"#);
    assert_eq!(format!("{:?}", map.entry("zz")), r#"Entry(VacantEntry("zz"))"#);
    match map.entry("zz") {
        Entry::Vacant(entry) => {
            assert_eq!(entry.key(), &"zz");
            *entry.insert(26) += 1;
        }
        Entry::Occupied(_) => unreachable!(),
    }
    match map.entry("yy") {
        Entry::Vacant(entry) => assert_eq!(entry.into_key(), "yy"),
        Entry::Occupied(_) => unreachable!(),
    }
    let Entry::Vacant(entry) = map.entry("xx") else { unreachable!() };
    let mut entry: btree_map::OccupiedEntry<'_, _, _> = entry.insert_entry(24);
    assert_eq!((*entry.key(), *entry.get(), entry.insert(25)), ("xx", 24, 24));
    *entry.get_mut() += 1;
    assert_eq!(entry.remove(), 26);
    if let Entry::Occupied(entry) = map.entry("zz") {
        *entry.into_mut() += 1;
    }
    if let Entry::Occupied(entry) = map.entry("zz") {
        assert_eq!(entry.remove_entry(), ("zz", 28));
    }
    assert_eq!(map.len(), 5);
}

#[test]
fn many_pairs_at_once() {
    let mut map = letters();
    map.retain(|key, value| {
        value.make_ascii_uppercase();
        key % 2 == 1
    });
    assert!(map.iter().eq([(&1, &'A'), (&3, &'C'), (&5, &'E')]));
    let mut other = BTreeMap::from([(5, 'x'), (9, 'y')]);
    map.append(&mut other);
    assert!(other.is_empty() && map[&5] == 'x');
    let tail = map.split_off(&4);
    assert!(tail.into_iter().eq([(5, 'x'), (9, 'y')]));
    map.extend([(7, 'g'), (6, 'f')]);
    map.extend([(&6, &'F')]);
    let odd: Vec<_> = map.extract_if(2..7, |key, _| key % 2 == 1).collect();
    assert_eq!(odd, [(3, 'C')]);
    assert_eq!(map.extract_if(.., |_, _| true).size_hint(), (0, Some(3)));
    assert_eq!(format!("{map:?}"), "{1: 'A', 6: 'F', 7: 'g'}");
    assert_eq!(map.iter().collect::<BTreeMap<_, _>>().len(), 3);
    let doubled: BTreeMap<_, _> = [(1, 'a'), (2, 'b'), (1, 'z')].into_iter().collect();
    assert_eq!(doubled, BTreeMap::from([(1, 'z'), (2, 'b')]));
}

#[test]
fn walks() {
    let mut map = letters();
    assert!(map.keys().eq(&[1, 2, 3, 5]) && map.values().rev().eq(&['e', 'c', 'b', 'a']));
    map.values_mut().for_each(|value| value.make_ascii_uppercase());
    map.iter_mut().filter(|(key, _)| **key == 2).for_each(|(_, value)| *value = '2');
    map.range_mut(3..).for_each(|(_, value)| *value = '3');
    assert!(map.range(..=3).eq([(&1, &'A'), (&2, &'2'), (&3, &'3')]));
    assert!(map.range((Bound::Excluded(1), Bound::Included(3))).map(|pair| pair.0).eq(&[2, 3]));
    assert_eq!(map.iter().len(), 4);
    assert_eq!(map.iter().min(), Some((&1, &'A')));
    assert_eq!((map.keys().max(), map.keys().last()), (Some(&5), Some(&5)));
    for (key, value) in &mut map {
        *value = if *key > 0 { 'x' } else { 'y' };
    }
    for (key, value) in &map {
        assert_eq!((map.get(key), *value), (Some(value), 'x'));
    }
    assert!(map.clone().into_keys().eq([1, 2, 3, 5]));
    assert!(map.clone().into_values().eq(['x'; 4]));
    let mut pairs = map.into_iter();
    assert_eq!((pairs.next(), pairs.next_back(), pairs.len()), (Some((1, 'x')), Some((5, 'x')), 2));
    let above = (Bound::Excluded("b"), Bound::Unbounded);
    let names = BTreeMap::from([("a".to_owned(), 1), ("c".to_owned(), 3)]);
    assert_eq!(names.range::<str, _>(above).next(), Some((&"c".to_owned(), &3)));
}

#[test]
#[should_panic(expected = "range start is greater than range end in BTreeMap")]
fn a_range_that_ends_before_it_starts() {
    let _ = letters().range(std::hint::black_box(4)..2);
}

#[test]
#[should_panic(expected = "no entry found for key")]
fn an_index_without_a_pair() {
    let _ = letters()[&4];
}
