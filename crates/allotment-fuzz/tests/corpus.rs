//! What fuzzing has found worth keeping, and as many inputs that are pure chance.

use std::fs;
use std::path::Path;

use fastrand::Rng;

/// Inputs of pure chance for each target, and their most bytes.
const RANDOM: usize = 60;
const LENGTH_MAX: usize = 1500;

/// Runs the files of the target's corpus, and random inputs.
fn feed(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let entries = fs::read_dir(&folder).expect("the corpus");
    let files: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    assert!(files.len() >= 10, "{} files in {}", files.len(), folder.display());
    for file in files {
        eprintln!("{}", file.display());
        target(&fs::read(&file).expect("a file"));
    }
    let mut rng = Rng::with_seed(17);
    for round in 0..RANDOM {
        eprintln!("random input {round}");
        let bytes: Vec<u8> = (0..rng.usize(0..LENGTH_MAX)).map(|_| rng.u8(..)).collect();
        target(&bytes);
    }
}

#[test]
fn maps() {
    feed("map", allotment_fuzz::map);
}

#[test]
fn sets() {
    feed("set", allotment_fuzz::set);
}

#[test]
fn cursors() {
    feed("cursor", allotment_fuzz::cursor);
}

#[test]
fn bulk() {
    feed("bulk", allotment_fuzz::bulk);
}

#[test]
fn lists() {
    feed("lists", allotment_fuzz::lists);
}

#[test]
fn allocators() {
    feed("alloc", allotment_fuzz::alloc);
}

#[test]
fn snapshots() {
    feed("snapshot", allotment_fuzz::snapshot);
}

#[test]
fn forged_snapshots() {
    feed("forged", allotment_fuzz::forged);
}

#[test]
fn written_snapshots() {
    feed("written", allotment_fuzz::written);
}

/// A few changes at a time leave more of a file as it should be than many.
/// `ALLOTMENT_FORGED=10000000` takes more of them, and minutes.
#[test]
fn snapshots_forged_a_little() {
    let rounds = std::env::var("ALLOTMENT_FORGED").ok().and_then(|text| text.parse().ok());
    let mut rng = Rng::with_seed(23);
    for _ in 0..rounds.unwrap_or(6000) {
        let bytes: Vec<u8> = (0..1 + 3 * rng.usize(1..4)).map(|_| rng.u8(..)).collect();
        allotment_fuzz::forged(&bytes);
    }
}
