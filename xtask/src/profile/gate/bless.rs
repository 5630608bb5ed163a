//! [`bless`]: limits follow the figures of today, and the rest of the file stays as it is.

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::super::catalog::Catalog;
use super::super::cell::Cell;
use super::file::Gate;
use super::limit::{Bound, Limit};
use crate::exit::Usage;

/// A gate file with the figures of today.
#[derive(Debug)]
pub(crate) struct Blessed {
    pub(crate) text: String,
    /// Limits that have another figure than before, and limits that are new.
    pub(crate) changed: usize,
    pub(crate) added: usize,
}

/// Rewrites the limits for what was measured, and adds those that the file's `cover` asks for.
/// Percentages stay.
///
/// # Errors
///
/// [`Usage`] with the line, if a limit or the file's `cover` is for figures that no cell has, or a
/// limit for several cells that no single figure fits.
pub(crate) fn bless(gate: &Gate, catalog: &Catalog, cells: &[Cell]) -> Result<Blessed, Usage> {
    let mut document: DocumentMut = gate.text.parse().expect("it has been read before");
    let mut changed = 0;
    for limit in &gate.limits {
        let figures: Vec<f64> = gate
            .subjects(limit, cells)?
            .into_iter()
            .filter_map(|cell| limit.figure(cell))
            .collect();
        if let Some(figure) = fitting(gate, limit, &figures)? {
            let item = place(&mut document, limit);
            changed += usize::from(replace(item, figure));
        }
    }
    let added = cover(&mut document, gate, catalog, cells)?;
    Ok(Blessed { text: document.to_string(), changed, added })
}

/// The tightest figure that all keep to; `None` where there is nothing to follow.
fn fitting(gate: &Gate, limit: &Limit, figures: &[f64]) -> Result<Option<f64>, Usage> {
    let low = figures.iter().copied().reduce(f64::min);
    let high = figures.iter().copied().reduce(f64::max);
    match limit.bound {
        Bound::Max(_) => Ok(high),
        Bound::Min(_) => Ok(low),
        Bound::Percent(_) => Ok(None),
        Bound::Exactly(_) if low == high => Ok(low),
        Bound::Exactly(_) => {
            let (path, line, metric) = (gate.path.display(), limit.line, limit.metric());
            Err(Usage::new(format!(
                "{path}:{line}: `{metric}` differs from cell to cell: no one figure holds for all, \
                 `max` would"
            )))
        }
    }
}

/// Where a limit stands.
fn place<'d>(document: &'d mut DocumentMut, limit: &Limit) -> &'d mut Item {
    let Limit { workload, backend, phase, name, bound, .. } = limit;
    let keys = [workload, backend, phase, name].map(String::as_str);
    let last = match bound {
        Bound::Exactly(_) => None,
        Bound::Max(_) => Some("max"),
        Bound::Min(_) => Some("min"),
        Bound::Percent(_) => Some("percent"),
    };
    let step = |item: &'d mut Item, key: &str| {
        let table = item.as_table_like_mut().expect("limits stand in tables");
        table.get_mut(key).expect("the limit was read from there")
    };
    keys.into_iter().chain(last).fold(document.as_item_mut(), step)
}

/// Puts a figure in the place of another, with the white space and the comments around; whether it
/// is another.
fn replace(item: &mut Item, figure: f64) -> bool {
    let value = item.as_value_mut().expect("a limit is a value");
    let before = value.as_integer().map(|value| value as f64).or(value.as_float());
    if before == Some(figure) {
        return false;
    }
    let decor = value.decor().clone();
    *value = written(figure);
    *value.decor_mut() = decor;
    true
}

/// Digits in groups of three, as TOML has them.
fn written(figure: f64) -> Value {
    if figure.fract() != 0.0 {
        return figure.into();
    }
    let text = crate::format::grouped(figure as u64).replace(',', "_");
    text.parse().expect("digits are a number")
}

/// Adds what is to have a limit and has none that names both its workload and its backend.
fn cover(
    document: &mut DocumentMut,
    gate: &Gate,
    catalog: &Catalog,
    cells: &[Cell],
) -> Result<usize, Usage> {
    // A user's own keys are no matter of a project's gate.
    let of_project = |cell: &&Cell| {
        let known = catalog.workloads.iter().find(|workload| workload.name == cell.workload);
        known.is_some_and(|workload| workload.quick_entries > 0)
            && gate.cover.backends.contains(&cell.backend)
            && cell.faults.is_empty()
    };
    let covered: Vec<&Cell> = cells.iter().filter(of_project).collect();
    for (phase, name, line) in &gate.cover.metrics {
        let has_none = |cell: &&Cell| cell.figure(phase, name).is_none();
        if !covered.is_empty() && covered.iter().all(has_none) {
            let path = gate.path.display();
            return Err(Usage::new(format!("{path}:{line}: unknown metric `{phase}.{name}`")));
        }
    }
    let mut added = 0;
    for cell in covered {
        for (phase, name, _) in &gate.cover.metrics {
            let stands = |limit: &Limit| {
                limit.precision() == 2
                    && limit.matches(cell)
                    && (&limit.phase, &limit.name) == (phase, name)
            };
            let Some(figure) = cell.figure(phase, name) else { continue };
            if !gate.limits.iter().any(stands) {
                let top = document.as_table_mut();
                let workload = inner(top, &cell.workload, Kind::Implicit);
                let backend = inner(workload, &cell.backend, Kind::Own);
                inner(backend, phase, Kind::Dotted).insert(name, Item::Value(written(figure)));
                added += 1;
            }
        }
    }
    Ok(added)
}

