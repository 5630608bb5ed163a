//! The text files of the workspace that the rules read.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// One file; `path` is relative to the root, with forward slashes.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    pub(crate) fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }

    /// The folder of the package this file belongs to, and the file's path inside of it.
    pub(crate) fn package(&self) -> Option<(&str, &str)> {
        let path = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        path.split_once('/')
    }
}

/// Reads every text file below `root`, except build output and hidden folders other than `.ci`.
pub(crate) fn load(root: &Path) -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    visit(root, "", &mut sources)?;
    sources.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(sources)
}

fn visit(folder: &Path, prefix: &str, sources: &mut Vec<Source>) -> Result<()> {
    let context = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(context)? {
        let entry = entry.with_context(context)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            let hidden = name.starts_with('.') && name != ".ci";
            if !hidden && name != "target" {
                visit(&entry.path(), &format!("{path}/"), sources)?;
            }
        } else if is_text(&path) {
            let text = fs::read_to_string(entry.path());
            let text = text.with_context(|| format!("cannot read {path}"))?;
            sources.push(Source { path, text });
        }
    }
    Ok(())
}

fn is_text(path: &str) -> bool {
    let endings = [".rs", ".md", ".toml", ".sh"];
    path.starts_with(".ci/") || endings.iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_output_and_hidden_folders_are_left_out() {
        let folder = tempfile::TempDir::new().unwrap();
        for path in ["a/src/lib.rs", "target/x.rs", ".git/y.md", ".ci/run", "data/keys.txt", "R.md"]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "text").unwrap();
        }
        let sources = load(folder.path()).unwrap();
        let paths: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, [".ci/run", "R.md", "a/src/lib.rs"]);
    }

    #[test]
    fn files_belong_to_packages() {
        let package = |path: &str| {
            Source::new(path, "").package().map(|(name, rest)| format!("{name} {rest}"))
        };
        assert_eq!(package("crates/a/src/lib.rs").as_deref(), Some("a src/lib.rs"));
        assert_eq!(package("benches/insert.rs").as_deref(), Some("benches insert.rs"));
        assert_eq!(package("README.md"), None);
    }
}
