//! What the types promise: variance, `Send` and `Sync`, sizes, lifetimes. Most of it is checked as
//! this file compiles.

use std::cell::Cell;
use std::marker::{PhantomData, PhantomPinned};
use std::ops::{Bound, RangeFull};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::MutexGuard;

use allotment_bump::Bump;
use allotment_core::btree_map::{
    AntiJoin, BTreeMap, Chunks, Cursor, CursorMut, CursorMutKey, Drain, Entry, EntryRef, ExtractIf,
    Fallible, FallibleCursor, FallibleEntry, FallibleEntryRef, FallibleVacantEntry,
    FallibleVacantEntryRef, GetEach, InnerJoin, IntoIter, IntoKeys, IntoValues, Iter, IterMut,
    Keys, LeftJoin, NodeReservation, OccupiedEntry, OccupiedError, OuterJoin, ParIter, ParIterMut,
    Range, RangeMut, Scan, ScanOutcome, VacantEntry, VacantEntryRef, Values, ValuesMut,
};
use allotment_core::{
    AllocError, Allocator, BTreeMultiMap, BTreeSet, Global, Layout, PostingList, PostingMap,
    btree_multimap, btree_set, posting_map,
};
use allotment_pool::Pool;

/// Hazard 39: what holds longer-lived things can stand for what holds shorter-lived ones.
mod covariance {
    use super::*;

    fn map<'a>(map: BTreeMap<&'static str, &'static str>) -> BTreeMap<&'a str, &'a str> {
        map
    }
    fn set<'a>(set: BTreeSet<&'static str>) -> BTreeSet<&'a str> {
        set
    }
    fn allocator<'a>(map: BTreeMap<u8, u8, &'static Bump>) -> BTreeMap<u8, u8, &'a Bump> {
        map
    }
    fn into_iter<'a>(iter: IntoIter<&'static str, &'static str>) -> IntoIter<&'a str, &'a str> {
        iter
    }
    fn into_keys<'a>(keys: IntoKeys<&'static str, &'static str>) -> IntoKeys<&'a str, &'a str> {
        keys
    }
    fn into_values<'a>(
        values: IntoValues<&'static str, &'static str>,
    ) -> IntoValues<&'a str, &'a str> {
        values
    }
    fn set_into_iter<'a>(iter: btree_set::IntoIter<&'static str>) -> btree_set::IntoIter<&'a str> {
        iter
    }

    /// For iterators that borrow: in the lifetime of the borrow, in the key, and in the value.
    macro_rules! borrowing {
        ($($name:ident: $iter:ident;)*) => {$(
            fn $name<'a, 'b>(
                iter: $iter<'static, &'static str, &'static str>,
            ) -> $iter<'a, &'b str, &'b str> where 'b: 'a {
                iter
            }
        )*};
    }

    borrowing! {
        iter: Iter;
        keys: Keys;
        values: Values;
        range: Range;
        chunks: Chunks;
        cursor: Cursor;
    }

    fn set_iter<'a>(iter: btree_set::Iter<'static, &'static str>) -> btree_set::Iter<'a, &'a str> {
        iter
    }
    fn set_range<'a>(
        range: btree_set::Range<'static, &'static str>,
    ) -> btree_set::Range<'a, &'a str> {
        range
    }

    fn set_chunks<'a>(
        chunks: btree_set::Chunks<'static, &'static str>,
    ) -> btree_set::Chunks<'a, &'a str> {
        chunks
    }

    static LETTERS: BTreeMap<&str, &str> = BTreeMap::new();

    fn set_union<'a>(union: btree_set::Union<'a, &'static str>) -> btree_set::Union<'a, &'a str> {
        union
    }

    fn lists<'a>(
        lists: BTreeMultiMap<&'static str, &'static str>,
    ) -> BTreeMultiMap<&'a str, &'a str> {
        lists
    }
    fn ids<'a>(ids: PostingMap<&'static str, u32>) -> PostingMap<&'a str, u32> {
        ids
    }

    #[test]
    fn of_everything_that_reads_or_owns() {
        let local = String::from("a");
        let mut shorter = map(BTreeMap::from([("k", "v")]));
        shorter.insert(&local, &local);
        assert_eq!(iter(Iter::default()).count() + keys(Keys::default()).count(), 0);
        assert_eq!(values(Values::default()).count() + range(Range::default()).count(), 0);
        assert_eq!(set_iter(btree_set::Iter::default()).count(), 0);
        assert_eq!(set_range(btree_set::Range::default()).count(), 0);
        assert_eq!(chunks(Chunks::default()).count(), 0);
        assert_eq!(set_chunks(btree_set::Chunks::default()).count(), 0);
        assert!(set(BTreeSet::from(["a"])).contains("a"));
        let mut shorter = lists(BTreeMultiMap::from([("k", "v")]));
        assert!(shorter.insert(&local, &local));
        let mut shorter = ids(PostingMap::from([("k", 1)]));
        assert!(shorter.insert(&local, 2));
        let words = BTreeSet::from(["a"]);
        assert_eq!(set_union(words.union(&words)).count(), 1);
        assert_eq!(cursor(LETTERS.lower_bound::<str>(Bound::Unbounded)).next(), None);
        assert_eq!(into_iter(BTreeMap::from([("k", "v")]).into_iter()).len(), 1);
        assert_eq!(into_keys(BTreeMap::from([("k", "v")]).into_keys()).len(), 1);
        assert_eq!(into_values(BTreeMap::from([("k", "v")]).into_values()).len(), 1);
        assert_eq!(set_into_iter(BTreeSet::from(["k"]).into_iter()).len(), 1);
        let bump: &'static Bump = Box::leak(Box::new(Bump::new()));
        assert!(allocator(BTreeMap::new_in(bump)).is_empty());
    }
}

