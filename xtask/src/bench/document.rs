//! `docs/performance.md`: the tables of a run, between two marks in a page written by hand.
//!
//! A table replaces the one of the same name and size and leaves the others alone, so that they can
//! be measured one by one; below each stands when, where and at which revision it was.

use std::path::Path;

use anyhow::Result;

use super::catalog::Job;
use super::render;
use super::sheet::Sheet;
use crate::page;

/// Whose marks they are.
const COMMAND: &str = "bench";

/// A table at some sizes, under a heading of its own.
struct Chapter {
    heading: String,
    /// What the rows are.
    about: String,
    sections: Vec<Section>,
}

struct Section {
    heading: String,
    body: String,
}

/// Puts the tables of some jobs into the page at `path`.
pub(crate) fn update(path: &Path, circumstances: &str, tables: &[(&Job, &Sheet)]) -> Result<()> {
    page::edit(path, COMMAND, |old| updated(old, chapters(circumstances, tables)))
}

/// The tables of a run.
fn chapters(circumstances: &str, tables: &[(&Job, &Sheet)]) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for (job, sheet) in tables {
        let body = format!("{}\nMeasured {circumstances}\n", render::markdown(sheet));
        let section = Section { heading: sheet.title.clone(), body };
        match chapters.last_mut() {
            Some(chapter) if chapter.heading == job.table.title => chapter.sections.push(section),
            _ => chapters.push(Chapter {
                heading: job.table.title.clone(),
                about: rows(job).iter().map(|line| format!("- {line}\n")).collect(),
                sections: vec![section],
            }),
        }
    }
    chapters
}

/// What the rows are, those said once that are the same for several.
fn rows(job: &Job) -> Vec<String> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in job.table.rows.iter().filter(|row| !row.about.is_empty()) {
        match groups.iter_mut().find(|(about, _)| *about == row.about) {
            Some((_, names)) => names.push(&row.name),
            None => groups.push((&row.about, vec![&row.name])),
        }
    }
    groups.iter().map(|(about, names)| format!("*{}*: {about}", names.join("*, *"))).collect()
}

/// What is written already, with the new chapters in it.
fn updated(old: &str, new: Vec<Chapter>) -> String {
    let mut chapters = parse(old);
    for chapter in new {
        match chapters.iter_mut().find(|known| known.heading == chapter.heading) {
            Some(known) => known.take(chapter),
            None => chapters.push(chapter),
        }
    }
    chapters.iter().map(Chapter::text).collect()
}

fn parse(text: &str) -> Vec<Chapter> {
    let split = |text: &str| {
        let (heading, rest) = text.split_once('\n').unwrap_or((text, ""));
        (heading.to_owned(), format!("{}\n", rest.trim_matches('\n')))
    };
    let chapter = |text: &str| {
        let mut parts = text.split("\n### ");
        let (heading, about) = split(parts.next().unwrap_or_default());
        let section = |text: &str| {
            let (heading, body) = split(text);
            Section { heading, body }
        };
        Chapter { heading, about, sections: parts.map(section).collect() }
    };
    text.split("\n## ").skip(1).map(chapter).collect()
}

impl Chapter {
    /// Takes over what another run says of the same table.
    fn take(&mut self, other: Chapter) {
        self.about = other.about;
        for section in other.sections {
            self.sections.retain(|known| known.name() != section.name());
            self.sections.push(section);
        }
        self.sections.sort_by_key(Section::size);
    }

    fn text(&self) -> String {
        let about = self.about.trim_matches('\n');
        let about = if about.is_empty() { String::new() } else { format!("{about}\n\n") };
        let sections: String = self.sections.iter().map(Section::text).collect();
        format!("## {}\n\n{about}{sections}", self.heading)
    }
}

impl Section {
    /// The heading without what follows the number of entries.
    fn name(&self) -> &str {
        self.heading.split(" entries").next().unwrap_or_default()
    }

    /// The number of entries, by which the sections of a chapter are sorted.
    fn size(&self) -> usize {
        let number = self.name().rsplit(' ').next().unwrap_or_default().replace(',', "");
        number.parse().unwrap_or(0)
    }

    fn text(&self) -> String {
        format!("### {}\n\n{}\n\n", self.heading, self.body.trim_matches('\n'))
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::tests::table;
    use super::super::sheet::tests::outcome;
    use super::*;
    use crate::workspace;

    fn updated_page(page: &str, new: Vec<Chapter>) -> Option<String> {
        page::edited(page, COMMAND, |old| updated(old, new))
    }

    /// The chapters of a run of one table at some sizes, in which `pool` took so long.
    fn run(sizes: &[usize], pool: &str) -> Vec<Chapter> {
        let mut both = table("u64", &["get", "get too", "drop"], &["std", "pool"]);
        both.rows[1].about = both.rows[0].about.clone();
        let job = |&size| Job { program: 0, table: both.clone(), size, whole: true };
        let outcomes = [outcome("get", &format!("std=2 pool={pool}"))];
        let sheet = |&size| Sheet::new(&both, size, &outcomes);
        let (jobs, sheets): (Vec<Job>, Vec<Sheet>) =
            sizes.iter().map(|size| (job(size), sheet(size))).unzip();
        chapters("today.", &jobs.iter().zip(&sheets).collect::<Vec<_>>())
    }

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let [begin, end] = page::marks(COMMAND);
        let page = format!("# Page\n\n{begin}\n{end}\n\nafter\n");
        let once = updated_page(&page, run(&[1000], "1")).unwrap();
        assert!(once.starts_with(&format!("# Page\n\n{begin}\n\n## about u64\n")), "{once}");
        assert!(once.ends_with(&format!("\nMeasured today.\n\n{end}\n\nafter\n")), "{once}");
        assert_eq!(updated_page(&once, run(&[1000], "1")).unwrap(), once);
        assert_eq!(updated_page("# Page\n", Vec::new()), None);
    }

    #[test]
    fn a_table_replaces_the_one_of_its_size() {
        let page = updated("", run(&[1000, 20_000], "1"));
        let page = updated(&format!("\n{page}"), run(&[3000, 20_000], "1.5"));
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("### ")).collect();
        assert_eq!(headings.len(), 3, "{page}");
        assert!(headings[1].starts_with("### about u64, 3,000 entries"), "{page}");
        assert_eq!((page.matches("0.50").count(), page.matches("0.75").count()), (1, 2), "{page}");
    }

    #[test]
    fn the_page_has_its_marks_and_is_read_as_it_is_written() {
        let page = std::fs::read_to_string(workspace::root().join("docs/performance.md")).unwrap();
        assert!(updated_page(&page, Vec::new()).unwrap() == page, "it is read otherwise");
    }

    #[test]
    fn a_table_is_explained_once() {
        let text: String = run(&[1000, 2000], "1").iter().map(Chapter::text).collect();
        assert!(text.starts_with("## about u64\n\n- *get*, *get too*: on get\n"), "{text}");
        assert_eq!(text.matches("## about u64\n").count(), 1, "{text}");
        assert_eq!(text.matches("\n### ").count(), 2, "{text}");
    }
}
