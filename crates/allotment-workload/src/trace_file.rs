//! [`trace_from_file`]: what the user's own program did.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use allotment_trace::{Key, KeyKind, ReadError, ReadFault, TraceReader};

use crate::keys::Keys;
use crate::trace::{TextTrace, Trace};

/// Why a file gives no operations. The message is one line, and names the file and the place in it.
#[derive(Debug)]
#[non_exhaustive]
pub enum TraceError {
    /// The file cannot be opened.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no trace, or a damaged one.
    Bad {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and where.
        source: ReadError,
    },
    /// The trace has no operation.
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceError::Unreadable { path, source } => {
                write!(f, "{}: cannot be read: {source}", path.display())
            }
            TraceError::Bad { path, source } => match &source.fault {
                ReadFault::NotATrace => write!(
                    f,
                    "{}: not a trace; keys, one a line, are for the workload keys-file",
                    path.display()
                ),
                _ => write!(f, "{}: {source}", path.display()),
            },
            TraceError::Empty { path } => {
                write!(f, "{}: the trace has no operation", path.display())
            }
        }
    }
}

impl std::error::Error for TraceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TraceError::Unreadable { source, .. } => Some(source),
            TraceError::Bad { source, .. } => Some(source),
            TraceError::Empty { .. } => None,
        }
    }
}

/// Reads a trace that `allotment-trace` recorded; at most the first `limit` operations.
///
/// The file is read up to the last of them, and what comes behind it is not looked at.
///
/// # Errors
///
/// [`TraceError`], if the file cannot be read, is no trace, is damaged or cut off before the limit
/// is reached, or has no operation.
///
/// ```
/// use allotment_trace::{Key, KeyKind, TraceOp, TraceWriter};
/// use allotment_workload::{Keys, trace_from_file};
///
/// # let path = std::env::temp_dir().join(format!("workload-{}.trace", std::process::id()));
/// let mut writer = TraceWriter::new(std::fs::File::create(&path)?, KeyKind::Integers, 8);
/// writer.push(TraceOp::Insert { key: Key::Integer(7) });
/// writer.finish()?;
/// let Keys::U64Trace(trace) = trace_from_file(&path, usize::MAX)? else { unreachable!() };
/// assert_eq!(trace.ops, [TraceOp::Insert { key: 7 }]);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trace_from_file(path: impl AsRef<Path>, limit: usize) -> Result<Keys, TraceError> {
    let path = path.as_ref();
    let file = File::open(path)
        .map_err(|source| TraceError::Unreadable { path: path.to_owned(), source })?;
    let keys = TraceReader::new(file).and_then(|mut reader| match reader.kind() {
        KeyKind::Integers => integers(&mut reader, limit).map(Keys::U64Trace),
        KeyKind::Text => texts(&mut reader, limit).map(Keys::TextTrace),
    });
    let keys = keys.map_err(|source| TraceError::Bad { path: path.to_owned(), source })?;
    if keys.is_empty() {
        return Err(TraceError::Empty { path: path.to_owned() });
    }
    Ok(keys)
}

/// The first operations, with other keys.
fn read<K>(
    reader: &mut TraceReader<File>,
    limit: usize,
    mut key: impl FnMut(Key<'_>) -> K,
) -> Result<Trace<K>, ReadError> {
    let mut ops = Vec::new();
    while ops.len() < limit
        && let Some(op) = reader.next_op()?
    {
        ops.push(op.map(&mut key));
    }
    Ok(Trace { ops })
}

fn integers(reader: &mut TraceReader<File>, limit: usize) -> Result<Trace<u64>, ReadError> {
    read(reader, limit, |key| match key {
        Key::Integer(key) => key,
        Key::Text(_) => unreachable!("a reader gives keys of the kind it names"),
    })
}

fn texts(reader: &mut TraceReader<File>, limit: usize) -> Result<TextTrace, ReadError> {
    let (mut text, mut known) = (String::new(), HashMap::<String, Range<usize>>::new());
    let spans = read(reader, limit, |key| match key {
        Key::Text(key) => match known.get(key) {
            Some(span) => span.clone(),
            None => {
                let start = text.len();
                text.push_str(key);
                let span = start..text.len();
                known.insert(key.to_owned(), span.clone());
                span
            }
        },
        Key::Integer(_) => unreachable!("a reader gives keys of the kind it names"),
    })?;
    Ok(TextTrace::new(text, spans))
}
