//! Maps and sets as files that are read in place, each page checked before it is trusted.
//!
//! - [`SnapshotWriter`] takes entries that ascend and writes them strictly forward, in the memory
//!   of a few pages however many entries there are. [`SnapshotOptions`] says how.
//!   [`SnapshotJob`] takes them from a map in steps, between other work.
//! - [`Snapshot`] answers look-ups, ranges, and positions from the bytes of the file, without
//!   deserializing; keys and values are views of these bytes. Opening reads the ends of the file.
//! - [`SnapshotReader`] reads a file a page at a time through a [`PageCache`]: one that is
//!   compressed by a [`Codec`], or that should not be in memory.
//! - [`MultiSnapshot`] is the same for multimaps, and for the lists of posting maps.
//! - [`Stored`] and [`StoredKey`] are what keys and values can be: numbers, text, bytes, options
//!   and tuples, and types of one's own.
//!
//! ```
//! use allotment_core::BTreeMap;
//! use allotment_snapshot::{Snapshot, SnapshotOptions};
//!
//! let map: BTreeMap<String, u32> = [("beans".into(), 2), ("carrots".into(), 4)].into();
//! let mut bytes = Vec::new();
//! SnapshotOptions::new().write(&mut bytes, &map)?;
//!
//! let beds = Snapshot::<String, u32, _>::from_bytes(&bytes)?;
//! assert_eq!(beds.get("carrots")?, Some(4));
//! assert_eq!(beds.first()?, Some(("beans", 2)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What can be relied on
//!
//! Each page has a checksum, keyed by the id of the file and by its place, which stands in the page
//! above it; that of the topmost stands in the footer, at the end. No byte of a page is interpreted
//! before its checksum was found right in this process, and then its structure is checked as well.
//! So bits that flip, a file that was cut off, pages that changed places or belong to another file:
//! all of it is answered with [`Damage`] that says where, and never with wrong data. What lies on
//! other pages stays readable.
//!
//! Checksums are no signature. A file that someone forged may say anything; but there are no bytes
//! that make a method panic, run without end, allocate more than a page, or read more than a page a
//! level for a look-up. Only of values of a type of yours, such as those of `Serialized`, what it
//! makes of bytes decides: a recursive one may take them for more levels than the stack has.
//!
//! `docs/format.md` of the repository describes the files, byte by byte.
//!
//! # Features
//!
//! - `std` (on by default): writing, and files. Without it, bytes in memory are read.
//! - `lz4`, `zstd`: pages are compressed. `zstd` needs std, and a C compiler.
//! - `zerocopy`: values of its types, viewed in place. `serde`: of its types, decoded on access.
//! - `cli`: the command `allotment-snapshot`, which inspects, verifies, dumps and compares files.
//! - `mmap`: files are mapped into memory, and read in place as they are.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod checksum;
mod codec;
mod damage;
#[cfg(feature = "std")]
mod disk;
#[cfg(feature = "std")]
mod files;
mod iter;
#[cfg(feature = "std")]
mod job;
mod layout;
#[cfg(feature = "mmap")]
mod mapped;
#[cfg(feature = "std")]
mod merge;
mod multi;
mod name;
mod open;
#[cfg(feature = "std")]
mod publish;
mod reader;
mod restore;
mod snapshot;
mod snapshot_reader;
mod source;
mod stored;
mod typed;
mod untyped;
mod walk;
#[cfg(feature = "std")]
mod writer;

pub use codec::Codec;
pub use damage::{Damage, DamageKind};
#[cfg(feature = "std")]
pub use disk::DiskFile;
#[cfg(feature = "std")]
pub use files::ReadError;
pub use iter::{Iter, Values};
#[cfg(feature = "std")]
pub use job::SnapshotJob;
pub use layout::header::Kind;
#[cfg(feature = "mmap")]
pub use mapped::Mapped;
pub use multi::MultiSnapshot;
pub use name::TypeName;
pub use open::{OpenError, TypeMismatch};
pub use reader::cache::PageCache;
pub use reader::file::Metadata;
pub use reader::verify::Verified;
pub use restore::RestoreError;
pub use snapshot::Snapshot;
pub use snapshot_reader::SnapshotReader;
pub use source::{Source, Unreadable};
#[cfg(feature = "zerocopy")]
pub use stored::InPlace;
#[cfg(feature = "serde")]
pub use stored::Serialized;
pub use stored::{Encoded, Named, Restored, Stored, StoredKey};
pub use typed::EntryView;
pub use untyped::Untyped;
pub use walk::Walk;
#[cfg(feature = "std")]
pub use writer::{Finished, SnapshotOptions, SnapshotWriter, Summary, WriteBuffers, WriteError};
