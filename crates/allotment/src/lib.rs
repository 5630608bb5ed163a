//! B-tree collections on the memory you allot.
//!
//! [`BTreeMap`] and [`BTreeSet`] do what those of the standard library do, under the same names, so
//! that a program changes over by its imports. Their last type parameter is an [`Allocator`], on
//! stable Rust: of this workspace (`system`, `pool`, `bump`, below), or any other that speaks
//! `allocator-api2` 0.2, such as `&bumpalo::Bump`.
//!
//! ```
//! use allotment::BTreeMap;
//!
//! let mut beds = BTreeMap::new();
//! beds.insert("carrots", 4);
//! beds.insert("beans", 2);
//! assert_eq!(beds.first_key_value(), Some((&"beans", &2)));
//! ```
//!
//! # Which backend
//!
//! | feature | module | its collections take nodes from |
//! | --- | --- | --- |
//! | | [`BTreeMap`], [`BTreeSet`] | the global allocator |
//! | `system` (on by default) | `system` | the platform's allocator, whatever the global one is |
//! | `pool` | `pool` | size-class slabs that many maps can share: freed nodes serve again |
//! | `sync-pool` | `sync_pool` | the same for threads |
//! | `bump` | `bump` | an arena that goes as a whole |
//! | `meter` | `meter` | any of these, counting requests, kept to a budget, or failing on demand |
//!
//! Each module has its allocator and aliases of the collections on it; `serde` is the integration
//! of that name, and `snapshot` has collections as files. Features only add: none changes a type of
//! another. An application that wants to decide in its `Cargo.toml` uses [`selected`], which
//! `select-pool` and `select-bump` move off the global allocator.
//!
//! No feature is needed to run without std: `default-features = false`. That leaves out `insert`,
//! `collect` and `clone` as well, which end the program for want of memory; `infallible` has them.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

/// The examples of the README, tested.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(feature = "allocator-api2-03")]
pub use allotment_alloc::Compat03;
#[cfg(feature = "allocator-api2-04")]
pub use allotment_alloc::Compat04;
#[cfg(allotment_std_allocator)]
pub use allotment_alloc::CompatStd;
pub use allotment_core::{
    Abandon, AllocError, AllocFailure, Allocator, ArenaAlloc, BTreeMap, BTreeMultiMap, BTreeSet,
    ClearStep, Global, Layout, MemoryUsage, OnArena, PostingId, PostingList, PostingMap, Reaper,
    RetireList, SharedAlloc, btree_map, btree_multimap, btree_set, posting_map, streams,
};
pub use allotment_core::{
    ByteKey, ByteKeys, Dense, IntegerKey, IntegerKeys, Primitive, Ranked, Shape, Standard,
    byte_key, integer_key, posting_id,
};

/// Collections on the platform's allocator, whatever the program's global one is.
///
/// ```
/// use allotment::system::{BTreeMap, System};
///
/// let mut map: BTreeMap<u32, &str> = BTreeMap::new_in(System);
/// map.insert(1, "one");
/// ```
///
/// With the features `mimalloc` and `jemalloc` these two can be used for single collections, be
/// they the program's global allocator or not:
///
/// ```
/// # #[cfg(feature = "mimalloc")] {
/// use allotment::BTreeMap;
/// use allotment::system::MiMalloc;
///
/// let mut map = BTreeMap::new_in(MiMalloc);
/// map.insert(1, "one");
/// # }
/// ```
///
/// With the feature `huge-pages`, pools and arenas can have their chunks on pages of 2 MiB:
///
/// ```
/// # #[cfg(all(feature = "huge-pages", feature = "pool"))] {
/// use allotment::BTreeMap;
/// use allotment::pool::Pool;
/// use allotment::system::HugePages;
///
/// let mut map = BTreeMap::new_in(Pool::new_in(HugePages));
/// map.insert(1, "one");
/// # }
/// ```
#[cfg(feature = "system")]
pub mod system {
    #[cfg(feature = "huge-pages")]
    pub use allotment_system::HugePages;
    #[cfg(feature = "jemalloc")]
    pub use allotment_system::Jemalloc;
    #[cfg(feature = "mimalloc")]
    pub use allotment_system::MiMalloc;
    pub use allotment_system::{ProcessMemory, System, process_memory};

