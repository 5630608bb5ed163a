//! A comparison as text: tables for a terminal or in Markdown, and what to make of them.

use comfy_table::{Cell, Table};

use super::difference::{Comparison, Difference, Mean, SUMS, coverage};
use crate::format::{ABSENT, duration, grouped, shift};
use crate::table::{self, right, wrapped};

/// What stands for equal.
const EQUAL: &str = "~";

/// Rows of a terminal.
const ROWS: usize = 20;

/// For a terminal: the worst.
pub(crate) fn terminal(title: &str, comparison: &Comparison) -> String {
    let text = body(comparison, [table::ruled(), table::ruled()], ROWS);
    let text = format!("Compared with {title}:\n{text}");
    let fits = |line: &str| line.chars().count() <= usize::from(table::WIDTH);
    let line = |line: &str| if fits(line) { format!("{line}\n") } else { wrapped(line) };
    text.lines().map(line).collect()
}

/// In Markdown: all.
pub(crate) fn markdown(title: &str, comparison: &Comparison) -> String {
    let text = body(comparison, [table::markdown(), table::markdown()], usize::MAX);
    format!("\n## Compared with {title}\n\n{text}")
}

fn body(comparison: &Comparison, tables: [Table; 2], rows: usize) -> String {
    let [means, list] = tables;
    let mut text = String::new();
    if !comparison.means.is_empty() {
        text += &format!("{}\n\n{MEANS}\n\n", with_means(means, comparison).trim_fmt());
    }
    let differences = &comparison.differences;
    if !differences.is_empty() {
        let list = with_rows(list, &differences[..rows.min(differences.len())]);
        text += &format!("{}\n\n", list.trim_fmt());
    }
    if differences.len() > rows {
        let more = differences.len() - rows;
        text += &format!("{more} more differ; summary.md has all of them.\n");
    }
    let [exact, times] = comparison.equal.map(|count| grouped(count as u64));
    text += &format!("As before ({EQUAL}): {exact} exact figures, {times} times.\n");
    text += &about_times(comparison);
    comparison.notes.iter().for_each(|note| text += &format!("Not compared: {note}.\n"));
    text
}

const MEANS: &str =
    "Geometric means over the workloads; ~ is equal, or not told apart where it is a time.";

fn with_means(mut table: Table, comparison: &Comparison) -> Table {
    table.set_header([Cell::new("")].into_iter().chain(SUMS.map(right)));
    for (backend, means) in &comparison.means {
        let text = means.map(|mean| match mean {
            Mean::Absent => ABSENT.to_owned(),
            Mean::Equal => EQUAL.to_owned(),
            Mean::Ratio(ratio) => shift(ratio, 1.0),
        });
        let cells = text.iter().map(|text| right(text));
        table.add_row([Cell::new(backend)].into_iter().chain(cells));
    }
    table
}

fn with_rows(mut table: Table, differences: &[Difference]) -> Table {
    let heads = ["before", "after", "change"].map(right);
    table.set_header([Cell::new("what differs"), Cell::new("")].into_iter().chain(heads));
    for difference in differences {
        let Difference { workload, backend, metric, is_time, before, after } = difference;
        let show = |value: f64| if *is_time { duration(value) } else { grouped(value as u64) };
        let figures = [show(*before), show(*after), shift(*after, *before)];
        let names = [format!("{workload}/{backend}"), metric.clone()].map(Cell::new);
        table.add_row(names.into_iter().chain(figures.iter().map(|text| right(text))));
    }
    table
}

/// What the intervals of times are worth.
fn about_times(comparison: &Comparison) -> String {
    let untold = match comparison.untold {
        0 => String::new(),
        untold => {
            format!("{untold} times have one sample and are not told: --repeat N takes more.\n")
        }
    };
    let Some([before, after]) = comparison.samples else { return untold };
    let covered = |samples| format!("{:.4}", coverage(samples) * 100.0);
    let covered =
        |samples| covered(samples).trim_end_matches(['0']).trim_end_matches('.').to_owned();
    let mut text = format!(
        "A time differs where the ranges of its samples do not overlap: {before} before, whose \
         range covers the median with {}%, {after} after, with {}%.\n",
        covered(before),
        covered(after)
    );
    text += &untold;
    let by_luck = comparison.by_luck;
    if by_luck >= 1.0 {
        text += &format!(
            "By luck alone about {by_luck:.0} times would differ: --repeat N takes more samples.\n"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::cell::tests::cell;
    use super::super::difference::tests::timed;
    use super::*;

    #[test]
    fn the_table_shows_the_worst_and_counts_the_rest() {
        let figures = |add: u32| {
            let figure = |i: u32| format!("p{i}.requests={}", 1000 + add * i);
            let figures: Vec<String> = (0..25).map(figure).collect();
            figures.join(" ")
        };
        let before = [cell("pool", &figures(0))];
        let comparison = Comparison::new(&before, &[cell("pool", &figures(1))]);
        let text = terminal("baseline `main`", &comparison);
        assert!(text.starts_with("Compared with baseline `main`:\n"), "{text}");
        let row = text.lines().find(|line| line.contains("uniform/pool")).unwrap();
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(words, ["uniform/pool", "p24.requests", "1,000", "1,024", "+2.4%"]);
        assert!(text.contains("4 more differ; summary.md has all of them."), "{text}");
        assert!(text.contains("As before (~): 1 exact figures, 0 times."), "{text}");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{text}");
        assert!(
            markdown("m", &comparison).lines().filter(|l| l.contains(".requests")).count() == 24
        );
    }

    #[test]
    fn equal_means_are_tildes_and_intervals_are_explained() {
        let cells = [timed("pool", "build.requests=1", "build.nanos=1,2,3")];
        let text = terminal("x", &Comparison::new(&cells, &cells));
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        let row = text.lines().find(|line| line.trim().starts_with("pool")).unwrap();
        assert_eq!(row.split_whitespace().collect::<Vec<_>>(), ["pool", "~", "-", "-", "-", "~"]);
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("3 before, whose range covers the median with 75%"), "{text}");
        let single = [timed("pool", "", "build.nanos=1")];
        let text = terminal("x", &Comparison::new(&single, &single));
        assert!(text.contains("--repeat N takes more"), "{text}");
    }
}
