//! [`render`]: `report.html`, one file without network that shows all of a report.
//!
//! The page is a function of report.json, so that it can be drawn again from any report that was
//! kept. The data lies in the page as one JSON; the script draws from it what is asked for.

mod compact;
mod report;

use anyhow::{Context, Result};
use serde_json::Value;

use self::compact::{Thrift, compact};
use self::report::Report;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What a page may measure, so that it opens at once and can be sent by mail.
const LARGEST: usize = 1_500_000;

/// The page of a report, next to an earlier one if there is one.
///
/// A page that would be too large shows fewer points and call sites of each cell.
///
/// # Errors
///
/// If one of the two is not what report.json holds.
pub(crate) fn render(report: &Value, before: Option<&Value>) -> Result<String> {
    let report = Report::read(report).context("cannot draw the report")?;
    let before = before.map(Report::read).transpose().context("cannot draw the earlier report")?;
    let mut page = String::new();
    for thrift in Thrift::STEPS {
        let data = serde_json::to_string(&compact(&report, before.as_ref(), thrift))?;
        page = assemble(&data);
        if page.len() <= LARGEST {
            break;
        }
    }
    Ok(page)
}

fn assemble(data: &str) -> String {
    // In JSON this sign stands in strings only, and nothing but it can end the script or begin
    // a comment.
    let data = data.replace('<', "\\u003c");
    let parts = [("/*STYLE*/", STYLE), ("/*DATA*/", data.as_str()), ("/*SCRIPT*/", SCRIPT)];
    let (mut page, mut rest) = (String::new(), FRAME);
    for (mark, part) in parts {
        let (before, after) = rest.split_once(mark).expect("the page has every mark once");
        page.push_str(before);
        page.push_str(part);
        rest = after;
    }
    page + rest
}

#[cfg(test)]
pub(crate) mod tests;
