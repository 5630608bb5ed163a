//! Import cycles between the modules of a crate.
//!
//! An arrow goes from a module to the one that *defines* a name it uses: re-exports are followed,
//! so that a parent that shows its children's names is no cycle as long as it does not use them.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use super::graph::{Graph, cycles};
use super::modules::{Import, Module};
use super::source::Source;

/// Modules by their paths; the root's is empty.
type Modules = BTreeMap<Vec<String>, Module>;

pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let roots = sources.iter().filter(|source| source.path.ends_with("src/lib.rs"));
    let binaries = sources.iter().filter(|source| source.path.ends_with("src/main.rs"));
    for root in roots.chain(binaries) {
        match load(sources, root) {
            Ok(modules) => findings.extend(check_crate(&root.path, &modules)),
            Err(error) => findings.push(Finding::new(&root.path, 1, format!("no Rust: {error}"))),
        }
    }
    findings
}

fn check_crate(root: &str, modules: &Modules) -> Vec<Finding> {
    let message = |cycle: Vec<String>| format!("modules import one another: {}", cycle.join(", "));
    let found = cycles(&arrows(modules)).into_iter();
    found.map(|cycle| Finding::new(root, 1, message(cycle))).collect()
}

/// The modules that are compiled into the crate of `root`, without those for tests.
fn load(sources: &[Source], root: &Source) -> syn::Result<Modules> {
    let mut modules = Modules::new();
    let folder = root.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut open = vec![(Vec::new(), root)];
    while let Some((path, source)) = open.pop() {
        let module = Module::parse(&source.text)?;
        for child in &module.children {
            let path: Vec<String> = path.iter().chain([child]).cloned().collect();
            let stem = format!("{folder}/{}", path.join("/"));
            let files = [format!("{stem}.rs"), format!("{stem}/mod.rs")];
            open.extend(
                sources
                    .iter()
                    .find(|source| files.contains(&source.path))
                    .map(|source| (path, source)),
            );
        }
        modules.insert(path, module);
    }
    Ok(modules)
}

fn arrows(modules: &Modules) -> Graph {
    let mut graph = Graph::new();
    for (path, module) in modules {
        let uses = |import: &&Import| !import.reexported || module.words.contains(&import.name);
        let imported = module.imports.iter().filter(uses).map(|import| &import.path);
        for used in imported.chain(&module.paths) {
            let target = resolve(modules, path, used, &mut BTreeSet::new());
            if let Some(target) = target.filter(|target| target != path) {
                graph.entry(show(path)).or_default().insert(show(&target));
            }
        }
    }
    graph
}

fn show(path: &[String]) -> String {
    if path.is_empty() { "the root".to_owned() } else { path.join("::") }
}

/// The module that defines what `used` means inside of `from`; none for other crates' names.
fn resolve(
    modules: &Modules,
    from: &[String],
    used: &[String],
    seen: &mut BTreeSet<(Vec<String>, String)>,
) -> Option<Vec<String>> {
    let mut rest = used;
    let mut at = match used.first()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => from.to_vec(),
        first if modules[from].children.contains(first) => from.to_vec(),
        _ => return None,
    };
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "crate" | "self" => {}
            "super" => {
                at.pop()?;
            }
            child if modules.get(&at)?.children.contains(child) => at.push(child.to_owned()),
            name => return define(modules, &at, name, seen),
        }
        rest = others;
    }
    modules.contains_key(&at).then_some(at)
}

/// The module that defines `name` of the module `at`, through its re-exports.
fn define(
    modules: &Modules,
    at: &[String],
    name: &str,
    seen: &mut BTreeSet<(Vec<String>, String)>,
) -> Option<Vec<String>> {
    let module = modules.get(at)?;
    if name == "*" || module.defines.contains(name) {
        return Some(at.to_vec());
    }
    if !seen.insert((at.to_vec(), name.to_owned())) {
        return None;
    }
    if let Some(import) = module.imports.iter().find(|import| import.name == name) {
        return resolve(modules, at, &import.path, seen);
    }
    let globs = module.imports.iter().filter(|import| import.name == "*");
    globs.into_iter().find_map(|glob| {
        let mut path = glob.path.clone();
        *path.last_mut()? = name.to_owned();
        resolve(modules, at, &path, seen)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let source =
            |(path, text): &(&str, &str)| Source::new(&format!("crates/a/src/{path}"), text);
        let sources: Vec<Source> = files.iter().map(source).collect();
        check(&sources).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn arrows_one_way_are_fine() {
        let found = messages(&[
            ("lib.rs", "mod raw; mod map; pub use map::Map; pub use std::vec::Vec;"),
            ("map.rs", "use crate::raw::tree::Tree; use crate::Vec; pub struct Map;"),
            ("raw/mod.rs", "pub mod tree; pub mod node;"),
            ("raw/tree.rs", "use super::node; pub struct Tree; fn f() { node::g() }"),
            ("raw/node.rs", "pub fn g() {} #[cfg(test)] mod t { use crate::map::Map; }"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn two_files_that_use_one_another_are_found() {
        let found = messages(&[
            ("lib.rs", "mod map; mod iter;"),
            ("map.rs", "use crate::iter::Iter; pub struct Map;"),
            ("iter.rs", "use super::map; pub struct Iter; fn f(_: map::Map) {}"),
        ]);
        assert_eq!(found, ["modules import one another: iter, map"]);
    }

    #[test]
    fn a_cycle_through_a_reexport_and_a_path_is_found() {
        let found = messages(&[
            ("lib.rs", "mod map; mod iter; pub use map::Map;"),
            ("map.rs", "pub struct Map; fn f() { crate::iter::g() }"),
            ("iter.rs", "use crate::Map; pub fn g() {}"),
        ]);
        assert_eq!(found, ["modules import one another: iter, map"]);
    }

    #[test]
    fn a_parent_may_show_its_children_but_not_use_them_if_they_use_it() {
        let child = ("map/iter.rs", "use super::Map; pub struct Iter;");
        let root = ("lib.rs", "mod map;");
        let shows = "mod iter; pub use iter::Iter; pub struct Map;";
        assert_eq!(messages(&[root, ("map/mod.rs", shows), child]), [""; 0]);
        let uses = "mod iter; pub use iter::Iter; pub struct Map; fn f() -> Iter { todo() }";
        let found = messages(&[root, ("map/mod.rs", uses), child]);
        assert_eq!(found, ["modules import one another: map, map::iter"]);
    }

    #[test]
    fn names_that_go_in_circles_end() {
        let found = messages(&[
            ("lib.rs", "mod a; mod b; use a::X;"),
            ("a.rs", "pub use crate::b::X;"),
            ("b.rs", "pub use crate::a::X;"),
        ]);
        assert_eq!(found, [""; 0]);
    }
}