/// Neither `Send` nor `Sync`.
type Neither = Rc<u8>;
/// `Send`, not `Sync`.
type SendOnly = Cell<u8>;
/// `Sync`, not `Send`.
type SyncOnly = MutexGuard<'static, u8>;
/// Both.
type Both = u8;

/// An allocator that is `Send` and `Sync` as far as `M` is. It has no memory.
struct Marked<M>(PhantomData<M>);

// SAFETY: it hands out nothing.
unsafe impl<M> Allocator for Marked<M> {
    fn allocate(&self, _: Layout) -> Result<NonNull<[u8]>, AllocError> {
        Err(AllocError)
    }

    unsafe fn deallocate(&self, _: NonNull<u8>, _: Layout) {}
}

/// Asks what a type is: the constant of the type itself goes before that of the trait.
struct Ask<T>(PhantomData<T>);

trait Otherwise {
    const IS_SEND: bool = false;
    const IS_SYNC: bool = false;
}

impl<T> Otherwise for Ask<T> {}

impl<T: Send> Ask<T> {
    const IS_SEND: bool = true;
}

impl<T: Sync> Ask<T> {
    const IS_SYNC: bool = true;
}

/// Whether a type is `Send`, and whether it is `Sync`.
macro_rules! marks {
    ($type:ty) => {
        (<Ask<$type>>::IS_SEND, <Ask<$type>>::IS_SYNC)
    };
}

