//! The resident size follows what the process uses.
#![cfg(all(feature = "std", target_os = "linux", not(miri)))]

use allotment_system::process_memory;

#[test]
fn touched_memory_becomes_resident() {
    const BYTES: usize = 64 << 20;
    let before = process_memory().expect("Linux tells");
    let mut memory = vec![0_u8; BYTES];
    for page in memory.chunks_mut(1024) {
        page[0] = 1;
    }
    let after = process_memory().expect("Linux tells");
    assert!(memory.iter().map(|byte| usize::from(*byte)).sum::<usize>() == BYTES / 1024);
    let grown = after.resident_bytes.saturating_sub(before.resident_bytes);
    assert!(grown >= BYTES as u64 * 9 / 10, "{before:?} to {after:?}");
    assert!(after.virtual_bytes >= after.resident_bytes);
    assert!(after.virtual_bytes - before.virtual_bytes >= BYTES as u64);
}
