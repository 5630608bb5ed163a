//! [`Walk`]: entries one at a time, each a view of a page in the cache.

use core::cmp::Ordering;
use core::convert::Infallible;
use core::fmt;
use core::marker::PhantomData;
use core::ops::ControlFlow;

use crate::damage::{Damage, DamageKind};
use crate::layout::link::Link;
use crate::layout::page::{Entry, Page};
use crate::reader::cached::CachedPages;
use crate::reader::pages::Pages;
use crate::reader::search::leaf_of_entry;
use crate::source::Source;
use crate::stored::Stored;
use crate::typed::{self, EntryView};

/// Entries of a [`SnapshotReader`](crate::SnapshotReader), in ascending order, from both ends.
///
/// It is no iterator: an entry is a view of a page in the cache, which is there until the next is
/// asked for. [`for_each`](Self::for_each) and [`try_for_each`](Self::try_for_each) go by pages,
/// and are the quicker way to read many.
pub struct Walk<'r, K: ?Sized, V: ?Sized, S: ?Sized> {
    pages: CachedPages<'r, S>,
    /// The numbers of the next entry, and of the one behind the last.
    start: u64,
    end: u64,
    front: Option<Link>,
    back: Option<Link>,
    /// What was found while the range was looked for: it is the only item.
    damage: Option<Damage>,
    types: PhantomData<fn(&K, &V)>,
}

