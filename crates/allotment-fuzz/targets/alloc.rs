//! libFuzzer's program for allocators: see `allotment_fuzz::alloc`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::alloc(data));
