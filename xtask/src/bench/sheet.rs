//! The figures of a table as text: ratios to std, the best of each row, and who leads it.

use super::catalog::{BASELINE, Table};
use super::outcome::{Cell, Outcome};
use crate::format::{ABSENT, compact, grouped};

/// The columns that are this project's own.
const OURS: [&str; 8] =
    ["system", "pool", "bump", "dense", "multimap", "snapshot", "snapshot lz4", "snapshot zstd"];

/// Columns that show another side of a contender, and compete with none.
const ASIDE: [&str; 2] = ["pool heap", "roaring file"];

/// Contenders this close to the best are as good as it: times never repeat exactly.
const EQUAL: f64 = 1.02;

/// How far the medians may be above the minima, in the middle, before a table is doubtful.
const BUSY: f64 = 1.25;

/// One table at one size, ready to be laid out.
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// Who does something else in place of what, and what.
    pub(crate) substitutes: Vec<String>,
    /// The table and the size, without more.
    pub(crate) name: String,
    /// A warning, where the rounds differ too much.
    pub(crate) noise: Option<String>,
    /// How many rows ours lead, and who is ahead in the others.
    pub(crate) verdict: String,
}

pub(crate) struct Row {
    pub(crate) label: String,
    /// Whether one of ours is the best or as good as the best.
    pub(crate) led: bool,
    /// The best of those that are not ours, where it is ahead.
    pub(crate) ahead: Option<String>,
    pub(crate) figures: Vec<Option<Figure>>,
}

pub(crate) struct Figure {
    /// To std's, by the medians.
    pub(crate) ratio: String,
    /// Median and minimum, or the one figure there is.
    pub(crate) plain: String,
    pub(crate) best: bool,
    pub(crate) substitute: bool,
}

impl Sheet {
    pub(crate) fn new(table: &Table, size: usize, outcomes: &[Outcome]) -> Sheet {
        let rounds = outcomes.iter().flat_map(|row| &row.cells).map(|cell| cell.samples.len());
        let rounds = match rounds.max() {
            None | Some(0 | 1) => String::new(),
            Some(rounds) => format!(", {rounds} rounds, median/minimum"),
        };
        let rows: Vec<Row> =
            outcomes.iter().map(|outcome| Row::new(outcome, &table.contenders)).collect();
        let name = format!("{}, {} entries", table.title, grouped(size as u64));
        Sheet {
            title: format!("{name}: {}{rounds}", table.unit),
            name,
            columns: table.contenders.clone(),
            substitutes: substitutes(outcomes),
            noise: noise(outcomes),
            verdict: verdict(&rows, &table.contenders),
            rows,
        }
    }
}

impl Row {
    fn new(outcome: &Outcome, contenders: &[String]) -> Row {
        let competes = |cell: &&Cell| !ASIDE.contains(&cell.contender.as_str());
        let least = |cells: &mut dyn Iterator<Item = &Cell>| {
            cells.map(Cell::median).fold(f64::INFINITY, f64::min)
        };
        let ours = least(&mut outcome.cells.iter().filter(|cell| is_ours(&cell.contender)));
        let others =
            || outcome.cells.iter().filter(competes).filter(|cell| !is_ours(&cell.contender));
        let theirs = least(&mut others());
        let led = ours <= theirs * EQUAL;
        let best = ours.min(theirs);
        let is_behind = ours.is_finite() && !led;
        let ahead = others().find(|cell| is_behind && cell.median() == theirs);
        // Nothing compares with a span too short to be told from none.
        let base = outcome.cell(BASELINE).map(Cell::median).filter(|base| *base > 0.0);
        let figure = |cell: &Cell| Figure {
            ratio: base.map_or(ABSENT.to_owned(), |base| compact(cell.median() / base)),
            plain: plain(cell),
            best: competes(&cell) && cell.median() == best,
            substitute: cell.substitute.is_some(),
        };
        Row {
            label: outcome.row.clone(),
            led,
            ahead: ahead.map(|cell| cell.contender.clone()),
            figures: contenders.iter().map(|name| outcome.cell(name).map(figure)).collect(),
        }
    }
}

/// Whether the machine was busy with something else: on a quiet one, medians and minima are close.
fn noise(outcomes: &[Outcome]) -> Option<String> {
    let cells = outcomes.iter().flat_map(|row| &row.cells).filter(|cell| cell.minimum() > 0.0);
    let mut spreads: Vec<f64> = cells.map(|cell| cell.median() / cell.minimum()).collect();
    spreads.sort_by(f64::total_cmp);
    let spread = *spreads.get(spreads.len() / 2)?;
    (spread > BUSY).then(|| {
        format!(
            "the machine was busy: half of the medians are {spread:.1} times their minima or more"
        )
    })
}

fn is_ours(contender: &str) -> bool {
    OURS.contains(&contender)
}

fn verdict(rows: &[Row], contenders: &[String]) -> String {
    if !contenders.iter().any(|name| is_ours(name)) {
        return "none of ours was measured".to_owned();
    }
    let led = rows.iter().filter(|row| row.led).count();
    let ahead = |name: &String| rows.iter().filter(|row| row.ahead.as_ref() == Some(name)).count();
    let mut counts: Vec<(usize, &String)> =
        contenders.iter().map(|name| (ahead(name), name)).filter(|(count, _)| *count > 0).collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let others: Vec<String> =
        counts.iter().map(|(count, name)| format!("{name} {count}")).collect();
    let others = if others.is_empty() { String::new() } else { format!("; {}", others.join(", ")) };
    format!("ours lead {led} of {} rows{others}", rows.len())
}

