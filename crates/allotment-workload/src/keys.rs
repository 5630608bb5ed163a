//! [`Keys`]: the loaded input of a workload, before it is made into a script.

use std::ops::Range;

use crate::pair::Pair;
use crate::trace::{TextTrace, Trace};

/// Which entry a churn step removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victims {
    /// The one that was inserted first: the map is a queue or a window in time.
    Oldest,
    /// Any of them, each with the same chance.
    Random,
}

/// The keys of a workload, in the roles that a script needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence<K> {
    /// In the order of insertion. A key may come more than once.
    pub build: Vec<K>,
    /// Keys that are not in `build`, to be looked for in vain.
    pub misses: Vec<K>,
    /// Distinct keys that are not in `build`, for churn to insert.
    pub fresh: Vec<K>,
    /// Which entries churn removes.
    pub victims: Victims,
}

impl<K> Sequence<K> {
    /// The same sequence of other keys.
    fn map<L>(&self, key: impl Fn(&K) -> L) -> Sequence<L> {
        Sequence {
            build: self.build.iter().map(&key).collect(),
            misses: self.misses.iter().map(&key).collect(),
            fresh: self.fresh.iter().map(&key).collect(),
            victims: self.victims,
        }
    }
}

/// Text keys: one text that holds them all, and where each lies in it.
///
/// Maps borrow their keys from the text, so that each block of the heap that is counted is the
/// map's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextKeys {
    text: String,
    spans: Sequence<Range<usize>>,
}

impl TextKeys {
    /// Text keys that lie in `text`, at spans within it that begin and end between characters.
    pub(crate) fn new(text: String, spans: Sequence<Range<usize>>) -> Self {
        TextKeys { text, spans }
    }

    /// The keys as borrowed text.
    pub fn sequence(&self) -> Sequence<&str> {
        self.spans.map(|span| &self.text[span.clone()])
    }
}

/// Pairs of a text and an id: as [`TextKeys`], with each text once, however many ids it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPairs {
    text: String,
    spans: Sequence<Pair<Range<usize>>>,
}

impl TextPairs {
    /// Pairs of texts that lie in `text`, at spans within it that begin and end between characters.
    pub(crate) fn new(text: String, spans: Sequence<Pair<Range<usize>>>) -> Self {
        TextPairs { text, spans }
    }

    /// The pairs, with borrowed text.
    pub fn sequence(&self) -> Sequence<Pair<&str>> {
        self.spans.map(|pair| Pair { key: &self.text[pair.key.clone()], id: pair.id })
    }
}

/// What an index keeps the ids of a key in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// As they are, in ascending order: a multimap.
    Sorted,
    /// Compressed: a posting map.
    Packed,
}

/// The loaded keys of a workload, by type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keys {
    /// 32-bit integers.
    U32(Sequence<u32>),
    /// 64-bit integers.
    U64(Sequence<u64>),
    /// 128-bit integers.
    U128(Sequence<u128>),
    /// Text.
    Text(TextKeys),
    /// Operations on 64-bit integers.
    U64Trace(Trace<u64>),
    /// Operations on text.
    TextTrace(TextTrace),
    /// An index of 64-bit integers.
    U64Pairs {
        /// The keys with their ids.
        pairs: Sequence<Pair<u64>>,
        /// What the ids are to be kept in.
        lists: Lists,
    },
    /// An index of texts.
    TextPairs {
        /// The keys with their ids.
        pairs: TextPairs,
        /// What the ids are to be kept in.
        lists: Lists,
    },
}

impl Keys {
    /// How many keys, or pairs of an index, the build phase inserts, repeats included; of a trace,
    /// how many operations there are.
    pub fn len(&self) -> usize {
        match self {
            Keys::U32(sequence) => sequence.build.len(),
            Keys::U64(sequence) => sequence.build.len(),
            Keys::U128(sequence) => sequence.build.len(),
            Keys::Text(keys) => keys.spans.build.len(),
            Keys::U64Trace(trace) => trace.ops.len(),
            Keys::TextTrace(trace) => trace.len(),
            Keys::U64Pairs { pairs, .. } => pairs.build.len(),
            Keys::TextPairs { pairs, .. } => pairs.spans.build.len(),
        }
    }

    /// The same, with ids that are to be compressed if it is an index.
    pub(crate) fn packed(mut self) -> Self {
        if let Keys::U64Pairs { lists, .. } | Keys::TextPairs { lists, .. } = &mut self {
            *lists = Lists::Packed;
        }
        self
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