/// Hazard 41: what owns, or borrows for writing, is `Send` if all its parts are and `Sync` if all
/// its parts are; what borrows for reading is both if its parts are `Sync`.
macro_rules! table {
    ($($key:ident, $value:ident, $alloc:ident;)*) => {$({
        type K = $key;
        type V = $value;
        type A = Marked<$alloc>;
        let (key, value, alloc) = (marks!(K), marks!(V), marks!($alloc));
        let pair = (key.0 && value.0, key.1 && value.1);
        let all = (pair.0 && alloc.0, pair.1 && alloc.1);
        let reads = (pair.1, pair.1);
        assert_eq!(marks!(BTreeMap<K, V, A>), all);
        assert_eq!(marks!(IntoIter<K, V, A>), all);
        assert_eq!(marks!(IntoKeys<K, V, A>), all);
        assert_eq!(marks!(IntoValues<K, V, A>), all);
        assert_eq!(marks!(Entry<'_, K, V, A>), all);
        assert_eq!(marks!(OccupiedEntry<'_, K, V, A>), all);
        assert_eq!(marks!(VacantEntry<'_, K, V, A>), all);
        assert_eq!(marks!(Fallible<'_, K, V, A>), all);
        assert_eq!(marks!(FallibleEntry<'_, K, V, A>), all);
        assert_eq!(marks!(FallibleVacantEntry<'_, K, V, A>), all);
        assert_eq!(marks!(FallibleCursor<'_, '_, K, V, A>), all);
        assert_eq!(marks!(OccupiedError<'_, K, V, A>), all);
        assert_eq!(marks!(CursorMut<'_, K, V, A>), all);
        assert_eq!(marks!(CursorMutKey<'_, K, V, A>), all);
        assert_eq!(marks!(ExtractIf<'_, K, V, RangeFull, fn(), A>), all);
        assert_eq!(marks!(Drain<'_, K, V, A>), (pair.0 && alloc.1, pair.1 && alloc.1));
        // With a key that is borrowed.
        let with_key = (all.0 && key.1, all.1);
        assert_eq!(marks!(EntryRef<'_, '_, K, K, V, A>), with_key);
        assert_eq!(marks!(VacantEntryRef<'_, '_, K, K, V, A>), with_key);
        assert_eq!(marks!(FallibleEntryRef<'_, '_, K, K, V, A>), with_key);
        assert_eq!(marks!(FallibleVacantEntryRef<'_, '_, K, K, V, A>), with_key);
        // Without a pair.
        assert_eq!(marks!(NodeReservation<K, V, A>), alloc);
        assert_eq!(marks!(&mut BTreeMap<K, V, A>), all);
        assert_eq!(marks!(&BTreeMap<K, V, A>), (all.1, all.1));
        assert_eq!(marks!(IterMut<'_, K, V>), pair);
        assert_eq!(marks!(ValuesMut<'_, K, V>), pair);
        assert_eq!(marks!(RangeMut<'_, K, V>), pair);
        assert_eq!(marks!(Iter<'_, K, V>), reads);
        assert_eq!(marks!(Keys<'_, K, V>), reads);
        assert_eq!(marks!(Values<'_, K, V>), reads);
        assert_eq!(marks!(Range<'_, K, V>), reads);
        assert_eq!(marks!(Chunks<'_, K, V>), reads);
        assert_eq!(marks!(Cursor<'_, K, V>), reads);
        assert_eq!(marks!(InnerJoin<'_, K, V, V>), reads);
        assert_eq!(marks!(OuterJoin<'_, K, V, V>), reads);
        assert_eq!(marks!(LeftJoin<'_, K, V, V>), reads);
        assert_eq!(marks!(AntiJoin<'_, K, V, V>), reads);
        assert_eq!(marks!(GetEach<'_, K, V, Both>), reads);
        assert_eq!(marks!(ParIter<'_, K, V>), reads);
        assert_eq!(marks!(ScanOutcome<'_, V>), (value.0 && value.1, value.1));
        // A token that it goes on from is its own.
        assert_eq!(marks!(Scan<'_, K, V>), (pair.1 && key.0, pair.1));
        // Keys are looked at from both sides of a cut.
        assert_eq!(marks!(ParIterMut<'_, K, V>), (key.1 && value.0, pair.1));
        let set = (key.0 && alloc.0, key.1 && alloc.1);
        assert_eq!(marks!(BTreeSet<K, A>), set);
        assert_eq!(marks!(btree_set::IntoIter<K, A>), set);
        assert_eq!(marks!(btree_set::Iter<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::Range<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::Chunks<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::Cursor<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::Union<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::Intersection<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::Difference<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::SymmetricDifference<'_, K>), (key.1, key.1));
        assert_eq!(marks!(btree_set::CursorMut<'_, K, A>), set);
        assert_eq!(marks!(btree_set::CursorMutKey<'_, K, A>), set);
        assert_eq!(marks!(btree_set::Entry<'_, K, A>), set);
        assert_eq!(marks!(btree_set::OccupiedEntry<'_, K, A>), set);
        assert_eq!(marks!(btree_set::VacantEntry<'_, K, A>), set);
        assert_eq!(marks!(btree_set::Fallible<'_, K, A>), set);
        assert_eq!(marks!(btree_set::FallibleEntry<'_, K, A>), set);
        assert_eq!(marks!(btree_set::FallibleVacantEntry<'_, K, A>), set);
        assert_eq!(marks!(btree_set::FallibleCursor<'_, '_, K, A>), set);
        assert_eq!(marks!(btree_set::ExtractIf<'_, K, RangeFull, fn(), A>), set);
        assert_eq!(marks!(btree_set::Drain<'_, K, A>), (key.0 && alloc.1, key.1 && alloc.1));
        assert_eq!(marks!(BTreeMultiMap<K, V, A>), all);
        assert_eq!(marks!(btree_multimap::Entry<'_, K, V, A>), all);
        assert_eq!(marks!(btree_multimap::OccupiedEntry<'_, K, V, A>), all);
        assert_eq!(marks!(btree_multimap::VacantEntry<'_, K, V, A>), all);
        assert_eq!(marks!(btree_multimap::Fallible<'_, K, V, A>), all);
        assert_eq!(marks!(btree_multimap::FallibleEntry<'_, K, V, A>), all);
        assert_eq!(marks!(btree_multimap::Iter<'_, K, V>), reads);
        assert_eq!(marks!(btree_multimap::Groups<'_, K, V>), reads);
        assert_eq!(marks!(btree_multimap::Range<'_, K, V>), reads);
        assert_eq!(marks!(btree_multimap::Values<'_, V>), (value.1, value.1));
        assert_eq!(marks!(PostingMap<K, u32, A>), set);
        assert_eq!(marks!(posting_map::Fallible<'_, K, u32, A>), set);
        assert_eq!(marks!(posting_map::Iter<'_, K, u32>), (key.1, key.1));
        assert_eq!(marks!(PostingList<'_, u32>), (true, true));
    })*};
}

#[test]
fn send_and_sync_follow_from_the_parts() {
    assert_eq!(marks!(Both), (true, true));
    assert_eq!(marks!(SendOnly), (true, false));
    assert_eq!(marks!(SyncOnly), (false, true));
    assert_eq!(marks!(Neither), (false, false));
    table! {
        Both, Both, Both;
        SendOnly, Both, Both;
        SyncOnly, Both, Both;
        Neither, Both, Both;
        Both, SendOnly, Both;
        Both, SyncOnly, Both;
        Both, Neither, Both;
        Both, Both, SendOnly;
        Both, Both, SyncOnly;
        Both, Both, Neither;
        SendOnly, SyncOnly, Both;
        SyncOnly, Both, SendOnly;
    }
}

/// Hazard 42: as far as the parts are, no more and no less.
#[test]
fn maps_can_be_looked_at_after_a_panic() {
    fn safe<T: UnwindSafe + RefUnwindSafe>() {}
    safe::<BTreeMap<u8, String>>();
    safe::<BTreeSet<String, Pool>>();
    safe::<BTreeMap<u8, u8, Global>>();
}

/// What is kept is never moved with the map, and nothing promises that it stays where it is.
#[test]
fn maps_can_be_moved_whatever_they_hold() {
    fn unpin<T: Unpin>() {}
    unpin::<BTreeMap<PhantomPinned, PhantomPinned>>();
    unpin::<BTreeSet<PhantomPinned>>();
    unpin::<BTreeMultiMap<PhantomPinned, PhantomPinned>>();
    unpin::<IntoIter<PhantomPinned, PhantomPinned>>();
    unpin::<Iter<'_, PhantomPinned, PhantomPinned>>();
}

#[test]
fn sizes() {
    // A word more than std's: the hint for streams of keys beyond an end.
    assert_eq!(size_of::<BTreeMap<u64, u64>>(), 32);
    // As std's: the one value of the root's address that says "none" is taken.
    assert_eq!(size_of::<Option<BTreeMap<u64, u64>>>(), 40);
    assert_eq!(size_of::<BTreeSet<String>>(), 32);
    assert_eq!(size_of::<BTreeMap<u64, u64, Pool>>(), 40);
    // Two ends, each with the addresses that make its steps short, and the way to where it is.
    assert!(size_of::<Iter<'_, u64, u64>>() <= 168);
    assert!(size_of::<IterMut<'_, u64, u64>>() <= 168);
    assert!(size_of::<Range<'_, u64, u64>>() <= 168);
    assert!(size_of::<Entry<'_, u64, u64>>() <= 72);
}

/// Keys, values and allocators may borrow.
#[test]
fn nothing_need_be_static() {
    let text = String::from("to be or not to be");
    let bump = Bump::new();
    let mut count = BTreeMap::new_in(&bump);
    for word in text.split(' ') {
        *count.entry(word).or_insert(0) += 1;
    }
    let longest: BTreeSet<&str, &Bump> =
        BTreeSet::from_iter_in(count.keys().copied().filter(|word| word.len() > 2), &bump);
    assert!(longest.iter().eq(&["not"]));
    assert!(count.into_iter().eq([("be", 2), ("not", 1), ("or", 1), ("to", 2)]));
}
