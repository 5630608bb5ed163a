//! [`verify`]: the whole of a file, page by page, in the order of writing.

use alloc::vec::Vec;

use super::file::File;
use super::pages::Pages;
use crate::damage::{Damage, DamageKind};
use crate::layout::header::Kind;
use crate::layout::link::Link;
use crate::layout::page::Page;

/// What a file turned out to hold, once all of it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many entries.
    pub entries: u64,
    /// How many pages.
    pub pages: u64,
}

/// Whether bytes are a key, and whether they are a value.
pub(crate) type Check<'c> = &'c dyn Fn(&[u8], &[u8]) -> Result<(), DamageKind>;

/// Reads the whole file: each page is right behind those below it, each key behind the one before
/// it and where its separators say, and `check` finds nothing wrong. Tells `progress` of each page.
pub(crate) fn verify<P: Pages>(
    pages: &mut P,
    file: &File,
    check: Check<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Verified, Damage> {
    let mut walk = Walk {
        file,
        check,
        offset: file.header.pages_begin() as u64,
        last: None,
        lower: Vec::new(),
        leaves: 0,
        index_pages: 0,
    };
    // The way down to the page that is read, with the child that is next.
    let mut path: Vec<(Link, usize)> = Vec::new();
    let mut next = file.footer.root();
    loop {
        if let Some(link) = next.take() {
            let page = pages.page(&link)?;
            if link.level > 0 {
                walk.check_separators(&page)?;
                next = Some(page.child(0)?);
                path.push((link, 1));
                continue;
            }
            walk.leave(&link)?;
            walk.check_leaf(&page)?;
            progress(walk.leaves + walk.index_pages);
        }
        let Some((link, at)) = path.last_mut() else { break };
        let (link, at, page) = (*link, core::mem::replace(at, *at + 1), pages.page(link)?);
        if at < page.count {
            walk.check_border(&page, at)?;
            next = Some(page.child(at)?);
        } else {
            path.pop();
            walk.leave(&link)?;
            progress(walk.leaves + walk.index_pages);
        }
    }
    walk.finish()
}

struct Walk<'f> {
    file: &'f File,
    check: Check<'f>,
    /// Where the next page must begin.
    offset: u64,
    last: Option<(Vec<u8>, Vec<u8>)>,
    /// The separator of the page that is read.
    lower: Vec<u8>,
    leaves: u64,
    index_pages: u64,
}

impl Walk<'_> {
    /// A page is done with, and so are all below it.
    fn leave(&mut self, link: &Link) -> Result<(), Damage> {
        if link.offset != self.offset {
            return Err(link.damage(DamageKind::Gap));
        }
        self.offset += u64::from(link.stored);
        *(if link.level == 0 { &mut self.leaves } else { &mut self.index_pages }) += 1;
        Ok(())
    }

    /// Separators ascend; they may repeat if keys do.
    fn check_separators(&mut self, page: &Page<'_>) -> Result<(), Damage> {
        let repeats = self.file.header.kind == Kind::Multi;
        let ascends = |at: usize| {
            let (before, after) = (page.keys.get(at - 1), page.keys.get(at));
            before < after || (repeats && before == after)
        };
        if (1..page.count).all(ascends) {
            return self.check_border(page, 0);
        }
        Err(page.damage(DamageKind::Order))
    }

    /// What was read so far lies before the child at `at`, and so do separators.
    fn check_border(&mut self, page: &Page<'_>, at: usize) -> Result<(), Damage> {
        let separator = page.keys.get(at);
        let repeats = self.file.header.kind == Kind::Multi;
        let before = |(last, _): &(Vec<u8>, Vec<u8>)| {
            last.as_slice() < separator || (repeats && last == separator)
        };
        if separator < self.lower.as_slice() || !self.last.as_ref().is_none_or(before) {
            return Err(page.damage(DamageKind::Separator));
        }
        self.lower.clear();
        self.lower.extend_from_slice(separator);
        Ok(())
    }

    fn check_leaf(&mut self, page: &Page<'_>) -> Result<(), Damage> {
        let kind = self.file.header.kind;
        let follows = |last: (&[u8], &[u8]), next: (&[u8], &[u8])| match kind {
            Kind::Map => last.0 < next.0,
            Kind::Multi => last < next,
        };
        if page.keys.get(0) < self.lower.as_slice() {
            return Err(page.damage(DamageKind::Separator));
        }
        let mut last = self.last.as_ref().map(|(key, value)| (key.as_slice(), value.as_slice()));
        for at in 0..page.count {
            let entry = (page.keys.get(at), page.values.get(at));
            if last.is_some_and(|last| !follows(last, entry)) {
                return Err(page.damage(DamageKind::Order));
            }
            (self.check)(entry.0, entry.1).map_err(|kind| page.damage(kind))?;
            last = Some(entry);
        }
        self.last = last.map(|(key, value)| (key.to_vec(), value.to_vec()));
        Ok(())
    }

    fn finish(self) -> Result<Verified, Damage> {
        let (footer, end) = (&self.file.footer, self.file.pages_end());
        let damage = |kind| Damage { offset: end, level: None, kind };
        if self.offset != end {
            return Err(damage(DamageKind::Gap));
        }
        if (self.leaves, self.index_pages) != (footer.leaves, footer.index_pages) {
            return Err(damage(DamageKind::PageCount));
        }
        Ok(Verified { entries: footer.entries, pages: self.leaves + self.index_pages })
    }
}
