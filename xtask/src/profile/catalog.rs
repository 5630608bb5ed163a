//! What can be measured, as the child lists it, and the part of it that the command line picks.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::exit::Usage;

/// The baseline: always measured, always the first column.
pub(crate) const BASELINE: &str = "std";

/// The workload that reads the user's own keys.
pub(crate) const KEYS_WORKLOAD: &str = "keys-file";

/// The workload that replays the user's own trace.
pub(crate) const TRACE_WORKLOAD: &str = "trace";

/// The workloads that read a file of the user's, and the flag that names it.
const OWN: [(&str, &str); 2] = [(KEYS_WORKLOAD, "--keys"), (TRACE_WORKLOAD, "--trace")];

/// What the child's `--list` prints.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Catalog {
    pub(crate) workloads: Vec<Workload>,
    pub(crate) backends: Vec<Backend>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Workload {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) entries: u64,
    #[serde(default)]
    pub(crate) quick_entries: u64,
    /// Whether it is for ordered maps alone.
    #[serde(default)]
    pub(crate) needs_order: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Backend {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) description: String,
    /// Whether its maps have no order.
    #[serde(default)]
    pub(crate) is_unordered: bool,
}

/// Anything that is picked by its name.
trait Named {
    fn name(&self) -> &str;
}

impl Named for Workload {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Named for Backend {
    fn name(&self) -> &str {
        &self.name
    }
}

impl Catalog {
    /// The workloads and backends to measure, in the catalogue's order with the baseline first.
    ///
    /// No names picks all. `own` has the workloads for which the user brought a file: these then
    /// join those that are named, or stand alone when none is.
    pub(crate) fn select(
        &self,
        workloads: &[String],
        backends: &[String],
        own: &[&str],
    ) -> Result<Catalog, Usage> {
        let mut known = self.workloads.clone();
        let mut names = workloads.to_vec();
        for (name, flag) in OWN {
            if own.contains(&name) {
                names.push(name.to_owned());
            } else if workloads.iter().any(|other| other == name) {
                return Err(Usage::new(format!("workload `{name}` needs {flag} FILE")));
            } else {
                known.retain(|workload| workload.name != name);
            }
        }
        let workloads = pick("workload", &known, &names)?;

        let mut backends = pick("backend", &self.backends, backends)?;
        backends.retain(|backend| backend.name != BASELINE);
        let baseline = self.backends.iter().find(|backend| backend.name == BASELINE).cloned();
        let baseline = baseline.ok_or_else(|| Usage::new("the baseline `std` is not listed"))?;
        backends.insert(0, baseline);
        Ok(Catalog { workloads, backends })
    }

    /// The list for people.
    pub(crate) fn describe(&self) -> String {
        let mut text = String::from("Workloads (entries, with --quick):\n");
        for workload in &self.workloads {
            let Workload { name, description, entries, quick_entries, .. } = workload;
            let size = match (entries, quick_entries) {
                (0, 0) => String::new(),
                _ => format!("{entries}, {quick_entries}"),
            };
            writeln!(text, "  {name:24} {size:>18}  {description}").expect("strings grow");
        }
        text.push_str("\nBackends:\n");
        for Backend { name, description, .. } in &self.backends {
            writeln!(text, "  {name:24} {description}").expect("strings grow");
        }
        text
    }
}

fn pick<T: Named + Clone>(kind: &str, known: &[T], names: &[String]) -> Result<Vec<T>, Usage> {
    for name in names {
        if !known.iter().any(|item| item.name() == name) {
            let valid: Vec<&str> = known.iter().map(Named::name).collect();
            let valid = valid.join(", ");
            return Err(Usage::new(format!("unknown {kind} `{name}`; valid: {valid}")));
        }
    }
    let wanted = |item: &&T| names.is_empty() || names.iter().any(|name| name == item.name());
    Ok(known.iter().filter(wanted).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        serde_json::from_str(
            r#"{"workloads": [
                {"name": "uniform", "description": "u", "entries": 1000000, "quick_entries": 10},
                {"name": "words", "description": "w", "entries": 5, "quick_entries": 5},
                {"name": "keys-file"}, {"name": "trace", "needs_order": true}],
              "backends": [
                {"name": "system", "description": "s"}, {"name": "std", "description": "before"},
                {"name": "pool", "description": "p"}]}"#,
        )
        .unwrap()
    }

    fn select(workloads: &[&str], backends: &[&str], keys: bool) -> Result<String, String> {
        let brought: &[&str] = if keys { &[KEYS_WORKLOAD] } else { &[] };
        select_with(workloads, backends, brought)
    }

    fn select_with(
        workloads: &[&str],
        backends: &[&str],
        brought: &[&str],
    ) -> Result<String, String> {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let picked = catalog().select(&own(workloads), &own(backends), brought);
        let picked = picked.map_err(|usage| usage.to_string())?;
        let workloads: Vec<_> = picked.workloads.iter().map(Named::name).collect();
        let backends: Vec<_> = picked.backends.iter().map(Named::name).collect();
        Ok(format!("{} / {}", workloads.join(" "), backends.join(" ")))
    }

    #[test]
    fn the_baseline_is_always_first() {
        assert_eq!(select(&[], &[], false).unwrap(), "uniform words / std system pool");
        assert_eq!(select(&["words"], &["pool"], false).unwrap(), "words / std pool");
        assert_eq!(select(&["words"], &["std"], false).unwrap(), "words / std");
    }

    #[test]
    fn keys_join_the_named_workloads_or_stand_alone() {
        assert_eq!(select(&[], &["pool"], true).unwrap(), "keys-file / std pool");
        let both = select(&["uniform"], &["pool"], true).unwrap();
        assert_eq!(both, "uniform keys-file / std pool");
        assert!(select(&["keys-file"], &[], false).unwrap_err().contains("needs --keys"));
        assert_eq!(select_with(&[], &["pool"], &["trace"]).unwrap(), "trace / std pool");
        let all = select_with(&["words"], &["std"], &["keys-file", "trace"]).unwrap();
        assert_eq!(all, "words keys-file trace / std");
        assert!(select(&["trace"], &[], true).unwrap_err().contains("needs --trace FILE"));
    }

    #[test]
    fn unknown_names_are_answered_with_the_valid_ones() {
        let error = select(&["unifrom"], &[], false).unwrap_err();
        assert_eq!(error, "error: unknown workload `unifrom`; valid: uniform, words");
        let error = select(&[], &["pol"], false).unwrap_err();
        assert_eq!(error, "error: unknown backend `pol`; valid: system, std, pool");
    }

    #[test]
    fn the_list_names_everything() {
        let text = catalog().describe();
        for part in ["uniform", "1000000, 10", "words", "pool", "before"] {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
    }
}
