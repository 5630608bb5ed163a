//! libFuzzer's program for operations of a map: see `allotment_fuzz::map`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::map(data));
