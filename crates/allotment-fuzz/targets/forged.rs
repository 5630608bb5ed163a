//! libFuzzer's program for forged snapshots: see `allotment_fuzz::forged`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::forged(data));
