//! Sheets as text: a table of at most 100 columns for terminals, or Markdown.

use comfy_table::{Cell, Table};

use super::compare::BEST;
use super::sheet::Sheet;
use crate::host::Host;
use crate::table;

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
        text.push_str(&format!("!!! {leak}\n"));
    }
    text.push_str(&sheet.verdict);
    text.push('\n');
    text
}

/// Every workload's closing line once more, and what it goes by.
pub(crate) fn closing(sheets: &[Sheet]) -> String {
    let lines: Vec<String> = sheets.iter().map(|sheet| format!("- {}\n", sheet.verdict)).collect();
    format!("{BEST}\n\n{}", lines.concat())
}

/// The whole report as Markdown.
pub(crate) fn markdown(host: &Host, sheets: &[Sheet], faults: &[String]) -> String {
    let mut text = format!("# Profile\n\n{}\n", host.sentence());
    if !faults.is_empty() {
        text.push_str("\n## Failed\n\n");
        faults.iter().for_each(|fault| text.push_str(&format!("- {fault}\n")));
    }
    text.push_str(&format!("\n## In short\n\n{}", closing(sheets)));
    for sheet in sheets {
        let mut table = table::markdown();
        fill(&mut table, sheet, |title| format!("**{title}**"));
        text.push_str(&format!("\n## {}\n\n{table}\n\n", sheet.title));
        for leak in &sheet.leaks {
            text.push_str(&format!("**{leak}**\n\n"));
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
    use super::super::sheet::{Row, Section};
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
            leaks: vec!["LEAK in uniform/bump: 3 blocks".to_owned()],
            verdict: "uniform: pool did best.".to_owned(),
        }
    }

    #[test]
    fn a_table_fits_a_terminal_in_one_line_a_row() {
        let text = terminal(&sheet());
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
        let row = text.lines().find(|line| line.contains("heap blocks, all phases")).unwrap();
        assert_eq!(row.matches("999.9 us 99.99x").count(), 4, "{text}");
        assert!(text.contains("!!! LEAK in uniform/bump"));
        assert!(text.ends_with("uniform: pool did best.\n"));
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
        assert!(text.contains("\n**LEAK in uniform/bump: 3 blocks**\n"));
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 4, "{text}");
        let bars = |row: &&str| row.matches('|').count();
        assert!(rows.iter().all(|row| bars(row) == bars(&rows[0])), "{text}");
    }
}
