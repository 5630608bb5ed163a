//! `diff`: two files, entry by entry, in the memory of two caches.

use std::cmp::Ordering;
use std::io::Write;
use std::path::Path;

use allotment_snapshot::{DiskFile, PageCache, Untyped, Walk};

use crate::commands::{CACHE, open, types};
use crate::failure::Failure;
use crate::progress::Progress;
use crate::types::Type;

/// The entries of a file, and a copy of the next.
struct Side<'r> {
    path: &'r Path,
    walk: Walk<'r, Untyped, Untyped, DiskFile>,
    key: Vec<u8>,
    value: Vec<u8>,
    ended: bool,
}

impl<'r> Side<'r> {
    fn new(path: &'r Path, walk: Walk<'r, Untyped, Untyped, DiskFile>) -> Result<Self, Failure> {
        let mut side = Self { path, walk, key: Vec::new(), value: Vec::new(), ended: false };
        side.advance()?;
        Ok(side)
    }

    fn advance(&mut self) -> Result<(), Failure> {
        match self.walk.next() {
            Some(Ok((key, value))) => {
                self.key.clear();
                self.key.extend_from_slice(key);
                self.value.clear();
                self.value.extend_from_slice(value);
            }
            Some(Err(damage)) => return Err(Failure::to_read(self.path, &damage)),
            None => self.ended = true,
        }
        Ok(())
    }

    fn line(&self, sign: char, (key, value): &(Type, Type)) -> String {
        let mut line = format!("{sign}\t");
        key.show(&self.key, &mut line);
        line.push('\t');
        value.show(&self.value, &mut line);
        line
    }
}

/// Which of the two has the next entry that the other has not; equal if both have it.
fn order(old: &Side<'_>, new: &Side<'_>) -> Ordering {
    match (old.ended, new.ended) {
        (false, false) => (&old.key, &old.value).cmp(&(&new.key, &new.value)),
        (old, new) => old.cmp(&new),
    }
}

pub(crate) fn diff(
    old_path: &Path,
    new_path: &Path,
    quiet: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (old, new) = (open(old_path)?, open(new_path)?);
    let (before, after) = (old.metadata(), new.metadata());
    for (what, before, after) in
        [("keys", before.key, after.key), ("values", before.value, after.value)]
    {
        if before != after {
            return Err(Failure::Differ(format!("the {what} are {before} and {after}")));
        }
    }
    let types = types(&old);
    let (mut old_cache, mut new_cache) = (PageCache::new(CACHE), PageCache::new(CACHE));
    let mut old = Side::new(old_path, old.iter(&mut old_cache))?;
    let mut new = Side::new(new_path, new.iter(&mut new_cache))?;
    let total = before.entries.saturating_add(after.entries);
    let progress = Progress::new(before.leaves + after.leaves, total);
    let (mut removed, mut added, mut seen) = (0_u64, 0_u64, 0_u64);
    while !(old.ended && new.ended) {
        let order = order(&old, &new);
        if order == Ordering::Less {
            removed += 1;
            if !quiet {
                writeln!(out, "{}", old.line('-', &types))?;
            }
        }
        if order == Ordering::Greater {
            added += 1;
            if !quiet {
                writeln!(out, "{}", new.line('+', &types))?;
            }
        }
        if order != Ordering::Greater {
            old.advance()?;
        }
        if order != Ordering::Less {
            new.advance()?;
        }
        seen += 1;
        if seen.is_multiple_of(8192) {
            progress.set(total - old.walk.remaining() - new.walk.remaining());
        }
    }
    drop(progress);
    if (removed, added) == (0, 0) {
        return Ok(());
    }
    Err(Failure::Differ(format!("{removed} entries only in the first, {added} in the second")))
}
