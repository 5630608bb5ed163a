//! Leftovers: notes to self, debugging aids, and paths of one machine.

use super::finding::Finding;
use super::source::Source;

const LEFTOVERS: &[&str] = &["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "dbg!("];
const MACHINE_PATHS: &[&str] = &["/work/", "/root/", "/home/"];

/// This file names them all.
const EXEMPT: &str = "xtask/src/tidy/words.rs";

pub(crate) fn check(source: &Source) -> Vec<Finding> {
    if source.path == EXEMPT {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut find = |message| findings.push(Finding::new(&source.path, index + 1, message));
        for word in LEFTOVERS.iter().filter(|word| has_word(line, word)) {
            find(format!("leftover `{word}`"));
        }
        for path in MACHINE_PATHS.iter().filter(|path| has_path(line, path)) {
            find(format!("a path of one machine, `{path}`"));
        }
    }
    findings
}

/// Whether `word` stands in `line` on its own, not as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let after = &line[at + word.len()..];
        !line[..at].ends_with(in_word) && (word.ends_with('(') || !after.starts_with(in_word))
    })
}

/// Whether an absolute path begins with `path`; a relative one or an address may contain it.
fn has_path(line: &str, path: &str) -> bool {
    let in_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '}' | ')' | '*');
    line.match_indices(path).any(|(at, _)| !line[..at].ends_with(in_path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let findings = check(&Source::new("a.rs", text));
        findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn leftovers_are_found() {
        assert_eq!(messages("x\n// TODO: y"), ["a.rs:2: leftover `TODO`"]);
        assert_eq!(messages("todo!()"), ["a.rs:1: leftover `todo!(`"]);
        assert_eq!(messages("std::dbg!(x)"), ["a.rs:1: leftover `dbg!(`"]);
        assert_eq!(messages("FIXME XXX").len(), 2);
        assert_eq!(messages("unimplemented!()").len(), 1);
        assert_eq!(messages("the TODOs, _XXX_, my_dbg!(x), todo"), [""; 0]);
    }

    #[test]
    fn paths_of_one_machine_are_found() {
        assert_eq!(messages("open(\"/home/me/x\")"), ["a.rs:1: a path of one machine, `/home/`"]);
        assert_eq!(messages("cd /work/main; ls /root/").len(), 2);
        assert_eq!(messages("https://example.org/home/x ../work/x target/root/"), [""; 0]);
    }
}
