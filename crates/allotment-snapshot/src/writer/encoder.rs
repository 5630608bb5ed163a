//! [`Encoder`]: pages, written as they fill.

use alloc::vec::Vec;
use core::cmp::Ordering;
use std::io::Write;

use super::error::WriteError;
use super::level::Level;
use super::packer::Packer;
use super::summary::Summary;
use crate::checksum;
use crate::codec::Codec;
use crate::layout::column::Width;
use crate::layout::footer::Footer;
use crate::layout::header::{Header, Kind};
use crate::layout::link::Child;
use crate::layout::page::{PageHead, widths_at};

/// The memory of a writer, to be used again by the next.
///
/// One open page a level, and one that is being written: for 10^9 entries of two `u64`, seven pages
/// of 4 KiB or less each. Where pages are compressed, one more, and what the codec works in.
#[derive(Debug, Default)]
pub struct WriteBuffers {
    levels: Vec<Level>,
    page: Vec<u8>,
    last_key: Vec<u8>,
    last_value: Vec<u8>,
    packer: Packer,
}

impl WriteBuffers {
    /// No memory yet.
    pub const fn new() -> Self {
        Self {
            levels: Vec::new(),
            page: Vec::new(),
            last_key: Vec::new(),
            last_value: Vec::new(),
            packer: Packer::new(),
        }
    }
}

/// Writes entries that are bytes by now.
///
/// Pages go out as they fill, each right behind those below it: the file has nothing else.
#[derive(Debug)]
pub(crate) struct Encoder<W> {
    pub(crate) out: W,
    header: Header,
    /// Bytes of the longest key that can be written.
    longest: usize,
    pub(crate) buffers: WriteBuffers,
    /// How many levels there are so far; the buffers may have more.
    height: usize,
    offset: u64,
    entries: u64,
    leaves: u64,
    index_pages: u64,
    head_checksum: u64,
    root: (u64, u32, u64),
}

/// Bytes of the longest key of which a page can link to two.
fn longest_key(header: &Header) -> usize {
    let room = header.page_size() - PageHead::BYTES;
    (room / 2).saturating_sub(header.widths.0.overhead() + Child::BYTES)
}

impl<W: Write> Encoder<W> {
    /// Begins a file: its header is written.
    pub(crate) fn new(
        out: W,
        header: Header,
        level: i32,
        buffers: WriteBuffers,
    ) -> Result<Self, WriteError> {
        let mut encoder = Self {
            out,
            header,
            longest: longest_key(&header),
            buffers,
            height: 0,
            offset: 0,
            entries: 0,
            leaves: 0,
            index_pages: 0,
            head_checksum: 0,
            root: (0, 0, 0),
        };
        encoder.add_level();
        let buffers = &mut encoder.buffers;
        for kept in [&mut buffers.last_key, &mut buffers.last_value] {
            kept.clear();
            kept.reserve(header.page_size());
        }
        buffers.packer.begin(header.codec, header.page_size(), level)?;
        let page = &mut buffers.page;
        page.clear();
        page.reserve(header.page_size());
        page.extend_from_slice(&header.to_bytes());
        page.resize(header.pages_begin(), 0);
        encoder.head_checksum = checksum::at(header.file_id, 0, page);
        encoder.out.write_all(page)?;
        encoder.offset = page.len() as u64;
        Ok(encoder)
    }

    pub(crate) const fn entries(&self) -> u64 {
        self.entries
    }

