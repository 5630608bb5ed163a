//! [`Trace`]: recorded operations.

use std::ops::Range;

use allotment_trace::TraceOp;

/// What a program did to a map, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace<K> {
    /// The operations.
    pub ops: Vec<TraceOp<K>>,
}

/// A trace whose keys are text: one text that holds them all, each once, and where they lie in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTrace {
    text: String,
    spans: Trace<Range<usize>>,
}

impl TextTrace {
    /// Operations whose keys lie in `text`, at spans that begin and end between characters.
    pub(crate) fn new(text: String, spans: Trace<Range<usize>>) -> Self {
        TextTrace { text, spans }
    }

    /// The operations with their keys as borrowed text.
    pub fn trace(&self) -> Trace<&str> {
        let borrow = |op: &TraceOp<Range<usize>>| op.clone().map(|span| &self.text[span]);
        Trace { ops: self.spans.ops.iter().map(borrow).collect() }
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.spans.ops.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
