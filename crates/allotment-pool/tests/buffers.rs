//! Buffers: what is written is there, what is kept is bounded, what fails changes nothing.

mod common;

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use allotment_pool::{BufferPool, Pool};
use common::parent::{Fault, Parent, Plan};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};

/// Bytes of a piece. To draw one takes long in the interpreter.
const MOST: usize = if cfg!(miri) { 60 } else { 700 };

fn config() -> ProptestConfig {
    let cases = if cfg!(miri) { 3 } else { 200 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_writes_agree_with_a_vector(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..MOST), 0..20),
        cut in any::<u16>(),
        spare in 0..300_usize,
    ) {
        let parent = Parent::with_spare(spare);
        let pool = BufferPool::new_in(2, 1 << 20, &parent);
        let mut expected = Vec::new();
        for round in 0..2 {
            let mut buffer = pool.take();
            expected.clear();
            for (index, piece) in pieces.iter().enumerate() {
                match (index + round) % 3 {
                    0 => buffer.extend_from_slice(piece),
                    1 => buffer.extend(piece),
                    _ => piece.iter().for_each(|byte| buffer.push(*byte)),
                }
                expected.extend(piece);
                prop_assert_eq!(&*buffer, &*expected);
                prop_assert_eq!(buffer.capacity() >= buffer.len(), true);
            }
            let len = usize::from(cut);
            buffer.truncate(len);
            expected.truncate(len);
            buffer.reverse();
            expected.reverse();
            prop_assert_eq!(buffer.as_slice(), expected.as_slice());
            buffer.clear();
            prop_assert_eq!(buffer.len(), 0);
        }
        drop(pool);
        prop_assert_eq!(parent.balance(), (0, 0));
    }
}

#[test]
fn steady_work_makes_no_request() {
    let parent = Parent::new();
    let pool = BufferPool::new_in(3, 1 << 16, &parent);
    let round = || {
        let mut buffers = [pool.take(), pool.take(), pool.take()];
        for buffer in &mut buffers {
            buffer.extend_from_slice(&[7; 4000]);
        }
    };
    round();
    let warm = parent.requests();
    for _ in 0..100 {
        round();
    }
    assert_eq!(parent.requests(), warm);
    let stats = pool.stats();
    assert_eq!((stats.fresh, stats.reused, stats.taken, stats.peak_taken), (3, 300, 0, 3));
    assert_eq!((stats.kept, stats.kept_bytes), (3, 12_000));
    assert_eq!(parent.balance(), (3, 12_000));
}

#[test]
fn what_is_kept_is_bounded_in_count_and_bytes() {
    let parent = Parent::new();
    let pool = BufferPool::new_in(2, 10_000, &parent);
    let sizes = [1000, 2000, 3000];
    let buffers = sizes.map(|size| pool.take_with_capacity(size));
    drop(buffers);
    assert_eq!((pool.stats().kept, pool.stats().kept_bytes), (2, 3000));
    assert_eq!(pool.stats().released, 1);

    // One that is as large as the bound is kept alone; a larger one never.
    assert_eq!(pool.trim(), 3000);
    drop(pool.take_with_capacity(10_000));
    drop((pool.take(), pool.take_with_capacity(300)));
    assert_eq!((pool.stats().kept, pool.stats().kept_bytes), (1, 10_000));
    pool.trim();
    drop(pool.take_with_capacity(10_001));
    assert_eq!((pool.stats().kept, parent.balance()), (0, (0, 0)));
}

#[test]
fn bounds_of_zero_keep_nothing() {
    for (buffers, bytes) in [(0, usize::MAX), (usize::MAX, 0), (0, 0)] {
        let parent = Parent::new();
        let pool = BufferPool::new_in(buffers, bytes, &parent);
        pool.take().push(1);
        drop(pool.take());
        assert_eq!((pool.stats().kept, parent.balance()), (0, (0, 0)));
    }
}

#[test]
fn unused_buffers_take_no_memory() {
    let parent = Parent::new();
    let pool = BufferPool::new_in(4, 1 << 16, &parent);
    drop([pool.take(), pool.take()]);
    assert_eq!((parent.requests(), pool.stats().kept), (0, 0));
}

