//! What a program does to a map, recorded: a compact, checked stream of operations.
//!
//! - A [`Recorder`] is put around the map of a program and writes down what is done to it. It has
//!   the map's methods, and takes two lines: one where the map is made, one where it ends.
//! - A [`TraceWriter`] is for programs that call for more, or whose map is of another kind: it is
//!   given [`TraceOp`]s.
//! - A [`TraceReader`] reads them back. It checks each block before it is looked at, so that a
//!   trace that is damaged or cut off gives a [`ReadError`], with the place in the file, and never
//!   an operation that was not recorded.
//!
//! `cargo xtask profile --trace FILE` replays a trace on every backend.
//!
//! Keys are integers of up to 64 bits, text, or a type of yours that is ordered as one of these: a
//! [`TraceKey`]. Values are not recorded, but for the bytes that one takes in the map: what a map
//! does depends on nothing else of them. An operation takes a byte and what its key differs from
//! the one before; `docs/trace-format.md` of the repository describes the files, byte by byte.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use allotment_trace::Recorder;
//!
//! let path = std::env::temp_dir().join(format!("allotment-{}.trace", std::process::id()));
//! let mut queue = Recorder::create(BTreeMap::new(), &path)?;
//! for due in [30_u64, 10, 20] {
//!     queue.insert(due, "water the beans");
//! }
//! while let Some((due, what)) = queue.pop_first() {
//!     println!("at {due}: {what}");
//! }
//! let (_queue, written) = queue.finish();
//! written?;
//! // A header, a block of 7 operations in 10 bytes, and the end.
//! # assert_eq!(std::fs::metadata(&path)?.len(), 24 + (16 + 10) + 16);
//! # std::fs::remove_file(&path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod code;
mod error;
#[cfg(test)]
mod format;
mod key;
mod layout;
mod op;
mod reader;
mod recordable;
mod recorder;
mod writer;

pub use error::{ReadError, ReadFault, WriteError};
pub use key::{Key, KeyKind, TraceKey};
pub use layout::{MAX_BLOCK_BYTES, MAX_KEY_BYTES};
pub use op::TraceOp;
pub use reader::TraceReader;
pub use recordable::Recordable;
pub use recorder::Recorder;
pub use writer::TraceWriter;