impl<'r, K, V, S> Walk<'r, K, V, S>
where
    K: Stored + ?Sized,
    V: Stored + ?Sized,
    S: Source + ?Sized,
{
    /// The entries of these numbers.
    pub(crate) fn new(pages: CachedPages<'r, S>, numbers: Result<(u64, u64), Damage>) -> Self {
        let ((start, end), damage) = match numbers {
            Ok(numbers) => (numbers, None),
            Err(damage) => ((0, 0), Some(damage)),
        };
        Self { pages, start, end, front: None, back: None, damage, types: PhantomData }
    }

    /// How many entries are left, if none is damaged.
    pub fn remaining(&self) -> u64 {
        self.end - self.start + u64::from(self.damage.is_some())
    }

    /// The next entry, or damage. That of a page ends the walk; behind an entry that is not of its
    /// type, it goes on.
    #[allow(clippy::should_implement_trait, reason = "an entry borrows the walk")]
    pub fn next(&mut self) -> Option<Result<EntryView<'_, K, V>, Damage>> {
        Some(self.next_entry()?.and_then(typed::pair::<K, V>))
    }

    /// The same as bytes.
    pub(crate) fn next_entry(&mut self) -> Option<Result<Entry<'_>, Damage>> {
        if self.start == self.end {
            return self.damage.take().map(Err);
        }
        let entry = self.start;
        let leaf = match self.leaf(self.front, entry) {
            Ok(leaf) => leaf,
            Err(damage) => return Some(self.fail(damage)),
        };
        self.front = Some(leaf);
        self.start += 1;
        Some(self.pages.page(&leaf).map(|page| at(&page, entry)))
    }

    /// The last entry of those that are left, or damage, as for [`next`](Self::next).
    pub fn next_back(&mut self) -> Option<Result<EntryView<'_, K, V>, Damage>> {
        if self.start == self.end {
            return self.damage.take().map(Err);
        }
        let entry = self.end - 1;
        let leaf = match self.leaf(self.back, entry) {
            Ok(leaf) => leaf,
            Err(damage) => return Some(self.fail(damage)),
        };
        self.back = Some(leaf);
        self.end -= 1;
        Some(self.pages.page(&leaf).and_then(|page| typed::pair::<K, V>(at(&page, entry))))
    }

    /// Leaves out the next `count` entries, which are not read.
    pub fn skip(&mut self, count: u64) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// All entries that are left, as far as none is damaged.
    ///
    /// # Errors
    ///
    /// The damage that ends it.
    pub fn for_each(mut self, mut act: impl FnMut(K::View<'_>, V::View<'_>)) -> Result<(), Damage> {
        let flow = self.try_for_each(|key, value| {
            act(key, value);
            ControlFlow::<Infallible>::Continue(())
        });
        flow.map(|_| ())
    }

    /// The entries that are left, until `act` breaks: the walk then goes on behind the last that it
    /// has seen.
    ///
    /// # Errors
    ///
    /// The damage that ends it.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use allotment_snapshot::{PageCache, SnapshotOptions, SnapshotReader};
    ///
    /// # let mut bytes = Vec::new();
    /// # SnapshotOptions::new().write(&mut bytes, (0..1000_u64).map(|n| (n, n * n)))?;
    /// let squares = SnapshotReader::<u64, u64, _>::open(bytes)?;
    /// let (mut cache, mut sum) = (PageCache::new(1 << 20), 0);
    /// let mut walk = squares.range(&mut cache, 10..);
    /// let flow = walk.try_for_each(|_, square| {
    ///     sum += square;
    ///     if sum > 1000 { ControlFlow::Break(square) } else { ControlFlow::Continue(()) }
    /// })?;
    /// assert_eq!((flow, walk.remaining()), (ControlFlow::Break(256), 983));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn try_for_each<T>(
        &mut self,
        mut act: impl FnMut(K::View<'_>, V::View<'_>) -> ControlFlow<T>,
    ) -> Result<ControlFlow<T>, Damage> {
        if let Some(damage) = self.damage.take() {
            return Err(damage);
        }
        while self.start < self.end {
            let leaf = match self.leaf(self.front, self.start) {
                Ok(leaf) => leaf,
                Err(damage) => return self.fail(damage),
            };
            self.front = Some(leaf);
            let page = self.pages.page(&leaf)?;
            let end = page.end().min(self.end);
            while self.start < end {
                let entry = at(&page, self.start);
                self.start += 1;
                let (key, value) = typed::pair::<K, V>(entry)?;
                if let ControlFlow::Break(end) = act(key, value) {
                    return Ok(ControlFlow::Break(end));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Whether one of the entries, whose values ascend, has this value.
    pub(crate) fn has_value(mut self, value: &[u8]) -> Result<bool, Damage> {
        if let Some(damage) = self.damage.take() {
            return Err(damage);
        }
        while self.start < self.end {
            let middle = self.start + (self.end - self.start) / 2;
            let leaf = self.leaf(self.front, middle)?;
            self.front = Some(leaf);
            match at(&self.pages.page(&leaf)?, middle).value.cmp(value) {
                Ordering::Less => self.start = middle + 1,
                Ordering::Equal => return Ok(true),
                Ordering::Greater => self.end = middle,
            }
        }
        Ok(false)
    }

    /// The first entry, as bytes.
    pub(crate) fn into_first(mut self) -> Result<Option<Entry<'r>>, Damage> {
        if let Some(damage) = self.damage {
            return Err(damage);
        }
        if self.start == self.end {
            return Ok(None);
        }
        let leaf = self.leaf(None, self.start)?;
        let page = self.pages.into_page(&leaf)?;
        Ok(Some(at(&page, self.start)))
    }

    /// The leaf that has the entry of this number, which is now in the cache; perhaps it is `near`.
    fn leaf(&mut self, near: Option<Link>, entry: u64) -> Result<Link, Damage> {
        let leaf = match near.filter(|leaf| (leaf.first..leaf.end).contains(&entry)) {
            Some(leaf) => leaf,
            None => {
                // There is a root, since there is an entry.
                let root = self.pages.file().footer.root().ok_or(NO_ROOT)?;
                leaf_of_entry(&mut self.pages, root, entry)?
            }
        };
        self.pages.page(&leaf)?;
        Ok(leaf)
    }

    #[cold]
    fn fail<T>(&mut self, damage: Damage) -> Result<T, Damage> {
        self.start = self.end;
        Err(damage)
    }
}

const NO_ROOT: Damage = Damage::new(0, 0, DamageKind::PageCount);

#[inline]
fn at<'a>(page: &Page<'a>, entry: u64) -> Entry<'a> {
    // A leaf has no more entries than fit it.
    page.entry((entry - page.first()) as usize)
}

impl<K: ?Sized, V: ?Sized, S: ?Sized> fmt::Debug for Walk<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("start", &self.start).field("end", &self.end).finish()
    }
}
