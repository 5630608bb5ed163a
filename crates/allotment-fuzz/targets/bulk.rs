//! libFuzzer's program for operations on many pairs: see `allotment_fuzz::bulk`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::bulk(data));