fn plain(cell: &Cell) -> String {
    match cell.samples.len() {
        1 => compact(cell.median()),
        _ => format!("{}/{}", compact(cell.median()), compact(cell.minimum())),
    }
}

/// One line for each contender and each thing that it does instead.
fn substitutes(outcomes: &[Outcome]) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for outcome in outcomes {
        for cell in &outcome.cells {
            let Some(instead) = &cell.substitute else { continue };
            let key = format!("{}: {instead}", cell.contender);
            match groups.iter_mut().find(|(known, _)| *known == key) {
                Some((_, rows)) => rows.push(&outcome.row),
                None => groups.push((key, vec![&outcome.row])),
            }
        }
    }
    groups.iter().map(|(key, rows)| format!("{key} ({})", rows.join("; "))).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::catalog::tests::table;
    use super::*;

    /// A row from lists of samples such as `pool=1,2`; a `~` in front marks a substitute.
    pub(crate) fn outcome(row: &str, cells: &str) -> Outcome {
        let cell = |word: &str| {
            let (name, samples) = word.split_once('=').unwrap();
            Cell {
                contender: name.trim_start_matches('~').to_owned(),
                samples: samples.split(',').map(|sample| sample.parse().unwrap()).collect(),
                substitute: name.starts_with('~').then(|| "a loop".to_owned()),
            }
        };
        let cells = cells.split_whitespace().map(cell).collect();
        Outcome { row: row.to_owned(), size: 1000, cells }
    }

    fn sheet(outcomes: &[Outcome]) -> Sheet {
        let contenders = ["std", "system", "pool", "brie"];
        Sheet::new(&table("u64", &[], &contenders), 1_000_000, outcomes)
    }

    #[test]
    fn ratios_are_to_std_by_the_medians() {
        let sheet = sheet(&[outcome("get", "std=30,10,20 system=8,4,6 pool=5,9,7 ~brie=30,31,32")]);
        assert_eq!(sheet.title, "about u64, 1,000,000 entries: ns/op, 3 rounds, median/minimum");
        let figures: Vec<String> = sheet.rows[0]
            .figures
            .iter()
            .flatten()
            .map(|figure| format!("{} {} {}", figure.ratio, figure.plain, figure.best))
            .collect();
        assert_eq!(
            figures,
            [
                "1.00 20.0/10.0 false",
                "0.30 6.00/4.00 true",
                "0.35 7.00/5.00 false",
                "1.55 31.0/30.0 false"
            ]
        );
        assert_eq!(sheet.substitutes, ["brie: a loop (get)"]);
    }

    #[test]
    fn a_row_is_led_by_the_best_and_those_as_good() {
        let led = |cells: &str| {
            let row = Row::new(&outcome("get", cells), &[]);
            (row.led, row.ahead.unwrap_or_default())
        };
        assert_eq!(led("std=10 system=9 pool=5 brie=6"), (true, String::new()));
        assert_eq!(led("std=10 system=6 dense=5 brie=5.5"), (true, String::new()));
        assert_eq!(led("std=10 system=5.1 pool=9 brie=5"), (true, String::new()));
        assert_eq!(led("std=10 system=6 pool=9 brie=5"), (false, "brie".to_owned()));
        assert_eq!(led("std=1 system=6 pool=9 brie=5"), (false, "std".to_owned()));
        let rows = ["std=2 pool=1", "std=2 pool=3 brie=2.5", "pool=2 brie=1", "pool=3 brie=1"];
        let sheet = sheet(&rows.map(|cells| outcome("row", cells)));
        assert_eq!(sheet.verdict, "ours lead 1 of 4 rows; brie 2, std 1");
    }

    #[test]
    fn without_one_of_ours_no_row_is_lost() {
        let others = [outcome("get", "std=2 brie=1")];
        let sheet = Sheet::new(&table("u64", &[], &["std", "brie"]), 1000, &others);
        assert_eq!((&sheet.rows[0].ahead, sheet.rows[0].led), (&None, false));
        assert_eq!(sheet.verdict, "none of ours was measured");
    }

    #[test]
    fn a_busy_machine_is_told() {
        assert_eq!(sheet(&[outcome("a", "std=11,10,12 pool=4,5,6 brie=0,0,0")]).noise, None);
        let busy = sheet(&[outcome("a", "std=15,10,20 pool=8,5,9")]).noise.unwrap();
        let told = "the machine was busy: half of the medians are 1.6 times their minima or more";
        assert_eq!(busy, told);
        assert_eq!(sheet(&[]).noise, None);
    }

    #[test]
    fn cells_may_be_missing() {
        let sheet = sheet(&[outcome("get", "std=2 pool=1")]);
        let there: Vec<bool> = sheet.rows[0].figures.iter().map(Option::is_some).collect();
        assert_eq!(there, [true, false, true, false]);
        assert_eq!(sheet.title, "about u64, 1,000,000 entries: ns/op");
        let none = Row::new(&outcome("drop", "std=0 pool=1"), &["pool".to_owned()]);
        assert_eq!(none.figures[0].as_ref().unwrap().ratio, "-");
    }
}
