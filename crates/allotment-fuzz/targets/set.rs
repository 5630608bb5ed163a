//! libFuzzer's program for operations of a set: see `allotment_fuzz::set`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::set(data));
