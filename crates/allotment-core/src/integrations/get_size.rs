//! How many bytes maps and sets hold: their nodes to the byte, and what keys and values own.

use allotment_alloc::Allocator;
use get_size2::{GetSize, GetSizeTracker};

use crate::raw::shape::Shape;
use crate::{BTreeMap, BTreeSet};

impl<K: GetSize, V: GetSize, A: Allocator, S: Shape<K>> GetSize for BTreeMap<K, V, A, S> {
    /// Free slots count, as does all that a node consists of; what a backend reserves beyond nodes
    /// does not.
    fn get_heap_size_with_tracker<T: GetSizeTracker>(&self, tracker: T) -> (usize, T) {
        self.iter().fold((self.memory_usage().live_bytes, tracker), |held, (key, value)| {
            let (bytes, tracker) = key.get_heap_size_with_tracker(held.1);
            let (more, tracker) = value.get_heap_size_with_tracker(tracker);
            (held.0 + bytes + more, tracker)
        })
    }
}

impl<E: GetSize, A: Allocator, S: Shape<E>> GetSize for BTreeSet<E, A, S> {
    fn get_heap_size_with_tracker<T: GetSizeTracker>(&self, tracker: T) -> (usize, T) {
        self.iter().fold((self.memory_usage().live_bytes, tracker), |held, element| {
            let (bytes, tracker) = element.get_heap_size_with_tracker(held.1);
            (held.0 + bytes, tracker)
        })
    }
}
