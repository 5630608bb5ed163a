//! What can be measured, as the programs list it, and the part of it that the command line picks.

use serde::Deserialize;

use crate::exit::Usage;

/// What the others are compared with: always measured.
pub(crate) const BASELINE: &str = "std";

/// What a program's `--list` prints.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Catalog {
    pub(crate) tables: Vec<Table>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) sizes: Vec<usize>,
    pub(crate) quick_sizes: Vec<usize>,
    pub(crate) contenders: Vec<String>,
    pub(crate) rows: Vec<RowInfo>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RowInfo {
    pub(crate) name: String,
    pub(crate) about: String,
}

/// What the command line picks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) quick: bool,
    pub(crate) filters: Vec<String>,
    pub(crate) sizes: Vec<usize>,
    pub(crate) rounds: Option<u32>,
}

/// One process: a table at one size, reduced to the rows and contenders that are wanted.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Which of the programs.
    pub(crate) program: usize,
    pub(crate) table: Table,
    pub(crate) size: usize,
    /// Whether nothing was left out, and it is measured as usual but for the size.
    pub(crate) whole: bool,
}

impl Wish {
    /// Whether it leaves nothing out and measures as usual.
    pub(crate) fn is_full(&self) -> bool {
        self.is_thorough() && self.filters.is_empty() && self.sizes.is_empty()
    }

    fn is_thorough(&self) -> bool {
        !self.quick && self.rounds.is_none()
    }

    /// The processes to start, in the order of the tables.
    ///
    /// A filter picks the rows whose table and name, such as `u64: get miss`, contain it; where
    /// there is none, the contenders whose name contains it.
    pub(crate) fn jobs(&self, catalogs: &[Catalog]) -> Result<Vec<Job>, Usage> {
        let tables = || catalogs.iter().flat_map(|catalog| &catalog.tables);
        let (mut row_filters, mut contender_filters) = (Vec::new(), Vec::new());
        for filter in &self.filters {
            if tables().any(|table| table.rows.iter().any(|row| row_matches(table, row, filter))) {
                row_filters.push(filter);
            } else if tables().any(|table| table.contenders.iter().any(|c| c.contains(filter))) {
                contender_filters.push(filter);
            } else {
                let names: Vec<&str> = tables().map(|table| table.name.as_str()).collect();
                return Err(Usage::new(format!(
                    "no row and no contender contains `{filter}`; tables: {}",
                    names.join(", ")
                )));
            }
        }
        let mut jobs = Vec::new();
        for (program, catalog) in catalogs.iter().enumerate() {
            for table in &catalog.tables {
                let mut picked = table.clone();
                picked.rows.retain(|row| {
                    let wanted = |filter: &&String| row_matches(table, row, filter);
                    row_filters.is_empty() || row_filters.iter().any(wanted)
                });
                picked.contenders.retain(|name| {
                    let wanted = |filter: &&String| name.contains(*filter);
                    let all = contender_filters.is_empty();
                    all || name == BASELINE || contender_filters.iter().any(wanted)
                });
                if picked.rows.is_empty() || picked.contenders == [BASELINE] {
                    continue;
                }
                let sizes = match (self.sizes.is_empty(), self.quick) {
                    (false, _) => &self.sizes,
                    (true, true) => &table.quick_sizes,
                    (true, false) => &table.sizes,
                };
                let all = (table.rows.len(), table.contenders.len());
                let whole =
                    self.is_thorough() && (picked.rows.len(), picked.contenders.len()) == all;
                let job = |&size| Job { program, table: picked.clone(), size, whole };
                jobs.extend(sizes.iter().map(job));
            }
        }
        if jobs.is_empty() {
            let filters = self.filters.join("`, `");
            let why = format!("`{filters}` leave no contender beside {BASELINE} in any table");
            return Err(Usage::new(why));
        }
        Ok(jobs)
    }
}

