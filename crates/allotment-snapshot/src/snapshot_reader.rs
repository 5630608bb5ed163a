//! [`SnapshotReader`]: a snapshot of any codec, read through a cache.

use core::borrow::Borrow;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds};

use crate::damage::Damage;
use crate::layout::header::Kind;
use crate::layout::page::Entry;
use crate::open::OpenError;
use crate::reader::cache::PageCache;
use crate::reader::cached::CachedPages;
use crate::reader::file::{File, Metadata};
use crate::reader::search::{count_before, leaf_of_key, numbers_within};
use crate::reader::verify::{Check, Verified, verify};
use crate::snapshot::check_types;
use crate::source::Source;
use crate::stored::{Encoded, Stored, StoredKey};
use crate::typed::{self, EntryView};
use crate::walk::Walk;

/// A map, set or multimap that is read a page at a time: one that is compressed, or one that should
/// neither be in memory as a whole nor be mapped.
///
/// A page is checked and decompressed when it is needed, into a [`PageCache`] of the caller's. Each
/// method takes it, and views of keys and values borrow it: so memory is bounded by it, and threads
/// share a reader, each with a cache of its own. What [`Snapshot`](crate::Snapshot) says of damage
/// holds here too.
///
/// ```
/// use allotment_snapshot::{Codec, PageCache, SnapshotOptions, SnapshotReader};
///
/// # let codec = if cfg!(feature = "lz4") { Codec::Lz4 } else { Codec::Raw };
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("squares");
/// let squares = (0..100_000_u64).map(|n| (n, n * n));
/// // `codec` is `Codec::Lz4`.
/// SnapshotOptions::new().codec(codec).write_file(&path, squares)?;
///
/// let squares = SnapshotReader::<u64, u64, _>::open_file(&path)?;
/// let mut cache = PageCache::new(1 << 20);
/// assert_eq!(squares.get(&mut cache, &30)?, Some(900));
/// let mut walk = squares.range(&mut cache, 10..);
/// assert_eq!(walk.next(), Some(Ok((10, 100))));
/// assert_eq!(walk.next_back(), Some(Ok((99_999, 9_999_800_001))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SnapshotReader<K: ?Sized, V: ?Sized, S> {
    source: S,
    file: File,
    types: PhantomData<fn(&K, &V)>,
}

