//! The harness: one workload on one backend, measured.
//!
//! Two programs, each for one workload and one backend, so that peaks are honest and nothing that
//! ran before is in the figures:
//!
//! - `allotment-profile-heap` runs under dhat's global allocator and reports what the map asked its
//!   backend for (*requests*, from [`Counting`](allotment_meter::Counting)) and what reached the
//!   heap (*heap blocks*, from dhat). Its figures are the same in every run.
//! - `allotment-profile-time` runs on the plain global allocator and reports times and pauses.
//!
//! `cargo xtask profile` builds and runs them for every pair, and lays the figures side by side.
//!
//! # The command line
//!
//! ```text
//! allotment-profile-heap --workload NAME --backend NAME [--quick] [--keys FILE [--column N]]
//!     [--trace FILE] [--dhat-out FILE]
//! allotment-profile-time --workload NAME --backend NAME [--quick] [--keys FILE [--column N]]
//!     [--trace FILE] [--threshold NANOS]
//! allotment-profile-time --workload NAME --backend NAME --soak SECONDS [--quick]
//!     [--keys FILE [--column N]]
//! allotment-profile-heap --list
//! ```
//!
//! `--keys` is the file that the workload `keys-file` reads, one key a line, or with `--column`
//! CSV, and `--trace` the one that `trace` replays; others leave them alone. `--threshold` is what
//! a single operation may take without being counted as a pause, 10,000 ns unless told; the other
//! program takes it and leaves it alone. `--dhat-out` is where dhat's own JSON goes, for its
//! viewer. `--list` prints what there is, as one JSON object:
//!
//! ```text
//! {"workloads": [
//!    {"name": "...", "description": "...", "entries": 400000, "quick_entries": 30000}],
//!  "backends": [{"name": "...", "description": "..."}]}
//! ```
//!
//! The two counts are missing where only the user's file can tell. A workload with `needs_order` is
//! not run on backends with `is_unordered`.
//!
//! An unknown name, a file that cannot be read or written, a bad line in it, or a wrong flag gives
//! one line on standard error that names it and says what is valid, and exit code 2. Exit code 1
//! means that the harness itself failed.
//!
//! `allotment-profile-time --soak SECONDS` takes no times. It repeats the churn phase, there and
//! back, for so long, and prints the memory about 120 times over, but at least once a second:
//!
//! ```text
//! SOAK:<seconds>:<resident bytes>:<live bytes>
//! ```
//!
//! Resident is the memory of the process that is no file's, swapped out or not; live is what the
//! map holds of its backend, or `-` where it takes none. Linux tells; elsewhere it is refused.
//!
//! # What is printed
//!
//! On standard output, a line for each figure, for what there is beyond figures, and for the
//! outcome:
//!
//! ```text
//! METRIC:<phase>.<name>:<value>:<unit>
//! SAMPLES:<phase>.<name>:<value>,<value>,...
//! DETAIL:<name>:<JSON>
//! OUTCOME:<16 hex digits>
//! OUTCOME_UNORDERED:<16 hex digits>
//! ```
//!
//! `<value>` is a decimal integer, `<unit>` is `count`, `bytes` or `ns`. The outcome is the hash of
//! everything that was read back, the same for every ordered map and both programs; a map without
//! order has none. The last line is the hash of what depends on no order, the same for all.
//!
//! By phase (`build`, `lookup`, `scan`, `page`, `churn`, `clone`, `refill`, `drain`, `drop`; of a
//! trace `replay` and `drop`; see [`Phase`](allotment_workload::Phase)), but for those that a map
//! without order leaves out:
//!
//! | name | unit | program | meaning |
//! |---|---|---|---|
//! | `ops` | count | both | operations in the phase |
//! | `requests` | count | heap | blocks that the map obtained from its backend, or resized |
//! | `grows` | count | heap | those among them that were there and grew |
//! | `shrinks` | count | heap | those among them that were there and shrank |
//! | `frees` | count | heap | blocks that the map gave back |
//! | `heap_blocks` | count | heap | blocks that reached the heap |
//! | `heap_bytes` | bytes | heap | the bytes in them |
//! | `nanos` | ns | time | duration of the phase |
//!
//! A block that grows or shrinks counts as a request, as it does for dhat. The standard library's
//! map and hashbrown's are given no backend: their requests are their heap blocks, their frees
//! what the heap took back or moved, and how many grew is not known.
//!
//! mimalloc is a heap of its own, which dhat does not see: its heap figures are what it was asked
//! for. What it reserves it keeps to itself.
//!
//! Of the whole run, with `all` for the phase. *After the build phase* is, of a trace, after the
//! replay; what depends on a phase or a call that there was not is missing:
//!
//! | name | unit | program | meaning |
//! |---|---|---|---|
//! | `entries` | count | both | entries in the map after the build phase; of a trace, the most |
//! | `live_bytes` | bytes | heap | what the map holds of its backend after the build phase |
//! | `peak_bytes` | bytes | heap | the most it held during the build phase |
//! | `heap_live_bytes` | bytes | heap | heap that map and backend hold after the build phase |
//! | `heap_peak_bytes` | bytes | heap | the most of it they held during the build phase |
//! | `reserved_bytes` | bytes | heap | what the backend holds of the heap after the build phase |
//! | `idle_bytes` | bytes | heap | the part of it that the map does not hold |
//! | `slack_bytes` | bytes | heap | the part of `live_bytes` that holds no key or value |
//! | `temporary_blocks` | count | heap | blocks given back within 100 requests of their own |
//! | `page_peak_bytes` | bytes | heap | the most heap that reading in pages took, buffer included |
//! | `heap_churn_blocks` | count | heap | heap blocks of the second half of the churn phase |
//! | `end_blocks` | count | heap | heap blocks left when map and backend are gone |
//! | `end_bytes` | bytes | heap | the bytes in them |
//! | `worst_insert_ns` | ns | time | the longest single insert |
//! | `worst_remove_ns` | ns | time | the longest single removal, `pop_first` included |
//! | `p50_insert_ns`, `p99_...`, `p999_...` | ns | time | bound of 50 %, 99 %, 99.9 % of inserts |
//! | `p50_remove_ns`, `p99_...`, `p999_...` | ns | time | the same of the removals |
//! | `clear_ns` | ns | time | one `clear` of a full map; of a trace, the longest |
//! | `clone_ns` | ns | time | one `clone` of a full map; of a trace, the longest |
//! | `drop_ns` | ns | time | the drop of a full map and its backend; of a trace, the longest |
//! | `pause_threshold_ns` | ns | time | what `--threshold` said |
//!
//! Of the workload `snapshot`, on our maps, and the same on all backends; after the script:
//!
//! | name | unit | program | meaning |
//! |---|---|---|---|
//! | `snapshot_first_write_blocks` | count | heap | heap blocks of writing the map to memory |
//! | `snapshot_second_write_blocks` | count | heap | the same with what the first writer left |
//! | `snapshot_bytes` | bytes | heap | the size of the snapshot |
//! | `snapshot_open_blocks` | count | heap | heap blocks of opening it in place |
//! | `snapshot_lookups` | count | heap | keys looked up in it, through a cache of 64 KiB |
//! | `snapshot_pages_read` | count | heap | pages that all of these look-ups read |
//! | `snapshot_pages_cold` | count | heap | pages that the first of them read |
//!
//! `SAMPLES` lines stand for every duration but the threshold: what each pass gave. The metric is
//! the smallest.
//!
//! Details, each in one line of JSON:
//!
//! - `size_classes` (heap): `[{"bytes":512,"requests":3,"frees":3,"live":1}]`, by the largest size
//!   of a class, which are 64 bytes wide and above 4096 double; live after the build phase. Of our
//!   maps.
//! - `lifetimes` (heap): `[{"below":2,"blocks":10}]`, blocks by how many requests they lived, in
//!   powers of two; the last are those that were never given back, below `null`. Of our maps.
//! - `timeline` (heap): `{"phase":[],"ops":[],"live_bytes":[],"heap_bytes":[]}`, columns of some
//!   180 moments; operations are counted from the start of the run, of a trace whatever their kind.
//! - `fill` (heap): ten numbers, the nodes by the tenth of their slots that is in use after the
//!   build phase. Of our maps.
//! - `pauses` (time): `[{"op":"insert","cause":"node","count":1,"p50":1,"p99":1,"p999":1,"max":1,`
//!   `"over":0,"buckets":[[64,1]]}]`.
//!
//! Pauses are single operations (`insert`, `remove`, `clear`, `clone`, `drop`, and `reset` where
//! the backend has one, within the drop), by what they did to memory: `chunk`, the backend asked
//! the heap; `free`, it gave back to the heap; `node`, the map asked its backend or gave back;
//! `nothing`; `unknown`, where the map is given no backend. The first that applies counts. `over`
//! is how many took longer than the threshold; a bucket is a power of two in nanoseconds, and how
//! many took at most that and more than half. What an arena of bumpalo's asks of the heap cannot be
//! told, and is in `node`.
//!
//! # In tests
//!
//! The same figures can be asserted of a block of code: [`assert_allocs!`], [`assert_peak!`] and
//! [`assert_no_leaks!`], for maps on a [`Metered`] allocator. They are `allotment-meter`'s, which
//! is all that a test needs.
//!
//! ```
//! use allotment_core::BTreeMap;
//! use allotment_profile::{Metered, assert_allocs};
//!
//! let mut map = BTreeMap::new_in(Metered::default());
//! assert_allocs!(<= 3, {
//!     map.insert(1, "one");
//!     map.insert(2, "two");
//! });
//! ```
//!
//! # How it is measured
//!
//! Keys are loaded and all steps laid out before anything is measured; text keys are borrowed from
//! the loaded text. The profiler and the books start empty, after that. The phase times and the
//! pauses are taken in separate passes, since reading the clock around each operation takes time
//! itself; see [`measure_time`] for how often. Where requests are counted, a backend is called
//! through a reference to the trait, which is not done where phases are timed.
//!
//! Nothing of the harness is in the figures: what it enters while the script runs is made before,
//! or lies in the platform's allocator, past dhat; and the report is made when the profiler is
//! gone.
//!
//! The buffer that pages are read into is made before the page phase begins, so that the blocks of
//! the phase are the map's own. It is a part of `page_peak_bytes`: what a program needs beside the
//! map to hand all of it out.

mod args;
mod catalog;
mod failure;
mod heap;
mod heap_report;
mod pauses;
mod plant;
mod program;
mod report;
mod snapshots;
mod soak;
mod time;
mod timeline;

pub use allotment_meter::{Leftovers, Metered, Watch, assert_allocs, assert_no_leaks, assert_peak};
pub use args::{Args, Job};
pub use catalog::catalog;
pub use failure::Failure;
pub use heap::{HeapBooks, HeapRun, TEMPORARY, measure_heap};
pub use plant::plant_leak;
pub use program::{print, run_program};
pub use report::{Metric, Report, Samples, Unit};
pub use snapshots::{SnapshotBooks, SnapshotFigures};
pub use soak::soak;
pub use time::measure_time;