    /// A map on [`System`].
    pub type BTreeMap<K, V> = crate::BTreeMap<K, V, System>;
    /// A multimap on [`System`].
    pub type BTreeMultiMap<K, V> = crate::BTreeMultiMap<K, V, System>;
    /// A posting map on [`System`].
    pub type PostingMap<K, Id> = crate::PostingMap<K, Id, System>;
    /// A set on [`System`].
    pub type BTreeSet<T> = crate::BTreeSet<T, System>;
}

/// Collections on a pool of node-sized blocks.
///
/// ```
/// use allotment::pool::{BTreeMap, Pool};
///
/// let pool = Pool::new();
/// let mut ages: BTreeMap<&str, u32> = BTreeMap::new_in(pool.clone());
/// let mut names: BTreeMap<u32, &str> = BTreeMap::new_in(pool.clone());
/// ages.insert("Ada", 36);
/// names.insert(36, "Ada");
/// assert_eq!(pool.stats().live_blocks, 2);
/// ```
#[cfg(feature = "pool")]
pub mod pool {
    pub use allotment_pool::{Buffer, BufferPool, BufferStats, ClassStats, Pool, PoolStats};

    /// A map on a [`Pool`].
    pub type BTreeMap<K, V> = crate::BTreeMap<K, V, Pool>;
    /// A multimap on a [`Pool`].
    pub type BTreeMultiMap<K, V> = crate::BTreeMultiMap<K, V, Pool>;
    /// A posting map on a [`Pool`].
    pub type PostingMap<K, Id> = crate::PostingMap<K, Id, Pool>;
    /// A set on a [`Pool`].
    pub type BTreeSet<T> = crate::BTreeSet<T, Pool>;
}

/// Collections on a pool that threads share.
///
/// ```
/// # #[cfg(feature = "infallible")] {
/// use allotment::sync_pool::{BTreeMap, SyncPool};
///
/// let pool = SyncPool::new();
/// let mut squares: BTreeMap<u64, u64> = BTreeMap::new_in(pool.clone());
/// let thread = std::thread::spawn(move || {
///     squares.extend((0..100).map(|n| (n, n * n)));
///     squares
/// });
/// assert_eq!(thread.join().unwrap()[&9], 81);
/// assert_eq!(pool.stats().live_blocks, 0);
/// # }
/// ```
#[cfg(feature = "sync-pool")]
pub mod sync_pool {
    pub use allotment_pool::{ClassStats, PoolStats, SyncPool};

    /// A map on a [`SyncPool`].
    pub type BTreeMap<K, V> = crate::BTreeMap<K, V, SyncPool>;
    /// A multimap on a [`SyncPool`].
    pub type BTreeMultiMap<K, V> = crate::BTreeMultiMap<K, V, SyncPool>;
    /// A posting map on a [`SyncPool`].
    pub type PostingMap<K, Id> = crate::PostingMap<K, Id, SyncPool>;
    /// A set on a [`SyncPool`].
    pub type BTreeSet<T> = crate::BTreeSet<T, SyncPool>;
}

/// Collections on a bump arena, which they own together with its other handles.
///
/// To borrow an arena instead, and be able to reset it: `BTreeMap::new_in(&bump)`.
///
/// ```
/// use allotment::bump::{BTreeMap, Bump};
///
/// let mut map: BTreeMap<u32, &str> = BTreeMap::new_in(Bump::new());
/// map.insert(1, "one");
/// ```
///
/// What lives shorter than the arena goes in a [`Scope`](bump::Scope):
///
/// ```
/// use allotment::BTreeMap;
/// use allotment::bump::Bump;
///
/// let mut bump = Bump::new();
/// for day in 0..3 {
///     let scope = bump.scope().expect("there is one handle only");
///     let mut visits = BTreeMap::new_in(&scope);
///     visits.insert(day, "a map for a day");
/// }
/// assert_eq!(bump.stats().live_blocks, 0);
/// ```
///
/// A map of plain data that goes with its arena, without a visit to its nodes:
///
/// ```
/// use allotment::OnArena;
/// use allotment::bump::{BTreeMap, Bump};
///
/// let mut map = OnArena::new(BTreeMap::new_in(Bump::new()));
/// map.insert(1, 1.5);
/// drop(map); // O(1), however many pairs there are.
/// ```
#[cfg(feature = "bump")]
pub mod bump {
    pub use allotment_bump::{Bump, BumpStats, Busy, Scope};

