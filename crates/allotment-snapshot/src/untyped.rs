//! [`Untyped`]: files whose types are not known, as bytes.

use crate::damage::{Damage, DamageKind};
use crate::name::TypeName;
use crate::open::OpenError;
use crate::reader::cache::PageCache;
use crate::reader::verify::Verified;
use crate::snapshot_reader::SnapshotReader;
use crate::source::Source;
use crate::stored::{Encoded, Stored, StoredKey};

/// Stands for a type that is not known: its views are the bytes.
///
/// For tools: [`SnapshotReader::open_untyped`] takes any file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Untyped {}

impl Stored for Untyped {
    const TYPE: TypeName = TypeName::new("?");
    const WIDTH: Option<usize> = None;
    type View<'a> = &'a [u8];

    fn encode(&self, _: &mut Encoded) {
        match *self {}
    }

    fn view(bytes: &[u8]) -> Option<&[u8]> {
        Some(bytes)
    }
}

impl StoredKey for Untyped {}

impl<S: Source> SnapshotReader<Untyped, Untyped, S> {
    /// Opens a file of any types. [`metadata`](Self::metadata) names them.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), but for types.
    ///
    /// ```
    /// use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    ///
    /// let mut bytes = Vec::new();
    /// SnapshotOptions::new().write(&mut bytes, [("beans", 2_u16), ("carrots", 4)])?;
    ///
    /// let reader = SnapshotReader::open_untyped(bytes)?;
    /// assert_eq!(reader.metadata().value.as_str(), "u16");
    /// let mut cache = PageCache::new(1 << 20);
    /// assert_eq!(reader.first(&mut cache)?, Some((&b"beans"[..], &[0, 2][..])));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open_untyped(source: S) -> Result<Self, OpenError> {
        Self::of_any_type(source)
    }

    /// Reads the whole file, as [`verify_with`](Self::verify_with) does, where `check` says whether
    /// the bytes of an entry are a key and a value.
    ///
    /// # Errors
    ///
    /// The first damage, of which some may be what `check` has found.
    pub fn verify_entries(
        &self,
        cache: &mut PageCache,
        check: impl Fn(&[u8], &[u8]) -> Result<(), DamageKind>,
        mut progress: impl FnMut(u64),
    ) -> Result<Verified, Damage> {
        self.verify_by(cache, &check, &mut progress)
    }
}
