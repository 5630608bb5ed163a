//! [`Lines`]: JSON that is broken into lines down to a depth, and flat below it.

use std::io::{self, Write};

use serde_json::ser::Formatter;

/// Writes each item of a container on a line of its own, if the container is not too deep.
pub(crate) struct Lines {
    broken: usize,
    depth: usize,
    is_empty: bool,
}

impl Lines {
    /// Containers of `broken` levels have a line for each of their items.
    pub(crate) fn new(broken: usize) -> Lines {
        Lines { broken, depth: 0, is_empty: true }
    }

    fn open<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.is_empty = true;
        out.write_all(bracket)
    }

    fn close<W: Write + ?Sized>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        let breaks = self.breaks() && !self.is_empty;
        self.depth -= 1;
        self.is_empty = false;
        if breaks {
            self.new_line(out)?;
        }
        out.write_all(bracket)
    }

    fn next<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(b",")?;
        }
        if self.breaks() {
            return self.new_line(out);
        }
        if first { Ok(()) } else { out.write_all(b" ") }
    }

    fn breaks(&self) -> bool {
        self.depth <= self.broken
    }

    fn new_line<W: Write + ?Sized>(&self, out: &mut W) -> io::Result<()> {
        out.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }
}

impl Formatter for Lines {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.is_empty = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::{Serializer, Value, json};

    use super::*;

    #[test]
    fn lines_are_broken_down_to_the_depth() {
        let value = json!({"a": [{"b": [1, 2], "c": {}}, []], "d": {}, "e": 1});
        let mut text = Vec::new();
        value.serialize(&mut Serializer::with_formatter(&mut text, Lines::new(2))).unwrap();
        let text = String::from_utf8(text).unwrap();
        let expected = r#"{
  "a": [
    {"b": [1, 2], "c": {}},
    []
  ],
  "d": {},
  "e": 1
}"#;
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
