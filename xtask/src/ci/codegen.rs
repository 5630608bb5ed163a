//! The lane `codegen`: reads the assembly of an example, for what no test can tell.
//!
//! A compiler that turns the conditional moves of a search into jumps, or a prefetch that is lost,
//! changes no answer and costs half of the speed.

use std::collections::{BTreeMap, BTreeSet};
use std::env::consts::ARCH;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::status::{Status, finish};
use crate::workspace;

/// Functions of the example.
const SEARCHES: [&str; 2] = ["codegen_get", "codegen_get_each"];

/// Choices of the search of a full node of `u64` by halves, whose 47 keys take fewer so than by
/// parts.
const STEPS: usize = 6;

/// Places that search a full node: on the way down, and in the leaf.
const PLACES: usize = 2;

/// How a processor's instructions begin.
struct Machine {
    /// Those that choose without a jump.
    selects: &'static [&'static str],
    prefetch: &'static str,
    /// All those that may go elsewhere, also calls.
    jumps: &'static [&'static str],
}

const MACHINES: [(&str, Machine); 2] = [
    (
        "x86_64",
        Machine {
            selects: &["cmov", "set", "adc", "sbb"],
            prefetch: "prefetch",
            jumps: &["j", "call", "ret"],
        },
    ),
    (
        "aarch64",
        Machine {
            selects: &["csel", "csinc", "cset", "cinc"],
            prefetch: "prfm",
            jumps: &["b\t", "b.", "bl", "br", "cb", "tb", "ret"],
        },
    ),
];

pub(super) fn run() -> Status {
    let Some((_, machine)) = MACHINES.iter().find(|(name, _)| *name == ARCH) else {
        return Status::NotRun(format!("the instructions of {ARCH} are not known to this lane"));
    };
    let folder = match workspace::metadata() {
        Ok(metadata) => metadata.target_directory.join("codegen"),
        Err(error) => return Status::Failed(format!("{error:#}")),
    };
    let file = folder.join("codegen.s");
    // A folder of its own, so that the file and cargo's knowledge of it come and go together.
    let mut build = workspace::cargo();
    build.args(["rustc", "--release", "-p", "allotment-core", "--example", "codegen"]);
    build.arg("--target-dir").arg(&folder);
    build.args(["--", "-C", "codegen-units=1", "--emit"]).arg(format!("asm={}", file.display()));
    match finish(&mut build) {
        Status::Passed => {}
        other => return other,
    }
    match findings(&file, machine) {
        Ok(findings) if findings.is_empty() => Status::Passed,
        Ok(findings) => Status::Failed(format!("{}; see {}", findings.join("; "), file.display())),
        Err(error) => Status::Failed(format!("{error:#}")),
    }
}

fn findings(file: &Path, machine: &Machine) -> Result<Vec<String>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let functions = functions(&text);
    Ok(SEARCHES.iter().filter_map(|name| complaint(&functions, name, machine).err()).collect())
}

/// The lines of each function: instructions, and labels that something jumps to.
type Functions<'a> = BTreeMap<&'a str, Vec<&'a str>>;

fn functions(text: &str) -> Functions<'_> {
    let mut functions = Functions::new();
    let mut current = "";
    for line in text.lines().map(|line| line.split(['#', ';']).next().unwrap_or_default()) {
        let is_local = |label: &str| label.starts_with(['.', 'L', '"']);
        match line.trim_end().strip_suffix(':') {
            Some(label) if !is_local(label) => current = label,
            _ => functions.entry(current).or_default().push(line.trim()),
        }
    }
    functions
}

/// Whether the function named so, with those it calls, is what it should be.
fn complaint(functions: &Functions<'_>, name: &str, machine: &Machine) -> Result<(), String> {
    // In a mangled name the length comes first.
    let mangled = format!("{}{name}", name.len());
    let start = functions.keys().find(|function| function.contains(&mangled));
    let start = start.ok_or(format!("{name} is not in the assembly"))?;
    let (mut seen, mut open) = (BTreeSet::from([*start]), vec![*start]);
    let (mut places, mut prefetches) = (0, 0);
    while let Some(function) = open.pop() {
        let lines = &functions[function];
        places += straight(lines, machine).filter(|selects| *selects >= STEPS).count();
        prefetches += lines.iter().filter(|line| line.starts_with(machine.prefetch)).count();
        let words = lines.iter().flat_map(|line| line.split(|c: char| " \t,@".contains(c)));
        let called = words.filter_map(|word| functions.get_key_value(word));
        open.extend(called.map(|(name, _)| *name).filter(|name| seen.insert(name)));
    }
    if places < PLACES {
        return Err(format!(
            "{name}: {places} of {PLACES} places have {STEPS} conditional moves without a jump \
             between them"
        ));
    }
    if prefetches == 0 {
        return Err(format!("{name} asks for nothing ahead of time"));
    }
    Ok(())
}

/// The number of selects in each run of lines without a label or a jump.
fn straight<'a>(lines: &'a [&str], machine: &'a Machine) -> impl Iterator<Item = usize> + 'a {
    let begins = |line: &str, words: &[&str]| words.iter().any(|word| line.starts_with(word));
    let is_border = move |line: &&str| line.ends_with(':') || begins(line, machine.jumps);
    let runs = lines.split(is_border);
    runs.map(move |run| run.iter().filter(|line| begins(line, machine.selects)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = "\tcmpq\t%rdx, (%rcx)\n\tcmovbq\t%rax, %rbx\n";

    /// A function that calls another, whose body is given.
    fn complaint_of(body: &str) -> Result<(), String> {
        let text = format!(
            "_ZN7codegen11codegen_get17habcE:\n\tcallq\t_ZN4findE@PLT\n\tretq\n.Lend0:\n\
             _ZN4findE:\n\t.cfi_startproc\n{body}\tretq\n_ZN5otherE:\n\tprefetcht0\t(%rdi)\n"
        );
        complaint(&functions(&text), "codegen_get", &MACHINES[0].1)
    }

    #[test]
    fn straight_searches_that_prefetch_are_fine() {
        let node = STEP.repeat(STEPS);
        let loops = format!(".LBB0_1:\n{node}\tprefetcht0\t64(%rcx)\n\tjne\t.LBB0_1\n{node}");
        assert_eq!(complaint_of(&loops), Ok(()));
    }

    #[test]
    fn jumps_between_the_steps_are_found() {
        let branchy = format!("{STEP}\tjb\t.LBB0_2\n").repeat(9);
        let told = complaint_of(&format!("{branchy}\tprefetcht0\t(%rcx)\n")).unwrap_err();
        assert!(told.starts_with("codegen_get: 0 of 2 places have 6 conditional moves"), "{told}");
    }

    #[test]
    fn a_lost_prefetch_or_function_is_found() {
        let node = STEP.repeat(STEPS);
        let told = complaint_of(&format!("{node}\tjne\t.LBB0_1\n{node}")).unwrap_err();
        assert_eq!(told, "codegen_get asks for nothing ahead of time");
        let none = complaint(&Functions::new(), "codegen_get", &MACHINES[0].1);
        assert_eq!(none, Err("codegen_get is not in the assembly".to_owned()));
    }
}
