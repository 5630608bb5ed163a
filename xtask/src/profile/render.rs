//! Sheets as text: a table of at most 100 columns for terminals, or Markdown.

use comfy_table::{Cell, Table};

use super::advice::BEST;
use super::cell;
use super::hotspots::Ranking;
use super::sheet::Sheet;
use crate::host::Host;
use crate::table::{self, wrapped};

/// Call sites that a ranking shows in a terminal.
const TOLD_SITES: usize = 3;
const CALLERS_INDENT: usize = 6;

/// Callers that tell which part of a program asked: kept when those between do not fit.
const OUTER_CALLERS: usize = 3;

/// One sheet for a terminal.
pub(crate) fn terminal(sheet: &Sheet) -> String {
    let mut table = table::ruled();
    fill(&mut table, sheet, |title| title.to_owned());
    // The rule between columns is blank enough: there may be seven of them.
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 0));
    });
    let mut text = format!("{}\n{}\n", sheet.title, table.trim_fmt());
    for leak in &sheet.leaks {
        text.push_str(&format!("!!! {}\n", leak.line));
        leak.sites.iter().for_each(|site| text.push_str(&indented(site)));
    }
    text.push_str(&wrapped(&sheet.verdict));
    text.extend(sheet.advice.iter().map(|sentence| wrapped(&format!("- {sentence}"))));
    text
}

/// The largest call sites of each cell, ranked in each way, at most three of each.
pub(crate) fn hotspots(cells: &[cell::Cell]) -> String {
    let mut text = String::new();
    for cell in cells {
        let Some(hotspots) = &cell.hotspots else { continue };
        for ranking in Ranking::ALL {
            let top = hotspots.top(ranking, TOLD_SITES);
            if top.is_empty() {
                continue;
            }
            let (workload, backend) = (&cell.workload, &cell.backend);
            text.push_str(&format!("{workload}/{backend}, heap {}:\n", ranking.title()));
            top.iter().for_each(|site| text.push_str(&indented(&site.told(ranking))));
        }
    }
    text
}

/// A call site below the line that it belongs to, in lines that fit.
fn indented(site: &str) -> String {
    let (site, callers) = site.split_once('\n').unwrap_or((site, ""));
    let callers: Vec<&str> = callers.split(" < ").collect();
    let mut line = callers.join(" < ");
    let mut inner = callers.len().saturating_sub(OUTER_CALLERS);
    while line.len() > usize::from(table::WIDTH) - CALLERS_INDENT && inner > 0 {
        inner -= 1;
        let outer = callers[callers.len() - OUTER_CALLERS..].join(" < ");
        line = format!("{} < ... < {outer}", callers[..inner].join(" < "));
    }
    let line = line.trim_start_matches(" < ");
    let callers = if line.is_empty() { String::new() } else { format!("      {line}\n") };
    format!("  {site}\n{callers}")
}

/// Every workload's closing line once more, and what it goes by.
pub(crate) fn closing(sheets: &[Sheet]) -> String {
    closing_by(sheets, wrapped)
}

fn closing_by(sheets: &[Sheet], line: fn(&str) -> String) -> String {
    let lines = sheets.iter().map(|sheet| line(&format!("- {}", sheet.verdict)));
    format!("{}\n{}", line(BEST), lines.collect::<String>())
}

