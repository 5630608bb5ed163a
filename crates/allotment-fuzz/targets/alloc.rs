#![no_main]
#![expect(missing_docs, reason = "the library documents the targets")]

libfuzzer_sys::fuzz_target!(|data: &[u8]| allotment_fuzz::alloc(data));
