//! What is left of publishing when the machine stops: any part of what was not synced.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::rc::Rc;
use std::vec::Vec;

use fastrand::Rng;

use super::{Folder, publish};
use crate::snapshot::Snapshot;
use crate::writer::{SnapshotOptions, WriteError};

/// What a disk writes as a whole, or not.
const SECTOR: usize = 512;

/// Crash images of each way to publish.
const IMAGES: u32 = 10_000;

/// Something that a disk was asked for. Files are numbered as they are made.
#[derive(Clone, Debug)]
enum Step {
    Create(usize, OsString),
    Write(usize, u64, Vec<u8>),
    SyncFile(usize),
    Rename(OsString, OsString),
    Remove(OsString),
    SyncNames,
}

/// A folder that remembers all it was asked for, and may fail at one step.
#[derive(Default)]
struct Recorded {
    steps: Rc<RefCell<Vec<Step>>>,
    fails_at: Cell<Option<usize>>,
    /// Whether files are said to be synced, and are not.
    lies: bool,
}

struct RecordedFile {
    number: usize,
    offset: u64,
    steps: Rc<RefCell<Vec<Step>>>,
    fails_at: Option<usize>,
}

/// Takes down a step, unless it is the one that fails.
fn take(steps: &RefCell<Vec<Step>>, fails_at: Option<usize>, step: Step) -> io::Result<()> {
    if fails_at == Some(steps.borrow().len()) {
        return Err(io::ErrorKind::StorageFull.into());
    }
    steps.borrow_mut().push(step);
    Ok(())
}

impl Write for RecordedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let step = Step::Write(self.number, self.offset, bytes.to_vec());
        take(&self.steps, self.fails_at, step)?;
        self.offset += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Recorded {
    fn take(&self, step: Step) -> io::Result<()> {
        take(&self.steps, self.fails_at.get(), step)
    }
}

impl Folder for Recorded {
    type File = RecordedFile;

    fn create(&self, name: &OsStr, _: &OsStr) -> io::Result<RecordedFile> {
        let created = |step: &&Step| matches!(step, Step::Create(..));
        let number = 1 + self.steps.borrow().iter().filter(created).count();
        self.take(Step::Create(number, name.into()))?;
        let (steps, fails_at) = (Rc::clone(&self.steps), self.fails_at.get());
        Ok(RecordedFile { number, offset: 0, steps, fails_at })
    }

    fn sync_file(&self, file: &RecordedFile) -> io::Result<()> {
        if self.lies { Ok(()) } else { self.take(Step::SyncFile(file.number)) }
    }

    fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.take(Step::Rename(from.into(), to.into()))
    }

    /// What cleans up after a failure does not fail itself.
    fn remove(&self, name: &OsStr) -> io::Result<()> {
        self.steps.borrow_mut().push(Step::Remove(name.into()));
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        self.take(Step::SyncNames)
    }
}

/// What is on a disk: files by number, of which names stand for some.
#[derive(Clone, Default)]
struct Image {
    files: BTreeMap<usize, Vec<u8>>,
    names: BTreeMap<OsString, usize>,
}

impl Image {
    /// The old file, and nothing else.
    fn with_old(old: &[u8]) -> Self {
        Self { files: [(0, old.to_vec())].into(), names: [("beds".into(), 0)].into() }
    }

