//! Publishing: the old file or the new one, and nothing beside.

mod common;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use allotment_snapshot::{
    MultiSnapshot, OpenError, ReadError, Snapshot, SnapshotOptions, WriteError,
};

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The draft's name is not made of the file's, whose permissions it gets; links stay links.
#[test]
#[cfg(unix)]
fn a_file_stays_what_it_was_to_others() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (folder.path().join("x".repeat(250)), folder.path().join("link"));
    let options = SnapshotOptions::new();
    options.write_file(&path, [(1_u8, 1_u8)]).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, &link).unwrap();
    options.write_file(&link, [(1_u8, 2_u8)]).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(link.is_symlink());
    assert_eq!(Snapshot::<u8, u8, _>::read(&path).unwrap().get(&1), Ok(Some(2)));
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn a_file_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beds");
    let options = SnapshotOptions::new();
    for round in 0..3_u64 {
        let summary = options.write_file(&path, (0..1000_u64).map(|n| (n, n * round))).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), summary.bytes);
        let snapshot = Snapshot::<u64, u64, _>::read(&path).unwrap();
        assert_eq!(snapshot.get(&30), Ok(Some(30 * round)));
        assert_eq!(names(folder.path()), ["beds"]);
    }
    options.write_multi_file(&path, [(1_u8, 1_u8), (1, 2)]).unwrap();
    assert_eq!(MultiSnapshot::<u8, u8, _>::read(&path).unwrap().get(&1).count(), 2);
}

#[test]
fn what_fails_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beds");
    let options = SnapshotOptions::new().page_size(512);
    options.write_file(&path, [(1_u64, 1_u64)]).unwrap();
    let old = fs::read(&path).unwrap();
    for wrong in 0..200_u64 {
        let entries = (0..200_u64).map(|n| (if n == wrong { 0 } else { n + 1 }, n));
        let written = options.write_file(&path, entries.clone());
        assert_eq!(written.is_ok(), wrong == 0);
        if wrong == 0 {
            fs::write(&path, &old).unwrap();
            continue;
        }
        assert!(matches!(written, Err(WriteError::OutOfOrder { entry }) if entry == wrong));
        let panics = entries.inspect(|(key, _)| assert_ne!(*key, 0));
        let caught = catch_unwind(AssertUnwindSafe(|| options.write_file(&path, panics)));
        assert!(caught.is_err());
        assert_eq!(fs::read(&path).unwrap(), old);
        assert_eq!(names(folder.path()), ["beds"]);
    }
}

#[test]
fn where_nothing_can_be_written_an_error_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &Path| SnapshotOptions::new().write_file(path, [(1_u8, ())]);
    assert!(matches!(write(&folder.path().join("none/beds")), Err(WriteError::Io(_))));
    assert!(matches!(write(&folder.path().join("..")), Err(WriteError::Io(_))));
    // A folder stands in the way of the new file: what was written beside it goes.
    fs::create_dir_all(folder.path().join("beds/old")).unwrap();
    assert!(matches!(write(&folder.path().join("beds")), Err(WriteError::Io(_))));
    assert_eq!(names(folder.path()), ["beds"]);
}

#[test]
fn what_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("beds");
    assert!(matches!(Snapshot::<u8, (), _>::read(&path), Err(ReadError::Io(_))));
    fs::write(&path, b"beans").unwrap();
    let refused = Snapshot::<u8, (), _>::read(&path).unwrap_err();
    assert!(matches!(refused, ReadError::Open(OpenError::NotASnapshot)));
}
