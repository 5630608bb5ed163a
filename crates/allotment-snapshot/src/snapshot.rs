//! [`Snapshot`]: a map, or a set, that is read in place.

use alloc::boxed::Box;
use core::borrow::Borrow;
use core::fmt;
use core::marker::PhantomData;
use core::ops::RangeBounds;

use crate::damage::Damage;
use crate::iter::Iter;
use crate::layout::column::Width;
use crate::layout::header::Kind;
use crate::layout::page::{Entry, Page};
use crate::open::{OpenError, TypeMismatch};
use crate::reader::entries::Entries;
use crate::reader::file::{File, Metadata};
use crate::reader::pages::RawPages;
use crate::reader::search::{count_before, leaf_of_key, numbers_within};
use crate::reader::verify::{Verified, verify};
use crate::stored::{Encoded, Stored, StoredKey};
use crate::typed::{self, EntryView};

/// A map, or a set, whose values are `()`, that is read in place from the bytes of its file.
///
/// `B` holds the bytes: a slice, a vector. Its `as_ref` must give the same each time.
/// Keys and values are views that borrow them; nothing is deserialized.
///
/// No byte of a page is interpreted before its checksum was found right, which is done once; so a
/// look-up answers what was written, or [`Damage`]. Checksums are no signature: a file that was
/// forged may hold anything, also keys in the wrong order, which are then not found. But whatever
/// the bytes are, no method panics or runs on, and look-ups read a page a level.
///
/// ```
/// use allotment_snapshot::{Snapshot, SnapshotOptions};
///
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write(&mut bytes, (0..1000_u64).map(|n| (n, n * n)))?;
///
/// let squares = Snapshot::<u64, u64, _>::from_bytes(&bytes)?;
/// assert_eq!(squares.len(), 1000);
/// assert_eq!(squares.get(&30)?, Some(900));
/// assert_eq!(squares.range(10..).next(), Some(Ok((10, 100))));
///
/// // A bit flips.
/// bytes[5000] ^= 4;
/// let squares = Snapshot::<u64, u64, _>::from_bytes(&bytes)?;
/// println!("{}", squares.get(&30).unwrap_err());
/// assert_eq!(squares.get(&900), Ok(Some(810_000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Snapshot<K: ?Sized, V: ?Sized, B> {
    pages: RawPages<B>,
    types: PhantomData<fn(&K, &V)>,
}

