//! [`CachedPages`]: pages of any file, through a cache.

use super::cache::PageCache;
use super::file::File;
use super::pages::{Pages, check_place, check_sum};
use crate::codec::Codec;
use crate::damage::{Damage, DamageKind};
use crate::layout::link::Link;
use crate::layout::page::{Page, PageHead};
use crate::source::Source;

/// The pages of any file, read into a cache and decompressed there.
#[derive(Debug)]
pub(crate) struct CachedPages<'r, S: ?Sized> {
    source: &'r S,
    file: &'r File,
    cache: &'r mut PageCache,
}

impl<'r, S: Source + ?Sized> CachedPages<'r, S> {
    pub(crate) fn new(source: &'r S, file: &'r File, cache: &'r mut PageCache) -> Self {
        cache.fit(file.header.page_size(), file.most_pages());
        Self { source, file, cache }
    }

    pub(crate) fn file(&self) -> &'r File {
        self.file
    }

    /// The page that a link leads to, which is all that is asked for.
    pub(crate) fn into_page(mut self, link: &Link) -> Result<Page<'r>, Damage> {
        let slot = self.load(link)?;
        page_in(self.cache, slot, self.file, link)
    }

    /// The slot that has the page that a link leads to, which is read if it is not there.
    fn load(&mut self, link: &Link) -> Result<usize, Damage> {
        match self.cache.find(self.file.number, link) {
            Ok(slot) => Ok(slot),
            Err(slot) => self.read(slot, link).map(|()| slot),
        }
    }

    /// Reads a page into a slot, where it counts as one once all checks have passed.
    #[cold]
    fn read(&mut self, at: usize, link: &Link) -> Result<(), Damage> {
        let header = &self.file.header;
        check_place(self.file, link)?;
        let (slot, scratch, unpacker) = self.cache.empty(at);
        let stored = self.source.bytes(link.offset, link.stored as usize, scratch);
        let stored = stored.map_err(|why| link.damage(DamageKind::Unreadable(why)))?;
        if stored.len() != link.stored as usize {
            return Err(link.damage(DamageKind::Outside));
        }
        check_sum(stored, header, link)?;
        let head = PageHead::read(stored, link, header.page_size())?;
        let (packed, len) = (&stored[PageHead::BYTES..], head.payload as usize);
        let packed = match header.codec {
            // What the page does not fill is zero.
            Codec::Raw => packed.get(..len).ok_or_else(|| link.damage(DamageKind::Columns))?,
            _ => packed,
        };
        let codec = Codec::from_number(head.codec).filter(|codec| {
            // A page that does not shrink is stored as it is.
            [Codec::Raw, header.codec].contains(codec)
        });
        let codec = codec.ok_or_else(|| link.damage(DamageKind::PageHead))?;
        unpacker
            .unpack(packed, codec, &head, header.widths, &mut slot.payload)
            .ok_or_else(|| link.damage(DamageKind::Compression))?;
        Page::new(&slot.payload, &head, link, header.widths, false)?;
        slot.fill(self.file.number, link, head);
        Ok(())
    }
}

impl<S: Source + ?Sized> Pages for CachedPages<'_, S> {
    fn page(&mut self, link: &Link) -> Result<Page<'_>, Damage> {
        let slot = self.load(link)?;
        page_in(self.cache, slot, self.file, link)
    }
}

/// The page of a slot, if it is what the link says: two links may lead to the same place.
#[inline]
fn page_in<'c>(
    cache: &'c PageCache,
    slot: usize,
    file: &File,
    link: &Link,
) -> Result<Page<'c>, Damage> {
    let slot = cache.slot(slot);
    match &slot.head {
        Some(head) if head.is_of(link) => {
            Page::new(&slot.payload, head, link, file.header.widths, true)
        }
        _ => Err(link.damage(DamageKind::PageHead)),
    }
}
