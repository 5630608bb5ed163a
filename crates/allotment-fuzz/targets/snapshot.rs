//! libFuzzer's program for snapshots of any bytes: see `allotment_fuzz::snapshot`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::snapshot(data));