/// How a table that is new is written.
enum Kind {
    /// Not at all: only what is in it.
    Implicit,
    /// With its name in brackets.
    Own,
    /// As the first part of its keys.
    Dotted,
}

fn inner<'t>(table: &'t mut dyn TableLike, key: &str, kind: Kind) -> &'t mut dyn TableLike {
    let mut new = Table::new();
    new.set_implicit(matches!(kind, Kind::Implicit));
    new.set_dotted(matches!(kind, Kind::Dotted));
    let item = table.entry(key).or_insert(Item::Table(new));
    item.as_table_like_mut().expect("what is no table was refused")
}

#[cfg(test)]
mod tests {
    use super::super::super::cell::tests::cell;
    use super::super::file::tests::parse;
    use super::*;

    fn blessed(text: &str, cells: &[Cell]) -> Result<Blessed, String> {
        let catalog = serde_json::from_str(
            r#"{"workloads": [{"name": "uniform", "quick_entries": 5}], "backends": []}"#,
        );
        bless(&parse(text).unwrap(), &catalog.unwrap(), cells).map_err(|usage| usage.to_string())
    }

    #[test]
    fn figures_change_and_nothing_else_does() {
        let text = "# On top.\nquick = true\n\n[words.pool]  # not measured\nall.x = 1\n\n\
                    [uniform.pool]\n# What it asks for.\nbuild.requests = { min=1,  max = 2 } # y\n\
                    all.x    =   3 # here\nall.y = { percent = 5 }\nall.z = 9\n";
        let cells = [cell("pool", "build.requests=1234 all.x=7 all.y=8 all.z=9")];
        let Blessed { text: after, changed, added } = blessed(text, &cells).unwrap();
        let expected = text
            .replace("{ min=1,  max = 2 }", "{ min=1_234,  max = 1_234 }")
            .replace("=   3 #", "=   7 #");
        assert_eq!(after, expected);
        assert_eq!((changed, added), (3, 0));
        // Once more: nothing to do.
        let again = blessed(&after, &cells).unwrap();
        assert_eq!((again.text, again.changed), (expected, 0));
    }

    #[test]
    fn a_wildcard_follows_the_worst_of_its_cells() {
        let cells = [cell("pool", "all.x=7 all.y=5"), cell("bump", "all.x=9 all.y=6")];
        let text = "[\"*\".\"*\"]\nall.x = { max = 1 }\n";
        let after = blessed(text, &cells).unwrap().text;
        assert_eq!(after, "[\"*\".\"*\"]\nall.x = { max = 9 }\n");
        let error = blessed("[\"*\".\"*\"]\nall.y = 1\n", &cells).unwrap_err();
        assert!(error.starts_with("error: g.toml:2: `all.y` differs from cell to cell"), "{error}");
    }

    #[test]
    fn what_is_to_be_covered_gets_its_limits() {
        let text = "# Ours.\n[cover]\nbackends = [\"pool\", \"bump\"]\n\
                    metrics = [\"build.requests\", \"all.end_blocks\"]\n\n\
                    [uniform.pool]\nbuild.requests = 3 # kept\n";
        let cells = [
            cell("std", "build.requests=9 all.end_blocks=0"),
            cell("pool", "build.requests=4 all.end_blocks=0"),
            cell("bump", "build.requests=1000 all.end_blocks=0"),
        ];
        let Blessed { text: after, changed, added } = blessed(text, &cells).unwrap();
        let expected = text.replace("= 3 #", "= 4 #")
            + "all.end_blocks = 0\n\n[uniform.bump]\nbuild.requests = 1_000\nall.end_blocks = 0\n";
        assert_eq!(after, expected);
        assert_eq!((changed, added), (1, 3));
        assert_eq!(parse(&after).unwrap().limits.len(), 4);
    }

    #[test]
    fn what_nothing_has_cannot_be_covered() {
        let text = "[cover]\nbackends = [\"pool\"]\nmetrics = [\n    \"all.requests\",\n    \
                    \"all.request\",\n]\n";
        let error = blessed(text, &[cell("pool", "build.requests=4")]).unwrap_err();
        assert_eq!(error, "error: g.toml:5: unknown metric `all.request`");
        // What was not measured is not known to be wrong.
        assert_eq!(blessed(text, &[cell("bump", "build.requests=4")]).unwrap().added, 0);
    }
}
