//! [`Yard`]: where the programs are built, again and again, and what comes of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection, SectionKind};
use serde::Serialize;

use super::program::Program;
use crate::program::{Build, death};
use crate::workspace;

/// How a program is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Profile {
    Debug,
    Release,
}

impl Profile {
    pub(super) const ALL: [Profile; 2] = [Profile::Debug, Profile::Release];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Profile::Debug => "debug",
            Profile::Release => "release",
        }
    }

    /// Cargo's name of it.
    const fn flag(self) -> &'static str {
        match self {
            Profile::Debug => "--profile=dev",
            Profile::Release => "--profile=release",
        }
    }
}

/// A workspace of the programs, with a target folder of its own.
pub(super) struct Yard {
    folder: PathBuf,
}

impl Yard {
    /// Lays the programs out in `folder`. What an earlier run built there of our library is used
    /// again.
    pub(super) fn lay_out(folder: PathBuf, programs: &[Program]) -> Result<Yard> {
        let names: Vec<String> = programs.iter().map(|one| format!("{:?}", one.name())).collect();
        let members = names.join(", ");
        let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n");
        write(&folder.join("Cargo.toml"), &manifest)?;
        let root = workspace::root();
        // The same versions as ours, and none to be looked for.
        let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        write(&folder.join("Cargo.lock"), &lock)?;
        let yard = Yard { folder };
        for program in programs {
            write(&yard.folder.join(program.name()).join("Cargo.toml"), &program.manifest(root))?;
            yard.renew(program)?;
        }
        Ok(yard)
    }

    /// Writes the source anew, so that cargo does not take the program for built.
    fn renew(&self, program: &Program) -> Result<()> {
        write(&self.folder.join(program.name()).join("src/main.rs"), &program.source())
    }

    /// Builds one program, without what it depends on if that was built before.
    pub(super) fn build(&self, program: &Program, profile: Profile) -> Result<Built> {
        self.renew(program)?;
        let name = program.name();
        let target = self.folder.join("target").display().to_string();
        let arguments = ["--quiet", "-p", &name, profile.flag(), "--target-dir", &target];
        // Nothing that an earlier build left behind helps.
        let env = [("CARGO_INCREMENTAL", "0".to_owned())];
        let start = Instant::now();
        let build = Build::quietly(&self.folder, &name, &arguments, &env)?;
        let took = start.elapsed();
        Ok(Built { took, path: build.program(&name)? })
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// A program that was built.
pub(super) struct Built {
    pub(super) took: Duration,
    path: PathBuf,
}

impl Built {
    /// Bytes of its machine code.
    pub(super) fn code(&self) -> Result<u64> {
        code_of(&self.path)
    }

    /// What it prints.
    pub(super) fn answer(&self) -> Result<String> {
        let output = Command::new(&self.path).stdin(Stdio::null()).output();
        let output = output.with_context(|| format!("cannot start `{}`", self.path.display()))?;
        ensure!(output.status.success(), "`{}` failed: {}", self.path.display(), death(&output));
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Bytes of the sections of a program that hold machine code: on most platforms `.text`.
fn code_of(path: &Path) -> Result<u64> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let file = object::File::parse(&*bytes);
    let file = file.with_context(|| format!("`{}` is no program", path.display()))?;
    let code = file.sections().filter(|section| section.kind() == SectionKind::Text);
    Ok(code.map(|section| section.size()).sum())
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::super::program::{Contender, Keys};
    use super::*;

    #[test]
    fn the_code_of_a_program_is_a_part_of_it() {
        let path = env::current_exe().unwrap();
        let (code, whole) = (code_of(&path).unwrap(), fs::metadata(&path).unwrap().len());
        assert!(100_000 < code && code < whole, "{code} of {whole}");
        let told = code_of(Path::new("no-such-program")).unwrap_err();
        assert!(told.to_string().starts_with("cannot read"), "{told}");
        let text = workspace::root().join("Cargo.toml");
        assert!(code_of(&text).unwrap_err().to_string().ends_with("is no program"));
    }

    #[test]
    fn programs_lie_side_by_side_in_a_workspace() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Contender::ALL.map(|contender| {
            let (keys, maps) = (Keys::Integers, 2);
            Program { contender, keys, maps }
        });
        Yard::lay_out(folder.path().to_owned(), &programs).unwrap();
        let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
        assert!(read("Cargo.toml").contains(r#"members = ["std-integers-2", "ours-integers-2"]"#));
        assert!(read("Cargo.lock").contains("name = \"allotment\""));
        for program in programs {
            assert_eq!(read(&format!("{}/src/main.rs", program.name())), program.source());
        }
    }
}
