//! libFuzzer's program for snapshots of any entries: see `allotment_fuzz::written`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::written(data));
