//! Unit and property tests of the sums, over integers alone.

use core::num::NonZeroUsize;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq};
use proptest::{prop_oneof, proptest};

use super::*;

fn footprint(size: usize, align: usize) -> Footprint {
    Footprint::of(NonZeroUsize::new(size).expect("a size"), align).expect("a footprint")
}

#[test]
fn blocks_are_placed_one_behind_the_other() {
    let room = Room { position: 128, limit: 256 };
    assert_eq!(room.place(footprint(64, 8)), Some(0));
    assert_eq!(room.place(footprint(128, 8)), Some(0));
    assert_eq!(room.place(footprint(129, 8)), None);
}

#[test]
fn a_gap_is_left_where_the_alignment_needs_one() {
    let room = Room { position: 144, limit: 4096 };
    assert_eq!(room.place(footprint(16, 1)), Some(0));
    assert_eq!(room.place(footprint(64, 1)), Some(48));
    assert_eq!(room.place(footprint(64, 1024)), Some(1024 - 144));
    assert_eq!(room.place(footprint(64, 8192)), None);
}

#[test]
fn a_room_without_memory_takes_nothing() {
    let room = Room { position: LINE, limit: LINE };
    assert_eq!(room.place(footprint(1, 1)), None);
}

#[test]
fn the_end_of_the_address_space_is_no_trap() {
    let limit = usize::MAX & !(GRAIN - 1);
    let room = Room { position: limit - 32, limit };
    assert_eq!(room.place(footprint(16, 16)), Some(0));
    assert_eq!(room.place(footprint(64, 64)), None);
    assert_eq!(room.place(footprint(isize::MAX as usize, 1)), None);
    assert!(!room.ends(usize::MAX - 15, footprint(64, 1)));
}

#[test]
fn chunk_sizes_are_whole_lines_and_bounded() {
    assert_eq!(chunk_size(0), Some(64));
    assert_eq!(chunk_size(1), Some(128));
    assert_eq!(chunk_size(4096), Some(4160));
    assert_eq!(chunk_size(usize::MAX), None);
    assert_eq!(chunk_size(isize::MAX as usize), None);
    let most = isize::MAX as usize - (LINE - 1) - HEADER;
    let size = chunk_size(most).expect("the largest payload there is");
    assert!(core::alloc::Layout::from_size_align(size, LINE).is_ok());
    assert_eq!(chunk_size(most + 1), None);
}

#[test]
fn payloads_double_up_to_the_last() {
    let mut payload = FIRST_PAYLOAD;
    let mut steps = 0;
    while payload < LAST_PAYLOAD {
        assert_eq!(grown(payload), payload * 2);
        payload = grown(payload);
        steps += 1;
    }
    assert_eq!((payload, steps), (LAST_PAYLOAD, 9));
    assert_eq!(grown(LAST_PAYLOAD), LAST_PAYLOAD);
    assert_eq!(grown(usize::MAX), LAST_PAYLOAD);
    assert_eq!(growth_after(0), FIRST_PAYLOAD);
    assert_eq!(growth_after(10_000), 20_000);
}

#[test]
fn an_enormous_alignment_needs_an_enormous_payload() {
    let wanted = footprint(64, 1 << (usize::BITS - 1));
    assert!(payload_for(wanted).is_some_and(|payload| chunk_size(payload).is_none()));
    assert_eq!(payload_for(footprint(512, 64)), Some(512));
    assert_eq!(payload_for(footprint(512, 128)), Some(512 + 64));
}

#[test]
fn refitting_prefers_what_costs_no_memory() {
    let room = Room { position: 1024, limit: 2048 };
    let (small, large) = (footprint(256, 8), footprint(512, 8));
    let last = 1024 - 256;
    assert_eq!(room.refit(last, small, large, false), Refit::Slides);
    assert_eq!(room.refit(last, small, large, true), Refit::Moves, "an idle block is used first");
    assert_eq!(room.refit(256, small, large, false), Refit::Moves);
    assert_eq!(room.refit(256, large, small, false), Refit::Cut);
    assert_eq!(room.refit(256, large, small, true), Refit::Moves);
    assert_eq!(room.refit(512, large, small, false), Refit::Slides);
    assert_eq!(room.refit(256, small, small, true), Refit::Stays);
    assert_eq!(room.refit(last, small, footprint(4096, 8), false), Refit::Moves, "no room");
    assert_eq!(room.refit(16, footprint(48, 8), footprint(64, 8), false), Refit::Moves);
    assert_eq!(room.refit(64, small, footprint(256, 128), false), Refit::Moves);
}

/// Sizes around the borders of the classes, and any.
fn sizes() -> impl Strategy<Value = usize> {
    prop_oneof![
        1_usize..200,
        1_usize..5000,
        1_usize..100_000,
        Just(isize::MAX as usize),
        (1_usize..=isize::MAX as usize),
    ]
}

fn aligns() -> impl Strategy<Value = usize> {
    (0_u32..20).prop_map(|shift| 1 << shift)
}

fn rooms() -> impl Strategy<Value = Room> {
    (any::<usize>(), 0_usize..200_000).prop_map(|(position, bytes)| {
        let position = position & !(GRAIN - 1);
        let limit = position.saturating_add(bytes) & !(GRAIN - 1);
        Room { position, limit }
    })
}

/// Few cases where each is slow, and no files where there may be none.
fn config() -> ProptestConfig {
    let cases = if cfg!(miri) { 6 } else { 4096 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_placed_block_is_aligned_and_inside(room in rooms(), size in sizes(), align in aligns()) {
        let wanted = footprint(size, align);
        if let Some(gap) = room.place(wanted) {
            let start = room.position + gap;
            prop_assert!(start.is_multiple_of(wanted.align) && wanted.align >= align);
            prop_assert!(gap < wanted.align);
            prop_assert!(wanted.size >= size && wanted.size <= room.limit - start);
        } else {
            // A slow and sure way to the same answer.
            let start = (room.position as u128).next_multiple_of(wanted.align as u128);
            prop_assert!(start + wanted.size as u128 > room.limit as u128);
        }
    }

    #[test]
    fn the_least_payload_is_enough(line in 0_usize..1 << 40, size in sizes(), align in aligns()) {
        let wanted = footprint(size, align);
        let payload = payload_for(wanted).expect("far from the end of usize");
        if let Some(whole) = chunk_size(payload) {
            let start = line * LINE;
            let room = Room { position: start + HEADER, limit: start + whole };
            prop_assert!(room.place(wanted).is_some());
        }
    }

    #[test]
    fn a_refitted_block_has_its_new_footprint(
        room in rooms(), back in 0_usize..10_000, old in (sizes(), aligns()),
        new in (sizes(), aligns()), vacant: bool,
    ) {
        let (old, new) = (footprint(old.0, old.1), footprint(new.0, new.1));
        let Some(start) = room.position.checked_sub(old.size + back * GRAIN * (back % 2)) else {
            return Ok(());
        };
        let last = start + old.size == room.position;
        prop_assert_eq!(room.ends(start, old), last);
        match room.refit(start, old, new, vacant) {
            Refit::Stays => prop_assert_eq!(old.size, new.size),
            Refit::Slides => prop_assert!(last && new.size <= room.limit - start),
            Refit::Cut => prop_assert!(!last && new.size < old.size),
            Refit::Moves => return Ok(()),
        }
        prop_assert!(start.is_multiple_of(new.align));
    }
}
