//! What is planted is found: a leak of one block, and memory that grows.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

const HEAP: &str = env!("CARGO_BIN_EXE_allotment-profile-heap");
const TIME: &str = env!("CARGO_BIN_EXE_allotment-profile-time");

fn run(program: &str, backend: &str, more: &[&str]) -> String {
    let mut command = Command::new(program);
    command.args(["--workload", "uniform-u64", "--backend", backend, "--entries", "2000"]);
    let output = command.args(more).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Resident bytes of each sample, and live ones where they are told.
fn samples(text: &str) -> Vec<(u64, Option<u64>)> {
    let mut last = -1.0;
    let sample = |line: &str| {
        let parts: Vec<&str> = line.strip_prefix("SOAK:").expect(line).split(':').collect();
        let [seconds, resident, live] = parts[..] else { panic!("{line}") };
        let seconds: f64 = seconds.parse().unwrap();
        assert!(seconds > last, "{line}");
        last = seconds;
        (resident.parse().unwrap(), if live == "-" { None } else { Some(live.parse().unwrap()) })
    };
    text.lines().map(sample).collect()
}

#[test]
fn one_block_that_leaks_is_found() {
    for backend in ["std", "pool"] {
        let clean = run(HEAP, backend, &[]);
        assert!(clean.contains("METRIC:all.end_blocks:0:count\nMETRIC:all.end_bytes:0:bytes\n"));
        let leaky = run(HEAP, backend, &["--plant-leak"]);
        assert!(leaky.contains("METRIC:all.end_blocks:1:count\nMETRIC:all.end_bytes:1:bytes\n"));
    }
}

#[test]
fn a_soak_samples_and_a_map_that_churns_holds_the_same() {
    for backend in ["std", "system", "pool", "bump"] {
        let samples = samples(&run(TIME, backend, &["--soak", "1"]));
        assert!(samples.len() > 1, "{backend}: {samples:?}");
        for (resident, live) in samples {
            // 2000 entries of 16 bytes, and a node may be half full.
            assert!(resident > 32_000, "{backend} {resident}");
            assert_eq!(live.is_none(), backend == "std");
            assert!(
                live.is_none_or(|live| (32_000..128_000).contains(&live)),
                "{backend} {live:?}"
            );
        }
    }
}

#[test]
fn growth_shows_in_resident_memory_byte_for_byte() {
    const PLANTED: usize = 1 << 20;
    let bytes = PLANTED.to_string();
    let samples = samples(&run(TIME, "pool", &["--soak", "1", "--plant-growth", &bytes]));
    let (first, last) = (samples[0].0, samples[samples.len() - 1].0);
    let planted = ((samples.len() - 1) * PLANTED) as u64;
    // The map itself, and what it takes to print, do not come to a mebibyte.
    assert!((planted..planted + PLANTED as u64).contains(&(last - first)), "{first} {last}");
}

#[test]
fn a_soak_of_no_time_is_none() {
    assert_eq!(run(TIME, "pool", &["--soak", "0"]), "");
}
