//! The input of indexes: records by country, by scope, by keys of Zipf's law, by e-mail address.
//!
//! The id of a record is its number, so that most lists grow at their end; those by keys of Zipf's
//! law get theirs in no order.

use std::collections::HashMap;
use std::ops::Range;

use crate::integers::fresh_count;
use crate::keys::{Keys, Lists, Sequence, TextPairs, Victims};
use crate::pair::Pair;
use crate::rng::{Rng, Zipf, mix28, mix32, mix64};
use crate::shipped::{ip4_ranges, npm_names};
use crate::text::{WORDS, lay};

/// The pairs of records, from the key of each and from what makes distinct ids of their numbers.
/// The first `entries` are built, the others come later.
///
/// Of those to be looked for in vain, some are to come, and others are the key of one record with
/// the id of another.
fn pairs<K>(keys: Vec<K>, entries: usize, id: fn(u32) -> u32) -> Sequence<Pair<K>>
where
    K: Clone + PartialEq,
{
    let records = keys.into_iter().zip(0..);
    let mut build: Vec<_> = records.map(|(key, number)| Pair { key, id: id(number) }).collect();
    let fresh = build.split_off(entries);
    let mut rng = Rng::new(9);
    let crossed = fresh.iter().filter_map(|_| {
        let (one, other) = (&build[rng.index(entries)], &build[rng.index(entries)]);
        (one.key != other.key).then(|| Pair { key: one.key.clone(), id: other.id })
    });
    let misses = crossed.chain(fresh.iter().cloned()).collect();
    Sequence { build, misses, fresh, victims: Victims::Random }
}

/// An index of texts over the records of a real list, from the key of each. Those to come have keys
/// of the ones that are there.
fn real(records: impl Iterator<Item = String>) -> Keys {
    let (mut text, mut spans) = (String::new(), HashMap::new());
    let mut intern = |key: String| -> Range<usize> {
        let span = spans.entry(key).or_insert_with_key(|key| lay(&mut text, format_args!("{key}")));
        span.clone()
    };
    let mut keys: Vec<_> = records.map(&mut intern).collect();
    let (entries, mut rng) = (keys.len(), Rng::new(10));
    for _ in 0..fresh_count(entries) {
        keys.push(keys[rng.index(entries)].clone());
    }
    let pairs = pairs(keys, entries, |number| number);
    Keys::TextPairs { pairs: TextPairs::new(text, pairs), lists: Lists::Sorted }
}

/// Ranges of addresses by the country that has them: few keys, some with tens of thousands of ids.
pub(crate) fn countries(entries: usize) -> Keys {
    let codes = ip4_ranges().take(entries).map(|range| range.country);
    real(codes.map(|code| code.map(char::from).iter().collect()))
}

/// Packages by their scope, or by the first letters of the name where there is none.
pub(crate) fn npm_scopes(entries: usize) -> Keys {
    real(npm_names().take(entries).map(|name| scope(&name).to_owned()))
}

/// `@scope` of `@scope/name`, or the first three letters.
fn scope(name: &str) -> &str {
    match name.split_once('/') {
        Some((scope, _)) if scope.starts_with('@') => scope,
        _ => name.char_indices().nth(3).map_or(name, |(end, _)| &name[..end]),
    }
}

/// Records by a key that is drawn by Zipf's law: most keys have one, a few have thousands.
pub(crate) fn zipf_lists(entries: usize) -> Keys {
    let (zipf, mut rng) = (Zipf::new(entries), Rng::new(11));
    let records = entries + fresh_count(entries);
    let keys = (0..records).map(|_| mix64(zipf.draw(&mut rng) as u64)).collect();
    Keys::U64Pairs { pairs: pairs(keys, entries, mix32), lists: Lists::Sorted }
}

const DOMAINS: [&str; 4] = ["example.com", "mail.example.org", "example.net", "post.example.com"];