    fn write(&mut self, file: usize, offset: usize, bytes: &[u8]) {
        let file = self.files.entry(file).or_default();
        file.resize(file.len().max(offset + bytes.len()), 0);
        file[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    fn name(&mut self, step: &Step) {
        match step {
            Step::Create(number, name) => {
                self.files.entry(*number).or_default();
                self.names.insert(name.clone(), *number);
            }
            Step::Rename(from, to) => {
                if let Some(number) = self.names.remove(from) {
                    self.names.insert(to.clone(), number);
                }
            }
            Step::Remove(name) => drop(self.names.remove(name)),
            Step::Write(..) | Step::SyncFile(_) | Step::SyncNames => {}
        }
    }

    fn beds(&self) -> Option<&[u8]> {
        self.files.get(self.names.get(OsStr::new("beds"))?).map(Vec::as_slice)
    }

    /// What may be left if the machine stops after these steps: all that was synced, and of what
    /// was not any sectors, lengths and names.
    fn after(old: &[u8], steps: &[Step], random: &mut Rng) -> Self {
        let mut image = Self::with_old(old);
        let named = steps.iter().rposition(|step| matches!(step, Step::SyncNames)).unwrap_or(0);
        let (kept, lost) = (random.u8(..5), random.u8(..3));
        for (at, step) in steps.iter().enumerate() {
            let Step::Write(file, offset, bytes) = step else {
                // Any of the names that were not synced have changed, in their order.
                if at < named || random.u8(..5) < kept.max(1) {
                    image.name(step);
                }
                continue;
            };
            let synced = |later: &Step| matches!(later, Step::SyncFile(number) if number == file);
            let offset = *offset as usize;
            if steps[at..].iter().any(synced) {
                image.write(*file, offset, bytes);
                continue;
            }
            for (sector, bytes) in bytes.chunks(SECTOR).enumerate() {
                let offset = offset + sector * SECTOR;
                if random.u8(..5) < kept {
                    image.write(*file, offset, bytes);
                } else if random.u8(..3) < lost {
                    // The length is there, and what was on the disk before.
                    let stale: Vec<u8> = bytes.iter().map(|_| random.u8(..)).collect();
                    image.write(*file, offset, &stale);
                }
            }
        }
        image
    }
}

fn entries(factor: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..150).map(move |n| (n, n * factor))
}

fn options(factor: u64) -> SnapshotOptions {
    SnapshotOptions::new().page_size(512).file_id(factor.into())
}

fn file(factor: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    options(factor).write(&mut bytes, entries(factor)).unwrap();
    bytes
}

/// All that publishing the entries asks of a disk.
fn steps_of(folder: &Recorded, factor: u64) -> Result<Vec<Step>, WriteError> {
    let written =
        publish(folder, OsStr::new("beds"), |file| options(factor).write(file, entries(factor)));
    written.map(|_| folder.steps.borrow().clone())
}

#[test]
fn a_crash_leaves_the_old_file_or_the_new() {
    let (old, new) = (file(1), file(2));
    let steps = steps_of(&Recorded::default(), 2).unwrap();
    assert!(steps.len() > 10, "{steps:?}");
    let mut random = Rng::with_seed(1);
    let mut found = [0; 2];
    for _ in 0..IMAGES {
        let image = Image::after(&old, &steps[..random.usize(..=steps.len())], &mut random);
        let beds = image.beds().expect("a file of that name");
        assert!(beds == old || beds == new);
        found[usize::from(beds == new)] += 1;
    }
    assert!(found.iter().all(|count| *count > IMAGES / 50), "{found:?}");
    // Once it is done, it is done.
    for _ in 0..100 {
        assert_eq!(Image::after(&old, &steps, &mut random).beds(), Some(&new[..]));
    }
}

#[test]
fn a_disk_that_does_not_sync_is_found_out() {
    let (old, new) = (file(1), file(2));
    let steps = steps_of(&Recorded { lies: true, ..Recorded::default() }, 2).unwrap();
    let mut random = Rng::with_seed(2);
    let (mut refused, mut damaged, mut whole) = (0, 0, 0);
    for _ in 0..IMAGES {
        let image = Image::after(&old, &steps[..random.usize(..=steps.len())], &mut random);
        let beds = image.beds().expect("a file of that name");
        let Ok(snapshot) = Snapshot::<u64, u64, _>::from_bytes(beds) else {
            refused += 1;
            continue;
        };
        // A footer that is whole is that of one of the two: what it leads to is right, or damaged.
        let factor = snapshot.metadata().file_id as u64;
        for (key, value) in entries(factor) {
            assert!(snapshot.get(&key).is_err() || snapshot.get(&key) == Ok(Some(value)));
        }
        match snapshot.verify_all() {
            Ok(_) => {
                assert!(beds == old || beds == new);
                whole += 1;
            }
            Err(_) => damaged += 1,
        }
    }
    for count in [refused, damaged, whole] {
        assert!(count > IMAGES / 100, "{refused} refused, {damaged} damaged, {whole} whole");
    }
}

#[test]
fn whatever_fails_leaves_the_old_file() {
    let (old, new) = (file(1), file(2));
    let count = steps_of(&Recorded::default(), 2).unwrap().len();
    for failing in 0..count {
        let folder = Recorded { fails_at: Cell::new(Some(failing)), ..Recorded::default() };
        let error = steps_of(&folder, 2).unwrap_err();
        assert!(matches!(error, WriteError::Io(_)), "{error}");
        let mut image = Image::with_old(&old);
        for step in folder.steps.borrow().iter() {
            match step {
                Step::Write(file, offset, bytes) => image.write(*file, *offset as usize, bytes),
                step => image.name(step),
            }
        }
        // No other name is left. The last step is that of the names, when it has its own by then.
        assert_eq!(image.names.len(), 1);
        let expected = if failing + 1 == count { &new } else { &old };
        assert_eq!(image.beds(), Some(&expected[..]), "step {failing}");
    }
}
