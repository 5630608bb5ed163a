//! [`Frame`]: a line of a stack as people read it, and which lines they need not see.
//!
//! With tables of lines as the only debug information, a name is bare (`insert<&str, u64>`) and its
//! file keeps three components (`src/map/mod.rs`); with more information it is a whole path. Both
//! become `map::insert`.

use std::fs;
use std::path::Path;

/// Functions of `Allocator`: by them the meter only passes on what it is asked.
const PASSED_ON: [&str; 6] =
    ["allocate", "allocate_zeroed", "grow", "grow_zeroed", "shrink", "deallocate"];

/// Beginnings of paths of files that only pass a request on to the heap.
const PLUMBING_FILES: [&str; 14] = [
    "dhat-",
    "alloc/src/alloc.rs",
    "alloc/src/boxed.rs",
    "std/src/alloc.rs",
    "stable/alloc/",
    "src/alloc/global.rs",
    "src/raw_vec",
    "core/src/",
    "src/ops/",
    "iter/",
    "crates/allotment-alloc/",
    "crates/allotment-meter/",
    "crates/allotment-system/",
    "crates/allotment-core/src/raw/obtain.rs",
];

/// Functions that obtain a node for whoever needs one: a file, and how their names begin.
const NODE_MAKERS: [(&str, &str); 2] =
    [("crates/allotment-core/src/raw/node.rs", "allocate"), ("collections/btree/node.rs", "new")];

/// Names of files that say less than those of their folders.
const PARTS_OF_MODULES: [&str; 6] = ["mod", "lib", "main", "src", "traits", "edit"];

/// Beginnings of symbols and paths that do the same.
const PLUMBING_NAMES: [&str; 9] = [
    "__rust_",
    "__rg_",
    "__rdl_",
    "alloc::alloc::",
    "alloc::raw_vec::",
    "alloc::boxed::",
    "std::alloc::",
    "dhat::",
    "allocator_api2::",
];

/// What runs a workload: below the code that is measured, the same in every stack.
const HARNESS: [&str; 3] = [
    "crates/allotment-profile/",
    "crates/allotment-workload/src/plan.rs",
    "crates/allotment-workload/src/roster.rs",
];

/// The same in the files of scripts: what only goes through their steps.
const STEPS: [&str; 5] = [
    "run::begin_ordered",
    "run::begin_unordered",
    "run::go_through_ordered",
    "replay::begin_replay",
    "replay::play",
];

/// Where allocations are the profile's own, and no map's.
const OBSERVERS: [&str; 2] = ["crates/allotment-profile/", "crates/allotment-meter/"];

/// A readable line of a stack.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Frame {
    /// `module::function`, without generic arguments.
    pub(crate) function: String,
    /// Relative to the workspace for its own files.
    pub(crate) file: String,
    pub(crate) line: u32,
    is_plumbing: bool,
}

/// The workspace's own files, to tell what dhat's cut paths mean.
pub(crate) struct Sources {
    files: Vec<String>,
}

impl Sources {
    /// Of the crates below `root`; none if they cannot be read.
    pub(crate) fn below(root: &Path) -> Sources {
        let mut files = Vec::new();
        visit(&root.join("crates"), "crates/", &mut files);
        Sources { files }
    }

    /// The one file whose path ends so.
    fn resolve(&self, end: &str) -> Option<&str> {
        let end = format!("/{end}");
        let mut found = self.files.iter().filter(|file| file.ends_with(&end));
        found.next().filter(|_| found.next().is_none()).map(String::as_str)
    }
}

fn visit(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            visit(&entry.path(), &format!("{prefix}{name}/"), files);
        } else if name.ends_with(".rs") {
            files.push(format!("{prefix}{name}"));
        }
    }
}

impl Frame {
    /// Reads `0x55d0: NAME (FILE:LINE:COLUMN)`.
    pub(crate) fn parse(text: &str, sources: &Sources) -> Frame {
        let text = text.split_once(": ").map_or(text, |(_, rest)| rest);
        let (name, place) = text.rsplit_once(" (").unwrap_or((text, ""));
        let mut place = place.trim_end_matches(')').rsplitn(3, ':').skip(1);
        let line = place.next().and_then(|line| line.parse().ok()).unwrap_or_default();
        let file = place.next().unwrap_or("???");
        let file = sources.resolve(file).unwrap_or(file).to_owned();
        let bare = bare(name);
        let is_plumbing = PLUMBING_NAMES.iter().any(|start| bare.starts_with(start))
            || PLUMBING_FILES.iter().any(|start| file.starts_with(start))
            || bare.contains("{closure")
            || bare.contains("{{closure");
        let last = bare.rsplit("::").next().unwrap_or_default();
        let makes_nodes = |(of, start): &(&str, &str)| file == *of && last.starts_with(start);
        let is_plumbing = is_plumbing || NODE_MAKERS.iter().any(makes_nodes);
        Frame { function: with_module(&bare, &file), file, line, is_plumbing }
    }

