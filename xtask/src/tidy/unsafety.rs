//! Unsafe code: only in the files that are named here, and never without its reason.

use super::finding::Finding;
use super::source::Source;
use super::tokens::{Scan, Unsafe, UnsafeKind};

/// Where unsafe may stand: packages, and the folders or files inside of them.
const ALLOWED: &[(&str, &[&str])] = &[
    ("allotment-alloc", &["src/", "tests/"]),
    ("allotment-system", &["src/", "tests/"]),
    ("allotment-bump", &["src/", "tests/"]),
    ("allotment-pool", &["src/", "tests/"]),
    ("allotment-meter", &["src/", "tests/"]),
    ("allotment-snapshot", &["src/mapped.rs", "tests/mapped.rs"]),
    (
        "allotment-trial",
        &[
            "src/breaking.rs",
            "src/calling.rs",
            "src/checked.rs",
            "src/forking.rs",
            "src/fragile.rs",
            "src/set_edits.rs",
            "src/bin/allotment-trial-points.rs",
        ],
    ),
    ("allotment-fuzz", &["src/blocks.rs"]),
    ("allotment-core-tests", &["tests/"]),
    ("allotment-fallible", &["tests/"]),
    (
        "benches",
        &["compare/alloc/heaps.rs", "compare/alloc/trace.rs", "compare/snapshots/peers.rs"],
    ),
    (
        "allotment-core",
        &["src/raw/", "src/map/", "src/multimap/", "src/posting/", "src/set/cursor.rs"],
    ),
];

pub(crate) fn check(source: &Source, scan: &Scan) -> Vec<Finding> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut findings = Vec::new();
    let mut find = |line, message: &str| findings.push(Finding::new(&source.path, line, message));
    let allowed = is_allowed(source);
    for found in &scan.unsafes {
        if !allowed {
            find(found.line, "unsafe is not allowed in this file");
        }
        match found.kind {
            UnsafeKind::Block if !is_explained(found, &lines) => {
                find(found.line, "unsafe block without a `// SAFETY:` comment");
            }
            UnsafeKind::Impl if !is_explained(found, &lines) => {
                find(found.line, "unsafe impl without a `// SAFETY:` comment");
            }
            UnsafeKind::Contract if !states_contract(found, &lines) => {
                find(found.line, "unsafe fn or trait without a `# Safety` section");
            }
            _ => {}
        }
    }
    findings
}

fn is_allowed(source: &Source) -> bool {
    let Some((package, file)) = source.package() else { return false };
    let places = ALLOWED.iter().filter(|(name, _)| *name == package);
    places.flat_map(|(_, places)| *places).any(|place| file.starts_with(place))
}

/// A comment above the statement, or inside of it and above the word.
fn is_explained(found: &Unsafe, lines: &[&str]) -> bool {
    let said = |line: &str| line.find("//").is_some_and(|at| line[at..].contains("SAFETY:"));
    reach(found, lines).iter().any(|line| said(line))
}

fn states_contract(found: &Unsafe, lines: &[&str]) -> bool {
    let heading = |line: &str| line.strip_prefix("///").map(str::trim) == Some("# Safety");
    reach(found, lines).iter().any(|line| heading(line.trim()))
}

/// The lines that may speak for `found`: its own statement so far and the comment above that.
fn reach<'a>(found: &Unsafe, lines: &'a [&'a str]) -> &'a [&'a str] {
    let before = lines[..found.statement - 1].iter().rev();
    let above = before.take_while(|line| line.trim_start().starts_with("//")).count();
    &lines[found.statement - 1 - above..found.line]
}

#[cfg(test)]
mod tests {
    use super::super::tokens::scan;
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let found = check(&Source::new(path, text), &scan(text).unwrap());
        found.iter().map(Finding::to_string).collect()
    }

    fn in_pool(text: &str) -> Vec<String> {
        findings("crates/allotment-pool/src/lib.rs", text)
    }

    #[test]
    fn unsafe_stands_only_where_the_table_says() {
        let text = "fn f() {\n    // SAFETY: x.\n    unsafe { g() }\n}";
        for path in ["crates/allotment-pool/src/slab.rs", "crates/allotment-core/src/raw/node.rs"] {
            assert_eq!(findings(path, text), [""; 0]);
        }
        for path in ["crates/allotment-core/src/lib.rs", "benches/insert.rs", "build.rs"] {
            assert_eq!(
                findings(path, text),
                [format!("{path}:3: unsafe is not allowed in this file")]
            );
        }
    }

    #[test]
    fn blocks_and_impls_need_a_reason() {
        assert_eq!(in_pool("// SAFETY: x.\nunsafe impl Send for X {}"), [""; 0]);
        assert_eq!(in_pool("// SAFETY: x.\n#[allow(a)]\nunsafe impl Send for X {}"), [""; 0]);
        let found = in_pool("unsafe impl Send for X {}");
        assert!(found[0].ends_with(":1: unsafe impl without a `// SAFETY:` comment"), "{found:?}");
        let found =
            in_pool("fn f() {\n    // SAFETY: x.\n    unsafe { g() };\n    unsafe { h() };\n}");
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with(":4: unsafe block without a `// SAFETY:` comment"), "{found:?}");
    }

    #[test]
    fn the_reason_may_stand_above_the_statement() {
        let text = "fn f() {\n// SAFETY: x,\n// and y.\nlet a = g(\n1,\nunsafe { h() },\n);\n}";
        assert_eq!(in_pool(text), [""; 0]);
        let arms = "// SAFETY: x.\n1 => unsafe { g() },\n_ => unsafe { h() },\n";
        let text = format!("fn f() {{ match a {{\n{arms}}} }}");
        let found = in_pool(&text);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains(":4: "), "{found:?}");
    }

    #[test]
    fn contracts_are_stated() {
        let stated = "/// D.\n///\n/// # Safety\n///\n/// Must x.\n#[inline]\npub unsafe fn f() {}";
        assert_eq!(in_pool(stated), [""; 0]);
        let found = in_pool("/// D.\npub unsafe fn f() {}\n/// D.\nunsafe trait T {}");
        assert_eq!(found.len(), 2);
        assert!(found[1].ends_with(":4: unsafe fn or trait without a `# Safety` section"));
    }

    #[test]
    fn an_implemented_method_inherits_its_contract() {
        let text = "// SAFETY: x.\nunsafe impl A for X {\n    unsafe fn f() {}\n}";
        assert_eq!(in_pool(text), [""; 0]);
    }
}
