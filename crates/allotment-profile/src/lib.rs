//! The harness: one workload on one backend, measured.
