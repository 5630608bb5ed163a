//! Large blocks are on large pages, and all else is as with any other allocator.
#![cfg(feature = "huge-pages")]

mod common;

use allotment_alloc::Allocator;
use allotment_system::HugePages;
use common::{is_an_allocator, layout};

const PAGE: usize = HugePages::PAGE_BYTES;

is_an_allocator!(contract, allotment_system::HugePages);

#[test]
#[cfg_attr(miri, ignore = "megabytes, byte by byte")]
fn blocks_keep_their_bytes_across_the_border() {
    let sizes = [1000, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE];
    for old in sizes {
        for new in sizes {
            common::resize_once(&HugePages, layout(old, 64), layout(new, 64), new > old);
        }
    }
}

#[test]
fn absurd_requests_are_refused() {
    for bytes in [isize::MAX as usize - 63, isize::MAX as usize / 2] {
        assert!(HugePages.allocate(layout(bytes, 64)).is_err());
    }
}

#[test]
fn large_blocks_begin_a_page() {
    for bytes in [PAGE, PAGE + 1, 5 * PAGE - 64] {
        let layout = layout(bytes, 64);
        let block = HugePages.allocate(layout).expect("memory").cast::<u8>();
        assert!(block.addr().get().is_multiple_of(PAGE));
        // SAFETY: the block came from this allocator with this layout.
        unsafe { HugePages.deallocate(block, layout) };
    }
}

/// What the system notes of the mapping that an address is in.
#[cfg(all(target_os = "linux", not(miri)))]
fn flags_of(address: usize) -> String {
    let maps = std::fs::read_to_string("/proc/self/smaps").expect("Linux tells");
    let mut within = false;
    for line in maps.lines() {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let bounds = range.map(|(a, b)| [a, b].map(|hex| usize::from_str_radix(hex, 16)));
        if let Some([Ok(start), Ok(end)]) = bounds {
            within = (start..end).contains(&address);
        }
        if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| within) {
            return flags.to_owned();
        }
    }
    panic!("no mapping has the address")
}

#[test]
#[cfg(all(target_os = "linux", not(miri)))]
fn the_system_is_asked() {
    if !std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists() {
        return;
    }
    let layout = layout(4 * PAGE, 64);
    let block = HugePages.allocate(layout).expect("memory").cast::<u8>();
    let flags = flags_of(block.addr().get());
    assert!(flags.split(' ').any(|flag| flag == "hg"), "{flags}");
    // SAFETY: the block came from this allocator with this layout.
    unsafe { HugePages.deallocate(block, layout) };
}
