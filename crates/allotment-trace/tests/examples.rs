//! What the example records is a whole trace of what it did.

#[path = "../examples/record.rs"]
#[expect(dead_code, reason = "its `main` is for `cargo run`")]
mod record;

use allotment_trace::{TraceOp, TraceReader};

#[test]
fn the_example_records_its_season() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("season.trace");
    let left = record::season(&path).unwrap();
    let mut reader = TraceReader::new(std::fs::File::open(&path).unwrap()).unwrap();
    let (mut inserts, mut removals) = (0, 0);
    while let Some(op) = reader.next_op().unwrap() {
        match op {
            TraceOp::Insert { .. } => inserts += 1,
            TraceOp::Remove { .. } => removals += 1,
            _ => {}
        }
    }
    assert_eq!(inserts, 180 * 50);
    assert_eq!(inserts - removals, left);
}
