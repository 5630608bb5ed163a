//! The timeline of a trace, operation by operation.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use allotment_trace::{Key, KeyKind, TraceOp, TraceWriter};
use allotment_workload::Backend;
use serde_json::Value;

/// The timeline that the program prints of a trace.
fn timeline(trace: &Path, backend: Backend) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_allotment-profile-heap"));
    command.args(["--workload", "trace", "--backend", backend.name(), "--trace"]).arg(trace);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let detail = text.lines().find_map(|line| line.strip_prefix("DETAIL:timeline:"));
    serde_json::from_str(detail.expect("a timeline")).unwrap()
}

#[test]
fn every_operation_of_a_trace_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("map.trace");
    let mut writer = TraceWriter::new(File::create(&path).unwrap(), KeyKind::Integers, 8);
    (0..400).for_each(|key| writer.push(TraceOp::Insert { key: Key::Integer(key) }));
    (0..1600).for_each(|key| writer.push(TraceOp::Get { key: Key::Integer(key) }));
    (0..100).for_each(|_| writer.push(TraceOp::Clone));
    (0..300).for_each(|_| writer.push(TraceOp::PopFirst));
    writer.finish().unwrap();
    for backend in Backend::ALL.into_iter().filter(|backend| backend.is_ordered()) {
        let name = backend.name();
        let timeline = timeline(&path, backend);
        let column = |name: &str| -> Vec<u64> {
            let column = timeline[name].as_array().unwrap().iter();
            column.map(|value| value.as_u64().unwrap()).collect()
        };
        let (ops, live) = (column("ops"), column("live_bytes"));
        // 2400 operations are 160 times 15; then the ends of both phases, and 100 entries dropped.
        let expected = (0..=160).map(|moment| moment * 15).chain([2400, 2400, 2500]);
        assert_eq!(ops, expected.collect::<Vec<u64>>(), "{name}");
        let phases = timeline["phase"].as_array().unwrap().iter();
        assert_eq!(phases.filter(|phase| **phase == "replay").count(), 162, "{name}");
        // Look-ups change nothing, nor do clones that are gone again; pops do.
        assert!(live[27] > 6400 && live[27..=140].iter().all(|bytes| *bytes == live[27]), "{name}");
        assert!(live[160] < live[140] && live.last() == Some(&0), "{name} {live:?}");
    }
}
