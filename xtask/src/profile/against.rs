//! [`Against`]: another revision of the workspace, checked out and built beside this one.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};

use super::catalog::Catalog;
use super::child::Binaries;
use crate::exit::Usage;
use crate::output;
use crate::program::death;

/// A checked-out revision with its own harness. It is removed when this is dropped; what was built
/// stays, so that the next time takes less.
pub(crate) struct Against {
    pub(crate) rival: Rival,
    // In this order: others wait until the checkout is gone.
    _tree: Tree,
    _lock: Lock,
}

/// What is measured beside this revision.
pub(crate) struct Rival {
    pub(crate) title: String,
    /// The commit.
    pub(crate) hash: String,
    pub(crate) binaries: Binaries,
    pub(crate) catalog: Catalog,
}

/// A commit that is known to be there.
pub(crate) struct Revision {
    hash: String,
    named: String,
}

/// The right to be the only run. It ends with the process, however that ends.
#[derive(Debug)]
struct Lock(File);

/// A checkout, as long as it is wanted.
struct Tree {
    repository: PathBuf,
    path: PathBuf,
}

impl Revision {
    /// Looks a revision up in the repository.
    ///
    /// # Errors
    ///
    /// [`Usage`], if there is none of that name.
    pub(crate) fn find(repository: &Path, name: &str) -> Result<Revision> {
        // The last argument keeps a name that begins with a dash from being a flag.
        let commit = format!("{name}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let output = git(repository, &arguments)?;
        if !output.status.success() {
            return Err(Usage::new(format!("unknown revision `{}`", name.escape_debug())).into());
        }
        let hash = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(Revision { hash, named: name.to_owned() })
    }

    fn short(&self) -> &str {
        self.hash.get(..12).unwrap_or(&self.hash)
    }

    fn title(&self) -> String {
        match self.hash.starts_with(&self.named) {
            true => format!("revision {}", self.short()),
            false => format!("revision {} ({})", self.short(), self.named),
        }
    }
}

impl Against {
    /// Checks the revision out in `folder` and builds it there.
    ///
    /// # Errors
    ///
    /// If another run is at it, git refuses, or the revision does not build.
    pub(crate) fn prepare(
        repository: &Path,
        folder: &Path,
        revision: &Revision,
    ) -> Result<Against> {
        let lock = Lock::take(folder)?;
        let tree = Tree::check_out(repository, folder.join(revision.short()), &revision.hash)?;
        let title = revision.title();
        output::note(&format!("{title}, for comparison:"));
        let binaries = Binaries::build_at(&tree.path, &folder.join("build"));
        let binaries = binaries.with_context(|| title.clone())?;
        let catalog = binaries.catalog().with_context(|| title.clone())?;
        let rival = Rival { title, hash: revision.hash.clone(), binaries, catalog };
        Ok(Against { rival, _tree: tree, _lock: lock })
    }
}

impl Lock {
    fn take(folder: &Path) -> Result<Lock> {
        let path = folder.join("lock");
        let file = fs::create_dir_all(folder).and_then(|()| File::create(&path));
        let file = file.with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => {
                bail!("another run of --against is under way ({})", path.display())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }
}

impl Drop for Lock {
    /// To close the file is not enough: a child that another thread just forked has it open too,
    /// until it executes its program.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

impl Tree {
    fn check_out(repository: &Path, path: PathBuf, hash: &str) -> Result<Tree> {
        let tree = Tree { repository: repository.to_owned(), path };
        // What a run left that was killed. The lock says that it is nobody's now.
        tree.remove();
        let name = tree.path.to_str().context("the build folder's path is not UTF-8")?;
        let arguments = ["worktree", "add", "--quiet", "--force", "--detach", name, hash];
        let output = git(&tree.repository, &arguments)?;
        if !output.status.success() {
            bail!("git cannot check {hash} out: {}", death(&output));
        }
        Ok(tree)
    }

    fn remove(&self) {
        // Git refuses where there is nothing to remove, which is what is wanted.
        if let Some(name) = self.path.to_str() {
            let _ = git(&self.repository, &["worktree", "remove", "--force", "--force", name]);
        }
        let _ = fs::remove_dir_all(&self.path);
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.remove();
    }
}

fn git(repository: &Path, arguments: &[&str]) -> Result<Output> {
    let mut command = Command::new("git");
    command.arg("-C").arg(repository).args(arguments).stdin(Stdio::null());
    command.output().context("cannot start git")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn repository() -> TempDir {
        let folder = TempDir::new().unwrap();
        let run = |arguments: &[&str]| {
            let output = git(folder.path(), arguments).unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", death(&output));
        };
        run(&["init", "--quiet"]);
        fs::write(folder.path().join("file"), "first").unwrap();
        run(&["add", "file"]);
        let who = ["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"];
        run(&[&who[..], &["commit", "--quiet", "-m", "first"]].concat());
        folder
    }

    #[test]
    fn a_revision_is_found_or_named_in_the_error() {
        let folder = repository();
        let revision = Revision::find(folder.path(), "HEAD").unwrap();
        assert_eq!(revision.hash.len(), 40);
        assert_eq!(revision.title(), format!("revision {} (HEAD)", revision.short()));
        let same = Revision::find(folder.path(), &revision.hash[..9]).unwrap();
        assert_eq!(same.title(), format!("revision {}", revision.short()));
        for name in ["no-such", "--help", ""] {
            let error = Revision::find(folder.path(), name).err().expect("refused");
            assert!(error.is::<Usage>(), "{error}");
            assert_eq!(error.to_string(), format!("error: unknown revision `{name}`"));
        }
    }

    #[test]
    fn a_checkout_is_removed_again_even_if_it_does_not_build() {
        let folder = repository();
        let revision = Revision::find(folder.path(), "HEAD").unwrap();
        let build = folder.path().join("target/against");
        let path = build.join(revision.short());
        let tree = Tree::check_out(folder.path(), path.clone(), &revision.hash).unwrap();
        assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "first");
        // A killed run leaves everything as it is; the next one begins anew.
        std::mem::forget(tree);
        fs::write(path.join("file"), "changed").unwrap();
        let tree = Tree::check_out(folder.path(), path.clone(), &revision.hash).unwrap();
        assert_eq!(fs::read_to_string(path.join("file")).unwrap(), "first");
        drop(tree);
        assert!(!path.exists());

        let error =
            Against::prepare(folder.path(), &build, &revision).err().expect("no Cargo.toml");
        assert!(format!("{error:#}").contains("does not build"), "{error:#}");
        assert!(!path.exists());
        let list = git(folder.path(), &["worktree", "list"]).unwrap().stdout;
        assert_eq!(String::from_utf8_lossy(&list).lines().count(), 1);
    }

    #[test]
    fn only_one_run_at_a_time() {
        let folder = TempDir::new().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        assert!(Lock::take(folder.path()).unwrap_err().to_string().starts_with("another run"));
        // What a forked child has until it executes its program.
        let _forked = held.0.try_clone().unwrap();
        drop(held);
        Lock::take(folder.path()).unwrap();
    }
}
