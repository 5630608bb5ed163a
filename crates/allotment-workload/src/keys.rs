//! [`Keys`]: the loaded input of a workload, before it is made into a script.

use std::ops::Range;

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
        let borrow = |spans: &[Range<usize>]| -> Vec<&str> {
            spans.iter().map(|span| &self.text[span.clone()]).collect()
        };
        Sequence {
            build: borrow(&self.spans.build),
            misses: borrow(&self.spans.misses),
            fresh: borrow(&self.spans.fresh),
            victims: self.spans.victims,
        }
    }
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
}

impl Keys {
    /// How many keys the build phase inserts, repeats included.
    pub fn len(&self) -> usize {
        match self {
            Keys::U32(sequence) => sequence.build.len(),
            Keys::U64(sequence) => sequence.build.len(),
            Keys::U128(sequence) => sequence.build.len(),
            Keys::Text(keys) => keys.spans.build.len(),
        }
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
