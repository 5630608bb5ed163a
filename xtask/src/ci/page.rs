//! The lane `page`: opens the profile's page in a browser without a screen, as wide as a desk and
//! as a phone, light and dark, and presses every button.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::profile;
use crate::status::Status;
use crate::workspace;

/// Programs that may be a Chromium.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// What looks at the page from outside, and tells what is wrong with it.
const VISITOR: &str = include_str!("page.html");

/// Measured for the page if no report is there yet.
const WORKLOAD: &str = "uniform-u64";

pub(super) fn run() -> Status {
    let Some(browser) = browser() else {
        let names = BROWSERS.join(", ");
        return Status::NotRun(format!(
            "there is no Chromium here: none of {names} can be started"
        ));
    };
    match findings(browser) {
        Ok(findings) if findings.is_empty() => Status::Passed,
        Ok(findings) => Status::Failed(findings.join("; ")),
        Err(error) => Status::Failed(format!("{error:#}")),
    }
}

fn browser() -> Option<&'static str> {
    let starts = |name: &&str| {
        let mut command = Command::new(name);
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    BROWSERS.into_iter().find(starts)
}

fn findings(browser: &str) -> Result<Vec<String>> {
    let target = workspace::metadata()?.target_directory;
    let page = drawn(&report(&target)?)?;
    visit(browser, &page, &target.join("page"))
}

/// The report that the lane `profile` left, or else one of a small run.
fn report(target: &Path) -> Result<PathBuf> {
    let left = target.join("profile-quick/report.json");
    if left.exists() {
        return Ok(left);
    }
    let out = target.join("page");
    let workloads = vec![WORKLOAD.to_owned()];
    profile::run(&profile::Flags {
        quick: true,
        workloads,
        out: Some(out.clone()),
        ..Default::default()
    })?;
    Ok(out.join("report.json"))
}

/// The page of a report as it is drawn today: the one that lies beside it may be older than the
/// page's script.
fn drawn(report: &Path) -> Result<String> {
    let name = report.display();
    let text = fs::read_to_string(report).with_context(|| format!("cannot read {name}"))?;
    let json = serde_json::from_str(&text).with_context(|| format!("{name} is no JSON"))?;
    profile::render_page(&json, None).with_context(|| name.to_string())
}

/// Lets the browser look at a page, and gives back what it finds wrong.
fn visit(browser: &str, page: &str, folder: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let file = folder.join("visitor.html");
    // A string of JSON; the sign that could end the script is written by its number.
    let quoted = serde_json::to_string(page)?.replace('<', "\\u003c");
    fs::write(&file, VISITOR.replacen("/*PAGE*/", &quoted, 1))
        .with_context(|| format!("cannot write {}", file.display()))?;
    let flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
    let quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
    let output = Command::new(browser)
        .args(flags)
        .args(quiet)
        .arg(format!("--user-data-dir={}", folder.join("browser").display()))
        // Time runs as fast as the page's work is done.
        .args(["--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {browser}"))?;
    if !output.status.success() {
        bail!("{browser} failed: {}", output.status);
    }
    told(&String::from_utf8_lossy(&output.stdout))
}

/// What the visitor wrote into its own page.
fn told(dom: &str) -> Result<Vec<String>> {
    let told = dom.split_once(r#"<pre id="told">"#).and_then(|(_, rest)| rest.split_once("</pre>"));
    let text = told.map(|(text, _)| text.replace("&lt;", "<").replace("&gt;", ">"));
    let text = text.map(|text| text.replace("&amp;", "&")).context("the browser showed nothing")?;
    serde_json::from_str(&text).with_context(|| format!("the visit did not end: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_drawn_from_the_report_whatever_lies_beside_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let report = folder.path().join("report.json");
        fs::write(folder.path().join("report.html"), "of yesterday").unwrap();
        fs::write(&report, r#"{"host": {"cpu": "Some CPU"}, "workloads": []}"#).unwrap();
        let page = drawn(&report).unwrap();
        assert!(page.contains("Some CPU") && page.contains("<script"), "{page}");
        fs::write(&report, "{}").unwrap();
        let error = format!("{:#}", drawn(&report).unwrap_err());
        assert!(error.contains("report.json: cannot draw the report"), "{error}");
    }

    #[test]
    fn findings_are_read_from_the_dom() {
        let dom = r#"<html><pre id="told">["a &lt; b &amp; c"]</pre><p></p>"#;
        assert_eq!(told(dom).unwrap(), ["a < b & c"]);
        assert_eq!(told(r#"<pre id="told">[]</pre>"#).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_visit_that_did_not_end_is_no_success() {
        let error = told(r#"<pre id="told">looking</pre>"#).unwrap_err();
        assert_eq!(error.to_string(), "the visit did not end: looking");
        assert_eq!(told("<html>").unwrap_err().to_string(), "the browser showed nothing");
    }
}
