//! libFuzzer's program for multimaps and posting maps: see `allotment_fuzz::lists`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::lists(data));
