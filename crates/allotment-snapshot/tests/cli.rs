//! The command, as it is called: what it says, and how it ends.

mod common;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use allotment_snapshot::{Codec, Encoded, SnapshotOptions, Stored, TypeName};
use tempfile::TempDir;

fn command() -> Command {
    Command::new(env!("CARGO_BIN_EXE_allotment-snapshot"))
}

/// What a run printed to stdout and stderr, and its code.
fn run(arguments: &[&str], files: &[&Path]) -> (String, String, i32) {
    let Output { status, stdout, stderr } = command().args(arguments).args(files).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(stdout), text(stderr), status.code().unwrap())
}

struct Beds {
    folder: TempDir,
}

impl Beds {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of these entries.
    fn write<K, V>(&self, name: &str, codec: Codec, entries: &[(K, V)]) -> PathBuf
    where
        K: allotment_snapshot::StoredKey,
        V: Stored,
    {
        let options = SnapshotOptions::new().codec(codec).file_id(common::ID).page_size(512);
        let path = self.path(name);
        options.write_file(&path, entries.iter().map(|(key, value)| (key, value))).unwrap();
        path
    }
}

#[test]
fn inspect_says_what_a_file_holds() {
    let beds = Beds::new();
    let path = beds.write("beds", Codec::Zstd, &[("beans", Some(2_u16)), ("kale", None)]);
    let (out, err, code) = run(&["inspect"], &[&path]);
    assert_eq!((err.as_str(), code), ("", 0));
    for line in ["kind         map", "keys         str", "values       Option<u16>"] {
        assert!(out.lines().any(|found| found == line), "{out}");
    }
    for line in ["entries      2", "page size    512, zstd", "version      1.0"] {
        assert!(out.lines().any(|found| found == line), "{out}");
    }
}

#[test]
fn dump_prints_every_type() {
    let beds = Beds::new();
    let dump = |path: &Path| run(&["dump"], &[path]).0;
    for codec in [Codec::Raw, Codec::Lz4, Codec::Zstd] {
        let path = beds.write("a", codec, &[("a\tb", -2_i32), ("ä", 7)]);
        assert_eq!(dump(&path), "\"a\\tb\"\t-2\n\"ä\"\t7\n");
    }
    let path = beds.write("b", Codec::Raw, &[((1_u8, Some('x')), 0.5_f64), ((1, None), -1.0)][..1]);
    assert_eq!(dump(&path), "(1, Some('x'))\t0.5\n");
    let path = beds.write(
        "c",
        Codec::Raw,
        &[([1_u8, 255], (true, vec![7_u8])), ([2, 0], (false, vec![]))],
    );
    assert_eq!(dump(&path), "0x01ff\t(true, 0x07)\n0x0200\t(false, 0x)\n");
    let path = beds.write("d", Codec::Raw, &[(u128::MAX, ())]);
    assert_eq!(dump(&path), format!("{}\t()\n", u128::MAX));
    let numbers: Vec<(u64, u64)> = (0..10_000).map(|n| (n, n * n)).collect();
    let path = beds.write("e", Codec::Lz4, &numbers);
    let (out, _, code) = run(&["dump", "--skip", "9998"], &[&path]);
    assert_eq!((out.as_str(), code), ("9998\t99960004\n9999\t99980001\n", 0));
    let (out, _, _) = run(&["dump", "--limit", "5000", "--skip", "20"], &[&path]);
    assert_eq!((out.lines().count(), out.lines().last()), (5000, Some("5019\t25190361")));
    assert_eq!(run(&["dump", "--limit", "0"], &[&path]).0, "");
    assert_eq!(dump(&path).lines().count(), 10_000);
}

/// A type of somebody's own.
struct Crop(u8);

impl Stored for Crop {
    const TYPE: TypeName = TypeName::new("Crop");
    const WIDTH: Option<usize> = Some(1);
    type View<'a> = Crop;

    fn encode(&self, out: &mut Encoded) {
        out.push(&[self.0]);
    }

    fn view(bytes: &[u8]) -> Option<Crop> {
        bytes.first().copied().map(Crop)
    }
}

#[test]
fn types_that_are_not_known_are_bytes() {
    let beds = Beds::new();
    let path = beds.write("crops", Codec::Raw, &[(1_u8, Crop(7))]);
    assert_eq!(run(&["dump"], &[&path]), ("1\t0x07\n".into(), String::new(), 0));
    let (out, _, code) = run(&["verify"], &[&path]);
    assert!(code == 0 && out.contains("types that this command does not know"), "{out}");
}

