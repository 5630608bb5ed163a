//! [`keys_from_file`]: the user's own keys, one a line.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::keys::Keys;
use crate::neighbours::{around_integers, around_lines};

/// Why a file gives no keys. The message is one line; it names the file, and the line where one is
/// to blame.
#[derive(Debug)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A line is not UTF-8.
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A line has no key on it.
    EmptyLine {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A row ends before the column that is wanted.
    ShortRow {
        /// The file.
        path: PathBuf,
        /// The line that the row begins in, counted from 1.
        line: usize,
        /// How many cells it has.
        columns: usize,
        /// The column that is wanted, counted from 1.
        column: usize,
    },
    /// A row has nothing in the column that is wanted.
    EmptyCell {
        /// The file.
        path: PathBuf,
        /// The line that the row begins in, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// The file has no line.
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Unreadable { path, source } => {
                write!(f, "{}: cannot be read: {source}", path.display())
            }
            FileError::NotUtf8 { path, line } => {
                write!(f, "{}:{line}: the line is not UTF-8 text", path.display())
            }
            FileError::EmptyLine { path, line } => {
                write!(
                    f,
                    "{}:{line}: the line is empty; one key a line is expected",
                    path.display()
                )
            }
            FileError::ShortRow { path, line, columns, column } => {
                let cells = if *columns == 1 { "cell" } else { "cells" };
                let path = path.display();
                write!(f, "{path}:{line}: the row has {columns} {cells}; column {column} is wanted")
            }
            FileError::EmptyCell { path, line, column } => {
                write!(f, "{}:{line}: the cell in column {column} is empty", path.display())
            }
            FileError::EmptyFile { path } => {
                write!(f, "{}: the file is empty; one key a line is expected", path.display())
            }
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FileError::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Reads keys from a text file, one a line, in the order of the lines; at most `limit` of them.
///
/// If every line is a number that fits `u64`, written in digits only, the keys are `u64`; otherwise
/// they are text, which is all of the line. A line ends with `\n` or `\r\n`; the last one need not,
/// and a byte-order mark at the start of the file is no part of the first. A key may come more than
/// once: its value is then overwritten.
///
/// # Errors
///
/// [`FileError`], if the file cannot be read, has no line, or has a line among the first `limit`
/// that is empty or not UTF-8.
///
/// ```
/// use allotment_workload::{FileError, keys_from_file};
///
/// let error = keys_from_file("no/such/file", usize::MAX).unwrap_err();
/// assert!(matches!(error, FileError::Unreadable { .. }));
/// assert!(error.to_string().starts_with("no/such/file: cannot be read"));
/// ```
pub fn keys_from_file(path: impl AsRef<Path>, limit: usize) -> Result<Keys, FileError> {
    let path = path.as_ref();
    let bytes =
        fs::read(path).map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let lines = split_lines(path, bytes, limit)?;
    keys_of_texts(&lines).ok_or_else(|| FileError::EmptyFile { path: path.to_owned() })
}

/// Integers if all of the texts are, text otherwise; none if there is none.
pub(crate) fn keys_of_texts<T: AsRef<str>>(texts: &[T]) -> Option<Keys> {
    if texts.is_empty() {
        return None;
    }
    let texts = || texts.iter().map(AsRef::as_ref);
    Some(match texts().map(parse_number).collect::<Option<Vec<u64>>>() {
        Some(numbers) => Keys::U64(around_integers(numbers)),
        None => around_lines(texts()),
    })
}

/// The first `limit` lines, each checked.
fn split_lines<'a>(path: &Path, bytes: &'a [u8], limit: usize) -> Result<Vec<&'a str>, FileError> {
    let mut lines = Vec::new();
    let ended = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if bytes.is_empty() {
        return Ok(lines);
    }
    for (index, line) in ended.split(|&byte| byte == b'\n').take(limit).enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Err(FileError::EmptyLine { path: path.to_owned(), line: index + 1 });
        }
        let line = str::from_utf8(line)
            .map_err(|_| FileError::NotUtf8 { path: path.to_owned(), line: index + 1 })?;
        lines.push(line);
    }
    Ok(lines)
}

pub(crate) fn parse_number(line: &str) -> Option<u64> {
    if line.bytes().all(|byte| byte.is_ascii_digit()) { line.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn load(content: &[u8], limit: usize) -> Result<Keys, FileError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        keys_from_file(file.path(), limit)
    }

    fn numbers(keys: Keys) -> Vec<u64> {
        match keys {
            Keys::U64(sequence) => sequence.build,
            other => panic!("numbers expected: {other:?}"),
        }
    }

    fn texts(keys: Keys) -> Vec<String> {
        match keys {
            Keys::Text(keys) => keys.sequence().build.iter().map(ToString::to_string).collect(),
            other => panic!("text expected: {other:?}"),
        }
    }

    #[test]
    fn digits_alone_make_integers() {
        let expected = [3, 18_446_744_073_709_551_615, 3];
        assert_eq!(numbers(load(b"3\n18446744073709551615\n3\n", 9).unwrap()), expected);
        assert_eq!(numbers(load(b"\xEF\xBB\xBF3\r\n7", 9).unwrap()), [3, 7]);
        assert_eq!(texts(load(b"3\n18446744073709551616\n", 9).unwrap())[0], "3");
        assert_eq!(texts(load(b"3\n+4\n", 9).unwrap()), ["3", "+4"]);
    }

    #[test]
    fn text_is_the_whole_line() {
        let keys = texts(load("a b\r\n\u{e9}t\u{e9} \nlast".as_bytes(), 9).unwrap());
        assert_eq!(keys, ["a b", "\u{e9}t\u{e9} ", "last"]);
    }

    #[test]
    fn the_limit_counts_lines() {
        assert_eq!(numbers(load(b"1\n2\nthree\n\n", 2).unwrap()), [1, 2]);
    }

    #[test]
    fn errors_name_file_line_and_reason() {
        let message = |content: &[u8]| {
            let message = load(content, usize::MAX).unwrap_err().to_string();
            assert!(!message.contains('\n'));
            let name = message.rfind('/').unwrap();
            let colon = message[name..].find(':').unwrap();
            message[name + colon..].to_owned()
        };
        assert_eq!(message(b""), ": the file is empty; one key a line is expected");
        assert_eq!(message(b"a\n\nb\n"), ":2: the line is empty; one key a line is expected");
        assert_eq!(message(b"\n"), ":1: the line is empty; one key a line is expected");
        assert_eq!(message(b"a\nb\nc\xFF\n"), ":3: the line is not UTF-8 text");
        let folder = keys_from_file(std::env::temp_dir(), 1).unwrap_err();
        assert!(matches!(folder, FileError::Unreadable { .. }));
    }
}
