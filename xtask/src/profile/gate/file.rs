//! [`Gate`] as a file: TOML with a table for each workload and backend.
//!
//! ```toml
//! quick = true                                # the size that the limits are for
//!
//! ["*"."*"]                                   # any workload, any backend
//! all.end_blocks = 0                          # this very figure
//!
//! [uniform-u64.pool]
//! build.requests = { max = 20_000 }           # or `min`, or both
//! all.heap_peak_bytes = { percent = 5 }       # above the baseline's
//!
//! [cover]                                     # what `--bless` adds a limit for
//! backends = ["pool"]
//! metrics = ["all.requests"]
//! ```

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Document, Item, Key, TableLike, Value};

use super::super::catalog::Catalog;
use super::limit::{ANY, Bound, Limit};
use crate::exit::Usage;

/// Keys of the file's top that are no workloads.
const QUICK: &str = "quick";
const COVER: &str = "cover";

/// A gate file, read.
pub(crate) struct Gate {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    /// The size that the limits are for; `None` if they hold for both.
    pub(crate) quick: Option<bool>,
    pub(crate) cover: Cover,
    pub(crate) limits: Vec<Limit>,
}

/// What is to have a limit: these backends with every workload, by these metrics.
#[derive(Debug, Default)]
pub(crate) struct Cover {
    pub(crate) backends: Vec<String>,
    /// `phase.name`, and the line where it stands.
    pub(crate) metrics: Vec<(String, String, usize)>,
}

impl Gate {
    /// Reads the text of the file at `path`, and checks it against what can be measured.
    ///
    /// # Errors
    ///
    /// [`Usage`] with the line: if it is no TOML, or has a name or a limit that is none.
    pub(crate) fn parse(path: &Path, text: String, catalog: &Catalog) -> Result<Gate, Usage> {
        let document = Document::parse(text.as_str()).map_err(|error| {
            let line = line_at(&text, error.span());
            Usage::new(format!("{}:{line}: {}", path.display(), error.message()))
        })?;
        let mut reader = Reader {
            path,
            text: &text,
            catalog,
            quick: None,
            cover: Cover::default(),
            limits: vec![],
        };
        reader.read(document.as_table())?;
        let Reader { quick, cover, limits, .. } = reader;
        Ok(Gate { path: path.to_owned(), text, quick, cover, limits })
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    catalog: &'a Catalog,
    quick: Option<bool>,
    cover: Cover,
    limits: Vec<Limit>,
}

impl Reader<'_> {
    fn read(&mut self, top: &dyn TableLike) -> Result<(), Usage> {
        for (key, item) in entries(top) {
            match key.get() {
                QUICK => {
                    let quick = item.as_bool();
                    self.quick =
                        Some(quick.ok_or_else(|| self.error(key, "is not true or false"))?);
                }
                COVER => self.read_cover(self.table(key, item)?)?,
                workload => {
                    let names = self.catalog.workloads.iter().map(|known| known.name.as_str());
                    self.check_name("workload", key, names)?;
                    for (backend, item) in entries(self.table(key, item)?) {
                        let names = self.catalog.backends.iter().map(|known| known.name.as_str());
                        self.check_name("backend", backend, names)?;
                        self.read_phases(workload, backend.get(), self.table(backend, item)?)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn read_phases(
        &mut self,
        workload: &str,
        backend: &str,
        phases: &dyn TableLike,
    ) -> Result<(), Usage> {
        for (phase, item) in entries(phases) {
            for (name, item) in entries(self.table(phase, item)?) {
                for bound in self.bounds(name, item)? {
                    self.limits.push(Limit {
                        workload: workload.to_owned(),
                        backend: backend.to_owned(),
                        phase: phase.get().to_owned(),
                        name: name.get().to_owned(),
                        bound,
                        line: self.line(name),
                    });
                }
            }
        }
        Ok(())
    }

    fn bounds(&self, name: &Key, item: &Item) -> Result<Vec<Bound>, Usage> {
        let number = |key: &Key, item: &Item| {
            let value = item.as_integer().map(|value| value as f64).or(item.as_float());
            let value = value.filter(|value| *value >= 0.0 && value.is_finite());
            value.ok_or_else(|| self.error(key, "is no number from 0 on"))
        };
        let Some(table) = item.as_table_like() else {
            return Ok(vec![Bound::Exactly(number(name, item)?)]);
        };
        if table.is_empty() {
            return Err(self.error(name, "has no limit: `max`, `min` or `percent`"));
        }
        let bound = |(key, item): (&Key, &Item)| match key.get() {
            "max" => Ok(Bound::Max(number(key, item)?)),
            "min" => Ok(Bound::Min(number(key, item)?)),
            "percent" => Ok(Bound::Percent(number(key, item)?)),
            _ => Err(self.error(key, "is no limit; valid: max, min, percent")),
        };
        entries(table).map(bound).collect()
    }

    fn read_cover(&mut self, cover: &dyn TableLike) -> Result<(), Usage> {
        for (key, item) in entries(cover) {
            let is_text = |value: &Value| value.as_str().map(str::to_owned);
            let list = item.as_array().and_then(|list| list.iter().map(is_text).collect());
            let list: Vec<String> =
                list.ok_or_else(|| self.error(key, "is no list of names in quotes"))?;
            match key.get() {
                "backends" => {
                    let known = |name: &String| {
                        self.catalog.backends.iter().any(|backend| backend.name == *name)
                    };
                    if let Some(name) = list.iter().find(|name| !known(name)) {
                        return Err(self.error(key, &format!("names an unknown backend `{name}`")));
                    }
                    self.cover.backends = list;
                }
                "metrics" => {
                    let values = item.as_array().into_iter().flatten();
                    let lines = values.map(|value| line_at(self.text, value.span()));
                    let split = |(name, line): (&String, usize)| {
                        let (phase, name) = name.split_once('.')?;
                        Some((phase.to_owned(), name.to_owned(), line))
                    };
                    let metrics: Option<Vec<_>> = list.iter().zip(lines).map(split).collect();
                    let problem = "has a name that is not `phase.name`";
                    self.cover.metrics = metrics.ok_or_else(|| self.error(key, problem))?;
                }
                _ => return Err(self.error(key, "is unknown; valid: backends, metrics")),
            }
        }
        Ok(())
    }

    fn check_name<'n>(
        &self,
        kind: &str,
        key: &Key,
        mut names: impl Iterator<Item = &'n str> + Clone,
    ) -> Result<(), Usage> {
        if key.get() == ANY || names.clone().any(|name| name == key.get()) {
            return Ok(());
        }
        let first = names.next().unwrap_or_default().to_owned();
        let valid = names.fold(first, |all, name| format!("{all}, {name}"));
        Err(self.error(key, &format!("is an unknown {kind}; valid: *, {valid}")))
    }

    fn table<'i>(&self, key: &Key, item: &'i Item) -> Result<&'i dyn TableLike, Usage> {
        item.as_table_like().ok_or_else(|| self.error(key, "is no table of limits"))
    }

    fn error(&self, key: &Key, problem: &str) -> Usage {
        let (path, line) = (self.path.display(), self.line(key));
        Usage::new(format!("{path}:{line}: `{}` {problem}", key.get()))
    }

    fn line(&self, key: &Key) -> usize {
        line_at(self.text, key.span())
    }
}

/// The entries of a table with their keys as they stand in the file.
fn entries(table: &dyn TableLike) -> impl Iterator<Item = (&Key, &Item)> {
    table.iter().filter_map(|(name, _)| table.get_key_value(name))
}

fn line_at(text: &str, span: Option<Range<usize>>) -> usize {
    let before = text.get(..span.map_or(0, |span| span.start)).unwrap_or(text);
    before.matches('\n').count() + 1
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn parse(text: &str) -> Result<Gate, String> {
        let catalog = serde_json::from_str(
            r#"{"workloads": [{"name": "uniform", "quick_entries": 5},
                {"name": "words", "quick_entries": 5}, {"name": "keys-file"}],
                "backends": [{"name": "std"}, {"name": "pool"}, {"name": "bump"}]}"#,
        );
        let gate = Gate::parse(Path::new("g.toml"), text.to_owned(), &catalog.unwrap());
        gate.map_err(|usage| usage.to_string())
    }

