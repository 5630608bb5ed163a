//! House numbers: lines, functions and files of a length that can be read, and a line on top of
//! each file that says what it is.

use super::finding::Finding;
use super::source::Source;
use super::tokens::Scan;

const COLUMNS: usize = 100;
const FUNCTION_LINES: usize = 70;
const FILE_CODE_LINES: usize = 500;

pub(crate) fn check_lines(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |line, message: String| findings.push(Finding::new(&source.path, line, message));
    if !source.text.starts_with("//!") {
        find(1, "does not begin with a `//!` line that says what it is".to_owned());
    }
    let code = code_lines(&source.text);
    if code > FILE_CODE_LINES {
        find(1, format!("{code} lines of code, at most {FILE_CODE_LINES}"));
    }
    for (index, line) in source.text.lines().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS {
            find(index + 1, format!("{columns} columns, at most {COLUMNS}"));
        }
        if line.contains('\t') {
            find(index + 1, "a tab".to_owned());
        }
        if line.ends_with(char::is_whitespace) {
            find(index + 1, "white space at the end of the line".to_owned());
        }
    }
    findings
}

pub(crate) fn check_functions(source: &Source, scan: &Scan) -> Vec<Finding> {
    let long = scan.functions.iter().filter(|function| function.lines() > FUNCTION_LINES);
    let message = |name: &str, lines| format!("fn {name}: {lines} lines, at most {FUNCTION_LINES}");
    long.map(|f| Finding::new(&source.path, f.first, message(&f.name, f.lines()))).collect()
}

/// Lines that are neither blank nor wholly a comment.
fn code_lines(text: &str) -> usize {
    let mut inside_block_comment = false;
    let mut count = 0;
    for line in text.lines().map(str::trim) {
        if inside_block_comment || line.starts_with("/*") {
            inside_block_comment = !line.contains("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::super::tokens::scan;
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let source = Source::new("a.rs", text);
        let mut findings = check_lines(&source);
        findings.extend(check_functions(&source, &scan(text).unwrap()));
        findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_plain_file_is_fine() {
        let line = format!("// {}", "x".repeat(97));
        assert_eq!(messages(&format!("//! What it is.\n{line}\nfn f() {{}}\n")), [""; 0]);
    }

    #[test]
    fn lines_are_measured() {
        let long = format!("// {}", "ä".repeat(98));
        assert_eq!(
            messages(&format!("//! A.\n{long}\n\tconst A: u8 = 1;\nfn f() {{}} \n")),
            [
                "a.rs:2: 101 columns, at most 100",
                "a.rs:3: a tab",
                "a.rs:4: white space at the end of the line"
            ]
        );
    }

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(
            messages("fn f() {}\n"),
            ["a.rs:1: does not begin with a `//!` line that says what it is"]
        );
    }

    #[test]
    fn long_functions_are_named() {
        let function = |lines: usize| format!("fn long() {{\n{}}}\n", "f();\n".repeat(lines - 2));
        assert_eq!(messages(&format!("//! A.\n{}", function(70))), [""; 0]);
        let found = messages(&format!("//! A.\nmod m {{\n{}}}\n", function(71)));
        assert_eq!(found, ["a.rs:3: fn long: 71 lines, at most 70"]);
    }

    #[test]
    fn comments_and_blank_lines_do_not_make_a_file_long() {
        let comments = "// why\n\n/* and\nso on */\n".repeat(200);
        let code = "const A: u8 = 1;\n".repeat(500);
        assert_eq!(messages(&format!("//! A.\n{comments}{code}")), [""; 0]);
        let found = messages(&format!("//! A.\n{comments}{code}fn f() {{}}\n"));
        assert_eq!(found, ["a.rs:1: 501 lines of code, at most 500"]);
    }
}