/// The whole report as Markdown.
pub(crate) fn markdown(host: &Host, sheets: &[Sheet], faults: &[String]) -> String {
    let mut text = format!("# Profile\n\n{}\n", host.sentence());
    if !faults.is_empty() {
        text.push_str("\n## Failed\n\n");
        faults.iter().for_each(|fault| text.push_str(&format!("- {fault}\n")));
    }
    let lines = closing_by(sheets, |line| format!("{line}\n"));
    text.push_str(&format!("\n## In short\n\n{lines}"));
    for sheet in sheets {
        let mut table = table::markdown();
        fill(&mut table, sheet, |title| format!("**{title}**"));
        text.push_str(&format!("\n## {}\n\n{table}\n\n{}\n\n", sheet.title, sheet.verdict));
        text.extend(sheet.advice.iter().map(|sentence| format!("- {sentence}\n")));
        text.push_str(if sheet.advice.is_empty() { "" } else { "\n" });
        for leak in &sheet.leaks {
            text.push_str(&format!("**{}**\n\n", leak.line));
            for site in &leak.sites {
                text.push_str(&format!("- {}\n", site.replace('\n', ", ")));
            }
            text.push_str(if leak.sites.is_empty() { "" } else { "\n" });
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

fn fill(table: &mut Table, sheet: &Sheet, heading: impl Fn(&str) -> String) {
    let right = |text: &String| table::right(text);
    let empty = Cell::new("");
    table.set_header([empty].into_iter().chain(sheet.columns.iter().map(right)));
    for section in &sheet.sections {
        table.add_row([Cell::new(heading(section.title))]);
        for row in &section.rows {
            let label = Cell::new(format!("  {}", row.label));
            table.add_row([label].into_iter().chain(row.cells.iter().map(right)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::super::hotspots::tests::at_peak;
    use super::super::sheet::{Leak, Row, Section};
    use super::*;

    fn sheet() -> Sheet {
        let backends = ["std", "system", "pool", "bump"];
        let wide = || "999.9 us 99.99x".to_owned();
        Sheet {
            title: "uniform, 1000000 entries".to_owned(),
            columns: backends.map(str::to_owned).to_vec(),
            sections: vec![Section {
                title: "Heap blocks per operation",
                rows: vec![Row {
                    label: "heap blocks, all phases".to_owned(),
                    cells: backends.map(|_| wide()).to_vec(),
                }],
            }],
            leaks: vec![Leak {
                line: "LEAK in uniform/bump: 3 blocks".to_owned(),
                sites: vec![format!(
                    "3 blocks, 9 bytes: a::b (c.rs:1)\nfrom {}f::g < h::i < j::k",
                    "d::e < ".repeat(30)
                )],
            }],
            verdict: "uniform: pool did best.".to_owned(),
            advice: vec!["Why: it takes few blocks. ".repeat(9).trim().to_owned()],
        }
    }

    #[test]
    fn a_table_fits_a_terminal_in_one_line_a_row() {
        let text = terminal(&sheet());
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
        let row = text.lines().find(|line| line.contains("heap blocks, all phases")).unwrap();
        assert_eq!(row.matches("999.9 us 99.99x").count(), 4, "{text}");
        let leak =
            "!!! LEAK in uniform/bump: 3 blocks\n  3 blocks, 9 bytes: a::b (c.rs:1)\n      from ";
        assert!(
            text.contains(leak) && text.contains(" < d::e < ... < f::g < h::i < j::k\n"),
            "{text}"
        );
        assert!(text.contains("\nuniform: pool did best.\n- Why: it takes few"), "{text}");
    }

    #[test]
    fn hotspots_are_told_by_cell_and_ranking() {
        let mut pool = cell("pool", "");
        let stacks = [("run a", 10), ("run b", 40), ("run c", 30), ("run d", 20)];
        pool.hotspots = Some(at_peak(&stacks));
        let text = hotspots(&[cell("std", ""), pool]);
        let peak = "uniform/pool, heap at the peak:\n  4 blocks, 40 bytes: x::b (src/x.rs:1)\n\
                    \x20     from x::run\n  3 blocks, 30 bytes: x::c";
        assert!(text.contains(peak), "{text}");
        assert!(!text.contains("x::a") && !text.contains("temporary"), "{text}");
    }

    #[test]
    fn seven_backends_fit_as_well() {
        let backends = ["std", "system", "pool", "bump", "mimalloc", "bumpalo", "hashbrown"];
        let row = |label: &str| Row {
            label: label.to_owned(),
            cells: backends.map(|_| "1,048,576".to_owned()).to_vec(),
        };
        let columns = backends.map(str::to_owned).to_vec();
        let title = "Pauses over the threshold";
        let rows = vec![row("freed within 100 requests"), row("heap blocks, all phases")];
        let sections = vec![Section { title, rows }];
        let text = terminal(&Sheet { columns, sections, leaks: Vec::new(), ..sheet() });
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
        for line in ["freed within 100 requests", "heap blocks, all phases"] {
            let row = text.lines().find(|row| row.contains(line)).unwrap();
            assert_eq!(row.matches("1,048,576").count(), 7, "{text}");
        }
        assert!(text.lines().any(|line| line.trim() == title), "{text}");
    }

    #[test]
    fn markdown_has_one_row_a_line() {
        let text = markdown(&Host::default(), &[sheet()], &["uniform/pool: killed".to_owned()]);
        assert!(text.starts_with("# Profile\n"));
        assert!(text.contains("\n- uniform/pool: killed\n"));
        assert!(text.contains("\n- uniform: pool did best.\n"));
        assert!(text.contains("\nuniform: pool did best.\n\n- Why: it takes few"), "{text}");
        assert!(text.contains("\n**LEAK in uniform/bump: 3 blocks**\n\n- 3 blocks, 9 bytes: a::b"));
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 4, "{text}");
        let bars = |row: &&str| row.matches('|').count();
        assert!(rows.iter().all(|row| bars(row) == bars(&rows[0])), "{text}");
    }
}
