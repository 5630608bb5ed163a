//! `inspect`, `verify` and `dump`.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use allotment_snapshot::{DamageKind, DiskFile, PageCache, SnapshotReader, Source, Untyped};

use crate::failure::Failure;
use crate::progress::Progress;
use crate::types::Type;

pub(crate) type Reader = SnapshotReader<Untyped, Untyped, DiskFile>;

/// Pages that are kept, in bytes: those of all levels above the leaves of most files.
pub(crate) const CACHE: usize = 8 << 20;

/// How many entries are printed between two looks at the progress.
const STEP: u64 = 4096;

pub(crate) fn open(path: &Path) -> Result<Reader, Failure> {
    let unreadable = |error| Failure::Unreadable(format!("{}: {error}", path.display()));
    let file = DiskFile::open(path).map_err(unreadable)?;
    let length = file.size().unwrap_or(0);
    Reader::open_untyped(file).map_err(|error| Failure::to_open(path, length, &error))
}

/// The types of keys and values.
pub(crate) fn types(reader: &Reader) -> (Type, Type) {
    let metadata = reader.metadata();
    (Type::of(metadata.key.as_str()), Type::of(metadata.value.as_str()))
}

pub(crate) fn inspect(path: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let metadata = open(path)?.metadata();
    writeln!(out, "{metadata}")?;
    if metadata.entries > 0 {
        let each = metadata.bytes as f64 / metadata.entries as f64;
        writeln!(out, "an entry     {each:.2} bytes")?;
    }
    Ok(())
}

pub(crate) fn verify(path: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let reader = open(path)?;
    let (key_type, value_type) = types(&reader);
    let metadata = reader.metadata();
    let pages = metadata.leaves + metadata.index_pages;
    let progress = Progress::new(pages, pages);
    let check = |key: &[u8], value: &[u8]| {
        if !key_type.fits(key) {
            return Err(DamageKind::Key);
        }
        if value_type.fits(value) { Ok(()) } else { Err(DamageKind::Value) }
    };
    let verified = reader
        .verify_entries(&mut PageCache::new(CACHE), check, |page| progress.set(page))
        .map_err(|damage| Failure::to_read(path, &damage))?;
    drop(progress);
    let types = match (key_type.is_known(), value_type.is_known()) {
        (true, true) => "",
        _ => " (of types that this command does not know, whose bytes were not looked at)",
    };
    let (entries, pages) = (verified.entries, verified.pages);
    writeln!(out, "{}: {entries} entries on {pages} pages, all is well{types}", path.display())?;
    Ok(())
}

pub(crate) fn dump(
    path: &Path,
    skip: u64,
    limit: Option<u64>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let reader = open(path)?;
    let (key_type, value_type) = types(&reader);
    let metadata = reader.metadata();
    let count = metadata.entries.saturating_sub(skip).min(limit.unwrap_or(u64::MAX));
    let progress = Progress::new(metadata.leaves, count);
    let mut cache = PageCache::new(CACHE);
    let mut walk = reader.iter(&mut cache);
    walk.skip(skip);
    let (mut line, mut left) = (String::new(), count);
    while left > 0 {
        let mut step = left.min(STEP);
        left -= step;
        let flow = walk.try_for_each(|key, value| {
            line.clear();
            key_type.show(key, &mut line);
            line.push('\t');
            value_type.show(value, &mut line);
            line.push('\n');
            step -= 1;
            match out.write_all(line.as_bytes()) {
                Err(error) => ControlFlow::Break(Err(error)),
                Ok(()) if step == 0 => ControlFlow::Break(Ok(())),
                Ok(()) => ControlFlow::Continue(()),
            }
        });
        match flow.map_err(|damage| Failure::to_read(path, &damage))? {
            ControlFlow::Break(written) => written?,
            ControlFlow::Continue(()) => break,
        }
        progress.set(count - left);
    }
    Ok(())
}
