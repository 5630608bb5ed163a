//! A full-text index over a poem's worth of lines: words to lines, prefixes, suggestions, queries.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::ops::Bound;

use super::collections::{BTreeMap, BTreeSet};

type Line = u32;

const LINES: [&str; 12] = [
    "the gardener counts the beds before the rain",
    "and every bed is measured by its rows",
    "the beans are tall and lean against the cane",
    "the carrots sleep where nothing ever shows",
    "a plot is given and a plot is taken",
    "what one man leaves another man will sow",
    "the key is kept though every lock is shaken",
    "the tree will split when there is more to grow",
    "the leaves are full and then the leaves are few",
    "the root remains with what the root can hold",
    "and what was cut in spring is grown anew",
    "and what was spare in autumn will be sold",
];

#[derive(Clone, Debug, Default)]
struct Index {
    lines: BTreeMap<String, BTreeSet<Line>>,
    /// How often each word comes, most frequent first.
    frequent: BTreeSet<(Reverse<usize>, String)>,
    texts: BTreeMap<Line, String>,
}

/// What to look for.
#[derive(Clone, Debug)]
enum Query {
    Word(&'static str),
    Prefix(&'static str),
    Between(&'static str, &'static str),
    All(Vec<Query>),
    Any(Vec<Query>),
    Without(Box<Query>, Box<Query>),
    Either(Box<Query>, Box<Query>),
}

impl Index {
    fn add(&mut self, line: Line, text: &str) {
        if let Some(old) = self.texts.insert(line, text.to_owned()) {
            self.unlink(line, &old);
        }
        for word in text.split_whitespace() {
            let lines = self.lines.entry(word.to_owned()).or_default();
            let before = lines.len();
            if lines.insert(line) {
                let after = lines.len();
                self.frequent.remove(&(Reverse(before), word.to_owned()));
                self.frequent.insert((Reverse(after), word.to_owned()));
            }
        }
    }

    fn unlink(&mut self, line: Line, text: &str) {
        for word in text.split_whitespace().collect::<BTreeSet<_>>() {
            let Some(lines) = self.lines.get_mut(word) else { continue };
            self.frequent.remove(&(Reverse(lines.len()), word.to_owned()));
            lines.remove(&line);
            let left = lines.len();
            if left == 0 {
                self.lines.remove(word);
            } else {
                self.frequent.insert((Reverse(left), word.to_owned()));
            }
        }
    }

    fn remove(&mut self, line: Line) -> Option<String> {
        let (_, text) = self.texts.remove_entry(&line)?;
        self.unlink(line, &text);
        Some(text)
    }

    /// The words that begin like that.
    fn words<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a String> {
        let from = (Bound::Included(prefix), Bound::Unbounded);
        let words = self.lines.range::<str, _>(from).map(|(word, _)| word);
        words.take_while(move |word| word.starts_with(prefix))
    }

    fn suggest<'a>(&'a self, prefix: &'a str, count: usize) -> Vec<&'a str> {
        let mut words: Vec<&str> = self.words(prefix).map(String::as_str).collect();
        words.sort_by_key(|word| (Reverse(self.lines[*word].len()), *word));
        words.truncate(count);
        words
    }

    fn find(&self, query: &Query) -> BTreeSet<Line> {
        match query {
            Query::Word(word) => self.lines.get(*word).cloned().unwrap_or_default(),
            Query::Prefix(prefix) => {
                self.words(prefix).flat_map(|word| self.lines[word].iter().copied()).collect()
            }
            Query::Between(first, last) => {
                let words =
                    self.lines.range::<str, _>((Bound::Included(*first), Bound::Excluded(*last)));
                words.fold(BTreeSet::new(), |found, (_, lines)| &found | lines)
            }
            Query::All(queries) => {
                let mut found = queries.iter().map(|query| self.find(query));
                let first = found.next().unwrap_or_else(|| self.texts.keys().copied().collect());
                found.fold(first, |all, other| &all & &other)
            }
            Query::Any(queries) => {
                let mut found = BTreeSet::new();
                for query in queries {
                    found.append(&mut self.find(query));
                }
                found
            }
            Query::Without(query, other) => &self.find(query) - &self.find(other),
            Query::Either(query, other) => &self.find(query) ^ &self.find(other),
        }
    }

    /// Lines that share no word with a line.
    fn strangers(&self, line: Line) -> Vec<Line> {
        let words =
            |line: Line| -> BTreeSet<&str> { self.texts[&line].split_whitespace().collect() };
        let own = words(line);
        self.texts.keys().copied().filter(|other| own.is_disjoint(&words(*other))).collect()
    }
}

/// Words that come together in more than one line, and in how many.
fn pairs(index: &Index) -> BTreeMap<(String, String), u32> {
    let mut pairs = BTreeMap::new();
    for text in index.texts.values() {
        let words: BTreeSet<&str> = text.split_whitespace().collect();
        for (at, first) in words.iter().enumerate() {
            for second in words.iter().skip(at + 1) {
                *pairs.entry(((*first).to_owned(), (*second).to_owned())).or_insert(0) += 1;
            }
        }
    }
    pairs.retain(|_, count| *count > 1);
    pairs
}

fn queries() -> Vec<Query> {
    use Query::{All, Any, Between, Either, Prefix, Without, Word};
    let both = |a: Query, b: Query| (Box::new(a), Box::new(b));
    let (kept, gone) = both(Word("the"), Word("leaves"));
    let (one, other) = both(Prefix("b"), Word("and"));
    vec![
        Word("bed"),
        Word("weed"),
        Prefix("le"),
        Between("bed", "cane"),
        All(vec![Word("the"), Word("is")]),
        All(Vec::new()),
        Any(vec![Word("plot"), Word("root"), Word("tree")]),
        Without(kept, gone),
        Either(one, other),
    ]
}

pub(crate) fn run() -> String {
    let (mut index, mut out) = (Index::default(), String::new());
    for (line, text) in (1..).zip(LINES) {
        index.add(line, text);
    }
    for round in 0..3 {
        writeln!(out, "round {round}: {} words, {} lines", index.lines.len(), index.texts.len())
            .unwrap();
        for query in queries() {
            writeln!(out, "{query:?}: {:?}", index.find(&query)).unwrap();
        }
        let top = index.frequent.iter().take(4).map(|(Reverse(count), word)| (word, count));
        writeln!(out, "most frequent: {:?}", top.collect::<Vec<_>>()).unwrap();
        writeln!(out, "s...: {:?}, rarest: {:?}", index.suggest("s", 3), index.frequent.last())
            .unwrap();
        let pairs = pairs(&index);
        let of_the = (("the".to_owned(), String::new()), ("the".to_owned(), "~".to_owned()));
        writeln!(out, "{} pairs, {:?}", pairs.len(), pairs.range(of_the.0..of_the.1).last())
            .unwrap();
        writeln!(out, "strangers of 6: {:?}", index.strangers(6)).unwrap();
        match round {
            0 => {
                let gone: Vec<_> = [2, 9, 77].into_iter().map(|line| index.remove(line)).collect();
                writeln!(out, "{gone:?}").unwrap();
            }
            _ => {
                index.add(6, "what the leaves leave the root will hold");
                index.lines.retain(|word, lines| word.len() > 2 || lines.len() > 1);
            }
        }
    }
    let longest = index.lines.keys().max_by_key(|word| (word.len(), Reverse(*word)));
    writeln!(out, "longest: {longest:?}, {:?}", index.lines.first_key_value()).unwrap();
    let total = index.lines.into_values().map(|lines| lines.into_iter().sum::<u32>()).sum::<u32>();
    writeln!(out, "{total}").unwrap();
    out
}
