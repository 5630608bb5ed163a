//! Generated text keys, and the builder that lays keys of text out in one text.

use std::fmt::{Arguments, Write};
use std::ops::Range;

use crate::integers::fresh_count;
use crate::keys::{Keys, Sequence, TextKeys, Victims};
use crate::rng::{Rng, Zipf, mix28};

/// Adds a key to a text; answers where it lies.
pub(crate) fn lay(text: &mut String, key: Arguments<'_>) -> Range<usize> {
    let start = text.len();
    text.write_fmt(key).expect("writing to a String cannot fail");
    start..text.len()
}

/// Lays keys out in one text, one after the other.
#[derive(Debug, Default)]
pub(crate) struct TextBuilder {
    text: String,
    spans: Vec<Range<usize>>,
}

impl TextBuilder {
    /// Adds a key.
    pub(crate) fn push(&mut self, key: Arguments<'_>) {
        self.spans.push(lay(&mut self.text, key));
    }

    /// The keys, of which the first `entries` are built and the others are fresh.
    pub(crate) fn finish(mut self, entries: usize) -> Keys {
        let fresh = self.spans.split_off(entries);
        let spans =
            Sequence { build: self.spans, misses: fresh.clone(), fresh, victims: Victims::Random };
        Keys::Text(TextKeys::new(self.text, spans))
    }
}

/// Identifiers such as `u123`: a letter and a number of up to nine digits.
pub(crate) fn short_text(entries: usize) -> Keys {
    let mut builder = TextBuilder::default();
    for number in 0..(entries + fresh_count(entries)) as u32 {
        builder.push(format_args!("u{}", mix28(number)));
    }
    builder.finish(entries)
}

pub(crate) const WORDS: [&str; 16] = [
    "atlas", "bakery", "canyon", "delta", "ember", "forest", "garden", "harbor", "island",
    "jungle", "kernel", "lantern", "meadow", "nebula", "orchard", "prairie",
];

const SECTIONS: [&str; 8] =
    ["archive", "blog", "catalogue", "docs", "forum", "news", "products", "users"];

/// Addresses of web pages on a thousand hosts, some far busier than others: long common prefixes.
pub(crate) fn long_text(entries: usize) -> Keys {
    let (hosts, mut rng) = (Zipf::new(1000), Rng::new(5));
    let mut builder = TextBuilder::default();
    for number in 0..(entries + fresh_count(entries)) as u32 {
        let host = hosts.draw(&mut rng);
        builder.push(format_args!(
            "https://www.{}-{}-{}.example.com/{}/{}/{:02}/{}-{}-{}",
            WORDS[host % 16],
            WORDS[host / 16 % 16],
            host,
            SECTIONS[rng.index(SECTIONS.len())],
            2000 + rng.below(26),
            1 + rng.below(12),
            WORDS[rng.index(WORDS.len())],
            WORDS[rng.index(WORDS.len())],
            mix28(number),
        ));
    }
    builder.finish(entries)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn check(keys: &Keys, entries: usize) -> Vec<String> {
        let Keys::Text(keys) = keys else { panic!("not text keys: {keys:?}") };
        let sequence = keys.sequence();
        assert_eq!(sequence.build.len(), entries);
        let all: HashSet<_> = sequence.build.iter().chain(&sequence.fresh).collect();
        assert_eq!(all.len(), entries + fresh_count(entries));
        sequence.build.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn short_text_is_short_and_distinct() {
        let keys = check(&short_text(10_000), 10_000);
        assert!(keys.iter().all(|key| key.starts_with('u') && (2..=10).contains(&key.len())));
    }

    #[test]
    fn long_text_is_long_and_shares_prefixes() {
        let keys = check(&long_text(10_000), 10_000);
        assert!(keys.iter().all(|key| (50..120).contains(&key.len())));
        let host = |key: &String| key.split('/').nth(2).unwrap().to_owned();
        let hosts: HashSet<_> = keys.iter().map(host).collect();
        assert!((500..=1000).contains(&hosts.len()), "{}", hosts.len());
    }
}