#[test]
fn verify_says_where_and_why_a_file_is_damaged() {
    let beds = Beds::new();
    let numbers: Vec<(u64, u64)> = (0..1000).map(|n| (n, n * 77)).collect();
    for codec in [Codec::Raw, Codec::Lz4, Codec::Zstd] {
        let path = beds.write("numbers", codec, &numbers);
        let (out, err, code) = run(&["verify"], &[&path]);
        assert!(out.contains("1000 entries on "), "{out}");
        assert_eq!((err.as_str(), code), ("", 0));

        let whole = fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        bytes[540] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let (out, err, code) = run(&["verify"], &[&path]);
        assert_eq!((out.as_str(), code), ("", 3));
        let why = "the leaf at byte 512: its bytes are not those that were written\n";
        assert_eq!(err, format!("damaged: {}: {why}", path.display()));
        // What is not damaged is printed before.
        let (out, err, code) = run(&["dump", "--skip", "500", "--limit", "1"], &[&path]);
        assert_eq!((out.as_str(), err.as_str(), code), ("500\t38500\n", "", 0));
        assert_eq!(run(&["dump"], &[&path]).2, 3);
        assert_eq!(run(&["diff"], &[&path, &path]).2, 3);

        fs::write(&path, &whole[..whole.len() - 100]).unwrap();
        let (_, err, code) = run(&["inspect"], &[&path]);
        let place = whole.len() - 100 - 256;
        assert!(code == 3 && err.contains("cut off"), "{err}");
        assert!(err.contains(&format!("its footer stands at byte {place}")), "{err}");
    }
    let path = beds.path("text");
    fs::write(&path, "beans and carrots").unwrap();
    let (_, err, code) = run(&["verify"], &[&path]);
    assert!(code == 3 && err.contains("not a snapshot"), "{err}");
    let text = beds.write("words", Codec::Raw, &[("a", 1_u8)]);
    let mut bytes = fs::read(&text).unwrap();
    bytes[512 + 32 + 2] = 0xff;
    allotment_trial::forge::repair(&mut bytes);
    fs::write(&text, bytes).unwrap();
    let (_, err, code) = run(&["verify"], &[&text]);
    assert!(
        code == 3 && err.ends_with("the leaf at byte 512: a key is not of its type\n"),
        "{err}"
    );
    assert_eq!(run(&["dump"], &[&text]).0, "0xff\t1\n");
}

#[test]
fn what_cannot_be_read_ends_with_4_and_wrong_calls_with_2() {
    let beds = Beds::new();
    for command in ["inspect", "verify", "dump"] {
        let (out, err, code) = run(&[command], &[&beds.path("none")]);
        assert!(out.is_empty() && code == 4 && err.contains("none"), "{err}");
        assert_eq!(run(&[command], &[]).2, 2);
    }
    assert_eq!(run(&["diff"], &[&beds.path("none")]).2, 2);
    assert_eq!(run(&["grow"], &[&beds.path("none")]).2, 2);
    assert_eq!(run(&["--help"], &[]).2, 0);
}

#[test]
fn diff_tells_what_changed() {
    let beds = Beds::new();
    let old = beds.write("old", Codec::Raw, &[("beans", 2), ("kale", 1), ("peas", 3)]);
    let new = beds.write("new", Codec::Lz4, &[("beans", 2), ("carrots", 4), ("peas", 5)]);
    let (out, err, code) = run(&["diff"], &[&old, &new]);
    let expected = "+\t\"carrots\"\t4\n-\t\"kale\"\t1\n-\t\"peas\"\t3\n+\t\"peas\"\t5\n";
    assert_eq!((out.as_str(), code), (expected, 1));
    assert_eq!(err, "2 entries only in the first, 2 in the second\n");
    assert_eq!(run(&["diff", "--quiet"], &[&old, &new]), (String::new(), err, 1));
    assert_eq!(run(&["diff"], &[&old, &old]), (String::new(), String::new(), 0));
    let empty = beds.write::<&str, i32>("empty", Codec::Raw, &[]);
    assert_eq!(run(&["diff"], &[&empty, &old]).0.lines().count(), 3);
    let other = beds.write("other", Codec::Raw, &[(1_u8, 2_u8)]);
    let (out, err, code) = run(&["diff"], &[&old, &other]);
    assert_eq!((out.as_str(), err.as_str(), code), ("", "the keys are str and u8\n", 1));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let beds = Beds::new();
    let numbers: Vec<(u64, u64)> = (0..200_000).map(|n| (n, n)).collect();
    let path = beds.write("numbers", Codec::Raw, &numbers);
    let mut child = command()
        .arg("dump")
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.len()), (Some(0), 0));
}
