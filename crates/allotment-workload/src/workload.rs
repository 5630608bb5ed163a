//! [`Workload`]: the named inputs, and how many keys each has.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;

use crate::column::keys_from_column;
use crate::file::{FileError, keys_from_file};
use crate::keys::Keys;
use crate::trace_file::{TraceError, trace_from_file};
use crate::{integers, lists, shipped, text};

/// Where the keys of a workload come from.
#[derive(Clone, Copy, Debug)]
enum Source {
    /// A function of the number of keys.
    Made(fn(usize) -> Keys),
    /// A file of keys that the user names.
    File,
    /// A file of recorded operations that the user names.
    Trace,
}

/// How many keys to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 400,000, half of that of long text, or all there are.
    Full,
    /// 30,000: enough for a tree of several levels, few enough for a quick look.
    Quick,
    /// So many, or all there are if there are fewer. 0 counts as 1.
    Entries(usize),
}

/// A named input. The table of them all is [`Workload::ALL`].
///
/// ```
/// use allotment_workload::{Size, Workload};
///
/// let workload = Workload::find("uniform-u64").unwrap();
/// let keys = workload.load(Size::Entries(1000), None).unwrap();
/// assert_eq!(keys.len(), 1000);
/// ```
#[derive(Debug)]
pub struct Workload {
    name: &'static str,
    description: &'static str,
    /// Keys in full, if that is known beforehand.
    full: Option<usize>,
    source: Source,
}

/// The workload whose map is also written to a snapshot.
const SNAPSHOT: &str = "snapshot";

/// Keys of a generated workload in full.
const FULL: usize = 400_000;

/// The most keys that can be generated: the numbers in text keys have 28 bits, and some are left
/// for churn.
const MOST: usize = 200_000_000;

/// Keys of any workload for a quick look.
const QUICK: usize = 30_000;

/// An entry of the table: generated keys.
const fn made(
    name: &'static str,
    description: &'static str,
    full: usize,
    make: fn(usize) -> Keys,
) -> Workload {
    Workload { name, description, full: Some(full), source: Source::Made(make) }
}