    fn is_ours(&self) -> bool {
        self.file.starts_with("crates/")
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.file.starts_with(place))
    }

    /// `function (file:line)`.
    pub(crate) fn with_place(&self) -> String {
        let Frame { function, file, line, .. } = self;
        format!("{function} ({file}:{line})")
    }
}

/// What is worth reading of a stack, its call site first; `None` if the profile itself asked.
///
/// What passes requests on, the harness and closures are left out, and a recursion is told once.
pub(crate) fn readable(stack: Vec<Frame>) -> Option<Vec<Frame>> {
    let passes_on = |frame: &Frame| {
        let name = frame.function.rsplit("::").next().unwrap_or_default();
        frame.file.starts_with("crates/allotment-meter/") && PASSED_ON.contains(&name)
    };
    let asks = stack.iter().find(|frame| frame.is_ours() && !passes_on(frame));
    if asks.is_some_and(|frame| frame.is_in(&OBSERVERS)) {
        return None;
    }
    let is_harness =
        |frame: &Frame| frame.is_in(&HARNESS) || STEPS.contains(&frame.function.as_str());
    let is_told = |frame: &&Frame| !frame.is_plumbing && !is_harness(frame);
    let mut told: Vec<Frame> = Vec::new();
    for frame in stack.iter().rev().filter(is_told) {
        let again = told.iter().position(|outer| outer.function == frame.function);
        told.truncate(again.unwrap_or(told.len()));
        told.push(frame.clone());
    }
    if told.is_empty() {
        told.extend(stack.first().cloned());
    }
    told.reverse();
    Some(told)
}

/// A symbol without generic arguments, the trait it is of, and the compiler's hash.
fn bare(name: &str) -> String {
    let name = match name.rsplit_once("::h") {
        Some((path, hash)) if hash.len() == 16 && is_hexadecimal(hash) => path,
        _ => name,
    };
    if let Some((of, rest)) = name.strip_prefix('<').and_then(closed) {
        let of = of.split_once(" as ").map_or(of, |(of, _)| of);
        return format!("{}{rest}", bare(of.trim_start_matches('&').trim_start_matches("mut ")));
    }
    let (mut text, mut depth, mut before) = (String::new(), 0_usize, ' ');
    for letter in name.chars() {
        match letter {
            '<' => depth += 1,
            // The arrow of a function's type closes nothing.
            '>' if before != '-' => depth = depth.saturating_sub(1),
            _ if depth == 0 => text.push(letter),
            _ => {}
        }
        before = letter;
    }
    text.replace("::::", "::").trim_end_matches("::").to_owned()
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What stands before the bracket that closes, and what after it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut before) = (1, ' ');
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
        before = letter;
    }
    None
}

/// The last two parts of a path; for a bare name, the module that its file is.
fn with_module(name: &str, file: &str) -> String {
    let parts: Vec<&str> = name.split("::").filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => "???".to_owned(),
        [name] => match module(file) {
            Some(module) => format!("{module}::{name}"),
            None => (*name).to_owned(),
        },
        [.., of, name] => format!("{of}::{name}"),
    }
}

