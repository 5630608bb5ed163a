//! Data sets, operation scripts and the roster of maps and backends.
