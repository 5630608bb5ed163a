//! Writing takes as much memory whatever is written, and the second time none.

mod common;

use std::io;

use allotment_snapshot::{
    Codec, PageCache, Snapshot, SnapshotOptions, SnapshotReader, SnapshotWriter, WriteBuffers,
};

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

fn options(codec: Codec) -> SnapshotOptions {
    SnapshotOptions::new().codec(codec).page_size(512).file_id(common::ID)
}

/// Writes entries, and answers how many blocks that took, how many bytes at most, and how high the
/// file is.
fn write(codec: Codec, count: u64, buffers: WriteBuffers) -> (u64, usize, u8, WriteBuffers) {
    let before = dhat::HeapStats::get();
    let mut peak = 0;
    let mut writer =
        SnapshotWriter::<u64, str, _>::with_buffers(io::sink(), &options(codec), buffers).unwrap();
    for n in 0..count {
        writer.push(&n, "bed").unwrap();
        if n % 1024 == 0 {
            peak = peak.max(dhat::HeapStats::get().curr_bytes);
        }
    }
    let finished = writer.finish().unwrap();
    let after = dhat::HeapStats::get();
    let peak = peak.max(after.curr_bytes) - before.curr_bytes;
    let blocks = after.total_blocks - before.total_blocks;
    (blocks, peak, finished.summary.height, finished.buffers)
}

/// A program of its own, without the harness: dhat counts for the whole process, and the harness
/// has a thread that allocates.
fn main() {
    // Miri runs no C, which zstd is, and there is no harness here that would leave this out.
    if cfg!(miri) {
        return;
    }
    let _profiler = dhat::Profiler::builder().testing().build();
    writing_is_within_a_few_pages();
    opening_takes_a_bit_a_page();
    reading_is_within_the_cache();
}

fn writing_is_within_a_few_pages() {
    let mut heights = Vec::new();
    for count in [1000, 10_000, 100_000, 1_000_000] {
        let mut buffers = WriteBuffers::new();
        // Beside pages, what the codec works in, which zstd has elsewhere.
        for (codec, works_in) in [(Codec::Raw, 0), (Codec::Lz4, 10 << 10), (Codec::Zstd, 2 << 10)] {
            let (_, peak, height, used) = write(codec, count, WriteBuffers::new());
            // An open page, its ends and a separator for each level; a page and two entries beside.
            let most = usize::from(height) * (2 * 512 + 512 + 512) + 4 * 512 + 1024 + works_in;
            assert!(peak <= most, "{peak} bytes for {count} entries of {codec}");
            heights.push(height);
            let (blocks, peak, _, _) = write(codec, count, used);
            assert_eq!((blocks, peak), (0, 0), "the second file of {count} entries");
            buffers = write(codec, count, buffers).3;
        }
        // The same memory serves each codec.
        for codec in [Codec::Zstd, Codec::Raw, Codec::Lz4] {
            let (blocks, peak, _, used) = write(codec, count, buffers);
            assert_eq!((blocks, peak), (0, 0));
            buffers = used;
        }
    }
    assert_eq!(heights, [3, 3, 3, 4, 4, 4, 5, 5, 5, 5, 5, 5]);
}

/// And look-ups take nothing.
fn opening_takes_a_bit_a_page() {
    let bytes = common::file(512, (0..100_000_u64).map(|n| (n, n)));
    let before = dhat::HeapStats::get();
    let snapshot = Snapshot::<u64, u64, _>::from_bytes(&bytes[..]).unwrap();
    let opened = dhat::HeapStats::get();
    assert_eq!(opened.total_blocks - before.total_blocks, 1);
    assert!((opened.curr_bytes - before.curr_bytes) as u64 * 8 < bytes.len() as u64 / 512 + 64);
    for key in (0..100_000).step_by(37) {
        assert_eq!(snapshot.get(&key), Ok(Some(key)));
    }
    assert_eq!(snapshot.range(100..).count(), 99_900);
    assert_eq!(dhat::HeapStats::get().total_blocks, opened.total_blocks);
}

fn reading_is_within_the_cache() {
    for codec in [Codec::Raw, Codec::Lz4, Codec::Zstd] {
        let bytes = common::packed_file(codec, 4096, (0..100_000_u64).map(|n| (n, n)));
        let reader = SnapshotReader::<u64, u64, _>::open(&bytes[..]).unwrap();
        let before = dhat::HeapStats::get();
        let cache = &mut PageCache::new(40_000);
        for key in (0..100_000).step_by(37) {
            assert_eq!(reader.get(cache, &key), Ok(Some(key)));
        }
        let warm = dhat::HeapStats::get();
        let took = warm.curr_bytes - before.curr_bytes;
        // Its pages, and one in planes.
        assert!(
            cache.bytes() <= 40_000 && took <= cache.bytes() + 4096 + 64,
            "{codec}: {took} of {}",
            cache.bytes()
        );
        reader.verify_all(cache).unwrap();
        for key in (0..100_000).step_by(31) {
            assert_eq!(reader.get(cache, &key), Ok(Some(key)));
        }
        let used = dhat::HeapStats::get();
        assert!(used.curr_bytes - warm.curr_bytes <= 4096, "{codec}");
    }
}
