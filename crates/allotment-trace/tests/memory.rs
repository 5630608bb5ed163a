//! Recording and reading take memory as they begin, and none for an operation.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;

use allotment_trace::{Key, KeyKind, Recorder, TraceOp, TraceReader, TraceWriter};
use dhat::HeapStats;

#[global_allocator]
static GLOBAL: dhat::Alloc = dhat::Alloc;

/// How many blocks are obtained meanwhile.
fn blocks(action: impl FnOnce()) -> u64 {
    let before = HeapStats::get().total_blocks;
    action();
    HeapStats::get().total_blocks - before
}

fn texts() -> Vec<String> {
    (0..20_000_u64).map(|step| format!("key {:x}", step.wrapping_mul(0x9E37_79B9))).collect()
}

/// A program of its own, without the harness: dhat counts for the whole process, and the harness
/// has a thread that allocates.
fn main() {
    let (texts, mut bytes) = (texts(), Vec::with_capacity(1 << 20));
    let _profiler = dhat::Profiler::builder().testing().build();

    let mut writer = TraceWriter::new(&mut bytes, KeyKind::Text, 8);
    let writing = blocks(|| {
        for text in &texts {
            writer.push(TraceOp::Insert { key: Key::Text(text) });
            writer.push(TraceOp::Get { key: Key::Text(text) });
        }
    });
    writer.finish().unwrap();
    assert_eq!(writing, 0);
    assert!(bytes.len() > 4 * 65_536, "{}", bytes.len());

    let mut count = 0;
    let mut reader = TraceReader::new(&bytes[..]).unwrap();
    let reading = blocks(|| {
        while reader.next_op().unwrap().is_some() {
            count += 1;
        }
    });
    assert_eq!((reading, count), (0, 40_000));

    // A recorder adds nothing to what its map allocates.
    let fill = |map: &mut dyn FnMut(&str)| texts.iter().for_each(|text| map(text));
    let mut plain = BTreeMap::new();
    let by_map = blocks(|| fill(&mut |text| assert!(plain.insert(text.to_owned(), ()).is_none())));
    let mut recorded = Recorder::new(BTreeMap::new(), io::sink());
    let by_recorder =
        blocks(|| fill(&mut |text| assert!(recorded.insert(text.to_owned(), ()).is_none())));
    assert_eq!(by_recorder, by_map);
    let from_key_1 = (Bound::Included("key 1"), Bound::Unbounded);
    let reads = blocks(|| {
        assert!(texts.iter().all(|text| recorded.get(text.as_str()).is_some()));
        assert_eq!(recorded.iter().count(), plain.len());
        assert!(recorded.range::<str, _>(from_key_1).next().is_some());
    });
    assert_eq!(reads, 0);
}
