//! Back into memory: maps, sets and multimaps of what a snapshot holds.

use core::error;
use core::fmt;
use core::ops::ControlFlow;

use allotment_core::{Allocator, BTreeMap, BTreeMultiMap, BTreeSet, Global, Layout};

use crate::damage::Damage;
use crate::iter::Iter;
use crate::layout::header::Kind;
use crate::multi::MultiSnapshot;
use crate::reader::cache::PageCache;
use crate::snapshot::Snapshot;
use crate::snapshot_reader::SnapshotReader;
use crate::source::Source;
use crate::stored::{Restored, StoredKey};
use crate::walk::Walk;

/// Why a snapshot was not read back into memory. What was built so far is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreError {
    /// The file is damaged.
    Damage(Damage),
    /// The allocator could not serve a block of this layout.
    Alloc(Layout),
    /// The file is a multimap, and a map was asked for, or the other way round.
    Kind,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damage(damage) => write!(f, "the snapshot is damaged: {damage}"),
            Self::Kind => f.write_str("a map was expected and it is a multimap, or the reverse"),
            Self::Alloc(layout) => write!(f, "no memory for {} bytes", layout.size()),
        }
    }
}

impl error::Error for RestoreError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Damage(damage) => Some(damage),
            Self::Alloc(_) | Self::Kind => None,
        }
    }
}

impl<K, V, B> Snapshot<K, V, B>
where
    K: StoredKey + Restored + Ord,
    V: Restored,
    B: AsRef<[u8]>,
{
    /// A map of the entries, on the global allocator: see [`to_map_in`](Self::to_map_in).
    ///
    /// # Errors
    ///
    /// As `to_map_in`.
    pub fn to_map(&self) -> Result<BTreeMap<K, V>, RestoreError> {
        self.to_map_in(Global)
    }

    /// A map of the entries, on `alloc`. O(n): they ascend, so that its nodes are built full.
    ///
    /// # Errors
    ///
    /// If a page is damaged, or the allocator fails.
    ///
    /// ```
    /// use allotment_core::BTreeMap;
    /// use allotment_snapshot::{Snapshot, SnapshotOptions};
    ///
    /// let beds = BTreeMap::from([("beans".to_owned(), 2), ("carrots".to_owned(), 4)]);
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().write(&mut bytes, &beds)?;
    /// assert_eq!(Snapshot::<String, i32, _>::from_bytes(&bytes)?.to_map()?, beds);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_map_in<A: Allocator>(&self, alloc: A) -> Result<BTreeMap<K, V, A>, RestoreError> {
        let mut map = BTreeMap::new_in(alloc);
        fill(self.iter(), |entries| {
            map.fallible().extend(entries).map_err(|failure| failure.layout)
        })?;
        Ok(map)
    }
}

impl<T, B> Snapshot<T, (), B>
where
    T: StoredKey + Restored + Ord,
    B: AsRef<[u8]>,
{
    /// A set of the elements, on the global allocator.
    ///
    /// # Errors
    ///
    /// As [`to_set_in`](Self::to_set_in).
    pub fn to_set(&self) -> Result<BTreeSet<T>, RestoreError> {
        self.to_set_in(Global)
    }

    /// A set of the elements, on `alloc`: as [`to_map_in`](Self::to_map_in).
    ///
    /// # Errors
    ///
    /// If a page is damaged, or the allocator fails.
    pub fn to_set_in<A: Allocator>(&self, alloc: A) -> Result<BTreeSet<T, A>, RestoreError> {
        let mut set = BTreeSet::new_in(alloc);
        fill(self.iter(), |entries| {
            let elements = entries.map(|(element, ())| element);
            set.fallible().extend(elements).map_err(|failure| failure.layout)
        })?;
        Ok(set)
    }
}

impl<K, V, B> MultiSnapshot<K, V, B>
where
    K: StoredKey + Restored + Ord,
    V: StoredKey + Restored + Ord,
    B: AsRef<[u8]>,
{
    /// A multimap of the entries, on the global allocator.
    ///
    /// # Errors
    ///
    /// As [`to_multimap_in`](Self::to_multimap_in).
    pub fn to_multimap(&self) -> Result<BTreeMultiMap<K, V>, RestoreError> {
        self.to_multimap_in(Global)
    }

    /// A multimap of the entries, on `alloc`. O(n) for entries that ascend, as they do.
    ///
    /// # Errors
    ///
    /// If a page is damaged, or the allocator fails.
    pub fn to_multimap_in<A: Allocator>(
        &self,
        alloc: A,
    ) -> Result<BTreeMultiMap<K, V, A>, RestoreError> {
        let mut multimap = BTreeMultiMap::new_in(alloc);
        fill(self.iter(), |entries| {
            multimap.fallible().extend(entries).map_err(|failure| failure.layout)
        })?;
        Ok(multimap)
    }
}

