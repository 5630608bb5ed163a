//! Arrows point down: which crate may depend on which.

use std::collections::BTreeSet;

use super::finding::Finding;
use super::graph::{Graph, cycles};
use crate::workspace::Package;

/// Crates and their layers; a crate may use the layers below its own.
const LAYERS: &[(&str, u8)] = &[
    ("allotment-alloc", 0),
    ("allotment-system", 1),
    ("allotment-bump", 1),
    ("allotment-pool", 1),
    ("allotment-meter", 1),
    ("allotment-core", 2),
    ("allotment-snapshot", 3),
    ("allotment-trace", 3),
    ("allotment-trial", 4),
    ("allotment-workload", 4),
    ("allotment-profile", 5),
    ("allotment-benches", 5),
    ("allotment-fuzz", 5),
    ("allotment-core-tests", 5),
    ("allotment-fallible", 5),
];

/// The layers below this one are libraries, which the facade re-exports.
const LIBRARIES_BELOW: u8 = 4;

/// What users depend on: above the libraries, and below nothing but the benches.
const FACADE: &str = "allotment";
const FACADE_USERS: &[&str] = &["allotment-benches"];

/// Links no crate of the workspace.
const XTASK: &str = "xtask";

/// Whether users may link the crate: those below the workloads, and the facade.
pub(crate) fn is_library(name: &str) -> bool {
    name == FACADE || layer(name).is_some_and(|layer| layer < LIBRARIES_BELOW)
}

/// The layer of a crate; the facade and xtask stand outside of the layers.
fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(known, _)| *known == name).map(|(_, layer)| *layer)
}

pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    let names: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut findings = Vec::new();
    let mut graph = Graph::new();
    for package in packages {
        let own = package.name.as_str();
        if own != FACADE && own != XTASK && layer(own).is_none() {
            findings.push(finding(own, "has no layer: add it to the table of `tidy`".to_owned()));
        }
        let of_workspace = package.dependencies.iter().filter(|d| names.contains(&*d.name));
        for dependency in of_workspace.filter(|dependency| dependency.name != own) {
            let for_tests = dependency.kind.as_deref() == Some("dev");
            graph.entry(own.to_owned()).or_default().insert(dependency.name.clone());
            findings.extend(complaint(own, &dependency.name, for_tests));
        }
    }
    for cycle in cycles(&graph) {
        let others = cycle[1..].join(", ");
        findings.push(finding(&cycle[0], format!("in a dependency cycle with {others}")));
    }
    findings
}

/// What is wrong with `own` depending on `used`, if anything.
fn complaint(own: &str, used: &str, for_tests: bool) -> Option<Finding> {
    if own == XTASK {
        return Some(finding(own, format!("must link no crate of the workspace, uses {used}")));
    }
    if used == FACADE || used == XTASK {
        let allowed = used == FACADE && FACADE_USERS.contains(&own);
        return (!allowed).then(|| finding(own, format!("must not depend on {used}")));
    }
    // Tests may reach sideways; that they make no cycle is checked for all crates at once.
    if for_tests {
        return None;
    }
    let own_layer = if own == FACADE { Some(LIBRARIES_BELOW) } else { layer(own) };
    let (own_layer, used_layer) = (own_layer?, layer(used)?);
    (used_layer >= own_layer)
        .then(|| finding(own, format!("on layer {own_layer} uses {used} on layer {used_layer}")))
}

fn finding(name: &str, message: String) -> Finding {
    let folder = match name {
        XTASK => XTASK.to_owned(),
        "allotment-benches" => "benches".to_owned(),
        _ => format!("crates/{name}"),
    };
    Finding::new(&format!("{folder}/Cargo.toml"), 1, format!("{name} {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packages from lines such as `a: b c(dev)`.
    fn findings(text: &str) -> Vec<String> {
        let package = |line: &str| {
            let (name, uses) = line.split_once(':').unwrap();
            let dependency = |word: &str| match word.strip_suffix("(dev)") {
                Some(name) => format!(r#"{{"name": "{name}", "kind": "dev"}}"#),
                None => format!(r#"{{"name": "{word}", "kind": null}}"#),
            };
            let uses: Vec<String> = uses.split_whitespace().map(dependency).collect();
            let uses = uses.join(",");
            serde_json::from_str(&format!(r#"{{"name": "{name}", "dependencies": [{uses}]}}"#))
                .unwrap()
        };
        let packages: Vec<Package> = text.lines().map(package).collect();
        check(&packages).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn arrows_down_are_fine() {
        let text = "allotment-alloc: allocator-api2\n\
                    allotment-meter: allotment-alloc\n\
                    allotment-pool: allotment-alloc allotment-meter(dev)\n\
                    allotment-core: allotment-alloc allotment-core(dev) allotment-pool(dev)\n\
                    allotment: allotment-core allotment-pool\n\
                    allotment-workload: allotment-core allotment-pool\n\
                    allotment-benches: allotment allotment-workload\n\
                    xtask: serde";
        assert_eq!(findings(text), [""; 0]);
    }

    #[test]
    fn arrows_up_and_sideways_are_found() {
        let text = "allotment-pool: allotment-core allotment-meter\n\
                    allotment-core:\n\
                    allotment-meter:\n\
                    allotment-workload: allotment\n\
                    allotment: allotment-workload\n\
                    allotment-extra:\n\
                    xtask: allotment-meter(dev)";
        assert_eq!(
            findings(text),
            [
                "allotment-pool on layer 1 uses allotment-core on layer 2",
                "allotment-pool on layer 1 uses allotment-meter on layer 1",
                "allotment-workload must not depend on allotment",
                "allotment on layer 4 uses allotment-workload on layer 4",
                "allotment-extra has no layer: add it to the table of `tidy`",
                "xtask must link no crate of the workspace, uses allotment-meter",
                "allotment in a dependency cycle with allotment-workload",
            ]
        );
    }

    #[test]
    fn tests_may_not_close_a_cycle() {
        let text = "allotment-pool: allotment-meter(dev)\nallotment-meter: allotment-pool(dev)";
        assert_eq!(findings(text), ["allotment-meter in a dependency cycle with allotment-pool"]);
    }
}
