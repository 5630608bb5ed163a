//! Parts of the documentation that commands write, each between two marks in a page that is written
//! by hand.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Replaces what lies between the marks of `command` in the page at `path` by what `renew` makes
/// of it.
pub(crate) fn edit(path: &Path, command: &str, renew: impl FnOnce(&str) -> String) -> Result<()> {
    let name = path.display();
    let page = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let page = edited(&page, command, renew);
    let page = page.with_context(|| format!("{name} lacks the two marks of `{command}`"))?;
    fs::write(path, page).with_context(|| format!("cannot write {name}"))
}

/// The marks before and behind what a command writes.
pub(crate) fn marks(command: &str) -> [String; 2] {
    [
        format!("<!-- {command}: from here to the end mark, `cargo xtask {command}` writes -->"),
        format!("<!-- {command}: end -->"),
    ]
}

/// The same for the text of a page; `None` if it lacks the marks.
pub(crate) fn edited(
    page: &str,
    command: &str,
    renew: impl FnOnce(&str) -> String,
) -> Option<String> {
    let [begin, end] = marks(command);
    let (before, rest) = page.split_once(&begin)?;
    let (old, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}{end}{after}", renew(old)))
}