    /// A map on a [`Bump`].
    pub type BTreeMap<K, V> = crate::BTreeMap<K, V, Bump>;
    /// A multimap on a [`Bump`].
    pub type BTreeMultiMap<K, V> = crate::BTreeMultiMap<K, V, Bump>;
    /// A posting map on a [`Bump`].
    pub type PostingMap<K, Id> = crate::PostingMap<K, Id, Bump>;
    /// A set on a [`Bump`].
    pub type BTreeSet<T> = crate::BTreeSet<T, Bump>;
}

/// Allocators that observe or sabotage the one they wrap.
///
/// ```
/// use allotment::meter::Counting;
/// use allotment::{BTreeMap, Global};
///
/// let alloc = Counting::new(Global);
/// let counter = alloc.counter();
/// let mut map = BTreeMap::new_in(alloc);
/// map.insert(1_u64, 1_u64);
/// assert_eq!(counter.snapshot().live_blocks, 1);
/// ```
///
/// A map that may hold so much and no more:
///
/// ```
/// use allotment::meter::Budget;
/// use allotment::{BTreeMap, Global};
///
/// let mut map = BTreeMap::new_in(Budget::new(Global, 64 << 10));
/// let refused = (0..).find_map(|n: u64| map.fallible().insert(n, n).err()).unwrap();
/// assert_eq!(refused.returned.0, map.len() as u64);
/// assert!(map.allocator().account().bytes() <= 64 << 10);
/// map.clear();
/// assert_eq!(map.allocator().account().bytes(), 0);
/// ```
///
/// What a program leaks, with the feature `ledger`:
///
/// ```
/// use allotment::meter::Ledger;
/// use allotment::{BTreeMap, Global};
///
/// let alloc = Ledger::noting(Global, || "while loading");
/// let book = alloc.book();
/// let beds = BTreeMap::<u32, u32, _>::from_iter_in((0..100).map(|n| (n, n)), alloc);
/// std::mem::forget(beds);
/// let leak = &book.live()[0];
/// println!("{} bytes at {:#x}, obtained {}", leak.layout.size(), leak.address, leak.note);
/// # assert_eq!((book.live_blocks(), leak.note), (3, "while loading"));
/// ```
///
/// What a block of code may ask for, in tests, with the feature `assertions`:
///
/// ```
/// use allotment::BTreeMap;
/// use allotment::meter::{Metered, assert_allocs, assert_no_leaks, assert_peak};
///
/// let mut beds = BTreeMap::new_in(Metered::default());
/// assert_allocs!(<= 3, {
///     beds.insert("carrots", 4);
///     beds.insert("beans", 2);
/// });
/// assert_eq!(assert_allocs!(== 0, { beds.get("beans") }), Some(&2));
/// assert_peak!(< 64 * 1024, { beds.clone() });
/// assert_no_leaks!({ drop(beds.clone()) });
/// ```
#[cfg(feature = "meter")]
pub mod meter {
    #[cfg(feature = "ledger")]
    pub use allotment_meter::{Aging, Book, Ledger, LifetimeClass, Lifetimes, LiveBlock, Misuse};
    #[cfg(feature = "assertions")]
    pub use allotment_meter::{
        Leftovers, Metered, Watch, assert_allocs, assert_no_leaks, assert_peak,
    };

    pub use allotment_meter::{Account, Budget, Counter, Counting, Counts, FaultPlan, Faulty};
}

