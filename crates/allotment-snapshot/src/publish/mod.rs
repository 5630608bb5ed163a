//! [`publish`]: a file is written beside the one it replaces, and takes its place once it is whole.

#[cfg(test)]
mod crash;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::writer::{Summary, WriteError};

/// What publishing asks of a folder, so that tests can be one that crashes.
pub(crate) trait Folder {
    type File: Write;

    /// A new file of this name, which must not be there, and which whoever may read and write the
    /// one that it is to replace, if there is one, may read and write too.
    fn create(&self, name: &OsStr, replaced: &OsStr) -> io::Result<Self::File>;

    /// Has what was written to a file outlive a crash.
    fn sync_file(&self, file: &Self::File) -> io::Result<()>;

    fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()>;

    fn remove(&self, name: &OsStr) -> io::Result<()>;

    /// Has names that were given outlive a crash.
    fn sync_names(&self) -> io::Result<()>;
}

/// Has a file of this name written beside the one that has it, and puts it in its place.
///
/// The file is synced before it gets the name: so whenever the machine stops, the name stands for
/// the old file or for the whole of the new one.
pub(crate) fn publish<F: Folder>(
    folder: &F,
    name: &OsStr,
    write: impl FnOnce(&mut F::File) -> Result<Summary, WriteError>,
) -> Result<Summary, WriteError> {
    let (mut draft, mut file) = Draft::beside(folder, name)?;
    let summary = write(&mut file)?;
    folder.sync_file(&file)?;
    drop(file);
    folder.rename(&draft.name, name)?;
    draft.renamed = true;
    folder.sync_names()?;
    Ok(summary)
}

/// A file that goes, unless it is renamed.
struct Draft<'f, F: Folder> {
    folder: &'f F,
    name: OsString,
    renamed: bool,
}

impl<'f, F: Folder> Draft<'f, F> {
    fn beside(folder: &'f F, name: &OsStr) -> io::Result<(Self, F::File)> {
        loop {
            // Not made of the name, which may be as long as names can be.
            let hash = RandomState::new().hash_one(name);
            let draft = OsString::from(std::format!(".{hash:016x}.snapshot-draft"));
            match folder.create(&draft, name) {
                Ok(file) => return Ok((Self { folder, name: draft, renamed: false }, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl<F: Folder> Drop for Draft<'_, F> {
    fn drop(&mut self) {
        if !self.renamed {
            // There is an error, or a panic, that matters more.
            _ = self.folder.remove(&self.name);
        }
    }
}

/// A folder on disk.
pub(crate) struct DiskFolder(PathBuf);

impl DiskFolder {
    /// The folder of a path, and the name in it; of a link, those of the file that it leads to.
    pub(crate) fn of(path: &Path) -> io::Result<(Self, OsString)> {
        let target = if path.is_symlink() { fs::canonicalize(path).ok() } else { None };
        let path = target.as_deref().unwrap_or(path);
        let Some(name) = path.file_name() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a path without a file name"));
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        Ok((Self(folder.to_path_buf()), name.to_os_string()))
    }
}

impl Folder for DiskFolder {
    type File = File;

    fn create(&self, name: &OsStr, replaced: &OsStr) -> io::Result<File> {
        let file = File::create_new(self.0.join(name))?;
        // Before anything is in it that not everyone may read.
        #[cfg(unix)]
        if let Ok(replaced) = fs::metadata(self.0.join(replaced))
            && let Err(error) = file.set_permissions(replaced.permissions())
        {
            self.remove(name)?;
            return Err(error);
        }
        Ok(file)
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    fn remove(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }

    /// Where folders can be synced.
    fn sync_names(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.0)?.sync_all() } else { Ok(()) }
    }
}