fn row_matches(table: &Table, row: &RowInfo, filter: &str) -> bool {
    format!("{}: {}", table.name, row.name).contains(filter)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A table from its name, rows and contenders.
    pub(crate) fn table(name: &str, rows: &[&str], contenders: &[&str]) -> Table {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let row = |name: &&str| RowInfo { name: (*name).to_owned(), about: format!("on {name}") };
        Table {
            name: name.to_owned(),
            title: format!("about {name}"),
            unit: "ns/op".to_owned(),
            sizes: vec![1000, 1_000_000],
            quick_sizes: vec![1000],
            contenders: own(contenders),
            rows: rows.iter().map(row).collect(),
        }
    }

    fn catalogs() -> Vec<Catalog> {
        let time = table("u64", &["get hit", "get miss", "pop_first"], &["std", "pool", "brie"]);
        let strings = table("strings", &["hex: get"], &["std", "pool"]);
        let bytes = table("bytes", &["random"], &["std", "pool", "pool heap"]);
        vec![Catalog { tables: vec![time, strings] }, Catalog { tables: vec![bytes] }]
    }

    fn jobs(wish: &Wish) -> Result<Vec<String>, String> {
        let jobs = wish.jobs(&catalogs()).map_err(|usage| usage.to_string())?;
        let describe = |job: &Job| {
            let rows: Vec<&str> = job.table.rows.iter().map(|row| row.name.as_str()).collect();
            let (rows, contenders) = (rows.join(","), job.table.contenders.join(","));
            format!("{} {} {} {rows} {contenders}", job.program, job.table.name, job.size)
        };
        Ok(jobs.iter().map(describe).collect())
    }

    fn filtered(filters: &[&str]) -> Result<Vec<String>, String> {
        let filters = filters.iter().map(|filter| (*filter).to_owned()).collect();
        jobs(&Wish { quick: true, filters, ..Wish::default() })
    }

    #[test]
    fn sizes_are_the_usual_the_quick_or_the_given() {
        let sizes = |wish: Wish| {
            let jobs = wish.jobs(&catalogs()).unwrap();
            jobs.iter().map(|job| job.size).collect::<Vec<_>>()
        };
        let usual = sizes(Wish::default());
        assert_eq!(usual, [1000, 1_000_000, 1000, 1_000_000, 1000, 1_000_000]);
        assert_eq!(sizes(Wish { quick: true, ..Wish::default() }), [1000, 1000, 1000]);
        let given = Wish { sizes: vec![200], quick: true, ..Wish::default() };
        assert_eq!(sizes(given), [200, 200, 200]);
    }

    #[test]
    fn a_filter_picks_rows_by_table_and_name() {
        let get = ["0 u64 1000 get hit,get miss std,pool,brie", "0 strings 1000 hex: get std,pool"];
        assert_eq!(filtered(&["get"]).unwrap(), get);
        assert_eq!(filtered(&["strings"]).unwrap(), get[1..]);
        let two = filtered(&["get miss", "bytes: random"]).unwrap();
        assert_eq!(
            two,
            ["0 u64 1000 get miss std,pool,brie", "1 bytes 1000 random std,pool,pool heap"]
        );
    }

    #[test]
    fn a_filter_that_is_no_row_picks_contenders_beside_std() {
        let all = "get hit,get miss,pop_first";
        assert_eq!(filtered(&["brie"]).unwrap(), [format!("0 u64 1000 {all} std,brie")]);
        let both = filtered(&["miss", "brie"]).unwrap();
        assert_eq!(both, ["0 u64 1000 get miss std,brie"]);
        let error = filtered(&["get", "bree"]).unwrap_err();
        let told = "error: no row and no contender contains `bree`; tables: u64, strings, bytes";
        assert_eq!(error, told);
        let error = filtered(&["hex", "brie"]).unwrap_err();
        assert_eq!(error, "error: `hex`, `brie` leave no contender beside std in any table");
        assert!(filtered(&["std"]).is_err());
    }
}