impl<K: StoredKey + ?Sized, V: Stored + ?Sized, S: Source> SnapshotReader<K, V, S> {
    /// Opens a snapshot, of a map, set or multimap, and of any codec that is built in.
    ///
    /// Reads its two ends, whatever its size.
    ///
    /// # Errors
    ///
    /// If the source has no snapshot, or one of other types.
    ///
    /// ```
    /// use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    ///
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// assert_eq!(file.get(&mut PageCache::new(1 << 16), &4)?, Some(40));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(source: S) -> Result<Self, OpenError> {
        let reader = Self::of_any_type(source)?;
        check_types::<K, V>(&reader.file)?;
        Ok(reader)
    }

    pub(crate) fn of_any_type(source: S) -> Result<Self, OpenError> {
        let file = File::open(&source)?;
        let codec = file.header.codec;
        if codec.is_available() {
            Ok(Self { source, file, types: PhantomData })
        } else {
            Err(OpenError::CodecOff(codec))
        }
    }

    /// What the file says of itself.
    ///
    /// ```
    /// # use allotment_snapshot::{SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// assert_eq!(file.metadata().entries, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metadata(&self) -> Metadata {
        self.file.metadata()
    }

    /// How many entries there are.
    ///
    /// ```
    /// # use allotment_snapshot::{SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// assert_eq!(file.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> u64 {
        self.file.footer.entries
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key; in a multimap, the first of them. O(log n): a page a level.
    ///
    /// # Errors
    ///
    /// If one of these pages is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert_eq!(file.get(&mut cache, &4)?, Some(40));
    /// assert_eq!(file.get(&mut cache, &5)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get<'c, Q>(
        &'c self,
        cache: &'c mut PageCache,
        key: &Q,
    ) -> Result<Option<V::View<'c>>, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        let entry = self.find(cache, key)?;
        entry.map(typed::value::<V>).transpose()
    }

    /// Whether there is a key. O(log n).
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert!(file.contains(&mut cache, &4)? && !file.contains(&mut cache, &5)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains<Q>(&self, cache: &mut PageCache, key: &Q) -> Result<bool, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        Ok(self.find(cache, key)?.is_some())
    }

    /// The entries of a key: the values of it in a multimap.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// let mut values = file.values(&mut cache, &4);
    /// assert_eq!((values.next(), values.next()), (Some(Ok((4, 40))), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn values<'c, Q>(&'c self, cache: &'c mut PageCache, key: &Q) -> Walk<'c, K, V, S>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        self.range(cache, (Bound::Included(key), Bound::Included(key)))
    }

    /// All entries.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// let mut walk = file.iter(&mut cache);
    /// assert_eq!(walk.next_back(), Some(Ok((9, 90))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter<'c>(&'c self, cache: &'c mut PageCache) -> Walk<'c, K, V, S> {
        Walk::new(self.pages(cache), Ok((0, self.len())))
    }

    /// The entries whose keys are within bounds; none if they are the wrong way round.
    ///
    /// O(log n) to begin with; if pages needed for that are damaged, the first item says so.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// let mut walk = file.range(&mut cache, 2..);
    /// assert_eq!(walk.next(), Some(Ok((4, 40))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn range<'c, Q, R>(&'c self, cache: &'c mut PageCache, bounds: R) -> Walk<'c, K, V, S>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
        R: RangeBounds<Q>,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let mut pages = self.pages(cache);
        let numbers = match self.file.footer.root() {
            Some(root) => typed::with_bounds(&bounds, |bounds| {
                numbers_within(&mut pages, root, bounds, self.file.header.kind)
            }),
            None => Ok((0, 0)),
        };
        Walk::new(pages, numbers)
    }

    /// The first entry. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert_eq!(file.first(&mut cache)?, Some((1, 10)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn first<'c>(
        &'c self,
        cache: &'c mut PageCache,
    ) -> Result<Option<EntryView<'c, K, V>>, Damage> {
        self.nth(cache, 0)
    }

    /// The last entry. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert_eq!(file.last(&mut cache)?, Some((9, 90)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last<'c>(
        &'c self,
        cache: &'c mut PageCache,
    ) -> Result<Option<EntryView<'c, K, V>>, Damage> {
        self.nth(cache, self.len().saturating_sub(1))
    }

    /// The entry that `n` others come before. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert_eq!(file.nth(&mut cache, 1)?, Some((4, 40)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nth<'c>(
        &'c self,
        cache: &'c mut PageCache,
        n: u64,
    ) -> Result<Option<EntryView<'c, K, V>>, Damage> {
        let numbers = (n.min(self.len()), self.len());
        let walk = Walk::<K, V, S>::new(self.pages(cache), Ok(numbers));
        walk.into_first()?.map(typed::pair::<K, V>).transpose()
    }

    /// How many entries have keys before this one, whether or not it is there. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert_eq!(file.rank(&mut cache, &5)?, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rank<Q>(&self, cache: &mut PageCache, key: &Q) -> Result<u64, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let Some(root) = self.file.footer.root() else { return Ok(0) };
        let (mut scratch, kind) = (Encoded::new(), self.file.header.kind);
        count_before(&mut self.pages(cache), root, key.bytes_in(&mut scratch), kind)
    }

    /// Reads the whole file: as [`Snapshot::verify_all`](crate::Snapshot::verify_all).
    ///
    /// # Errors
    ///
    /// The first damage.
    ///
    /// ```
    /// # use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// let mut cache = PageCache::new(1 << 16);
    /// assert_eq!(file.verify_all(&mut cache)?.entries, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_all(&self, cache: &mut PageCache) -> Result<Verified, Damage> {
        self.verify_with(cache, |_| ())
    }

    /// [`verify_all`](Self::verify_all), telling `progress` how many pages are done, after each.
    ///
    /// # Errors
    ///
    /// The first damage.
    pub fn verify_with(
        &self,
        cache: &mut PageCache,
        mut progress: impl FnMut(u64),
    ) -> Result<Verified, Damage> {
        self.verify_by(cache, &typed::check::<K, V>, &mut progress)
    }

    pub(crate) fn verify_by(
        &self,
        cache: &mut PageCache,
        check: Check<'_>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Verified, Damage> {
        verify(&mut self.pages(cache), &self.file, check, progress)
    }

    /// What the bytes are read from.
    ///
    /// ```
    /// # use allotment_snapshot::{SnapshotOptions, SnapshotReader};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = SnapshotReader::<u32, u32, _>::open(bytes)?;
    /// assert!(file.into_source().len() > 24);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_source(self) -> S {
        self.source
    }

    fn pages<'c>(&'c self, cache: &'c mut PageCache) -> CachedPages<'c, S> {
        CachedPages::new(&self.source, &self.file, cache)
    }

    fn find<'c, Q>(&'c self, cache: &'c mut PageCache, key: &Q) -> Result<Option<Entry<'c>>, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let Some(root) = self.file.footer.root() else { return Ok(None) };
        let mut scratch = Encoded::new();
        let key = key.bytes_in(&mut scratch);
        let mut pages = self.pages(cache);
        match self.file.header.kind {
            Kind::Map => {
                let leaf = leaf_of_key(&mut pages, root, key)?;
                Ok(pages.into_page(&leaf)?.find(key))
            }
            Kind::Multi => {
                let first = count_before(&mut pages, root, key, Kind::Multi)?;
                let numbers = (first.min(root.end), root.end);
                let entry = Walk::<K, V, S>::new(pages, Ok(numbers)).into_first()?;
                Ok(entry.filter(|entry| entry.key == key))
            }
        }
    }
}

impl<K: StoredKey + ?Sized, V: StoredKey + ?Sized, S: Source> SnapshotReader<K, V, S> {
    /// Whether a key has a value, in a multimap. O(log² n) at most.
    ///
    /// # Errors
    ///
    /// If a page that is needed for the answer is damaged.
    pub fn contains_value<Q, T>(
        &self,
        cache: &mut PageCache,
        key: &Q,
        value: &T,
    ) -> Result<bool, Damage>
    where
        K: Borrow<Q>,
        V: Borrow<T>,
        Q: StoredKey + ?Sized,
        T: StoredKey + ?Sized,
    {
        const { assert!(V::TYPE.is(&T::TYPE), "values are looked up by another type") };
        self.values(cache, key).has_value(value.bytes_in(&mut Encoded::new()))
    }
}

impl<K: ?Sized, V: ?Sized, S> fmt::Debug for SnapshotReader<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SnapshotReader").field(&self.file.metadata()).finish()
    }
}
