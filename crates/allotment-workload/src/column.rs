//! [`keys_from_column`]: the user's own keys, a column of a CSV file.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::file::{FileError, keys_of_texts, parse_number};
use crate::keys::Keys;

/// Reads keys from a column of a CSV file, counted from 1, in the order of the rows; at most
/// `limit` of them.
///
/// Cells are separated by commas, and may be quoted as RFC 4180 says: then they may hold commas and
/// line ends. Rows need not have the same number of cells, and blank lines are none. A byte-order
/// mark at the start of the file is no part of the first cell. If every cell of the column is a
/// number that fits `u64`, written in digits only, the keys are `u64`; otherwise they are text. A
/// first row whose cell is no number where those of all others are is taken for a header, and left
/// out; a header above text is a key like the others.
///
/// # Errors
///
/// [`FileError`], if the file cannot be read, has no row, or has a row among the first `limit` that
/// does not reach the column, or whose cell is empty or not UTF-8.
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use allotment_workload::{FileError, keys_from_column};
///
/// let third = NonZeroUsize::new(3).unwrap();
/// let error = keys_from_column("no/such/file", third, usize::MAX).unwrap_err();
/// assert!(matches!(error, FileError::Unreadable { .. }));
/// ```
pub fn keys_from_column(
    path: impl AsRef<Path>,
    column: NonZeroUsize,
    limit: usize,
) -> Result<Keys, FileError> {
    let path = path.as_ref();
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let bytes = fs::read(path).map_err(unreadable)?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    // One more, in case that the first is a header.
    let mut cells = read_cells(path, bytes, column, limit.saturating_add(1))?;
    if let [first, others @ ..] = &cells[..] {
        let are_numbers = others.iter().all(|cell| parse_number(cell).is_some());
        if are_numbers && !others.is_empty() && parse_number(first).is_none() {
            cells.remove(0);
        }
    }
    cells.truncate(limit);
    keys_of_texts(&cells).ok_or_else(|| FileError::EmptyFile { path: path.to_owned() })
}

/// The cells of a column, each checked.
fn read_cells(
    path: &Path,
    bytes: &[u8],
    column: NonZeroUsize,
    limit: usize,
) -> Result<Vec<String>, FileError> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = ByteRecord::new();
    let mut cells = Vec::new();
    while cells.len() < limit {
        let more = reader.read_byte_record(&mut record).map_err(|error| FileError::Unreadable {
            path: path.to_owned(),
            source: io::Error::other(error),
        })?;
        if !more {
            break;
        }
        let line = || first_line(bytes, &record);
        let Some(cell) = record.get(column.get() - 1) else {
            let (path, line, columns) = (path.to_owned(), line(), record.len());
            return Err(FileError::ShortRow { path, line, columns, column: column.get() });
        };
        if cell.is_empty() {
            let (path, line) = (path.to_owned(), line());
            return Err(FileError::EmptyCell { path, line, column: column.get() });
        }
        match str::from_utf8(cell) {
            Ok(cell) => cells.push(cell.to_owned()),
            Err(_) => return Err(FileError::NotUtf8 { path: path.to_owned(), line: line() }),
        }
    }
    Ok(cells)
}

/// The line that a row begins in, counted from 1: behind the blank lines that belong to no row.
fn first_line(bytes: &[u8], record: &ByteRecord) -> usize {
    let Some(position) = record.position() else { return 1 };
    let rest = usize::try_from(position.byte()).ok().and_then(|start| bytes.get(start..));
    let blank = rest.unwrap_or_default().iter().take_while(|byte| b"\r\n".contains(byte));
    let skipped = blank.filter(|byte| **byte == b'\n').count();
    position.line() as usize + skipped
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn load(content: &[u8], column: usize, limit: usize) -> Result<Keys, FileError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        keys_from_column(file.path(), NonZeroUsize::new(column).unwrap(), limit)
    }

    fn numbers(content: &str, column: usize) -> Vec<u64> {
        match load(content.as_bytes(), column, usize::MAX).unwrap() {
            Keys::U64(sequence) => sequence.build,
            other => panic!("numbers expected: {other:?}"),
        }
    }

    fn texts(content: &str, column: usize) -> Vec<String> {
        match load(content.as_bytes(), column, usize::MAX).unwrap() {
            Keys::Text(keys) => keys.sequence().build.iter().map(ToString::to_string).collect(),
            other => panic!("text expected: {other:?}"),
        }
    }

    #[test]
    fn a_column_is_taken_by_its_number() {
        let rows = "1,pear,70\n2,\"plum, blue\",80\r\n\r\n3,fig\n";
        assert_eq!(numbers(rows, 1), [1, 2, 3]);
        assert_eq!(texts(rows, 2), ["pear", "plum, blue", "fig"]);
        assert_eq!(texts("\"two\nlines\",\"a \"\"b\"\"\"", 1), ["two\nlines"]);
        assert_eq!(texts("\"two\nlines\",\"a \"\"b\"\"\"", 2), ["a \"b\""]);
    }

    #[test]
    fn a_header_above_numbers_is_left_out() {
        assert_eq!(numbers("id,name\n5,a\n6,b\n", 1), [5, 6]);
        assert_eq!(numbers("5,a\n6,b\n", 1), [5, 6]);
        assert_eq!(texts("id,name\n5,a\n6,b\n", 2), ["name", "a", "b"]);
        assert_eq!(texts("id\n5\nx\n", 1), ["id", "5", "x"]);
        assert_eq!(texts("id\n", 1), ["id"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_cell() {
        assert_eq!(numbers("\u{feff}5,a\n6,b\n", 1), [5, 6]);
        assert_eq!(numbers("\u{feff}\"5\",a\n6,b\n", 1), [5, 6]);
        assert_eq!(texts("\u{feff}x,a\ny,b\n", 1), ["x", "y"]);
    }

    #[test]
    fn the_limit_counts_keys() {
        let Keys::U64(keys) = load(b"id\n1\n2\n3\nx\n", 1, 2).unwrap() else { panic!("numbers") };
        assert_eq!(keys.build, [1, 2]);
        let Keys::U64(keys) = load(b"1\n2\n3\nx\n", 1, 2).unwrap() else { panic!("numbers") };
        assert_eq!(keys.build, [1, 2]);
    }

    #[test]
    fn errors_name_file_line_and_reason() {
        let message = |content: &[u8], column| {
            let message = load(content, column, usize::MAX).unwrap_err().to_string();
            assert!(!message.contains('\n'));
            let name = message.rfind('/').unwrap();
            let colon = message[name..].find(':').unwrap();
            message[name + colon..].to_owned()
        };
        let short = ":2: the row has 1 cell; column 2 is wanted";
        assert_eq!(message(b"a,b\nc\nd,e\n", 2), short);
        assert_eq!(message(b"a,b\nc,d\n", 4), ":1: the row has 2 cells; column 4 is wanted");
        assert_eq!(message(b"a,b\n\n\nc,\n", 2), ":4: the cell in column 2 is empty");
        let marked = "\u{feff}\n\n5\n".as_bytes();
        assert_eq!(message(marked, 2), ":3: the row has 1 cell; column 2 is wanted");
        assert_eq!(
            message("\u{feff}".as_bytes(), 1),
            ": the file is empty; one key a line is expected"
        );
        let quoted = b"\"two\nlines\",b\nc,\xFF\n";
        assert_eq!(message(quoted, 2), ":3: the line is not UTF-8 text");
        assert_eq!(message(b"", 1), ": the file is empty; one key a line is expected");
        assert_eq!(message(b"\n\n", 1), ": the file is empty; one key a line is expected");
    }
}