/// Maps that record what is done to them: `cargo xtask profile --trace FILE` replays it.
///
/// ```
/// use allotment::BTreeMap;
/// use allotment::trace::Recorder;
///
/// let mut beds = Recorder::new(BTreeMap::new(), Vec::new());
/// beds.insert("carrots", 4);
/// beds.insert("beans", 2);
/// let (beds, trace) = beds.finish();
/// assert_eq!((beds["beans"], trace?.len()), (2, 24 + (16 + 10 + 8) + 16));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "trace")]
pub mod trace {
    pub use allotment_trace::{
        Key, KeyKind, MAX_BLOCK_BYTES, MAX_KEY_BYTES, ReadError, ReadFault, Recordable, Recorder,
        TraceKey, TraceOp, TraceReader, TraceWriter, WriteError,
    };
}

/// Look-ups by what compares with keys and is none.
#[cfg(feature = "equivalent")]
pub mod equivalent {
    pub use allotment_core::equivalent::by;
}

/// Strategies for maps and sets.
#[cfg(feature = "proptest")]
pub mod proptest {
    pub use allotment_core::proptest::{btree_map, btree_set};
}

/// Maps, sets and multimaps as files that are read in place.
///
/// ```
/// use allotment::BTreeMap;
/// use allotment::snapshot::{Snapshot, SnapshotOptions};
///
/// let beds = BTreeMap::from([("beans", 2_u32), ("carrots", 4)]);
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write(&mut bytes, &beds)?;
/// let beds = Snapshot::<str, u32, _>::from_bytes(bytes)?;
/// assert_eq!(beds.get("carrots")?, Some(4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "snapshot")]
pub mod snapshot {
    #[cfg(feature = "snapshot-zerocopy")]
    pub use allotment_snapshot::InPlace;
    #[cfg(feature = "snapshot-mmap")]
    pub use allotment_snapshot::Mapped;
    #[cfg(feature = "snapshot-serde")]
    pub use allotment_snapshot::Serialized;
    pub use allotment_snapshot::{
        Codec, Damage, DamageKind, DiskFile, Encoded, EntryView, Finished, Iter, Kind, Metadata,
        MultiSnapshot, Named, OpenError, PageCache, ReadError, RestoreError, Restored, Snapshot,
        SnapshotJob, SnapshotOptions, SnapshotReader, SnapshotWriter, Source, Stored, StoredKey,
        Summary, TypeMismatch, TypeName, Unreadable, Untyped, Values, Verified, Walk, WriteBuffers,
        WriteError,
    };
}

/// Reading maps and sets with serde, on an allocator of choice.
///
/// Maps and sets themselves are `Serialize`; `Deserialize` where their allocator is `Default`.
#[cfg(feature = "serde")]
pub mod serde {
    pub use allotment_core::serde::{Duplicates, MapSeed, MultiMapSeed, SetSeed};
}

/// Collections on the backend that the application's `Cargo.toml` names.
///
/// The global allocator, unless the feature `select-pool` or `select-bump` is on; with both, the
/// pool. Only an application should turn one on: the types of this module change for every crate in
/// the build that uses them, and those of no other module do.
///
/// ```
/// use allotment::selected::{BTreeMap, Backend};
///
/// let mut map: BTreeMap<u32, &str> = BTreeMap::new_in(Backend::default());
/// map.insert(1, "one");
/// ```
pub mod selected {
    #[cfg(feature = "select-pool")]
    pub use crate::pool::Pool as Backend;

    #[cfg(all(feature = "select-bump", not(feature = "select-pool")))]
    pub use crate::bump::Bump as Backend;

    #[cfg(not(any(feature = "select-pool", feature = "select-bump")))]
    pub use crate::Global as Backend;

    /// A map on the selected [`Backend`].
    pub type BTreeMap<K, V> = crate::BTreeMap<K, V, Backend>;
    /// A multimap on the selected [`Backend`].
    pub type BTreeMultiMap<K, V> = crate::BTreeMultiMap<K, V, Backend>;
    /// A posting map on the selected [`Backend`].
    pub type PostingMap<K, Id> = crate::PostingMap<K, Id, Backend>;
    /// A set on the selected [`Backend`].
    pub type BTreeSet<T> = crate::BTreeSet<T, Backend>;
}
