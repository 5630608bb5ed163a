//! Criterion benches over the workloads.
