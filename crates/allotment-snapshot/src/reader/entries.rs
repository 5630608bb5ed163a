//! [`Entries`]: entries by their numbers, from both ends, as bytes.

use core::cmp::Ordering;
use core::fmt;

use super::pages::RawPages;
use super::search::leaf_of_entry;
use crate::damage::{Damage, DamageKind};
use crate::layout::page::{Entry, Page};

/// Entries of consecutive numbers, of which each end remembers its leaf.
///
/// A leaf is found from the root by the number of an entry: so there is nothing to remember of the
/// pages above, and every step comes to an end, whatever they say. After damage nothing follows.
pub(crate) struct Entries<'a, B> {
    pages: &'a RawPages<B>,
    start: u64,
    end: u64,
    front: Option<Page<'a>>,
    back: Option<Page<'a>>,
    /// What was found while the range was looked for: it is the only item.
    damage: Option<Damage>,
}

impl<'a, B: AsRef<[u8]>> Entries<'a, B> {
    pub(crate) fn new(pages: &'a RawPages<B>, (start, end): (u64, u64)) -> Self {
        Self { pages, start, end, front: None, back: None, damage: None }
    }

    /// Of a range that cannot be found for damage.
    pub(crate) fn damaged(pages: &'a RawPages<B>, damage: Damage) -> Self {
        Self { damage: Some(damage), ..Self::new(pages, (0, 0)) }
    }

    pub(crate) fn len(&self) -> u64 {
        self.end - self.start + u64::from(self.damage.is_some())
    }

    /// Leaves out the next `count` entries.
    pub(crate) fn skip_front(&mut self, count: u64) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// Leaves out the last `count` entries.
    pub(crate) fn skip_back(&mut self, count: u64) {
        self.end = self.end.saturating_sub(count).max(self.start);
    }

    #[inline]
    pub(crate) fn next(&mut self) -> Option<Result<Entry<'a>, Damage>> {
        if self.start == self.end {
            return self.damage.take().map(Err);
        }
        let entry = self.start;
        if !self.front.is_some_and(|page| has(&page, entry)) {
            match self.leaf(entry) {
                Ok(page) => self.front = Some(page),
                Err(damage) => return Some(self.fail(damage)),
            }
        }
        self.start += 1;
        self.front.map(|page| Ok(at(&page, entry)))
    }

    #[inline]
    pub(crate) fn next_back(&mut self) -> Option<Result<Entry<'a>, Damage>> {
        if self.start == self.end {
            return self.damage.take().map(Err);
        }
        let entry = self.end - 1;
        if !self.back.is_some_and(|page| has(&page, entry)) {
            match self.leaf(entry) {
                Ok(page) => self.back = Some(page),
                Err(damage) => return Some(self.fail(damage)),
            }
        }
        self.end -= 1;
        self.back.map(|page| Ok(at(&page, entry)))
    }

    /// All that follow, leaf by leaf.
    pub(crate) fn fold<A>(
        mut self,
        init: A,
        mut act: impl FnMut(A, Result<Entry<'a>, Damage>) -> A,
    ) -> A {
        let mut acc = match self.damage.take() {
            Some(damage) => act(init, Err(damage)),
            None => init,
        };
        while self.start < self.end {
            let page = match self.leaf(self.start) {
                Ok(page) => page,
                Err(damage) => return act(acc, Err(damage)),
            };
            let end = page.end().min(self.end);
            // A leaf has no more entries than fit it.
            let first = (self.start - page.first()) as usize;
            let count = (end - self.start) as usize;
            acc = page.fold(first..first + count, acc, |acc, entry| act(acc, Ok(entry)));
            self.start = end;
        }
        acc
    }

    /// Whether one of them, whose values ascend, has this value.
    pub(crate) fn has_value(mut self, value: &[u8]) -> Result<bool, Damage> {
        if let Some(damage) = self.damage.take() {
            return Err(damage);
        }
        while self.start < self.end {
            let middle = self.start + (self.end - self.start) / 2;
            match at(&self.leaf(middle)?, middle).value.cmp(value) {
                Ordering::Less => self.start = middle + 1,
                Ordering::Equal => return Ok(true),
                Ordering::Greater => self.end = middle,
            }
        }
        Ok(false)
    }

    fn leaf(&self, entry: u64) -> Result<Page<'a>, Damage> {
        let mut pages = self.pages;
        // There is a root, since there is an entry.
        let root = self.pages.file.footer.root().ok_or(NO_ROOT)?;
        let link = leaf_of_entry(&mut pages, root, entry)?;
        self.pages.page(&link)
    }

    #[cold]
    fn fail(&mut self, damage: Damage) -> Result<Entry<'a>, Damage> {
        self.start = self.end;
        Err(damage)
    }
}

const NO_ROOT: Damage = Damage::new(0, 0, DamageKind::PageCount);

#[inline]
fn has(page: &Page<'_>, entry: u64) -> bool {
    (page.first()..page.end()).contains(&entry)
}

#[inline]
fn at<'a>(page: &Page<'a>, entry: u64) -> Entry<'a> {
    // A leaf has no more entries than fit it.
    page.entry((entry - page.first()) as usize)
}

impl<B> Clone for Entries<'_, B> {
    fn clone(&self) -> Self {
        Self { ..*self }
    }
}

impl<B> fmt::Debug for Entries<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("start", &self.start).field("end", &self.end).finish()
    }
}
