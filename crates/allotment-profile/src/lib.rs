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
//! allotment-profile-heap --workload NAME --backend NAME [--quick] [--keys FILE] [--dhat-out FILE]
//! allotment-profile-time --workload NAME --backend NAME [--quick] [--keys FILE]
//! allotment-profile-heap --list
//! ```
//!
//! `--keys` is the file that the workload `keys-file` reads; others leave it alone. `--dhat-out` is
//! where dhat's own JSON goes, for its viewer. `--list` prints what there is, as one JSON object:
//!
//! ```text
//! {"workloads": [
//!    {"name": "...", "description": "...", "entries": 1000000, "quick_entries": 50000}],
//!  "backends": [{"name": "...", "description": "..."}]}
//! ```
//!
//! The two counts are missing where only the user's file can tell.
//!
//! An unknown name, a file that cannot be read or written, a bad line in it, or a wrong flag gives
//! one line on standard error that names it and says what is valid, and exit code 2. Exit code 1
//! means that the harness itself failed.
//!
//! # What is printed
//!
//! On standard output, one line for each figure and one for the outcome:
//!
//! ```text
//! METRIC:<phase>.<name>:<value>:<unit>
//! OUTCOME:<16 hex digits>
//! ```
//!
//! `<value>` is a decimal integer, `<unit>` is `count`, `bytes` or `ns`. The outcome is the hash of
//! everything that was read back, the same for every backend and both programs.
//!
//! By phase (`build`, `lookup`, `scan`, `page`, `churn`, `clone`, `refill`, `drain`, `drop`; see
//! [`Phase`](allotment_workload::Phase)):
//!
//! | name | unit | program | meaning |
//! |---|---|---|---|
//! | `ops` | count | both | operations in the phase |
//! | `requests` | count | heap | blocks that the map obtained from its backend |
//! | `heap_blocks` | count | heap | blocks that reached the heap |
//! | `heap_bytes` | bytes | heap | the bytes in them |
//! | `nanos` | ns | time | duration of the phase |
//!
//! A block that grows or shrinks counts as a request, as it does for dhat. The standard library's
//! map takes no backend: its requests are its heap blocks.
//!
//! Of the whole run, with `all` for the phase:
//!
//! | name | unit | program | meaning |
//! |---|---|---|---|
//! | `entries` | count | both | entries in the map after the build phase |
//! | `live_bytes` | bytes | heap | what the map holds of its backend after the build phase |
//! | `peak_bytes` | bytes | heap | the most it held during the build phase |
//! | `heap_live_bytes` | bytes | heap | heap that map and backend hold after the build phase |
//! | `heap_peak_bytes` | bytes | heap | the most of it they held during the build phase |
//! | `page_peak_bytes` | bytes | heap | the most heap that reading in pages took, buffer included |
//! | `heap_churn_blocks` | count | heap | heap blocks of the second half of the churn phase |
//! | `end_blocks` | count | heap | heap blocks left when map and backend are gone |
//! | `end_bytes` | bytes | heap | the bytes in them |
//! | `worst_insert_ns` | ns | time | the longest single insert |
//! | `worst_remove_ns` | ns | time | the longest single removal, `pop_first` included |
//! | `p50_insert_ns`, `p99_...`, `p999_...` | ns | time | bound of 50 %, 99 %, 99.9 % of inserts |
//! | `p50_remove_ns`, `p99_...`, `p999_...` | ns | time | the same of the removals |
//! | `clear_ns` | ns | time | one `clear` of a full map |
//! | `clone_ns` | ns | time | one `clone` of a full map |
//! | `drop_ns` | ns | time | the drop of a full map, and with it of its backend |
//!
//! # How it is measured
//!
//! Keys are loaded and all steps laid out before anything is measured; text keys are borrowed from
//! the loaded text. The profiler and the books start empty, after that. The phase times and the
//! pauses are taken in separate passes, since reading the clock around each operation takes time
//! itself; see [`measure_time`] for how often.
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
mod program;
mod report;
mod time;
mod timeline;

pub use args::{Args, Job};
pub use catalog::catalog;
pub use failure::Failure;
pub use heap::{HeapBooks, HeapRun, TEMPORARY, measure_heap};
pub use program::{print, run_program};
pub use report::{Metric, Report, Samples, Unit};
pub use time::measure_time;
