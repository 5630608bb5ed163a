//! Sheets as text: a table of at most 100 columns for terminals, or Markdown.

use comfy_table::ColumnConstraint;

use super::sheet::{Figure, Row, Sheet};
use crate::format::ABSENT;
use crate::table::{self, wrapped};

/// What the marks in a table mean.
pub(crate) const LEGEND: &str = "First line: ratio to std by the medians; second line: the figures.
  *  the best of the row
  >  a row that ours do not lead: another is ahead of each of them by more than 2 %
  ~  the contender does not offer the operation as such, and does something else, named below
";

/// One sheet for a terminal: two lines a row.
pub(crate) fn terminal(sheet: &Sheet) -> String {
    let mut table = table::ruled();
    table.set_header(header(sheet).iter().enumerate().map(|(index, title)| match index {
        0 => title.into(),
        _ => table::right(title),
    }));
    for row in &sheet.rows {
        let mark = if row.led { ' ' } else { '>' };
        let mut cells = vec![format!("{mark} {}\n", row.label).into()];
        cells.extend(row.figures.iter().map(|figure| table::right(&two_lines(figure.as_ref()))));
        table.add_row(cells);
    }
    // A space between columns is there anyway; labels stay in one line.
    table.column_iter_mut().skip(1).for_each(|column| {
        column.set_padding((0, 0));
    });
    if let Some(labels) = table.column_mut(0) {
        labels.set_padding((0, 0)).set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = format!("{}\n{}\n", sheet.title, table.trim_fmt());
    sheet.substitutes.iter().for_each(|line| text.push_str(&wrapped(&format!("~ {line}"))));
    sheet.noise.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    text.push_str(&format!("{}\n", sheet.verdict));
    text
}

fn header(sheet: &Sheet) -> Vec<String> {
    [String::new()].into_iter().chain(sheet.columns.iter().cloned()).collect()
}

fn two_lines(figure: Option<&Figure>) -> String {
    figure.map_or(ABSENT.to_owned(), |figure| format!("{}\n{}", marked(figure), figure.plain))
}

fn marked(figure: &Figure) -> String {
    let best = if figure.best { "*" } else { "" };
    let substitute = if figure.substitute { "~" } else { "" };
    format!("{}{substitute}{best}", figure.ratio)
}

/// One sheet as Markdown, without its title: one line a row, and who is ahead where ours are not.
pub(crate) fn markdown(sheet: &Sheet) -> String {
    let mut table = table::markdown();
    let mut titles = header(sheet);
    titles.push("ahead".to_owned());
    table.set_header(titles.iter().enumerate().map(|(index, title)| match index {
        0 => title.into(),
        _ => table::right(title),
    }));
    for row in &sheet.rows {
        let mut cells = vec![row.label.as_str().into()];
        cells.extend(row.figures.iter().map(|figure| table::right(&one_line(figure.as_ref()))));
        cells.push(table::right(ahead(row)));
        table.add_row(cells);
    }
    let mut text = format!("{table}\n\n");
    let notes: Vec<String> = sheet.substitutes.iter().map(|line| format!("- ~ {line}\n")).collect();
    if !notes.is_empty() {
        text.push_str(&format!("{}\n", notes.concat()));
    }
    let noise = sheet.noise.as_ref().map_or(String::new(), |line| format!("; {line}"));
    text.push_str(&format!("In short: {}{noise}.\n", sheet.verdict));
    text
}

fn one_line(figure: Option<&Figure>) -> String {
    figure.map_or(ABSENT.to_owned(), |figure| {
        let substitute = if figure.substitute { "~" } else { "" };
        let ratio = match figure.best {
            true => format!("**{}**", figure.ratio),
            false => figure.ratio.clone(),
        };
        format!("{ratio}{substitute} ({})", figure.plain)
    })
}

fn ahead(row: &Row) -> &str {
    row.ahead.as_deref().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::super::catalog::tests::table;
    use super::super::sheet::tests::outcome;
    use super::*;

    const ALL: [&str; 7] = ["std", "system", "pool", "brie", "bbtree", "pstd", "indexset"];

    fn sheet() -> Sheet {
        let wide = "std=99999,88888 system=88888,77777 pool=77777,66666 ~brie=999999,888888 \
                    bbtree=66666,55555 pstd=123456,123455 indexset=23456,12345";
        let rows = [
            outcome("bulk build from sorted", wide),
            outcome("get hit, independent", "std=20,10 system=8,4 pool=5,4 brie=19,18"),
        ];
        Sheet::new(&table("u64", &[], &ALL), 1000, &rows)
    }

    #[test]
    fn a_table_fits_a_terminal_in_two_lines_a_row() {
        let text = terminal(&sheet());
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{widest:?} columns:\n{text}");
        let lines: Vec<&str> = text.lines().collect();
        let place = lines.iter().position(|line| line.contains("> bulk build from")).unwrap();
        let figures = ["94k/89k", "83k/78k", "72k/67k", "944k/889k", "61k/56k", "18k/12k"];
        for figure in figures {
            assert!(lines[place + 1].contains(figure), "{figure} is missing:\n{text}");
        }
        assert!(lines[place].contains("10.0~"), "{text}");
        assert!(lines[place + 2].contains("  get hit, independent"), "{text}");
        assert!(lines[place + 2].contains("0.30*"), "{text}");
        assert!(text.contains("\n~ brie: a loop (bulk build from sorted)\n"), "{text}");
        assert!(text.ends_with("ours lead 1 of 2 rows; indexset 1\n"), "{text}");
    }

    #[test]
    fn markdown_has_one_row_a_line() {
        let text = markdown(&sheet());
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 4, "{text}");
        let bars = |row: &&str| row.matches('|').count();
        assert!(rows.iter().all(|row| bars(row) == bars(&rows[0])), "{text}");
        assert!(rows[2].contains("indexset |"), "{text}");
        assert!(rows[3].contains("**0.30** (4.50/4.00)"), "{text}");
        assert!(rows[3].contains(" - "), "{text}");
    }
}
