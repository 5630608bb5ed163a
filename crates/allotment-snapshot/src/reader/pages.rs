//! [`Pages`]: pages by their links, checked before they are handed out.

#[cfg(debug_assertions)]
use core::sync::atomic::{AtomicUsize, Ordering};

use super::file::File;
use super::seen::Seen;
use crate::checksum;
use crate::codec::Codec;
use crate::damage::{Damage, DamageKind};
use crate::layout::header::Header;
use crate::layout::link::Link;
use crate::layout::page::{Page, PageHead};
use crate::open::OpenError;

/// Where pages come from.
pub(crate) trait Pages {
    /// The page that a link leads to, if it is what the link says.
    fn page(&mut self, link: &Link) -> Result<Page<'_>, Damage>;
}

/// The pages of a file that is not compressed, in place.
#[derive(Debug)]
pub(crate) struct RawPages<B> {
    bytes: B,
    pub(crate) file: File,
    seen: Seen,
    /// How many pages were asked for, for tests of how many a look-up needs.
    #[cfg(debug_assertions)]
    asked: AtomicUsize,
}

impl<B: AsRef<[u8]>> RawPages<B> {
    pub(crate) fn open(bytes: B) -> Result<Self, OpenError> {
        let file = File::open(bytes.as_ref())?;
        if file.header.codec != Codec::Raw {
            return Err(OpenError::Compressed(file.header.codec));
        }
        let pages = bytes.as_ref().len() >> file.header.page_log2;
        Ok(Self {
            bytes,
            file,
            seen: Seen::none_of(pages),
            #[cfg(debug_assertions)]
            asked: AtomicUsize::new(0),
        })
    }

    /// The page that a link leads to. Its checksum is computed the first time.
    ///
    /// Always inlined, as what it calls: a look-up spends a tenth on handing pages back otherwise.
    #[inline(always)]
    pub(crate) fn page(&self, link: &Link) -> Result<Page<'_>, Damage> {
        #[cfg(debug_assertions)]
        self.asked.fetch_add(1, Ordering::Relaxed);
        let header = &self.file.header;
        let stored = stored_page(self.bytes.as_ref(), &self.file, link)?;
        let size = header.page_size();
        if stored.len() != size || link.offset & (size as u64 - 1) != 0 {
            return Err(link.damage(DamageKind::Link));
        }
        // It fits, since the page is within the bytes.
        let number = (link.offset >> header.page_log2) as usize;
        let seen = self.seen.contains(number);
        if !seen {
            check_sum(stored, header, link)?;
        }
        let head = PageHead::read(stored, link, size)?;
        let payload = stored.get(PageHead::BYTES..PageHead::BYTES + head.payload as usize);
        let page = match payload {
            Some(payload) if head.codec == Codec::Raw.number() => {
                Page::new(payload, &head, link, header.widths, seen)?
            }
            _ => return Err(link.damage(DamageKind::PageHead)),
        };
        if !seen {
            self.seen.insert(number);
        }
        Ok(page)
    }

    #[cfg(debug_assertions)]
    pub(crate) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed) as u64
    }

    pub(crate) fn into_bytes(self) -> B {
        self.bytes
    }
}

impl<B: AsRef<[u8]>> Pages for &RawPages<B> {
    #[inline(always)]
    fn page(&mut self, link: &Link) -> Result<Page<'_>, Damage> {
        RawPages::page(self, link)
    }
}

/// The bytes of a page as they stand in the file.
#[inline]
fn stored_page<'a>(bytes: &'a [u8], file: &File, link: &Link) -> Result<&'a [u8], Damage> {
    check_place(file, link)?;
    let rest = usize::try_from(link.offset).ok().and_then(|start| bytes.get(start..));
    let stored = rest.and_then(|rest| rest.get(..link.stored as usize));
    stored.ok_or_else(|| link.damage(DamageKind::Outside))
}

/// Whether there can be a page where the link leads to.
#[inline]
pub(crate) fn check_place(file: &File, link: &Link) -> Result<(), Damage> {
    let (header, end) = (&file.header, link.offset.checked_add(link.stored.into()));
    let is_page = (PageHead::BYTES..=header.page_size()).contains(&(link.stored as usize));
    let inside = end.is_some_and(|end| end <= file.pages_end());
    if is_page && inside && link.offset >= header.pages_begin() as u64 {
        Ok(())
    } else {
        Err(link.damage(DamageKind::Outside))
    }
}

/// Whether the bytes are those that were written.
pub(crate) fn check_sum(stored: &[u8], header: &Header, link: &Link) -> Result<(), Damage> {
    if checksum::at(header.file_id, link.offset, stored) == link.checksum {
        Ok(())
    } else {
        Err(link.damage(DamageKind::Checksum))
    }
}
