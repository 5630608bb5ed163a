//! The types of keys that maps are compared on, and where keys of each type come from.

use std::collections::HashSet;

use allotment_core::integer_key;
use allotment_workload::{Keys, NPM_NAMES_COUNT, Size, Workload, npm_names};

/// A key that rows can be run on.
pub(crate) trait Key: Ord + Clone + 'static {
    /// Something of the whole key, for sums that a map cannot get right without reading it.
    fn digest(&self) -> u64;
}

/// A type with a generator of keys that are distinct and come in no particular order.
pub(crate) trait Scattered: Key {
    /// The name in the tables.
    const NAME: &'static str;

    fn scattered(count: usize) -> Vec<Self>;
}

/// A key of two fields that no map knows anything about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    shard: u32,
    id: u64,
}

/// The same in a wrapper, which tells our map that it is ordered as an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Marked(Stamp);

integer_key!(Stamp { shard: u32, id: u64 });
integer_key!(Marked(Stamp));

/// A key of four fields, the first two of which have few values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reading {
    site: u64,
    sensor: u64,
    time: u64,
    number: u64,
}

/// A number in a wrapper, which tells our map and brie-tree that it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(pub(crate) u64);

integer_key!(Id(u64));

impl Key for u32 {
    fn digest(&self) -> u64 {
        u64::from(*self)
    }
}

impl Key for u64 {
    fn digest(&self) -> u64 {
        *self
    }
}

impl Key for i64 {
    fn digest(&self) -> u64 {
        self.cast_unsigned()
    }
}

impl Key for u128 {
    fn digest(&self) -> u64 {
        (self >> 64) as u64 ^ *self as u64
    }
}

impl Key for (u32, u32) {
    fn digest(&self) -> u64 {
        u64::from(self.0) ^ u64::from(self.1)
    }
}

impl Key for (i64, u64) {
    fn digest(&self) -> u64 {
        self.0.cast_unsigned() ^ self.1
    }
}

impl Key for [u8; 32] {
    fn digest(&self) -> u64 {
        u64::from(self[0]) ^ u64::from(self[31])
    }
}

impl Key for [u8; 16] {
    fn digest(&self) -> u64 {
        u128::from_le_bytes(*self).digest()
    }
}

impl Key for Id {
    fn digest(&self) -> u64 {
        self.0
    }
}

impl Key for Stamp {
    fn digest(&self) -> u64 {
        u64::from(self.shard) ^ self.id
    }
}

impl Key for Marked {
    fn digest(&self) -> u64 {
        self.0.digest()
    }
}

impl Key for Reading {
    fn digest(&self) -> u64 {
        self.site ^ self.number
    }
}

impl Key for (String, u32) {
    fn digest(&self) -> u64 {
        self.0.len() as u64 ^ u64::from(self.1)
    }
}

impl Key for String {
    fn digest(&self) -> u64 {
        self.len() as u64
    }
}

impl Scattered for u32 {
    const NAME: &'static str = "u32";

    fn scattered(count: usize) -> Vec<Self> {
        match load("uniform-u32", count) {
            Keys::U32(keys) => keys.build,
            other => unreachable!("not u32 keys: {other:?}"),
        }
    }
}

impl Scattered for u64 {
    const NAME: &'static str = "u64";

    fn scattered(count: usize) -> Vec<Self> {
        wide("uniform-u64", count)
    }
}

impl Scattered for i64 {
    const NAME: &'static str = "i64";

    fn scattered(count: usize) -> Vec<Self> {
        u64::scattered(count).into_iter().map(u64::cast_signed).collect()
    }
}

impl Scattered for u128 {
    const NAME: &'static str = "u128";

    fn scattered(count: usize) -> Vec<Self> {
        match load("uniform-u128", count) {
            Keys::U128(keys) => keys.build,
            other => unreachable!("not u128 keys: {other:?}"),
        }
    }
}

impl Scattered for (u32, u32) {
    const NAME: &'static str = "(u32, u32)";

    fn scattered(count: usize) -> Vec<Self> {
        u64::scattered(count).into_iter().map(|key| ((key >> 32) as u32, key as u32)).collect()
    }
}

impl Scattered for [u8; 16] {
    const NAME: &'static str = "[u8; 16]";

    fn scattered(count: usize) -> Vec<Self> {
        u128::scattered(count).into_iter().map(u128::to_be_bytes).collect()
    }
}

impl Scattered for (i64, u64) {
    const NAME: &'static str = "(i64, u64)";

    /// A thousand points in time, so that most comparisons have to look at the number too.
    fn scattered(count: usize) -> Vec<Self> {
        let at = |key: u64| ((key % 1000).cast_signed() - 500, key);
        u64::scattered(count).into_iter().map(at).collect()
    }
}

impl Scattered for [u8; 32] {
    const NAME: &'static str = "[u8; 32]";

    /// Like digests: all bytes are random, and told by the first eight.
    fn scattered(count: usize) -> Vec<Self> {
        let digest = |key: u64| -> Vec<u8> {
            let word = |place: u64| key.rotate_left(17 * place as u32).wrapping_mul(2 * place + 1);
            (0..4).flat_map(|place| word(place).to_be_bytes()).collect()
        };
        let digest = |key| digest(key).try_into().expect("four words are 32 bytes");
        u64::scattered(count).into_iter().map(digest).collect()
    }
}