/// The module that a file is, by its name or its folder's.
fn module(file: &str) -> Option<String> {
    let parts = file.trim_end_matches(".rs").split('/').rev();
    let name = parts.into_iter().find(|part| !PARTS_OF_MODULES.contains(part))?;
    let has_version = |at: &usize| name[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let end = name.rfind('-').filter(has_version).unwrap_or(name.len());
    Some(name[..end].replace('-', "_")).filter(|name| name != "???")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn sources() -> Sources {
        let files = [
            "crates/allotment-core/src/raw/node.rs",
            "crates/allotment-core/src/raw/copy.rs",
            "crates/allotment-core/src/raw/obtain.rs",
            "crates/allotment-core/src/map/mod.rs",
            "crates/allotment-meter/src/aging.rs",
            "crates/allotment-meter/src/counting.rs",
            "crates/allotment-pool/src/chunk.rs",
            "crates/allotment-profile/src/heap.rs",
            "crates/allotment-workload/src/roster.rs",
            "crates/allotment-workload/src/run.rs",
            "crates/a/src/lib.rs",
            "crates/b/src/lib.rs",
        ];
        Sources { files: files.map(str::to_owned).to_vec() }
    }

    pub(crate) fn frames(lines: &[&str]) -> Vec<Frame> {
        let sources = sources();
        lines.iter().map(|line| Frame::parse(&format!("0x1f: {line}"), &sources)).collect()
    }

    fn function(line: &str) -> String {
        frames(&[line]).remove(0).function
    }

    #[test]
    fn names_are_a_module_and_a_function() {
        let cases = [
            ("insert<&str, a::B<c::D>> (src/map/mod.rs:318:14)", "map::insert"),
            ("clone<u8> (src/map/traits.rs:63:14)", "map::clone"),
            ("take (allotment-pool/src/chunk.rs:1:2)", "chunk::take"),
            ("alloc (dhat-0.3.3/src/lib.rs:1176:9)", "dhat::alloc"),
            ("push<fn(u8) -> Vec<u8>, u64> (src/vec/mod.rs:992:22)", "vec::push"),
            ("a::b::Map<K, V>::insert::h0123456789abcdef (src/x.rs:1:1)", "Map::insert"),
            ("<a::Map<K> as core::Clone>::clone (src/x.rs:1:1)", "Map::clone"),
            ("main", "main"),
            ("??? (???:0:0)", "???"),
        ];
        for (line, expected) in cases {
            assert_eq!(function(line), expected, "{line}");
        }
    }

    #[test]
    fn files_are_those_of_the_workspace_where_only_one_can_be_meant() {
        let frames = frames(&[
            "insert (src/map/mod.rs:318:14)",
            "new (b/src/lib.rs:7:1)",
            "what (src/lib.rs:1:1)",
            "new (collections/btree/node.rs:87:24)",
        ]);
        let places: Vec<String> = frames.iter().map(Frame::with_place).collect();
        let expected = [
            "map::insert (crates/allotment-core/src/map/mod.rs:318)",
            "b::new (crates/b/src/lib.rs:7)",
            "what (src/lib.rs:1)",
            "node::new (collections/btree/node.rs:87)",
        ];
        assert_eq!(places, expected);
    }

    #[test]
    fn allocators_harness_and_closures_are_left_out() {
        let stack = frames(&[
            "alloc (dhat-0.3.3/src/lib.rs:1176:9)",
            "alloc (alloc/src/alloc.rs:95:9)",
            "allocate (stable/alloc/global.rs:100:14)",
            "request (allotment-pool/src/chunk.rs:101:16)",
            "allocate<Global> (allotment-meter/src/aging.rs:104:34)",
            "allocate<Aging<Global>> (allotment-meter/src/counting.rs:113:33)",
            "obtain (src/raw/obtain.rs:15:17)",
            "allocate_leaf<&str, u64> (src/raw/node.rs:181:9)",
            "copy<&str> (src/raw/copy.rs:60:25)",
            "{closure#0}<&str> (src/raw/copy.rs:95:9)",
            "copy_internal<&str> (src/raw/copy.rs:109:27)",
            "copy<&str> (src/raw/copy.rs:60:57)",
            "clone_map<&str> (allotment-workload/src/run.rs:54:27)",
            "go_through_ordered<&str> (allotment-workload/src/run.rs:81:14)",
            "begin_ordered<&str> (allotment-workload/src/run.rs:60:9)",
            "drive (allotment-workload/src/roster.rs:106:5)",
            "measure_heap (allotment-profile/src/heap.rs:118:19)",
        ]);
        let told = readable(stack).unwrap();
        let functions: Vec<&str> = told.iter().map(|frame| frame.function.as_str()).collect();
        assert_eq!(functions, ["chunk::request", "copy::copy", "run::clone_map"]);
    }

    #[test]
    fn what_the_profile_itself_asks_for_is_no_call_site() {
        let stack = |file: &str| {
            let own = format!("of_phase ({file}:66:22)");
            frames(&["alloc (alloc/src/alloc.rs:1:1)", "push (src/vec/mod.rs:992:22)", &own])
        };
        assert_eq!(readable(stack("allotment-profile/src/heap.rs")), None);
        assert_eq!(readable(stack("allotment-meter/src/counting.rs")), None);
        assert_eq!(readable(stack("allotment-workload/src/run.rs")).unwrap().len(), 2);
        let bare = readable(frames(&["alloc (alloc/src/alloc.rs:1:1)"])).unwrap();
        assert_eq!(bare[0].function, "alloc::alloc");
    }
}