impl<K, V, S> SnapshotReader<K, V, S>
where
    K: StoredKey + Restored + Ord,
    V: Restored,
    S: Source,
{
    /// A map of the entries, on `alloc`: as [`Snapshot::to_map_in`].
    ///
    /// # Errors
    ///
    /// If a page is damaged, the allocator fails, or it is the file of a multimap.
    ///
    /// ```
    /// use allotment_core::{BTreeMap, Global};
    /// use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    ///
    /// let beds = BTreeMap::from([("beans".to_owned(), 2), ("carrots".to_owned(), 4)]);
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().write(&mut bytes, &beds)?;
    /// let reader = SnapshotReader::<String, i32, _>::open(bytes)?;
    /// assert_eq!(reader.to_map_in(&mut PageCache::new(1 << 20), Global)?, beds);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_map_in<A: Allocator>(
        &self,
        cache: &mut PageCache,
        alloc: A,
    ) -> Result<BTreeMap<K, V, A>, RestoreError> {
        if self.metadata().kind != Kind::Map {
            return Err(RestoreError::Kind);
        }
        let mut map = BTreeMap::new_in(alloc);
        fill_from(self.iter(cache), |key, value| {
            map.fallible().insert(key, value).map(drop).map_err(|failure| failure.layout)
        })?;
        Ok(map)
    }

    /// A multimap of the entries, on `alloc`: as [`MultiSnapshot::to_multimap_in`].
    ///
    /// # Errors
    ///
    /// If a page is damaged, the allocator fails, or it is not the file of a multimap.
    pub fn to_multimap_in<A: Allocator>(
        &self,
        cache: &mut PageCache,
        alloc: A,
    ) -> Result<BTreeMultiMap<K, V, A>, RestoreError>
    where
        V: StoredKey + Ord,
    {
        if self.metadata().kind != Kind::Multi {
            return Err(RestoreError::Kind);
        }
        let mut multimap = BTreeMultiMap::new_in(alloc);
        fill_from(self.iter(cache), |key, value| {
            multimap.fallible().insert(key, value).map(drop).map_err(|failure| failure.layout)
        })?;
        Ok(multimap)
    }
}

/// Hands entries on to `insert`, up to the first that is damaged. A walk is told what to do with
/// them, and not asked for one after the other, so that it looks for each page once.
fn fill_from<K, V, S>(
    mut walk: Walk<'_, K, V, S>,
    mut insert: impl FnMut(K, V) -> Result<(), Layout>,
) -> Result<(), RestoreError>
where
    K: StoredKey + Restored,
    V: Restored,
    S: Source,
{
    let flow = walk.try_for_each(|key, value| match insert(K::restore(key), V::restore(value)) {
        Ok(()) => ControlFlow::Continue(()),
        Err(layout) => ControlFlow::Break(layout),
    });
    match flow.map_err(RestoreError::Damage)? {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(layout) => Err(RestoreError::Alloc(layout)),
    }
}

/// Hands entries on to `extend`, up to the first that is damaged.
fn fill<K, V, B>(
    entries: Iter<'_, K, V, B>,
    extend: impl FnOnce(&mut dyn Iterator<Item = (K, V)>) -> Result<(), Layout>,
) -> Result<(), RestoreError>
where
    K: StoredKey + Restored,
    V: Restored,
    B: AsRef<[u8]>,
{
    let (mut entries, mut found) = (entries, None);
    let mut whole = core::iter::from_fn(|| match entries.next()? {
        Ok((key, value)) => Some((K::restore(key), V::restore(value))),
        Err(damage) => {
            found = Some(damage);
            None
        }
    });
    extend(&mut whole).map_err(RestoreError::Alloc)?;
    found.map_or(Ok(()), |damage| Err(RestoreError::Damage(damage)))
}
