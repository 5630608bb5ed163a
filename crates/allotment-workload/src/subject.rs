//! [`Subject`]: what a script asks of a map under test, and [`Dictionary`], of one without order.

use std::collections::BTreeMap as StdBTreeMap;
use std::ops::Bound;

use allotment_alloc::Allocator;
use allotment_core::BTreeMap;
use allotment_core::btree_map::{ScanEnd, ScanToken};

use crate::key::Key;
use crate::page::{PAGE_BYTES, Page};
use crate::usage::NodeUsage;

/// A map under test, ordered or not, from keys to `u64`; or an index, whose keys are
/// [`Pair`](crate::Pair)s, and whose values are the ids of these, whatever is said when they are
/// inserted.
///
/// Methods are named as in the standard library, so that a script reads as a user's program would.
/// How a map is made, and with which allocator, is left to the caller of
/// [`run`](crate::run).
pub trait Dictionary<K: Key>: Clone {
    /// The number of entries.
    fn len(&self) -> usize;

    /// Whether there is no entry.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Inserts, and returns the value that was there.
    fn insert(&mut self, key: K, value: u64) -> Option<u64>;

    /// The value of a key.
    fn get(&self, key: &K) -> Option<u64>;

    /// Removes an entry and returns it.
    fn remove_entry(&mut self, key: &K) -> Option<(K, u64)>;

    /// Removes all entries.
    fn clear(&mut self);

    /// How well it fills its nodes, if it can say so. Allocates nothing.
    fn usage(&self) -> Option<NodeUsage> {
        None
    }
}

/// An ordered map under test.
pub trait Subject<K: Key>: Dictionary<K> {
    /// Removes the entry with the smallest key and returns it.
    fn pop_first(&mut self) -> Option<(K, u64)>;

    /// Removes the entry with the largest key and returns it. Only traces ask for it.
    fn pop_last(&mut self) -> Option<(K, u64)> {
        let last = self.iter().last()?.0;
        self.remove_entry(&last)
    }

    /// Keeps the entries whose value `keep` approves of, asked in ascending order of keys.
    fn retain_values(&mut self, keep: impl FnMut(u64) -> bool);

    /// All entries, in ascending order of keys.
    fn iter(&self) -> impl Iterator<Item = (K, u64)>;

    /// The entries from `start` on, in ascending order of keys.
    fn range_from(&self, start: &K) -> impl Iterator<Item = (K, u64)>;

    /// Reads entries into an empty page, in ascending order of keys: those behind `after`, or from
    /// the first on. Answers the key behind which to go on, or `None` if this was the last page.
    fn read_page(&self, after: Option<K>, page: &mut Page<K>) -> Option<K>;
}

/// Implements [`Dictionary`] for a map with the interface of the standard library's: the same lines
/// for all of them, since that is what they promise; but for what they say of their nodes.
macro_rules! dictionary {
    ($map:ty $(, $alloc:ident)?; $($usage:item)?) => {
        impl<K: Key $(, $alloc: Allocator + Clone)?> Dictionary<K> for $map {
            fn len(&self) -> usize {
                self.len()
            }

            fn insert(&mut self, key: K, value: u64) -> Option<u64> {
                self.insert(key, value)
            }

            fn get(&self, key: &K) -> Option<u64> {
                self.get(key).copied()
            }

            fn remove_entry(&mut self, key: &K) -> Option<(K, u64)> {
                self.remove_entry(key)
            }

            fn clear(&mut self) {
                self.clear();
            }

            $($usage)?
        }
    };
}

pub(crate) use dictionary;

/// Implements [`Subject`] for an ordered map with that interface, and [`Dictionary`] with it; but
/// for how it is read page by page.
macro_rules! subject {
    ($map:ty $(, $alloc:ident)?; $read_page:item $($usage:item)?) => {
        dictionary! { $map $(, $alloc)?; $($usage)? }

        impl<K: Key $(, $alloc: Allocator + Clone)?> Subject<K> for $map {
            fn pop_first(&mut self) -> Option<(K, u64)> {
                self.pop_first()
            }

            fn pop_last(&mut self) -> Option<(K, u64)> {
                self.pop_last()
            }

            fn retain_values(&mut self, mut keep: impl FnMut(u64) -> bool) {
                self.retain(|_, value| keep(*value));
            }

            fn iter(&self) -> impl Iterator<Item = (K, u64)> {
                self.iter().map(|(key, value)| (*key, *value))
            }

            fn range_from(&self, start: &K) -> impl Iterator<Item = (K, u64)> {
                self.range(*start..).map(|(key, value)| (*key, *value))
            }

            $read_page
        }
    };
}

subject! {
    StdBTreeMap<K, u64>;
    fn read_page(&self, after: Option<K>, page: &mut Page<K>) -> Option<K> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        page.extend(self.range((start, Bound::Unbounded)).take(page.entries()));
        page.next_after()
    }
}

subject! {
    BTreeMap<K, u64, A>, A;
    fn read_page(&self, after: Option<K>, page: &mut Page<K>) -> Option<K> {
        let scan = self.scan::<K, _>(..).bytes(PAGE_BYTES).resume(after.map(ScanToken::after));
        let outcome = scan.read_into(page);
        let is_last = outcome.end == ScanEnd::Exhausted;
        outcome.token().filter(|_| !is_last).map(ScanToken::into_key)
    }

    fn usage(&self) -> Option<NodeUsage> {
        Some(NodeUsage::of_map(&self.memory_usage()))
    }
}
