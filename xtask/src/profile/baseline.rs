//! [`Baselines`]: reports that are kept by name, to compare later runs with.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::cell::Cell;
use super::metric::Reading;
use super::report::SCHEMA_VERSION;
use crate::exit::Usage;

/// The folder of them.
pub(crate) struct Baselines {
    folder: PathBuf,
}

/// What was measured before, by whatever name.
pub(crate) struct Past {
    pub(crate) title: String,
    pub(crate) cells: Vec<Cell>,
    /// All of it, as `report.json` has it.
    pub(crate) report: Value,
}

/// The part of a `report.json` that every version has.
#[derive(Deserialize)]
struct Head {
    schema_version: u32,
}

/// The part of this version's that a comparison needs.
#[derive(Deserialize)]
struct Saved {
    quick: bool,
    host: SavedHost,
    workloads: Vec<SavedWorkload>,
}

#[derive(Deserialize)]
struct SavedHost {
    date: String,
    revision: String,
}

#[derive(Deserialize)]
struct SavedWorkload {
    name: String,
    cells: Vec<SavedCell>,
}

#[derive(Deserialize)]
struct SavedCell {
    backend: String,
    faults: Vec<String>,
    heap: Option<Reading>,
    time: Option<Reading>,
}

impl Baselines {
    /// Those in the folder, which need not be there yet.
    pub(crate) fn new(folder: PathBuf) -> Baselines {
        Baselines { folder }
    }

    /// Reads one that can be compared with a run of this size.
    ///
    /// # Errors
    ///
    /// [`Usage`], if there is none of that name, or it is of another size or version, or damaged.
    pub(crate) fn load(&self, name: &str, quick: bool) -> Result<Past, Usage> {
        let path = self.path(name)?;
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Usage::new(format!("no baseline `{name}`; {}", self.list())),
            _ => Usage::new(format!("cannot read `{}`: {error}", path.display())),
        })?;
        let damaged = |error| Usage::new(format!("baseline `{name}` cannot be read: {error}"));
        let Head { schema_version: version } = serde_json::from_str(&text).map_err(damaged)?;
        if version != SCHEMA_VERSION {
            return Err(Usage::new(format!(
                "baseline `{name}` is a report of version {version}, and this is version \
                 {SCHEMA_VERSION}: save it again"
            )));
        }
        let report: Value = serde_json::from_str(&text).map_err(damaged)?;
        let saved = Saved::deserialize(&report).map_err(damaged)?;
        if saved.quick != quick {
            let size = |quick| if quick { "with --quick" } else { "without --quick" };
            return Err(Usage::new(format!(
                "baseline `{name}` was taken {}, and this run is {}",
                size(saved.quick),
                size(quick)
            )));
        }
        Ok(saved.past(name, report))
    }

    /// Keeps a report. A reader never sees half of one.
    ///
    /// # Errors
    ///
    /// If the name is none for a file, or the file cannot be written.
    pub(crate) fn save(&self, name: &str, json: &str) -> Result<PathBuf> {
        let path = self.path(name)?;
        let partial = path.with_extension("partial");
        fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(&partial, json))
            .and_then(|()| fs::rename(&partial, &path))
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Where one of that name lies, or would lie.
    ///
    /// # Errors
    ///
    /// [`Usage`], if the name is none for a file.
    pub(crate) fn path(&self, name: &str) -> Result<PathBuf, Usage> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            let name = name.escape_debug();
            return Err(Usage::new(format!(
                "`{name}` cannot name a baseline: letters, digits, `-`, `_` and `.` can"
            )));
        }
        Ok(self.folder.join(format!("{name}.json")))
    }

    /// Which there are, for people.
    fn list(&self) -> String {
        let name = |path: PathBuf| {
            let is_json = path.extension().is_some_and(|extension| extension == "json");
            let stem = Path::new(path.file_name()?).file_stem()?.to_str()?.to_owned();
            is_json.then_some(stem)
        };
        let files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = files.filter_map(|file| name(file.path())).collect();
        names.sort();
        match names.is_empty() {
            true => "there is none yet: --save-baseline NAME keeps one".to_owned(),
            false => format!("there are: {}", names.join(", ")),
        }
    }
}

impl Saved {
    fn past(self, name: &str, report: Value) -> Past {
        let SavedHost { date, revision } = self.host;
        let revision: String = revision.chars().take(12).collect();
        let mut cells = Vec::new();
        for workload in self.workloads {
            cells.extend(workload.cells.into_iter().map(|saved| Cell {
                heap: saved.heap,
                time: saved.time,
                faults: saved.faults,
                ..Cell::new(&workload.name, &saved.backend)
            }));
        }
        Past { title: format!("baseline `{name}` (revision {revision}, {date})"), cells, report }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn report(version: u32, quick: bool) -> String {
        let reading = r#"{"outcome": "ab", "metrics":
            [{"phase": "build", "name": "requests", "value": 7, "unit": "count"}], "later": 1}"#;
        format!(
            r#"{{"schema_version": {version}, "quick": {quick},
            "host": {{"date": "2026-01-02T03:04:05Z", "revision": "0123456789abcdef"}},
            "workloads": [{{"name": "uniform", "description": "d", "cells": [
                {{"backend": "std", "faults": [], "heap": {reading}, "time": null}}]}}]}}"#
        )
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let folder = TempDir::new().unwrap();
        let baselines = Baselines::new(folder.path().join("baselines"));
        baselines.save("main", &report(SCHEMA_VERSION, true)).unwrap();
        let past = baselines.load("main", true).unwrap();
        assert_eq!(past.title, "baseline `main` (revision 0123456789ab, 2026-01-02T03:04:05Z)");
        assert_eq!(past.cells.len(), 1);
        assert_eq!(past.cells[0].get("build", "requests"), Some(7.0));
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let folder = TempDir::new().unwrap();
        let baselines = Baselines::new(folder.path().to_owned());
        let error = |name, quick| baselines.load(name, quick).err().expect("refused").to_string();
        assert_eq!(
            error("main", true),
            "error: no baseline `main`; there is none yet: --save-baseline NAME keeps one"
        );
        baselines.save("old", &report(0, true)).unwrap();
        baselines.save("big", &report(SCHEMA_VERSION, false)).unwrap();
        baselines.save("torn", "{").unwrap();
        assert_eq!(error("main", true), "error: no baseline `main`; there are: big, old, torn");
        assert!(error("old", true).contains("a report of version 0, and this is version"));
        assert_eq!(
            error("big", true),
            "error: baseline `big` was taken without --quick, and this run is with --quick"
        );
        assert!(error("torn", true).contains("cannot be read"));
        for name in ["", "../x", ".x", "a b"] {
            assert!(error(name, true).contains("cannot name a baseline"), "{name}");
        }
    }
}
