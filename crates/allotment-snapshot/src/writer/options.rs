//! [`SnapshotOptions`]: how a snapshot is written.

use std::hash::{BuildHasher, RandomState};

use super::error::WriteError;
use crate::codec::Codec;
use crate::layout::column::Width;
use crate::layout::header::{Header, Kind, MINOR};
use crate::layout::page::{LEAST_LOG2, MOST_LOG2};
use crate::stored::Stored;

/// How a snapshot is written.
///
/// ```
/// use allotment_snapshot::{Snapshot, SnapshotOptions};
///
/// let mut bytes = Vec::new();
/// SnapshotOptions::new().write(&mut bytes, [("beans", 2), ("carrots", 4)])?;
/// let beds = Snapshot::<str, i32, _>::from_bytes(&bytes)?;
/// assert_eq!(beds.get("carrots")?, Some(4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotOptions {
    page_size: Option<usize>,
    file_id: Option<u128>,
    schema: u64,
    codec: Codec,
    level: Option<i32>,
}

impl SnapshotOptions {
    /// Pages of 4 KiB that are not compressed, and a random id.
    pub const fn new() -> Self {
        Self { page_size: None, file_id: None, schema: 0, codec: Codec::Raw, level: None }
    }

    /// How pages are compressed, each for itself. They then are of 16 KiB, unless told otherwise,
    /// and read by a [`SnapshotReader`](crate::SnapshotReader).
    ///
    /// ```
    /// use allotment_snapshot::{Codec, SnapshotOptions, SnapshotReader};
    ///
    /// let mut bytes = Vec::new();
    /// # let codec = if cfg!(feature = "lz4") { Codec::Lz4 } else { Codec::Raw };
    /// // `codec` is `Codec::Lz4`.
    /// SnapshotOptions::new().codec(codec).write(&mut bytes, (0..1000_u64).map(|n| (n, n)))?;
    /// let file = SnapshotReader::<u64, u64, _>::open(bytes)?;
    /// assert_eq!(file.metadata().codec, codec);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn codec(self, codec: Codec) -> Self {
        Self { codec, ..self }
    }

    /// How hard zstd tries: 3 if not given. A higher level makes a smaller file in more time.
    #[must_use]
    pub const fn level(self, level: i32) -> Self {
        Self { level: Some(level), ..self }
    }

    /// The bytes of a page, before it is compressed: a power of two between 512 and 65,536. An
    /// entry must fit one, and a key half of one.
    ///
    /// ```
    /// use allotment_snapshot::{Snapshot, SnapshotOptions};
    ///
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().page_size(512).write(&mut bytes, (0..1000_u64).map(|n| (n, n)))?;
    /// let file = Snapshot::<u64, u64, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.metadata().page_size, 512);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn page_size(self, bytes: usize) -> Self {
        Self { page_size: Some(bytes), ..self }
    }

    /// The id of the file, which its checksums depend on. It should be another one for each file;
    /// if it is given, and not random, the same entries make the same bytes.
    ///
    /// ```
    /// use allotment_snapshot::SnapshotOptions;
    ///
    /// let (mut one, mut other) = (Vec::new(), Vec::new());
    /// let options = SnapshotOptions::new().file_id(7);
    /// options.write(&mut one, [("beans", 2)])?;
    /// options.write(&mut other, [("beans", 2)])?;
    /// assert_eq!(one, other);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn file_id(self, id: u128) -> Self {
        Self { file_id: Some(id), ..self }
    }

    /// A number of one's own, for readers that want to know what entries mean: 0 if not given.
    ///
    /// ```
    /// use allotment_snapshot::{Snapshot, SnapshotOptions};
    ///
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().schema(3).write(&mut bytes, [("beans", 2)])?;
    /// let file = Snapshot::<str, i32, _>::from_bytes(&bytes)?;
    /// assert_eq!(file.metadata().schema, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn schema(self, schema: u64) -> Self {
        Self { schema, ..self }
    }

    pub(crate) fn codec_level(&self) -> i32 {
        self.level.unwrap_or(3)
    }

    pub(crate) fn header<K, V>(&self, kind: Kind) -> Result<Header, WriteError>
    where
        K: Stored + ?Sized,
        V: Stored + ?Sized,
    {
        let size = self.page_size.unwrap_or(self.codec.page_size());
        let page_log2 = size.checked_ilog2().unwrap_or(0) as u8;
        if !size.is_power_of_two() || !(LEAST_LOG2..=MOST_LOG2).contains(&page_log2) {
            return Err(WriteError::PageSize(size));
        }
        Ok(Header {
            minor: MINOR,
            page_log2,
            codec: self.codec,
            kind,
            ignorable: 0,
            file_id: self.file_id.unwrap_or_else(random),
            schema: self.schema,
            widths: const { (Width::of(K::WIDTH), Width::of(V::WIDTH)) },
            types: (K::TYPE, V::TYPE),
        })
    }
}

/// A number that is not likely to come twice: std's maps begin with as much.
fn random() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(std::process::id()));
    half() << 64 | half()
}
