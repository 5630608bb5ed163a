//! Data sets, operation scripts and the roster of maps and backends.
//!
//! A [`Workload`] names an input: generated keys, real keys that ship with the crate, or a file of
//! the user's, of keys or of recorded operations. Loaded, it gives [`Keys`]; laid out step by step,
//! a [`Script`]. [`drive`] runs a script on one of the [`Backend`]s and returns an [`Outcome`],
//! whose hash every map must reproduce. A [`Probe`] follows what happens; this crate itself owns no
//! clock and no profiler.
//!
//! Most workloads fill a map from a key to a number. Others fill an index: many ids under a key, in
//! ascending order. Its script is the same, with a [`Pair`] of a key and an id where a map has a
//! key. The before is the standard library's map with a sorted `Vec` for each key; ours is a
//! multimap, or a posting map in the workloads called `-packed`.
//!
//! ```
//! use allotment_workload::{Backend, NoProbe, Script, Size, Workload, drive};
//!
//! let workload = Workload::find("ip4-ranges").unwrap();
//! let keys = workload.load(Size::Entries(2000), None)?;
//! let script = Script::new(&keys);
//! let expected = drive(&script, Backend::Std, &mut NoProbe);
//! for backend in Backend::ALL {
//!     let outcome = drive(&script, backend, &mut NoProbe);
//!     assert_eq!(outcome.unordered, expected.unordered, "{}", backend.name());
//!     assert_eq!(outcome.hash, expected.hash.filter(|_| backend.is_ordered()));
//! }
//! # Ok::<(), allotment_workload::LoadError>(())
//! ```
//!
//! Text keys are *borrowed*: a map holds `&str` into the loaded text, so that every block of the
//! heap that is counted is the map's own, not a key's. Scripts are laid out before the first step
//! is taken, so that only the map allocates while one runs. All input is the same on every
//! platform.
//!
//! # The script
//!
//! Nine phases, one after the other on one map: see [`Phase`]. *Build* inserts every key. *Lookup*
//! and *scan* read; *page* reads everything, as a program does that hands it out a MiB at a time.
//! *Churn* swaps entries at a fixed number of them, the oldest out first where the input is a
//! sequence, random ones elsewhere. *Clone* makes a second map over the same backend, *refill*
//! clears that one and fills it again. *Drain* empties the first, and *drop* ends both. A map
//! without order leaves out *scan*, *page* and *drain*; what it answers in the others is compared
//! by a hash of its own, [`Outcome::unordered`].
//!
//! What was recorded has a script of its own, of two phases: *replay* does it again, one operation
//! after the other, and *drop* ends the map. It asks for an order.

mod collection;
mod column;
mod digest;
mod file;
mod hashed;
mod index;
mod integers;
mod key;
mod keys;
mod lists;
mod meters;
mod neighbours;
mod page;
mod pair;
mod phase;
mod plan;
mod probe;
mod replay;
mod rng;
mod roster;
mod run;
mod script;
mod shipped;
mod subject;
mod text;
mod trace;
mod trace_file;
mod usage;
mod workload;

pub use column::keys_from_column;
pub use digest::Digest;
pub use file::{FileError, keys_from_file};
pub use key::Key;
pub use keys::{Keys, Lists, Sequence, TextKeys, TextPairs, Victims};
pub use meters::{HeapMeters, PauseMeters};
pub use page::{PAGE_BYTES, Page};
pub use pair::Pair;
pub use phase::{Op, Phase};
pub use probe::{NoProbe, Probe};
pub use replay::replay;
pub use roster::{Backend, drive, drive_aged, drive_counted, drive_metered};
pub use run::{Outcome, run};
pub use script::{SCAN_LENGTH, Script, Steps, Swap};
pub use shipped::{IP4_RANGES_COUNT, Ip4Range, NPM_NAMES_COUNT, ip4_ranges, npm_names};
pub use subject::{Dictionary, Subject};
pub use trace::{TextTrace, Trace};
pub use trace_file::{TraceError, trace_from_file};
pub use usage::NodeUsage;
pub use workload::{LoadError, Size, Workload};
