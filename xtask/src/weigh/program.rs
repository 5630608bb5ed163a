//! [`Program`]: a small program that uses some maps, and does nothing else.

use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

/// What each map goes through.
const EXERCISE: &str = include_str!("exercise.txt");

/// Whose map a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Contender {
    Std,
    Ours,
}

impl Contender {
    pub(super) const ALL: [Contender; 2] = [Contender::Std, Contender::Ours];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Contender::Std => "std",
            Contender::Ours => "ours",
        }
    }

    /// Where its map is imported from.
    const fn module(self) -> &'static str {
        match self {
            Contender::Std => "std::collections",
            Contender::Ours => "allotment",
        }
    }
}

/// The keys of the maps of a program; their values are of as many types as there are maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(super) enum Keys {
    /// `u64`
    Integers,
    /// `String`
    Strings,
    /// A struct that derives its `Ord`
    Structs,
}

impl Keys {
    pub(super) const ALL: [Keys; 3] = [Keys::Integers, Keys::Strings, Keys::Structs];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Keys::Integers => "integers",
            Keys::Strings => "strings",
            Keys::Structs => "structs",
        }
    }

    /// The type, and how one is made of a number.
    const fn definition(self) -> &'static str {
        match self {
            Keys::Integers => "type Key = u64;\n\nfn key(number: u64) -> Key {\n    number\n}\n",
            Keys::Strings => {
                "type Key = String;\n\nfn key(number: u64) -> Key {\n    number.to_string()\n}\n"
            }
            Keys::Structs => {
                "#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]\nstruct Key {\n    \
                 major: u32,\n    minor: u64,\n}\n\nfn key(number: u64) -> Key {\n    \
                 Key { major: number as u32 % 7, minor: number }\n}\n"
            }
        }
    }
}

/// A program of its own package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Program {
    pub(super) contender: Contender,
    pub(super) keys: Keys,
    /// How many maps it uses, each of other types than the others.
    pub(super) maps: usize,
}

impl Program {
    /// What the package and the binary are called.
    pub(super) fn name(&self) -> String {
        format!("{}-{}-{}", self.contender.name(), self.keys.name(), self.maps)
    }

    /// Its Cargo.toml. `root` is where our workspace is.
    pub(super) fn manifest(&self, root: &Path) -> String {
        let dependency = match self.contender {
            Contender::Std => String::new(),
            Contender::Ours => {
                // Quoted as TOML does it, whatever is in the path.
                let path =
                    toml_edit::Value::from(root.join("crates/allotment").display().to_string());
                format!("allotment = {{ path = {path} }}\n")
            }
        };
        let name = self.name();
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             \n[dependencies]\n{dependency}"
        )
    }

    /// Its main.rs.
    pub(super) fn source(&self) -> String {
        let call = |words| format!("    seen += exercise::<[u32; {words}]>(&keys);\n");
        let calls: String = (1..=self.maps).map(call).collect();
        let (module, key) = (self.contender.module(), self.keys.definition());
        format!(
            "use std::hint::black_box;\n\nuse {module}::BTreeMap;\n\n{key}\n{EXERCISE}\n\
             fn main() {{\n    \
             let keys: Vec<Key> = (0..1000).map(|n| key(n * 7919 % 1009)).collect();\n    \
             let keys = black_box(keys);\n    let mut seen = 0;\n{calls}    \
             println!(\"{{seen}}\");\n}}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn program(contender: Contender, keys: Keys, maps: usize) -> Program {
        Program { contender, keys, maps }
    }

    #[test]
    fn sources_are_rust_and_have_a_call_for_each_map() {
        for keys in Keys::ALL {
            for maps in [1, 12] {
                let source = program(Contender::Ours, keys, maps).source();
                syn::parse_file(&source).unwrap_or_else(|error| panic!("{error}:\n{source}"));
                assert_eq!(source.matches("exercise::<").count(), maps);
                assert!(source.contains(&format!("[u32; {maps}]")));
            }
        }
    }

    #[test]
    fn contenders_differ_in_their_import_only() {
        for keys in Keys::ALL {
            let [std, ours] = Contender::ALL.map(|whose| program(whose, keys, 3).source());
            let differ = std.lines().zip(ours.lines()).filter(|(std, ours)| std != ours);
            let expected = ("use std::collections::BTreeMap;", "use allotment::BTreeMap;");
            assert_eq!(differ.collect::<Vec<_>>(), [expected]);
        }
    }

    #[test]
    fn only_ours_depend_on_the_library() {
        let [std, ours] = Contender::ALL.map(|whose| {
            let text = program(whose, Keys::Strings, 1).manifest(workspace::root());
            text.parse::<toml_edit::DocumentMut>().unwrap()
        });
        assert_eq!(std["package"]["name"].as_str(), Some("std-strings-1"));
        assert!(std["dependencies"].get("allotment").is_none());
        let path = ours["dependencies"]["allotment"]["path"].as_str().unwrap();
        assert!(Path::new(path).join("Cargo.toml").is_file(), "{path}");
    }
}