    #[test]
    fn the_example_is_read() {
        let text = "quick = true\n\n[\"*\".\"*\"]\nall.end_blocks = 0\n\n[uniform.pool]\n\
                    build.requests = { min = 3, max = 20_000 }\n\
                    all.heap_peak_bytes = { percent = 5 }\n\n\
                    [cover]\nbackends = [\"pool\"]\nmetrics = [\"all.requests\"]\n";
        let gate = parse(text).unwrap();
        assert_eq!(gate.quick, Some(true));
        let line = |limit: &Limit| {
            let Limit { workload, backend, bound, line, .. } = limit;
            format!("{line} {workload}/{backend} {} {bound:?}", limit.metric())
        };
        let all: Vec<String> = gate.limits.iter().map(line).collect();
        assert_eq!(
            all,
            [
                "4 */* all.end_blocks Exactly(0.0)",
                "7 uniform/pool build.requests Min(3.0)",
                "7 uniform/pool build.requests Max(20000.0)",
                "8 uniform/pool all.heap_peak_bytes Percent(5.0)",
            ]
        );
        assert_eq!(gate.cover.backends, ["pool"]);
        assert_eq!(gate.cover.metrics, [("all".to_owned(), "requests".to_owned(), 12)]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, complaint) in [
            ("quick = 1\n", "1: `quick` is not true or false"),
            ("\n[unifrom.pool]\n", "2: `unifrom` is an unknown workload; valid: *, uniform, words"),
            ("[uniform.pol]\n", "1: `pol` is an unknown backend; valid: *, std, pool, bump"),
            ("[uniform]\npool = 3\n", "2: `pool` is no table of limits"),
            ("[uniform.pool]\nrequests = 3\n", "2: `requests` is no table of limits"),
            ("[uniform.pool]\n\nall.x = \"3\"\n", "3: `x` is no number from 0 on"),
            ("[uniform.pool]\nall.x = -3\n", "2: `x` is no number from 0 on"),
            ("[uniform.pool]\nall.x = {}\n", "2: `x` has no limit"),
            ("[uniform.pool]\nall.x = { most = 3 }\n", "2: `most` is no limit; valid: max, min"),
            ("[cover]\nbackends = [\"pol\"]\n", "2: `backends` names an unknown backend `pol`"),
            ("[cover]\nmetrics = [\"requests\"]\n", "2: `metrics` has a name that is not"),
            ("[cover]\nmetrics = 3\n", "2: `metrics` is no list of names in quotes"),
            ("[cover]\nfigures = []\n", "2: `figures` is unknown; valid: backends, metrics"),
            ("[uniform.pool]\n\nall.x = = 3\n", "3: "),
        ] {
            let error = parse(text).err().expect(text);
            assert!(error.starts_with(&format!("error: g.toml:{complaint}")), "{text:?}: {error}");
        }
    }
}