impl Workload {
    /// All workloads, in the order of a report.
    pub const ALL: &'static [Workload] = &[
        made("uniform-u64", "u64 keys, uniform at random", FULL, integers::uniform_u64),
        made("ascending-u64", "u64 keys in ascending order", FULL, integers::ascending_u64),
        made("descending-u64", "u64 keys in descending order", FULL, integers::descending_u64),
        made("streams-u64", "u64 keys of 64 ascending streams, mixed", FULL, integers::streams_u64),
        made(
            "zipf-u64",
            "u64 keys drawn by Zipf's law: most inserts overwrite",
            FULL,
            integers::zipf_u64,
        ),
        made("clustered-u64", "u64 keys in runs of 64 close ones", FULL, integers::clustered_u64),
        made("uniform-u32", "u32 keys, uniform at random", FULL, integers::uniform_u32),
        made("uniform-u128", "u128 keys, uniform at random", FULL, integers::uniform_u128),
        made("short-text", "borrowed text such as u123, at random", FULL, text::short_text),
        made("long-text", "borrowed web addresses with shared hosts", FULL / 2, text::long_text),
        made(
            "npm-names",
            "real: names of npm packages, shuffled",
            shipped::NPM_NAMES_COUNT,
            shipped::npm_name_keys,
        ),
        made(
            "ip4-ranges",
            "real: first addresses of IPv4 ranges, ascending",
            shipped::IP4_RANGES_COUNT,
            shipped::ip4_range_keys,
        ),
        made(
            "secondary-index",
            "real: IPv4 ranges by country, in a multimap",
            shipped::IP4_RANGES_COUNT,
            lists::countries,
        ),
        made(
            "secondary-index-packed",
            "real: IPv4 ranges by country, in a posting map",
            shipped::IP4_RANGES_COUNT,
            |entries| lists::countries(entries).packed(),
        ),
        made(
            "npm-scopes",
            "real: npm packages by scope, in a multimap",
            shipped::NPM_NAMES_COUNT,
            lists::npm_scopes,
        ),
        made(
            "npm-scopes-packed",
            "real: npm packages by scope, in a posting map",
            shipped::NPM_NAMES_COUNT,
            |entries| lists::npm_scopes(entries).packed(),
        ),
        made("zipf-lists", "ids by u64 keys of Zipf's law, in a multimap", FULL, lists::zipf_lists),
        made(
            "zipf-lists-packed",
            "ids by u64 keys of Zipf's law, in a posting map",
            FULL,
            |entries| lists::zipf_lists(entries).packed(),
        ),
        made(
            "unique-emails",
            "ids by e-mail addresses, one each, in a multimap",
            FULL / 2,
            lists::unique_emails,
        ),
        made(
            "unique-emails-packed",
            "ids by e-mail addresses, one each, in a posting map",
            FULL / 2,
            |entries| lists::unique_emails(entries).packed(),
        ),
        made(SNAPSHOT, "u64 keys that are also written to a snapshot", FULL, integers::uniform_u64),
        Workload {
            name: "keys-file",
            description: "the keys in a file of yours, one a line or a column of a CSV file",
            full: None,
            source: Source::File,
        },
        Workload {
            name: "trace",
            description: "the operations in a recorded trace of yours",
            full: None,
            source: Source::Trace,
        },
    ];

    /// The workload of that name.
    pub fn find(name: &str) -> Option<&'static Workload> {
        Self::ALL.iter().find(|workload| workload.name == name)
    }

    /// The name by which it is chosen.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// One line on what the keys are.
    pub fn description(&self) -> &'static str {
        self.description
    }

    /// Whether it reads a file that the user names, of keys or of recorded operations.
    pub fn needs_file(&self) -> bool {
        matches!(self.source, Source::File | Source::Trace)
    }

    /// Whether that file is one of recorded operations.
    pub fn needs_trace(&self) -> bool {
        matches!(self.source, Source::Trace)
    }

    /// Whether what is built is also to be written to a snapshot, and read there.
    pub fn has_snapshot(&self) -> bool {
        self.name == SNAPSHOT
    }

    /// How many keys a size means, at most; `None` if only the user's file can tell.
    pub fn entries(&self, size: Size) -> Option<usize> {
        self.full.map(|_| self.limit(size))
    }

    /// Loads the keys: generates them, decodes them, or reads them from `file`.
    ///
    /// The same size gives the same keys, on every platform.
    ///
    /// # Errors
    ///
    /// [`LoadError`], if a file is needed and none is given, or one is given and not needed, or it
    /// has no good keys, or more keys are asked for than can be generated.
    pub fn load(&self, size: Size, file: Option<&Path>) -> Result<Keys, LoadError> {
        match (self.source, file) {
            (Source::Made(make), None) => {
                let entries = self.limit(size);
                if entries > MOST {
                    return Err(LoadError::TooMany { workload: self.name });
                }
                Ok(make(entries))
            }
            (Source::File, Some(path)) => {
                keys_from_file(path, self.limit(size)).map_err(LoadError::File)
            }
            (Source::Trace, Some(path)) => {
                trace_from_file(path, self.limit(size)).map_err(LoadError::Trace)
            }
            (Source::Made(_), Some(_)) => Err(LoadError::FileNotNeeded { workload: self.name }),
            (Source::File, None) => Err(LoadError::FileNeeded { workload: self.name }),
            (Source::Trace, None) => Err(LoadError::TraceNeeded { workload: self.name }),
        }
    }

    /// As [`load`](Self::load), from a column of a CSV file, counted from 1.
    ///
    /// # Errors
    ///
    /// [`LoadError`], if the workload reads no file, or the column has no good keys.
    pub fn load_column(
        &self,
        size: Size,
        file: &Path,
        column: NonZeroUsize,
    ) -> Result<Keys, LoadError> {
        match self.source {
            Source::Made(_) | Source::Trace => {
                Err(LoadError::FileNotNeeded { workload: self.name })
            }
            Source::File => {
                keys_from_column(file, column, self.limit(size)).map_err(LoadError::File)
            }
        }
    }

    /// The most keys that a size allows.
    fn limit(&self, size: Size) -> usize {
        match size {
            Size::Full => self.full.unwrap_or(usize::MAX),
            Size::Quick => QUICK,
            Size::Entries(entries) => entries.max(1),
        }
    }
}