impl Scattered for Id {
    const NAME: &'static str = "newtype of u64";

    fn scattered(count: usize) -> Vec<Self> {
        u64::scattered(count).into_iter().map(Id).collect()
    }
}

impl Scattered for Stamp {
    const NAME: &'static str = "struct";

    /// 64 shards, so that most comparisons have to look at the second field too.
    fn scattered(count: usize) -> Vec<Self> {
        let stamp = |id: u64| Stamp { shard: (id % 64) as u32, id };
        u64::scattered(count).into_iter().map(stamp).collect()
    }
}

impl Scattered for Marked {
    const NAME: &'static str = "struct, opted in";

    fn scattered(count: usize) -> Vec<Self> {
        Stamp::scattered(count).into_iter().map(Marked).collect()
    }
}

impl Scattered for Reading {
    const NAME: &'static str = "struct of 32 bytes";

    /// 10,000 sensors, so that most comparisons have to look at two fields, or three.
    fn scattered(count: usize) -> Vec<Self> {
        let reading = |(number, time): (u64, u64)| {
            let (site, sensor) = (time % 100, time / 100 % 100);
            Reading { site, sensor, time, number }
        };
        (0..).zip(u64::scattered(count)).map(reading).collect()
    }
}

impl Scattered for (String, u32) {
    const NAME: &'static str = "(String, u32)";

    /// A thousand names, and numbers below each.
    fn scattered(count: usize) -> Vec<Self> {
        let named = |key: u32| (format!("name {}", key % 1000), key);
        u32::scattered(count).into_iter().map(named).collect()
    }
}

/// Keys of 64 streams, each ascending in a range of its own, that take turns at random.
pub(crate) fn streams(count: usize) -> Vec<u64> {
    wide("streams-u64", count)
}

/// A kind of text that is used as keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    Hex,
    Urls,
    NpmNames,
    Short,
}

impl Text {
    pub(crate) const ALL: [Text; 4] = [Text::Hex, Text::Urls, Text::NpmNames, Text::Short];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Text::Hex => "16 hex digits",
            Text::Urls => "URLs",
            Text::NpmNames => "npm names",
            Text::Short => "short u123",
        }
    }

    pub(crate) const fn about(self) -> &'static str {
        match self {
            Text::Hex => "16 random hexadecimal digits",
            Text::Urls => "addresses of pages on a thousand hosts, some far busier than others",
            Text::NpmNames => {
                "all 199,984 shipped names of npm packages; beyond those, the same names with \
                 `-2`, `-3` and so on behind them"
            }
            Text::Short => "a letter and a number of up to nine digits",
        }
    }

    /// Distinct keys in no particular order.
    pub(crate) fn keys(self, count: usize) -> Vec<String> {
        match self {
            Text::Hex => u64::scattered(count).iter().map(|key| format!("{key:016x}")).collect(),
            Text::Urls => text("long-text", count),
            Text::NpmNames => npm(count),
            Text::Short => text("short-text", count),
        }
    }
}

fn npm(count: usize) -> Vec<String> {
    let names: Vec<String> = npm_names().collect();
    let mut known: HashSet<String> = names.iter().cloned().collect();
    let mut keys: Vec<String> = names.iter().take(count).cloned().collect();
    for suffix in 2.. {
        if keys.len() == count {
            break;
        }
        // A few names end that way already.
        let more = names.iter().map(|name| format!("{name}-{suffix}"));
        let more: Vec<String> = more.filter(|name| known.insert(name.clone())).collect();
        keys.extend(more.into_iter().take(count - keys.len()));
    }
    debug_assert!(names.len() == NPM_NAMES_COUNT);
    keys
}

fn load(workload: &str, count: usize) -> Keys {
    let workload = Workload::find(workload).expect("a workload of the roster");
    workload.load(Size::Entries(count), None).expect("input that is generated or shipped")
}

fn wide(workload: &str, count: usize) -> Vec<u64> {
    match load(workload, count) {
        Keys::U64(keys) => keys.build,
        other => unreachable!("not u64 keys: {other:?}"),
    }
}

fn text(workload: &str, count: usize) -> Vec<String> {
    match load(workload, count) {
        Keys::Text(keys) => keys.sequence().build.into_iter().map(str::to_owned).collect(),
        other => unreachable!("not text keys: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn assert_distinct<K: Scattered>() {
        let keys = K::scattered(5000);
        assert_eq!(keys.len(), 5000);
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 5000, "{}", K::NAME);
        assert!(!keys.is_sorted(), "{}", K::NAME);
    }

    #[test]
    fn scattered_keys_are_distinct() {
        assert_distinct::<u32>();
        assert_distinct::<u64>();
        assert_distinct::<i64>();
        assert_distinct::<u128>();
        assert_distinct::<(u32, u32)>();
        assert_distinct::<(i64, u64)>();
        assert_distinct::<[u8; 16]>();
        assert_distinct::<[u8; 32]>();
        assert_distinct::<Id>();
        assert_distinct::<Stamp>();
        assert_distinct::<Marked>();
        assert_distinct::<Reading>();
        assert_distinct::<(String, u32)>();
    }

    #[test]
    fn text_keys_are_distinct_also_beyond_the_shipped_names() {
        for kind in Text::ALL {
            let keys = kind.keys(450_000);
            assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 450_000, "{}", kind.name());
        }
    }
}
