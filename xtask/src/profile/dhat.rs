//! [`Profile`]: dhat's file, version 2 of its format, as far as call sites need it.

use std::path::Path;
use std::{fs, io};

use serde::Deserialize;

const VERSION: u32 = 2;

/// What dhat wrote about one process.
#[derive(Deserialize)]
pub(crate) struct Profile {
    #[serde(rename = "dhatFileVersion")]
    version: u32,
    mode: String,
    /// A line for each place from which blocks were asked for.
    #[serde(rename = "pps")]
    pub(crate) points: Vec<Point>,
    #[serde(rename = "ftbl")]
    frames: Vec<String>,
}

/// Everything that was asked for by one path through the program.
#[derive(Deserialize)]
pub(crate) struct Point {
    #[serde(rename = "tb")]
    pub(crate) total_bytes: u64,
    #[serde(rename = "tbk")]
    pub(crate) total_blocks: u64,
    /// The most that was ever alive of it at once.
    #[serde(rename = "mb")]
    pub(crate) max_bytes: u64,
    #[serde(rename = "mbk")]
    pub(crate) max_blocks: u64,
    /// What was alive of it as the whole heap was largest.
    #[serde(rename = "gb")]
    pub(crate) peak_bytes: u64,
    #[serde(rename = "gbk")]
    pub(crate) peak_blocks: u64,
    #[serde(rename = "eb")]
    pub(crate) end_bytes: u64,
    #[serde(rename = "ebk")]
    pub(crate) end_blocks: u64,
    #[serde(rename = "fs")]
    frames: Vec<usize>,
}

impl Profile {
    /// Reads a file; the error is a line that names it.
    pub(crate) fn read(path: &Path) -> Result<Profile, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let refuse = |error: io::Error| format!("cannot read {name}: {error}");
        let text = fs::read_to_string(path).map_err(refuse)?;
        Profile::parse(&text).map_err(|why| format!("cannot read {name}: {why}"))
    }

    /// Reads the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Profile, String> {
        let profile: Profile = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if profile.version != VERSION || profile.mode != "rust-heap" {
            let Profile { version, mode, .. } = profile;
            return Err(format!("version {version}, mode {mode} is not known"));
        }
        let known = |index: &usize| *index < profile.frames.len();
        match profile.points.iter().flat_map(|point| &point.frames).find(|index| !known(index)) {
            Some(index) => Err(format!("there is no frame {index}")),
            None => Ok(profile),
        }
    }

    /// The frames of a point as dhat prints them, the allocator's own first and `main` last.
    pub(crate) fn stack<'a>(&'a self, point: &'a Point) -> impl Iterator<Item = &'a str> {
        point.frames.iter().map(|index| self.frames[*index].as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u32, mode: &str, frame: usize) -> String {
        format!(
            r#"{{"dhatFileVersion": {version}, "mode": "{mode}", "verb": "Allocated", "pps": [
                {{"tb": 96, "tbk": 3, "tl": 7, "mb": 64, "mbk": 2, "gb": 64, "gbk": 2, "eb": 32,
                  "ebk": 1, "fs": [2, {frame}]}}], "ftbl": ["[root]", "main", "alloc"]}}"#
        )
    }

    #[test]
    fn points_come_with_their_stacks() {
        let profile = Profile::parse(&file(2, "rust-heap", 1)).unwrap();
        let point = &profile.points[0];
        assert_eq!((point.total_bytes, point.max_blocks, point.end_bytes), (96, 2, 32));
        assert_eq!(profile.stack(point).collect::<Vec<_>>(), ["alloc", "main"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let refused = |text: &str| Profile::parse(text).err().unwrap();
        assert!(refused(&file(3, "rust-heap", 1)).contains("version 3"));
        assert!(refused(&file(2, "rust-ad-hoc", 1)).contains("mode rust-ad-hoc"));
        assert_eq!(refused(&file(2, "rust-heap", 3)), "there is no frame 3");
        assert!(refused("{}").contains("missing field"));
        let missing = Profile::read(Path::new("no/such/dhat.json")).err().unwrap();
        assert!(missing.starts_with("cannot read dhat.json: "), "{missing}");
    }
}
