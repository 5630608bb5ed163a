//! [`MultiSnapshot`]: a multimap that is read in place.

use core::borrow::Borrow;
use core::fmt;
use core::ops::{Bound, RangeBounds};

use crate::damage::Damage;
use crate::iter::{Iter, Values};
use crate::layout::header::Kind;
use crate::open::OpenError;
#[cfg(feature = "std")]
use crate::reader::entries::Entries;
use crate::reader::file::Metadata;
use crate::reader::verify::Verified;
use crate::snapshot::Snapshot;
use crate::stored::{Encoded, StoredKey};

/// A multimap, or the lists of a posting map, that is read in place: a [`Snapshot`] whose keys may
/// repeat, with values that ascend.
///
/// ```
/// use allotment_core::BTreeMultiMap;
/// use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
///
/// let index: BTreeMultiMap<String, u32> =
///     [("beans".into(), 7), ("beans".into(), 2), ("kale".into(), 5)].into_iter().collect();
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write_multi(&mut bytes, index.iter())?;
///
/// let index = MultiSnapshot::<String, u32, _>::from_bytes(&bytes)?;
/// let beans: Vec<u32> = index.get("beans").collect::<Result<_, _>>()?;
/// assert_eq!(beans, [2, 7]);
/// assert!(index.contains("kale", &5)? && !index.contains("kale", &6)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct MultiSnapshot<K: ?Sized, V: ?Sized, B>(Snapshot<K, V, B>);

impl<K, V, B> MultiSnapshot<K, V, B>
where
    K: StoredKey + ?Sized,
    V: StoredKey + ?Sized,
    B: AsRef<[u8]>,
{
    /// Opens a file, as [`Snapshot::from_bytes`] does.
    ///
    /// # Errors
    ///
    /// If the bytes are no snapshot, or one of other types, or of a map or set.
    pub fn from_bytes(bytes: B) -> Result<Self, OpenError> {
        Snapshot::of_kind(bytes, Kind::Multi).map(Self)
    }

    /// What the file says of itself.
    pub fn metadata(&self) -> Metadata {
        self.0.metadata()
    }

    /// How many entries there are: pairs of a key and one of its values.
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(index.len(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values of a key, in ascending order, from both ends. O(log n) to begin with, and to know
    /// [how many](Values::remaining) they are; if pages needed for that are damaged, the first item
    /// says so.
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(index.get("beans").next_back(), Some(Ok(7)));
    /// assert_eq!(index.get("leek").next(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get<Q>(&self, key: &Q) -> Values<'_, V, B>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        Values::new(self.0.within(&(Bound::Included(key), Bound::Included(key))))
    }

    /// Whether a key has a value. O(log² n) at most.
    ///
    /// # Errors
    ///
    /// If a page that is needed for the answer is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// assert!(index.contains("beans", &7)? && !index.contains("beans", &5)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains<Q, T>(&self, key: &Q, value: &T) -> Result<bool, Damage>
    where
        K: Borrow<Q>,
        V: Borrow<T>,
        Q: StoredKey + ?Sized,
        T: StoredKey + ?Sized,
    {
        const { assert!(V::TYPE.is(&T::TYPE), "values are looked up by another type") };
        let entries = self.0.within(&(Bound::Included(key), Bound::Included(key)));
        entries.has_value(value.bytes_in(&mut Encoded::new()))
    }

    /// Whether there is a key. O(log n).
    ///
    /// # Errors
    ///
    /// If a page that is needed for the answer is damaged.
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// assert!(index.contains_key("kale")? && !index.contains_key("leek")?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn contains_key<Q>(&self, key: &Q) -> Result<bool, Damage>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
    {
        let mut entries = self.0.within(&(Bound::Included(key), Bound::Included(key)));
        Ok(entries.next().transpose()?.is_some())
    }

    /// All entries, in ascending order, from both ends.
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(index.iter().next(), Some(Ok(("beans", 2))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self) -> Iter<'_, K, V, B> {
        self.0.iter()
    }

    /// The entries whose keys are within bounds: as [`Snapshot::range`].
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// use std::ops::Bound;
    ///
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// let beyond = (Bound::Excluded("beans"), Bound::Unbounded);
    /// assert_eq!(index.range::<str, _>(beyond).next(), Some(Ok(("kale", 5))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn range<Q, R>(&self, bounds: R) -> Iter<'_, K, V, B>
    where
        K: Borrow<Q>,
        Q: StoredKey + ?Sized,
        R: RangeBounds<Q>,
    {
        self.0.range(bounds)
    }

    /// Reads the whole file: as [`Snapshot::verify_all`].
    ///
    /// # Errors
    ///
    /// The first damage.
    ///
    /// ```
    /// # use allotment_snapshot::{MultiSnapshot, SnapshotOptions};
    /// # let mut bytes = Vec::new();
    /// # let pairs = [("beans", 2_u32), ("beans", 7), ("kale", 5)];
    /// # SnapshotOptions::new().write_multi(&mut bytes, pairs)?;
    /// let index = MultiSnapshot::<str, u32, _>::from_bytes(&bytes)?;
    /// assert_eq!(index.verify_all()?.entries, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_all(&self) -> Result<Verified, Damage> {
        self.0.verify_all()
    }

    #[cfg(feature = "std")]
    pub(crate) fn entries(&self) -> Entries<'_, B> {
        self.0.entries()
    }

    /// The bytes.
    pub fn into_bytes(self) -> B {
        self.0.into_bytes()
    }
}

impl<K: ?Sized, V: ?Sized, B> fmt::Debug for MultiSnapshot<K, V, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
