//! Every trait of the collections, their entries and their iterators: checked as this compiles.

use std::fmt::Debug;
use std::hash::Hash;
use std::iter::FusedIterator;
use std::ops::{BitAnd, BitOr, BitXor, Index, Sub};
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::collections::{BTreeMap, BTreeSet, btree_map, btree_set};

/// Says what a type must be.
macro_rules! assert_is {
    ($($type:ty: $($bound:path),+;)+) => {$(
        const _: fn() = || {
            $({
                fn is<T: $bound>() {}
                is::<$type>();
            })+
        };
    )+};
}

type Map = BTreeMap<u8, String>;
type Set = BTreeSet<u8>;
type Pick = fn(&u8, &mut String) -> bool;
type PickOne = fn(&u8) -> bool;

assert_is! {
    Map: Clone, Debug, Default, Hash, PartialEq, Eq, PartialOrd, Ord, Send, Sync, Unpin, UnwindSafe,
        RefUnwindSafe, FromIterator<(u8, String)>, Extend<(u8, String)>, From<[(u8, String); 3]>,
        IntoIterator<Item = (u8, String)>;
    BTreeMap<u8, u16>: Extend<(&'static u8, &'static u16)>;
    BTreeMap<String, u8>: Index<&'static str, Output = u8>, Index<&'static String, Output = u8>;
    &'static Map: IntoIterator<Item = (&'static u8, &'static String)>;
    &'static mut Map: IntoIterator<Item = (&'static u8, &'static mut String)>;
    Set: Clone, Debug, Default, Hash, PartialEq, Eq, PartialOrd, Ord, Send, Sync, Unpin, UnwindSafe,
        RefUnwindSafe, FromIterator<u8>, Extend<u8>, Extend<&'static u8>, From<[u8; 3]>,
        IntoIterator<Item = u8>;
    &'static Set: IntoIterator<Item = &'static u8>, BitAnd<&'static Set, Output = Set>,
        BitOr<&'static Set, Output = Set>, BitXor<&'static Set, Output = Set>,
        Sub<&'static Set, Output = Set>;
}

assert_is! {
    btree_map::Iter<'static, u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Clone, Debug, Default, Send, Sync;
    btree_map::Keys<'static, u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Clone, Debug, Default, Send, Sync;
    btree_map::Values<'static, u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Clone, Debug, Default, Send, Sync;
    btree_map::IterMut<'static, u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_map::ValuesMut<'static, u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_map::IntoIter<u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_map::IntoKeys<u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_map::IntoValues<u8, String>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_map::Range<'static, u8, String>:
        DoubleEndedIterator, FusedIterator, Clone, Debug, Default, Send, Sync;
    btree_map::RangeMut<'static, u8, String>:
        DoubleEndedIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_map::ExtractIf<'static, u8, String, std::ops::RangeFull, Pick>:
        Iterator<Item = (u8, String)>, FusedIterator, Debug, Send, Sync;
    btree_map::Entry<'static, u8, String>: Debug, Send, Sync;
    btree_map::VacantEntry<'static, u8, String>: Debug, Send, Sync;
    btree_map::OccupiedEntry<'static, u8, String>: Debug, Send, Sync;
}

assert_is! {
    btree_set::Iter<'static, u8>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Clone, Debug, Default, Send, Sync;
    btree_set::IntoIter<u8>:
        DoubleEndedIterator, ExactSizeIterator, FusedIterator, Debug, Default, Send, Sync;
    btree_set::Range<'static, u8>:
        DoubleEndedIterator, FusedIterator, Clone, Debug, Default, Send, Sync;
    btree_set::Difference<'static, u8>: FusedIterator, Clone, Debug, Send, Sync;
    btree_set::SymmetricDifference<'static, u8>: FusedIterator, Clone, Debug, Send, Sync;
    btree_set::Intersection<'static, u8>: FusedIterator, Clone, Debug, Send, Sync;
    btree_set::Union<'static, u8>: FusedIterator, Clone, Debug, Send, Sync;
    btree_set::ExtractIf<'static, u8, std::ops::RangeFull, PickOne>:
        Iterator<Item = u8>, FusedIterator, Debug, Send, Sync;
}

/// What std has for any key and value, it must not take an order for.
struct Opaque;

#[test]
fn without_an_order() {
    let (map, set) = (BTreeMap::<Opaque, Opaque>::new(), BTreeSet::<Opaque>::default());
    assert!(map.is_empty() && map.iter().next().is_none() && map.keys().len() == 0);
    assert!(set.is_empty() && set.iter().next().is_none() && set.into_iter().next().is_none());
    assert!(map.into_values().next().is_none());
}