/// Why a workload has no keys.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The workload reads a file, and none is named.
    FileNeeded {
        /// The workload.
        workload: &'static str,
    },
    /// The workload reads a trace, and none is named.
    TraceNeeded {
        /// The workload.
        workload: &'static str,
    },
    /// A file is named for a workload that reads none.
    FileNotNeeded {
        /// The workload.
        workload: &'static str,
    },
    /// More keys are asked for than can be generated.
    TooMany {
        /// The workload.
        workload: &'static str,
    },
    /// The file has no good keys.
    File(FileError),
    /// The file has no good operations.
    Trace(TraceError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::FileNeeded { workload } => {
                write!(f, "workload {workload} needs a file of keys, one a line")
            }
            LoadError::TraceNeeded { workload } => {
                write!(f, "workload {workload} needs a recorded trace")
            }
            LoadError::FileNotNeeded { workload } => {
                write!(f, "workload {workload} reads no file; only keys-file and trace do")
            }
            LoadError::TooMany { workload } => {
                write!(f, "workload {workload} has at most {MOST} keys")
            }
            LoadError::File(error) => error.fmt(f),
            LoadError::Trace(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::File(error) => error.source(),
            LoadError::Trace(error) => error.source(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_distinct_and_found() {
        let names: HashSet<_> = Workload::ALL.iter().map(Workload::name).collect();
        assert_eq!(names.len(), Workload::ALL.len());
        for workload in Workload::ALL {
            assert_eq!(Workload::find(workload.name()).unwrap().name(), workload.name());
        }
        assert!(Workload::find("uniform").is_none());
    }

    #[test]
    fn the_same_size_gives_the_same_keys() {
        for workload in Workload::ALL.iter().filter(|workload| !workload.needs_file()) {
            let load = || workload.load(Size::Entries(777), None).unwrap();
            assert_eq!(load(), load(), "{}", workload.name());
            assert_eq!(load().len(), 777);
        }
    }

    #[test]
    fn sizes_are_as_announced() {
        let uniform = Workload::find("uniform-u64").unwrap();
        assert_eq!(uniform.entries(Size::Full), Some(400_000));
        assert_eq!(uniform.load(Size::Quick, None).unwrap().len(), 30_000);
        assert_eq!(uniform.load(Size::Entries(0), None).unwrap().len(), 1);
        let names = Workload::find("npm-names").unwrap();
        assert_eq!(names.entries(Size::Full), Some(199_984));
        assert_eq!(names.load(Size::Full, None).unwrap().len(), 199_984);
        assert_eq!(Workload::find("keys-file").unwrap().entries(Size::Quick), None);
    }

    #[test]
    fn more_keys_than_there_are_is_an_error() {
        let uniform = Workload::find("uniform-u64").unwrap();
        let error = uniform.load(Size::Entries(MOST + 1), None).unwrap_err().to_string();
        assert_eq!(error, "workload uniform-u64 has at most 200000000 keys");
    }

    #[test]
    fn files_go_with_the_workloads_that_read_them() {
        let file = Workload::find("keys-file").unwrap();
        let error = file.load(Size::Full, None).unwrap_err().to_string();
        assert_eq!(error, "workload keys-file needs a file of keys, one a line");
        let uniform = Workload::find("uniform-u64").unwrap();
        let error = uniform.load(Size::Full, Some(Path::new("keys"))).unwrap_err().to_string();
        assert_eq!(error, "workload uniform-u64 reads no file; only keys-file and trace do");
        let trace = Workload::find("trace").unwrap();
        assert!(trace.needs_trace() && !file.needs_trace());
        let error = trace.load(Size::Full, None).unwrap_err().to_string();
        assert_eq!(error, "workload trace needs a recorded trace");
        for workload in [file, trace] {
            let error = workload.load(Size::Full, Some(Path::new("no/keys"))).unwrap_err();
            assert!(error.to_string().starts_with("no/keys: cannot be read: "), "{error}");
        }
    }
}