impl<K: StoredKey + ?Sized, V: Stored + ?Sized, B: AsRef<[u8]>> Snapshot<K, V, B> {
    /// Opens a file that is in memory, or mapped to it.
    ///
    /// Reads its two ends, and takes memory of a bit for each page; no page is looked at.
    ///
    /// # Errors
    ///
    /// If the bytes are no snapshot, or one of other types, or of a multimap.
    ///
    /// ```
    /// use allotment_snapshot::{OpenError, Snapshot, SnapshotOptions};
    ///
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.get(&4)?, Some(40));
    /// let other = Snapshot::<u32, u64, _>::from_bytes(&bytes);
    /// assert!(matches!(other, Err(OpenError::Types(_))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_bytes(bytes: B) -> Result<Self, OpenError> {
        Self::of_kind(bytes, Kind::Map)
    }

    pub(crate) fn of_kind(bytes: B, kind: Kind) -> Result<Self, OpenError> {
        let pages = RawPages::open(bytes)?;
        check_types::<K, V>(&pages.file)?;
        if pages.file.header.kind != kind {
            return Err(OpenError::Kind);
        }
        Ok(Self { pages, types: PhantomData })
    }

    /// What the file says of itself.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.metadata().entries, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn metadata(&self) -> Metadata {
        self.pages.file.metadata()
    }

    /// How many entries there are.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> u64 {
        self.pages.file.footer.entries
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key. O(log n): reads a page a level; allocates nothing.
    ///
    /// # Errors
    ///
    /// If one of these pages is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!((file.get(&4)?, file.get(&5)?), (Some(40), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Result<Option<V::View<'_>>, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        self.find(key)?.map(typed::value::<V>).transpose()
    }

    /// The values of keys, one by one. Where a key lies in the same page as the one before, nothing
    /// else is read: sorted keys are found sooner.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, (0..1000_u64).map(|n| (n, n * n)))?;
    /// let squares = Snapshot::<u64, u64, _>::from_bytes(&bytes)?;
    /// let found: Vec<_> = squares.get_many(&[3, 4, 1000]).collect::<Result<_, _>>()?;
    /// assert_eq!(found, [Some(9), Some(16), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_many<'q, Q, I>(
        &self,
        keys: I,
    ) -> impl Iterator<Item = Result<Option<V::View<'_>>, Damage>>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized + 'q,
        I: IntoIterator<Item = &'q Q>,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let mut near: Option<Page<'_>> = None;
        keys.into_iter().map(move |key| {
            let mut scratch = Encoded::new();
            let bytes = key.bytes_in(&mut scratch);
            if !near.is_some_and(|page| page.spans(bytes)) {
                near = self.leaf(bytes)?;
            }
            let entry = near.and_then(|page| page.find(bytes));
            entry.map(typed::value::<V>).transpose()
        })
    }

    /// Whether there is a key. As [`get`](Self::get), and the value is not looked at.
    ///
    /// # Errors
    ///
    /// As `get`.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert!(file.contains(&4)? && !file.contains(&5)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains<Q>(&self, key: &Q) -> Result<bool, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        Ok(self.find(key)?.is_some())
    }

    /// All entries, in ascending order, from both ends.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// let pairs: Vec<_> = file.iter().rev().collect::<Result<_, _>>()?;
    /// assert_eq!(pairs, [(9, 90), (4, 40), (1, 10)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V, B> {
        Iter::new(self.entries())
    }

    /// The entries whose keys are within bounds, in ascending order, from both ends. None if they
    /// are the wrong way round.
    ///
    /// O(log n) to begin with; if pages needed for that are damaged, the first item says so.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// use std::ops::Bound::{Excluded, Unbounded};
    ///
    /// # let mut bytes = Vec::new();
    /// SnapshotOptions::new().write(&mut bytes, [("beans", 2), ("carrots", 4), ("peas", 1)])?;
    /// let beds = Snapshot::<str, i32, _>::from_bytes(&bytes)?;
    /// let some: Vec<_> = beds
    ///     .range::<str, _>((Excluded("beans"), Unbounded))
    ///     .rev()
    ///     .collect::<Result<_, _>>()?;
    /// assert_eq!(some, [("peas", 1), ("carrots", 4)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn range<Q, R>(&self, bounds: R) -> Iter<'_, K, V, B>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
        R: RangeBounds<Q>,
    {
        Iter::new(self.within(&bounds))
    }

    /// The first entry. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.first()?, Some((1, 10)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn first(&self) -> Result<Option<EntryView<'_, K, V>>, Damage> {
        self.iter().next().transpose()
    }

    /// The last entry. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.last()?, Some((9, 90)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn last(&self) -> Result<Option<EntryView<'_, K, V>>, Damage> {
        self.iter().next_back().transpose()
    }

    /// The entry that `n` others come before. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!((file.nth(1)?, file.nth(3)?), (Some((4, 40)), None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nth(&self, n: u64) -> Result<Option<EntryView<'_, K, V>>, Damage> {
        let end = n.saturating_add(1).min(self.len());
        let mut entries = Entries::new(&self.pages, (n.min(end), end));
        entries.next().map(|entry| typed::pair::<K, V>(entry?)).transpose()
    }

    /// How many entries have keys before this one, whether or not it is there. O(log n).
    ///
    /// # Errors
    ///
    /// If a page on the way to it is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!((file.rank(&4)?, file.rank(&5)?), (1, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn rank<Q>(&self, key: &Q) -> Result<u64, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let Some(root) = self.pages.file.footer.root() else { return Ok(0) };
        let kind = self.pages.file.header.kind;
        count_before(&mut &self.pages, root, key.bytes_in(&mut Encoded::new()), kind)
    }

    /// Reads the whole file: each checksum, the order of the keys, whether they and the values are
    /// of their types, and whether all bytes of the file belong to a page.
    ///
    /// After that, no method answers damage. O(n).
    ///
    /// # Errors
    ///
    /// The first damage.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.verify_all()?.entries, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_all(&self) -> Result<Verified, Damage> {
        self.verify_with(|_| ())
    }

    /// [`verify_all`](Self::verify_all), telling `progress` how many pages are done, after each.
    ///
    /// # Errors
    ///
    /// The first damage.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// let mut pages = 0;
    /// file.verify_with(|done| pages = done)?;
    /// assert_eq!(pages, file.metadata().leaves + file.metadata().index_pages);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_with(&self, mut progress: impl FnMut(u64)) -> Result<Verified, Damage> {
        verify(&mut &self.pages, &self.pages.file, &typed::check::<K, V>, &mut progress)
    }

    /// The bytes.
    ///
    /// ```
    /// # use allotment_snapshot::{Snapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, [(1_u32, 10_u32), (4, 40), (9, 90)])?;
    /// let file = Snapshot::<u32, u32, _>::from_bytes(&bytes)?;
    /// assert!(file.into_bytes().len() > 24);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_bytes(self) -> B {
        self.pages.into_bytes()
    }

    /// How many pages were asked for.
    #[doc(hidden)]
    #[cfg(debug_assertions)]
    pub fn pages_asked(&self) -> u64 {
        self.pages.asked()
    }

    pub(crate) fn entries(&self) -> Entries<'_, B> {
        Entries::new(&self.pages, (0, self.len()))
    }

    pub(crate) fn within<Q, R>(&self, bounds: &R) -> Entries<'_, B>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
        R: RangeBounds<Q>,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let Some(root) = self.pages.file.footer.root() else { return self.entries() };
        let kind = self.pages.file.header.kind;
        let numbers = typed::with_bounds(bounds, |bounds| {
            numbers_within(&mut &self.pages, root, bounds, kind)
        });
        match numbers {
            Ok(numbers) => Entries::new(&self.pages, numbers),
            Err(damage) => Entries::damaged(&self.pages, damage),
        }
    }

    #[inline]
    fn find<Q>(&self, key: &Q) -> Result<Option<Entry<'_>>, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        const { assert!(K::TYPE.is(&Q::TYPE), "keys are looked up by another type") };
        let mut scratch = Encoded::new();
        let key = key.bytes_in(&mut scratch);
        Ok(self.leaf(key)?.and_then(|page| page.find(key)))
    }

    /// The leaf that has the key, if any does.
    #[inline]
    fn leaf(&self, key: &[u8]) -> Result<Option<Page<'_>>, Damage> {
        let Some(root) = self.pages.file.footer.root() else { return Ok(None) };
        let leaf = leaf_of_key(&mut &self.pages, root, key)?;
        self.pages.page(&leaf).map(Some)
    }
}

/// Whether the file is of these types, and its entries as wide as they are.
pub(crate) fn check_types<K, V>(file: &File) -> Result<(), OpenError>
where
    K: Stored + ?Sized,
    V: Stored + ?Sized,
{
    let (expected, found) = ((K::TYPE, V::TYPE), file.header.types);
    if expected != found {
        return Err(OpenError::Types(Box::new(TypeMismatch { expected, found })));
    }
    let widths = const { (Width::of(K::WIDTH), Width::of(V::WIDTH)) };
    if file.header.widths == widths { Ok(()) } else { Err(OpenError::Header) }
}

impl<'a, K, V, B> IntoIterator for &'a Snapshot<K, V, B>
where
    K: StoredKey + ?Sized,
    V: Stored + ?Sized,
    B: AsRef<[u8]>,
{
    type Item = Result<EntryView<'a, K, V>, Damage>;
    type IntoIter = Iter<'a, K, V, B>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: ?Sized, V: ?Sized, B> fmt::Debug for Snapshot<K, V, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Snapshot").field(&self.pages.file.metadata()).finish()
    }
}
