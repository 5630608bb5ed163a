//! Cycles in a small directed graph.

use std::collections::{BTreeMap, BTreeSet};

/// Who points to whom.
pub(crate) type Graph = BTreeMap<String, BTreeSet<String>>;

/// The groups of nodes that all reach one another, each sorted; nodes that stand alone are left
/// out, even when they point to themselves.
pub(crate) fn cycles(graph: &Graph) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        graph.keys().map(|node| (node, reachable(graph, node))).collect();
    let mut groups = BTreeSet::new();
    for (node, far) in &reach {
        let back = |other: &&&String| reach.get(**other).is_some_and(|set| set.contains(*node));
        let mut group: BTreeSet<String> = far.iter().filter(back).map(|n| (*n).clone()).collect();
        group.insert((*node).clone());
        if group.len() > 1 {
            groups.insert(group.into_iter().collect::<Vec<_>>());
        }
    }
    groups.into_iter().collect()
}

fn reachable<'a>(graph: &'a Graph, start: &String) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&String> = graph.get(start).into_iter().flatten().collect();
    while let Some(node) = open.pop() {
        if seen.insert(node) {
            open.extend(graph.get(node).into_iter().flatten());
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        graph
    }

    #[test]
    fn groups_that_reach_one_another_are_found() {
        assert!(cycles(&graph(&[("a", "b"), ("b", "c"), ("a", "c"), ("c", "c")])).is_empty());
        let found = cycles(&graph(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("x", "y")]));
        assert_eq!(found, [["a", "b", "c"]]);
        let found = cycles(&graph(&[("a", "b"), ("b", "a"), ("y", "x"), ("x", "y"), ("b", "x")]));
        assert_eq!(found, [["a", "b"], ["x", "y"]]);
    }
}