#[test]
fn an_allocator_that_fails_leaves_the_bytes() {
    for fault in [Fault::Fail, Fault::Panic] {
        let parent = Parent::new();
        let pool = BufferPool::new_in(4, 1 << 16, &parent);
        parent.plan(Plan::Once(1), fault);
        let mut buffer = pool.take();
        let failed = catch_unwind(AssertUnwindSafe(|| buffer.try_extend_from_slice(b"abc")));
        assert!(!matches!(failed, Ok(Ok(()))));
        assert!(buffer.is_empty() && buffer.capacity() == 0);
        buffer.extend_from_slice(b"abc");
        parent.plan(Plan::From(3), fault);
        let failed = catch_unwind(AssertUnwindSafe(|| buffer.try_extend_from_slice(&[1; 5000])));
        assert!(!matches!(failed, Ok(Ok(()))));
        assert_eq!(*buffer, *b"abc");
        buffer.try_extend_from_slice(b"def").unwrap();
        drop(buffer);
        assert_eq!((pool.stats().kept, pool.stats().taken), (1, 0));
        drop(pool);
        assert_eq!(parent.balance(), (0, 0));
    }
}

#[test]
fn absurd_capacities_are_refused() {
    let parent = Parent::new();
    let pool = BufferPool::new_in(4, 1 << 16, &parent);
    let mut buffer = pool.take();
    buffer.push(9);
    let capacity = buffer.capacity();
    for additional in [usize::MAX, isize::MAX as usize, isize::MAX as usize - 7, 1 << 40] {
        assert!(buffer.try_reserve(additional).is_err());
        assert!(pool.try_take_with_capacity(additional).is_err());
    }
    assert_eq!((&*buffer, buffer.capacity()), (&[9][..], capacity));
}

#[test]
fn a_panic_while_buffers_are_released_loses_none_of_the_others() {
    let parent = Parent::new();
    let pool = BufferPool::new_in(4, 1 << 16, &parent);
    drop([1, 2, 3].map(|_| pool.take_with_capacity(300)));
    parent.panic_on_free(true);
    assert!(catch_unwind(AssertUnwindSafe(|| pool.trim())).is_err());
    assert_eq!((pool.stats().kept, parent.balance()), (2, (2, 600)));
    parent.panic_on_free(false);
    drop(pool);
    assert_eq!(parent.balance(), (0, 0));
}

#[test]
fn text_is_written_and_reports_read_well() {
    let blocks = Pool::new();
    let pool = BufferPool::new_in(4, 1 << 16, blocks.clone());
    let mut buffer = pool.take();
    write!(buffer, "{}-{:?}", 1, "a").unwrap();
    assert_eq!(*buffer, *b"1-\"a\"");
    assert_eq!(format!("{buffer:?}"), "Buffer { len: 5, capacity: 256, .. }");
    drop(buffer);
    let stats = pool.stats().to_string();
    assert_eq!(
        stats,
        "buffers out: 0 (peak 1), kept: 1 of 256 B\nreused: 0, fresh: 1, released: 0"
    );
    assert!(format!("{pool:?}").starts_with("BufferPool { max_buffers: 4, max_bytes: 65536, "));
    drop(pool);
    assert_eq!(blocks.stats().live_blocks, 0);
}

#[test]
#[cfg(feature = "std")]
fn readers_are_copied_into_buffers() {
    use std::io::Write as _;

    let parent = Parent::new();
    let pool = BufferPool::new_in(4, 1 << 16, &parent);
    let mut buffer = pool.take();
    let data: Vec<u8> = (0..=255).cycle().take(20_000).collect();
    assert_eq!(std::io::copy(&mut &*data, &mut buffer).unwrap(), 20_000);
    assert_eq!(*buffer, *data);
    buffer.flush().unwrap();

    parent.plan(Plan::From(1), Fault::Fail);
    let error = buffer.write(&[0; 100_000]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::OutOfMemory);
    assert_eq!(*buffer, *data);
}