    /// Writes an entry.
    #[inline]
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) -> Result<(), WriteError> {
        let page_size = self.header.page_size();
        let leaf = &mut self.buffers.levels[0];
        let fits = key.len() <= self.longest && leaf.has_room(key.len(), value.len(), page_size);
        if leaf.count > 0 && fits {
            let order = leaf.order_of_last(key);
            if order.is_lt() || self.header.kind == Kind::Multi {
                let values = || leaf.last().1.cmp(value);
                check_order(order, values, self.header.kind, self.entries)?;
                leaf.push(key, value);
                self.entries += 1;
                return Ok(());
            }
        }
        self.push_to_next(key, value)
    }

    /// Writes an entry that is the first of a leaf, or cannot be written.
    #[cold]
    fn push_to_next(&mut self, key: &[u8], value: &[u8]) -> Result<(), WriteError> {
        let (entry, page_size) = (self.entries, self.header.page_size());
        let leaf = &mut self.buffers.levels[0];
        if leaf.count > 0 {
            let order = leaf.order_of_last(key);
            check_order(order, || leaf.last().1.cmp(value), self.header.kind, entry)?;
        }
        self.check_size(key, value)?;
        let leaf = &mut self.buffers.levels[0];
        if leaf.count > 0 && !leaf.has_room(key.len(), value.len(), page_size) {
            self.close_leaf()?;
        }
        let (leaf, last) = (&mut self.buffers.levels[0], &self.buffers.last_key);
        if leaf.count == 0 {
            let separator = match self.header.widths.0 {
                Width::Fixed(_) => key,
                Width::Variable if entry == 0 => b"",
                Width::Variable => shortest_after(last, key),
            };
            leaf.begin(separator, entry);
        }
        leaf.push(key, value);
        self.entries += 1;
        Ok(())
    }

    /// Whether a page can hold the entry, and another one links to two such keys.
    fn check_size(&self, key: &[u8], value: &[u8]) -> Result<(), WriteError> {
        let (keys, values) = self.header.widths;
        let room = self.header.page_size() - PageHead::BYTES;
        let pair = key.len() + keys.overhead() + value.len() + values.overhead();
        if pair <= room && key.len() <= self.longest {
            return Ok(());
        }
        Err(self.too_large(key, value))
    }

    pub(crate) fn too_large(&self, key: &[u8], value: &[u8]) -> WriteError {
        WriteError::TooLarge { entry: self.entries, bytes: (key.len(), value.len()) }
    }

    /// Writes the leaf, after those pages above it that have no room for what begins with it.
    ///
    /// Whatever page is open, the one above it has room for the link: so a page that fills is
    /// written right behind those below it, and before any that belongs to the next.
    fn close_leaf(&mut self) -> Result<(), WriteError> {
        let page_size = self.header.page_size();
        let separator = self.buffers.levels[0].separator.len();
        let mut level = 1;
        while level < self.height
            && !self.buffers.levels[level].has_room(separator, Child::BYTES, page_size)
        {
            self.link(level)?;
            level += 1;
        }
        self.link(0)
    }

    /// Writes the page of a level, and puts a link to it in the one above, which has room.
    fn link(&mut self, level: usize) -> Result<(), WriteError> {
        if level + 1 == self.height {
            self.add_level();
        }
        let child = self.write_level(level)?;
        if level == 0 {
            let buffers = &mut self.buffers;
            let (key, value) = buffers.levels[0].last();
            buffers.last_key.clear();
            buffers.last_key.extend_from_slice(key);
            buffers.last_value.clear();
            buffers.last_value.extend_from_slice(value);
        }
        let [below, above] = &mut self.buffers.levels[level..level + 2] else { return Ok(()) };
        if above.count == 0 {
            above.begin(&below.separator, below.first);
        }
        above.push(&below.separator, &child.to_bytes());
        below.clear();
        Ok(())
    }

    fn add_level(&mut self) {
        let (keys, values) = widths_at(self.height as u8, self.header.widths);
        let page_size = self.header.page_size();
        match self.buffers.levels.get_mut(self.height) {
            Some(level) => level.reuse(keys, values, page_size),
            None => self.buffers.levels.push(Level::new(keys, values, page_size)),
        }
        self.height += 1;
    }

    /// Writes the page of a level, and answers what a link to it says.
    fn write_level(&mut self, level: usize) -> Result<Child, WriteError> {
        let (page, open) = (&mut self.buffers.page, &self.buffers.levels[level]);
        page.clear();
        page.extend_from_slice(&[0; PageHead::BYTES]);
        open.write_to(page);
        let payload = page.len() - PageHead::BYTES;
        if self.header.codec == Codec::Raw {
            page.resize(self.header.page_size(), 0);
        }
        let (columns, packer) = (&page[PageHead::BYTES..], &mut self.buffers.packer);
        let widths = widths_at(level as u8, self.header.widths);
        let packed = packer.pack(self.header.codec, columns, open.count, widths)?;
        let (codec, page) = match packed {
            Some(packed) => (self.header.codec, packed),
            None => (Codec::Raw, page.as_mut_slice()),
        };
        let head = PageHead {
            level: level as u8,
            codec: codec.number(),
            count: open.count,
            payload: payload as u32,
            stored: page.len() as u32,
            offset: self.offset,
            first: open.first,
        };
        page[..PageHead::BYTES].copy_from_slice(&head.to_bytes());
        let checksum = checksum::at(self.header.file_id, self.offset, page);
        self.out.write_all(page)?;
        self.offset += page.len() as u64;
        *(if level == 0 { &mut self.leaves } else { &mut self.index_pages }) += 1;
        Ok(Child { offset: head.offset, first: head.first, checksum, stored: head.stored })
    }

    /// Writes the pages that are open, and the footer.
    pub(crate) fn finish(&mut self) -> Result<Summary, WriteError> {
        let mut height = 0;
        if self.entries > 0 {
            if self.height > 1 {
                self.close_leaf()?;
            }
            let mut level = usize::from(self.height > 1);
            while level + 1 < self.height {
                self.link(level)?;
                level += 1;
            }
            let root = self.write_level(level)?;
            self.root = (root.offset, root.stored, root.checksum);
            height = self.height as u8;
        }
        let footer = Footer {
            entries: self.entries,
            leaves: self.leaves,
            index_pages: self.index_pages,
            height,
            root: self.root,
            head_checksum: self.head_checksum,
            length: self.offset + Footer::BYTES as u64,
        };
        let (bytes, root_hash) = footer.to_bytes(&self.header, self.offset);
        self.out.write_all(&bytes)?;
        self.out.flush()?;
        Ok(Summary {
            entries: self.entries,
            pages: self.leaves + self.index_pages,
            bytes: footer.length,
            height,
            root_hash,
            file_id: self.header.file_id,
        })
    }
}

/// Whether an entry may follow, whose key compares with the one before as `order` says.
#[inline]
fn check_order(
    keys: Ordering,
    values: impl FnOnce() -> Ordering,
    kind: Kind,
    entry: u64,
) -> Result<(), WriteError> {
    let order = match kind {
        Kind::Map => keys,
        Kind::Multi => keys.then_with(values),
    };
    match order {
        Ordering::Less => Ok(()),
        Ordering::Equal => Err(WriteError::Duplicate { entry }),
        Ordering::Greater => Err(WriteError::OutOfOrder { entry }),
    }
}

/// The shortest beginning of `key` that comes after `before`, which `key` does too; all of it if
/// they are the same.
fn shortest_after<'a>(before: &[u8], key: &'a [u8]) -> &'a [u8] {
    let common = before.iter().zip(key).take_while(|(a, b)| a == b).count();
    key.get(..common + 1).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_as_short_as_they_can_be() {
        let cases =
            [("", "abc", "a"), ("ab", "abc", "abc"), ("abb", "abc", "abc"), ("aa", "bcd", "b")];
        for (before, key, separator) in cases {
            assert_eq!(shortest_after(before.as_bytes(), key.as_bytes()), separator.as_bytes());
        }
        assert_eq!(shortest_after(b"ab", b"ab"), b"ab");
    }
}
