//! Ways down: by a key, or by the number of an entry. Each reads one page a level.

use core::ops::Bound;

use super::pages::Pages;
use crate::damage::{Damage, DamageKind};
use crate::layout::header::Kind;
use crate::layout::link::Link;
use crate::layout::page::Page;

/// The leaf that `choose` leads to, who says which child of an index page is next.
///
/// It ends, whatever pages say: each link leads one level down.
#[inline]
fn descend<P: Pages>(
    pages: &mut P,
    root: Link,
    choose: impl Fn(&Page<'_>) -> usize,
) -> Result<Link, Damage> {
    let mut link = root;
    while link.level > 0 {
        let page = pages.page(&link)?;
        link = page.child(choose(&page))?;
    }
    Ok(link)
}

/// The leaf that has `key`, if any does, where keys do not repeat.
#[inline]
pub(crate) fn leaf_of_key<P: Pages>(pages: &mut P, root: Link, key: &[u8]) -> Result<Link, Damage> {
    descend(pages, root, |page| page.keys.up_to(page.count, key).saturating_sub(1))
}

/// The leaf that has the entry of this number, which must be one.
#[inline]
pub(crate) fn leaf_of_entry<P: Pages>(
    pages: &mut P,
    root: Link,
    entry: u64,
) -> Result<Link, Damage> {
    let leaf = descend(pages, root, |page| page.child_of(entry))?;
    // Who walks by numbers must come on, whatever the pages say.
    if (leaf.first..leaf.end).contains(&entry) {
        Ok(leaf)
    } else {
        Err(leaf.damage(DamageKind::Link))
    }
}

/// How many entries have a key before `key`.
pub(crate) fn count_before<P: Pages>(
    pages: &mut P,
    root: Link,
    key: &[u8],
    kind: Kind,
) -> Result<u64, Damage> {
    let leaf = match kind {
        Kind::Map => leaf_of_key(pages, root, key)?,
        // Where a separator equals the key, the entries before it may have that key too.
        Kind::Multi => {
            descend(pages, root, |page| page.keys.before(page.count, key).saturating_sub(1))?
        }
    };
    let page = pages.page(&leaf)?;
    Ok(page.first() + page.keys.before(page.count, key) as u64)
}

/// How many entries have a key that is not behind `key`.
pub(crate) fn count_up_to<P: Pages>(pages: &mut P, root: Link, key: &[u8]) -> Result<u64, Damage> {
    let leaf = leaf_of_key(pages, root, key)?;
    let page = pages.page(&leaf)?;
    Ok(page.first() + page.keys.up_to(page.count, key) as u64)
}

/// The numbers of the first entry within bounds, and of the first behind them.
pub(crate) fn numbers_within<P: Pages>(
    pages: &mut P,
    root: Link,
    (start, end): (Bound<&[u8]>, Bound<&[u8]>),
    kind: Kind,
) -> Result<(u64, u64), Damage> {
    let start = match start {
        Bound::Unbounded => root.first,
        Bound::Included(key) => count_before(pages, root, key, kind)?,
        Bound::Excluded(key) => count_up_to(pages, root, key)?,
    };
    let end = match end {
        Bound::Unbounded => root.end,
        Bound::Included(key) => count_up_to(pages, root, key)?,
        Bound::Excluded(key) => count_before(pages, root, key, kind)?,
    };
    Ok((start, end.max(start)))
}