/// Records by an address that no other has.
pub(crate) fn unique_emails(entries: usize) -> Keys {
    let (mut text, mut rng) = (String::new(), Rng::new(12));
    let records = (entries + fresh_count(entries)) as u32;
    let address = |number| {
        let (first, last) = (WORDS[rng.index(WORDS.len())], WORDS[rng.index(WORDS.len())]);
        let domain = DOMAINS[rng.index(DOMAINS.len())];
        lay(&mut text, format_args!("{first}.{last}{}@{domain}", mix28(number)))
    };
    let keys = (0..records).map(address).collect();
    let pairs = pairs(keys, entries, |number| number);
    Keys::TextPairs { pairs: TextPairs::new(text, pairs), lists: Lists::Sorted }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::shipped::{IP4_RANGES_COUNT, NPM_NAMES_COUNT};

    /// How many ids each key has, most first.
    fn lengths<K: Ord>(pairs: &[Pair<K>]) -> Vec<usize> {
        let mut counts = BTreeMap::new();
        pairs.iter().for_each(|pair| *counts.entry(&pair.key).or_insert(0) += 1);
        let mut lengths: Vec<_> = counts.into_values().collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths
    }

    fn texts(keys: &Keys) -> Sequence<Pair<&str>> {
        match keys {
            Keys::TextPairs { pairs, .. } => pairs.sequence(),
            other => panic!("pairs of text expected: {other:?}"),
        }
    }

    fn check_roles<K: Copy + Eq + std::hash::Hash>(pairs: &Sequence<Pair<K>>, entries: usize) {
        assert_eq!(pairs.build.len(), entries);
        let build: HashSet<_> = pairs.build.iter().copied().collect();
        let fresh: HashSet<_> = pairs.fresh.iter().copied().collect();
        assert_eq!((build.len(), fresh.len()), (entries, fresh_count(entries)));
        assert!(build.is_disjoint(&fresh));
        assert!(pairs.misses.len() >= fresh.len());
        assert!(pairs.misses.iter().all(|miss| !build.contains(miss)));
        // The value of an entry is its id, which must tell it from all others.
        let ids: HashSet<_> = build.iter().chain(&fresh).map(|pair| pair.id).collect();
        assert_eq!(ids.len(), build.len() + fresh.len());
    }

    #[test]
    fn roles_are_disjoint_and_ids_distinct() {
        for entries in [1, 2, 63, 1000] {
            for make in [countries, npm_scopes, unique_emails] {
                check_roles(&texts(&make(entries)), entries);
            }
            let Keys::U64Pairs { pairs, .. } = zipf_lists(entries) else { unreachable!() };
            check_roles(&pairs, entries);
        }
    }

    #[test]
    fn countries_have_long_lists() {
        let keys = countries(usize::MAX);
        let pairs = texts(&keys).build;
        assert_eq!(pairs.len(), IP4_RANGES_COUNT);
        assert_eq!((pairs[4].key, pairs[4].id), ("JP", 4));
        let lengths = lengths(&pairs);
        assert_eq!((lengths.len(), &lengths[..3]), (250, &[42_164, 23_766, 22_835][..]));
    }

    #[test]
    fn scopes_are_told_from_names() {
        let cases = ["@scope/name", "left-pad", "ab", "no/scope", "\u{e9}t\u{e9}s"];
        assert_eq!(cases.map(scope), ["@scope", "lef", "ab", "no/", "\u{e9}t\u{e9}"]);
        let keys = npm_scopes(usize::MAX);
        let pairs = texts(&keys).build;
        assert_eq!((pairs.len(), pairs[4].key), (NPM_NAMES_COUNT, "@pikku"));
        let lengths = lengths(&pairs);
        assert!(lengths.len() > 10_000 && lengths[0] < 5_000, "{} {}", lengths.len(), lengths[0]);
    }

    #[test]
    fn zipf_has_lists_of_every_length() {
        let Keys::U64Pairs { pairs, .. } = zipf_lists(10_000) else { unreachable!() };
        let lengths = lengths(&pairs.build);
        assert!(lengths[0] > 800 && lengths.contains(&10) && lengths.ends_with(&[1; 1000]));
        assert!(!pairs.build.is_sorted_by_key(|pair| pair.id));
    }

    #[test]
    fn addresses_are_unique() {
        let keys = unique_emails(10_000);
        let pairs = texts(&keys).build;
        assert_eq!(lengths(&pairs), [1; 10_000]);
        let is_address = |key: &str| (20..48).contains(&key.len()) && key.contains('@');
        assert!(pairs.iter().all(|pair| is_address(pair.key)));
    }
}
