//! libFuzzer's program for cursors: see `allotment_fuzz::cursor`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::cursor(data));
