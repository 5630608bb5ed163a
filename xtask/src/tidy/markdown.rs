//! Markdown: one title per file, and links that lead somewhere.

use std::collections::BTreeMap;
use std::path::Path;

use super::finding::Finding;
use super::source::Source;

pub(crate) fn check(source: &Source, root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let lines = prose(&source.text);
    let titles = lines.iter().filter(|(_, line)| line.starts_with("# ")).count();
    if titles != 1 {
        findings.push(Finding::new(&source.path, 1, format!("{titles} titles, must be one")));
    }
    let anchors = anchors(&lines);
    let folder = root.join(&source.path).parent().expect("a file has a folder").to_owned();
    for (number, line) in &lines {
        for target in targets(line) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if !file.is_empty() && !folder.join(file).exists() {
                let message = format!("link to `{target}`, which does not exist");
                findings.push(Finding::new(&source.path, *number, message));
            }
            if file.is_empty() && !anchors.iter().any(|known| known == anchor) {
                let message = format!("link to `{target}`, a heading that does not exist");
                findings.push(Finding::new(&source.path, *number, message));
            }
        }
    }
    findings
}

/// The numbered lines outside of code fences, without their code spans.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, None) => lines.push((index + 1, without_code(line))),
            (Some(_), _) => {}
        }
    }
    lines
}

/// Code spans keep their text in headings, which make anchors, and lose their brackets elsewhere.
fn without_code(line: &str) -> String {
    let bracket = |c| matches!(c, '[' | ']' | '(' | ')');
    let span = |(index, part): (usize, &str)| match index % 2 {
        1 => part.replace(bracket, ""),
        _ => part.to_owned(),
    };
    line.split('`').enumerate().map(span).collect()
}

/// Relative link targets in a line: `[text](target)` and `[name]: target`.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, mark) in line.match_indices("](") {
        let rest = &line[at + mark.len()..];
        found.extend(rest.split([')', ' ']).next());
    }
    if line.starts_with('[')
        && let Some((_, rest)) = line.split_once("]: ")
    {
        found.extend(rest.split_whitespace().next());
    }
    found.retain(|target| !target.contains("://") && !target.starts_with("mailto:"));
    found
}

/// The anchors of all headings, made as GitHub makes them.
fn anchors(lines: &[(usize, String)]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = Vec::new();
    for (_, line) in lines.iter().filter(|(_, line)| line.starts_with('#')) {
        let heading = line.trim_start_matches('#').trim().to_lowercase();
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        let anchor: String = heading.chars().filter(kept).collect::<String>().replace(' ', "-");
        let count = seen.entry(anchor.clone()).or_default();
        anchors.push(if *count == 0 { anchor } else { format!("{anchor}-{count}") });
        *count += 1;
    }
    anchors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::create_dir(folder.path().join("docs")).unwrap();
        std::fs::write(folder.path().join("docs/here.md"), "").unwrap();
        let findings = check(&Source::new("docs/a.md", text), folder.path());
        findings.iter().map(Finding::to_string).collect()
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        let text = "# Title\n\n[a](here.md) [b](../docs/here.md#x) [c](https://x.y/z) [d](#a-b)\n\
                    [e]: here.md\n\n## A `b`!\n";
        assert_eq!(messages(text), [""; 0]);
    }

    #[test]
    fn dead_links_are_found() {
        assert_eq!(
            messages("# T\n[a](gone.md), [b](#gone)\n[c]: gone.txt\n"),
            [
                "docs/a.md:2: link to `gone.md`, which does not exist",
                "docs/a.md:2: link to `#gone`, a heading that does not exist",
                "docs/a.md:3: link to `gone.txt`, which does not exist",
            ]
        );
    }

    #[test]
    fn a_file_has_one_title() {
        assert_eq!(messages("text\n"), ["docs/a.md:1: 0 titles, must be one"]);
        assert_eq!(messages("# A\n# B\n"), ["docs/a.md:1: 2 titles, must be one"]);
    }

    #[test]
    fn code_is_not_read() {
        let text = "# T\n```sh\n# no title\n[a](gone.md)\n```\n`[a](gone.md)` and `m[i](x)`\n";
        assert_eq!(messages(text), [""; 0]);
    }

    #[test]
    fn equal_headings_are_numbered() {
        assert_eq!(messages("# T\n## A\n## A\n[x](#a-1)\n"), [""; 0]);
        assert_eq!(messages("# T\n## A\n[x](#a-1)\n").len(), 1);
    }
}
