//! A table and its indexes: 334,373 ranges of addresses, found by country, by size and by where
//! they lie; in multimaps, and packed.
//!
//! ```text
//! cargo run --release -p allotment-workload --example secondary_index
//! ```
//!
//! What it prints is in `docs/secondary-index.txt`.

use std::fmt::{self, Write};

use allotment_core::btree_multimap::{ListsUsage, Values};
use allotment_core::{BTreeMap, BTreeMultiMap, PostingList, PostingMap};
use allotment_pool::Pool;
use allotment_workload::{Ip4Range, ip4_ranges};

/// Where a range is in the table.
type Id = u32;

/// Rows by their ids, and the ids by what is asked for. All memory comes from one pool.
struct Registry {
    table: BTreeMap<Id, Ip4Range, Pool>,
    by_country: BTreeMultiMap<[u8; 2], Id, Pool>,
    /// By the length of the prefix that the range would be as a network: 24 for 256 addresses.
    by_prefix: BTreeMultiMap<u8, Id, Pool>,
}

impl Registry {
    fn load(pool: &Pool) -> Self {
        let mut registry = Self {
            table: BTreeMap::new_in(pool.clone()),
            by_country: BTreeMultiMap::new_in(pool.clone()),
            by_prefix: BTreeMultiMap::new_in(pool.clone()),
        };
        for (id, range) in (0..).zip(ip4_ranges()) {
            registry.insert(id, range);
        }
        registry
    }

    fn insert(&mut self, id: Id, range: Ip4Range) {
        self.by_country.insert(range.country, id);
        self.by_prefix.insert(prefix_of(range), id);
        self.table.insert(id, range);
    }

    fn remove(&mut self, id: Id) -> Option<Ip4Range> {
        let range = self.table.remove(&id)?;
        self.by_country.remove(&range.country, &id);
        self.by_prefix.remove(&prefix_of(range), &id);
        Some(range)
    }

    fn country(&self, code: &[u8; 2]) -> Values<'_, Id> {
        self.by_country.get(code)
    }

    /// Up to `count` ranges of a country behind the one with this id, or from the first on: a page,
    /// which stays right whatever comes and goes between two pages.
    fn page(&self, code: &[u8; 2], behind: Option<Id>, count: usize) -> Vec<Id> {
        let first = behind.map_or(0, |id| id + 1);
        self.by_country.get_range(code, first..).take(count).copied().collect()
    }
}

/// Indexes that take little room: their ids are compressed.
struct Packed {
    by_country: PostingMap<[u8; 2], Id, Pool>,
    by_prefix: PostingMap<u8, Id, Pool>,
    /// By the first of the four numbers of an address.
    by_octet: PostingMap<u8, Id, Pool>,
}

impl Packed {
    fn of(table: &BTreeMap<Id, Ip4Range, Pool>, pool: &Pool) -> Self {
        let mut packed = Self {
            by_country: PostingMap::new_in(pool.clone()),
            by_prefix: PostingMap::new_in(pool.clone()),
            by_octet: PostingMap::new_in(pool.clone()),
        };
        for (id, range) in table {
            packed.by_country.insert(range.country, *id);
            packed.by_prefix.insert(prefix_of(*range), *id);
            packed.by_octet.insert(range.first.to_be_bytes()[0], *id);
        }
        packed
    }
}

fn prefix_of(range: Ip4Range) -> u8 {
    let last_address = u64::from(range.last - range.first);
    32 - (last_address + 1).ilog2() as u8
}

fn dotted(address: u32) -> std::net::Ipv4Addr {
    address.into()
}

/// What the example prints.
pub(crate) fn report() -> Result<String, fmt::Error> {
    let (mut out, pool) = (String::new(), Pool::new());
    let mut registry = Registry::load(&pool);
    let Registry { table, by_country, by_prefix } = &registry;
    let packed = Packed::of(table, &pool);
    writeln!(
        out,
        "{} ranges, {} countries, {} sizes",
        table.len(),
        by_country.key_count(),
        by_prefix.key_count()
    )?;
    let bytes = |index: ListsUsage| format!("{:.1}", index.bytes_per_entry());
    writeln!(
        out,
        "by country: {} bytes an id; by size: {}",
        bytes(by_country.memory_usage()),
        bytes(by_prefix.memory_usage()),
    )?;
    writeln!(
        out,
        "packed, by country: {} bytes an id; by size: {}; by first octet: {}",
        bytes(packed.by_country.memory_usage()),
        bytes(packed.by_prefix.memory_usage()),
        bytes(packed.by_octet.memory_usage()),
    )?;
    let mut largest: Vec<_> = by_country.groups().map(|(code, ids)| (ids.len(), code)).collect();
    largest.sort_unstable_by(|a, b| b.cmp(a));
    for (count, code) in &largest[..3] {
        writeln!(out, "  {} {count}", String::from_utf8_lossy(*code))?;
    }

    writeln!(out, "\nDE and /16: the larger ones")?;
    let networks = registry.country(b"DE").intersection(by_prefix.get(&16));
    for id in networks.clone().take(3) {
        let range = table[id];
        writeln!(out, "  {} to {}", dotted(range.first), dotted(range.last))?;
    }
    writeln!(out, "  {} in all", networks.count())?;

    let nordic = registry.country(b"IS").union(registry.country(b"FO"));
    writeln!(out, "IS or FO: {} ranges", nordic.count())?;
    let odd = registry.country(b"IS").difference(by_prefix.get(&24)).count();
    writeln!(out, "IS and not /24: {odd}")?;

    let Packed { by_country, by_prefix, by_octet } = &packed;
    writeln!(out, "\nDE and /24 and 193.x.x.x, from packed lists")?;
    let lists = [by_country.get(b"DE"), by_prefix.get(&24), by_octet.get(&193)];
    let networks = PostingList::intersection_of(lists);
    for id in networks.clone().take(3) {
        let range = table[&id];
        writeln!(out, "  {} to {}", dotted(range.first), dotted(range.last))?;
    }
    writeln!(out, "  {} in all, of {:?}", networks.count(), lists.map(PostingList::len))?;
    let islands = PostingList::union_of([b"IS", b"FO", b"GL"].map(|code| by_country.get(code)));
    writeln!(out, "IS or FO or GL: {} ranges", islands.count())?;

    writeln!(out, "\nLI, ten a page, while ranges go")?;
    let (mut behind, mut pages, mut seen) = (None, 0, 0);
    loop {
        let page = registry.page(b"LI", behind, 10);
        let Some(last) = page.last() else { break };
        (behind, pages, seen) = (Some(*last), pages + 1, seen + page.len());
        // Somebody takes the first of the page away; the next page does not mind.
        registry.remove(page[0]);
    }
    writeln!(out, "  {pages} pages, {seen} ranges, {} left", registry.country(b"LI").len())?;
    Ok(out)
}

fn main() {
    print!("{}", report().expect("a string takes what is written to it"));
}
