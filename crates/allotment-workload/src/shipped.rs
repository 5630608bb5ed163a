//! The real input that ships with the crate: package names and address ranges, compressed.
//!
//! Sources and licences are in `data/README.md`.

use std::io::{BufRead, BufReader};

use ruzstd::decoding::StreamingDecoder;

use crate::keys::Keys;
use crate::neighbours::{around_integers, around_lines};

const NPM_NAMES: &[u8] = include_bytes!("../data/npm-names.txt.zst");
const IP4_COUNTRY: &[u8] = include_bytes!("../data/ip4-country.csv.zst");

/// Names in [`npm_names`].
pub const NPM_NAMES_COUNT: usize = 199_984;

/// Ranges in [`ip4_ranges`].
pub const IP4_RANGES_COUNT: usize = 334_373;

/// A range of addresses that one country was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip4Range {
    /// The first address.
    pub first: u32,
    /// The last address, which belongs to the range.
    pub last: u32,
    /// Two letters.
    pub country: [u8; 2],
}

/// The lines of a compressed text, decoded as they are read.
fn lines(compressed: &'static [u8]) -> impl Iterator<Item = String> {
    let decoder = StreamingDecoder::new(compressed).expect("the shipped data begin with a frame");
    BufReader::new(decoder).lines().map(|line| line.expect("the shipped data are whole"))
}

/// Names of published npm packages, in shuffled order. All are distinct.
///
/// They are decoded as they are read: a few tens of milliseconds for all.
///
/// ```
/// assert_eq!(allotment_workload::npm_names().next().unwrap(), "lion-lib-rash");
/// ```
pub fn npm_names() -> impl Iterator<Item = String> {
    lines(NPM_NAMES)
}

/// Ranges of IPv4 addresses and the countries they were given to, in ascending order of the first
/// address. A few hundred lie within the range before them, and 79 begin where it begins.
///
/// They are decoded as they are read: a few tens of milliseconds for all.
///
/// ```
/// let range = allotment_workload::ip4_ranges().next().unwrap();
/// assert_eq!((range.first, range.country), (0x0100_0000, *b"AU"));
/// ```
pub fn ip4_ranges() -> impl Iterator<Item = Ip4Range> {
    lines(IP4_COUNTRY).map(|line| parse_range(&line).expect("the shipped data have three columns"))
}

fn parse_range(line: &str) -> Option<Ip4Range> {
    let mut columns = line.split(',');
    let first = columns.next()?.parse().ok()?;
    let last = columns.next()?.parse().ok()?;
    let country = columns.next()?.as_bytes().try_into().ok()?;
    Some(Ip4Range { first, last, country })
}

pub(crate) fn npm_name_keys(entries: usize) -> Keys {
    let names: Vec<String> = npm_names().take(entries).collect();
    around_lines(names.iter().map(String::as_str))
}

pub(crate) fn ip4_range_keys(entries: usize) -> Keys {
    Keys::U32(around_integers(ip4_ranges().take(entries).map(|range| range.first).collect()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_all_there() {
        let names: Vec<_> = npm_names().collect();
        assert_eq!(names.len(), NPM_NAMES_COUNT);
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), NPM_NAMES_COUNT);
        assert_eq!(names[4], "@pikku/addon-bitly");
        assert_eq!(names[NPM_NAMES_COUNT - 1], "@kamuisdo/enum-helper-2");
        assert!(names.iter().all(|name| (1..=188).contains(&name.len())));
    }

    #[test]
    fn ranges_are_all_there_and_ascend() {
        let ranges: Vec<_> = ip4_ranges().collect();
        assert_eq!(ranges.len(), IP4_RANGES_COUNT);
        let fifth = Ip4Range { first: 16_781_312, last: 16_785_407, country: *b"JP" };
        assert_eq!(ranges[4], fifth);
        assert!(ranges.iter().all(|range| range.first <= range.last));
        assert!(ranges.is_sorted_by_key(|range| range.first));
        let firsts: HashSet<_> = ranges.iter().map(|range| range.first).collect();
        assert_eq!(firsts.len(), 334_294);
    }
}
