//! [`Page`]: a page as it is read, its head compared with what its parent says.

use core::ops::Range;

use super::column::{Column, Width};
use super::fields::Fields;
#[cfg(any(feature = "std", test))]
use super::fields::Written;
use super::link::{Child, Link};
use crate::damage::{Damage, DamageKind};

/// The least page: a header fits, and links to two children with some of their keys.
pub(crate) const LEAST_LOG2: u8 = 9;
/// The largest page, whose ends still are `u16`.
pub(crate) const MOST_LOG2: u8 = 16;

/// What stands at the beginning of each page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageHead {
    pub(crate) level: u8,
    /// Of this page: one that does not shrink is stored raw.
    pub(crate) codec: u8,
    pub(crate) count: u32,
    /// The bytes of the columns, decompressed.
    pub(crate) payload: u32,
    pub(crate) stored: u32,
    pub(crate) offset: u64,
    pub(crate) first: u64,
}

const LEAF: u8 = 1;
const INDEX: u8 = 2;

impl PageHead {
    /// The bytes that it takes.
    pub(crate) const BYTES: usize = 32;

    /// The head of the page that `link` leads to, if it is that.
    #[inline(always)]
    pub(crate) fn read(bytes: &[u8], link: &Link, page_size: usize) -> Result<Self, Damage> {
        let mut fields = Fields(bytes);
        let [kind, level, codec, zero] = fields.array();
        let head = Self {
            level,
            codec,
            count: fields.u32(),
            payload: fields.u32(),
            stored: fields.u32(),
            offset: fields.u64(),
            first: fields.u64(),
        };
        let right = kind == if link.level == 0 { LEAF } else { INDEX }
            && zero == 0
            && head.payload as usize <= page_size - Self::BYTES
            && head.is_of(link);
        if right { Ok(head) } else { Err(link.damage(DamageKind::PageHead)) }
    }

    /// Whether it is the head of the page that `link` leads to.
    #[inline]
    pub(crate) fn is_of(&self, link: &Link) -> bool {
        let entries = link.end.wrapping_sub(link.first);
        self.level == link.level
            && self.stored == link.stored
            && self.offset == link.offset
            && self.first == link.first
            && self.count != 0
            && (link.level > 0 || u64::from(self.count) == entries)
    }

    #[cfg(any(feature = "std", test))]
    pub(crate) fn to_bytes(self) -> [u8; Self::BYTES] {
        Written::new()
            .put(&[if self.level == 0 { LEAF } else { INDEX }, self.level, self.codec, 0])
            .put(&self.count.to_le_bytes())
            .put(&self.payload.to_le_bytes())
            .put(&self.stored.to_le_bytes())
            .put(&self.offset.to_le_bytes())
            .put(&self.first.to_le_bytes())
            .finish()
    }
}

/// The columns of a page whose checksum and head were right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    link: Link,
    pub(crate) count: usize,
    pub(crate) keys: Column<'a>,
    pub(crate) values: Column<'a>,
}

impl<'a> Page<'a> {
    /// The page of these columns. `seen` says that their ends were found to ascend before.
    #[inline(always)]
    pub(crate) fn new(
        payload: &'a [u8],
        head: &PageHead,
        link: &Link,
        (keys, values): (Width, Width),
        seen: bool,
    ) -> Result<Self, Damage> {
        let (keys, values) = widths_at(link.level, (keys, values));
        let count = head.count as usize;
        let Some((keys, values)) = Column::pair(payload, count, keys, values) else {
            return Err(link.damage(DamageKind::Columns));
        };
        let ascend = seen || (keys.ends_ascend() && values.ends_ascend());
        if !ascend {
            return Err(link.damage(DamageKind::Ends));
        }
        Ok(Self { link: *link, count, keys, values })
    }

    /// The number of its first entry.
    #[inline]
    pub(crate) fn first(&self) -> u64 {
        self.link.first
    }

    /// The number of the entry that follows its last.
    #[inline]
    pub(crate) fn end(&self) -> u64 {
        self.link.end
    }

    #[inline]
    pub(crate) fn entry(&self, at: usize) -> Entry<'a> {
        Entry { key: self.keys.get(at), value: self.values.get(at), leaf: self.link.offset }
    }

    /// The entries of a leaf at these places, one after the other.
    #[inline]
    pub(crate) fn fold<A>(
        &self,
        places: Range<usize>,
        init: A,
        mut act: impl FnMut(A, Entry<'a>) -> A,
    ) -> A {
        let leaf = self.link.offset;
        match (self.keys.of_width(places.start), self.values.of_width(places.start)) {
            (Some(keys), Some(values)) => keys
                .zip(values)
                .take(places.len())
                .fold(init, |acc, (key, value)| act(acc, Entry { key, value, leaf })),
            _ => places.fold(init, |acc, at| act(acc, self.entry(at))),
        }
    }

    /// The entry of a leaf that has `key`.
    #[inline]
    pub(crate) fn find(&self, key: &[u8]) -> Option<Entry<'a>> {
        let at = self.keys.before_fetching(self.count, key, &self.values);
        (at < self.count && self.keys.get(at) == key).then(|| self.entry(at))
    }

    /// Whether `key` is neither before the first entry of a leaf nor behind the last.
    #[inline]
    pub(crate) fn spans(&self, key: &[u8]) -> bool {
        self.keys.get(0) <= key && key <= self.keys.get(self.count - 1)
    }

    /// What leads to the child at `at` of an index page, if that can be one: of the next lower
    /// level, written before this page, and with entries that are within those of this page.
    #[inline]
    pub(crate) fn child(&self, at: usize) -> Result<Link, Damage> {
        let child = Child::from_bytes(self.values.get(at));
        let end = match at + 1 {
            next if next < self.count => Child::from_bytes(self.values.get(next)).first,
            _ => self.link.end,
        };
        let starts =
            if at == 0 { child.first == self.link.first } else { child.first > self.link.first };
        let right = starts
            && child.first < end
            && end <= self.link.end
            && child.offset.checked_add(child.stored.into()).is_some_and(|e| e <= self.link.offset);
        match self.link.level.checked_sub(1) {
            Some(level) if right => Ok(Link {
                offset: child.offset,
                stored: child.stored,
                checksum: child.checksum,
                level,
                first: child.first,
                end,
            }),
            _ => Err(self.damage(DamageKind::Link)),
        }
    }

    /// The number of the child of an index page that has the entry of this number.
    #[inline]
    pub(crate) fn child_of(&self, entry: u64) -> usize {
        let (mut base, mut size) = (0, self.count);
        while size > 1 {
            let half = size / 2;
            if Child::from_bytes(self.values.get(base + half)).first <= entry {
                base += half;
            }
            size -= half;
        }
        base
    }

    pub(crate) fn damage(&self, kind: DamageKind) -> Damage {
        self.link.damage(kind)
    }
}

/// The widths of the columns of a page of this level, where leaves have those.
#[inline]
pub(crate) const fn widths_at(level: u8, (keys, values): (Width, Width)) -> (Width, Width) {
    (keys, if level == 0 { values } else { Width::Fixed(Child::BYTES as u16) })
}

/// A key and its value, as bytes, and where their leaf is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
    pub(crate) leaf: u64,
}

impl Entry<'_> {
    pub(crate) const fn damage(&self, kind: DamageKind) -> Damage {
        Damage::new(self.leaf, 0, kind)
    }
}

impl Link {
    pub(crate) const fn damage(&self, kind: DamageKind) -> Damage {
        Damage::new(self.offset, self.level, kind)
    }
}
