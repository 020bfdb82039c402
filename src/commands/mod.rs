//! The subcommands, one file each.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod eval;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod lsp;
pub(crate) mod options;
pub(crate) mod rules;
pub(crate) mod show;
mod write;

use crate::disk::{Disk, Piped};
use crate::problems;
use crate::sources::{Given, Set, Sources};
use anyhow::{Context as _, Result, bail};
use speclint_lint::analysis::Analysis;
use speclint_lint::eval::host::ReadError;
use speclint_lint::project::{Project, Source};
use speclint_lint::rules::{ALL, Rule, find, nearest};
use speclint_lint::source::files::{FileSystem, read_text};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How something is printed that is for people or for programs.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What the paths of a command line name.
struct Opened {
    /// The analysis of the projects that they are in.
    analysis: Analysis,
    /// The files and folders that are asked about; none if everything is.
    only: Vec<String>,
    /// Where options come from.
    sources: Arc<Sources>,
}

/// A path of a command line, and the project that it is in.
#[derive(Clone, PartialEq)]
struct Asked {
    full: String,
    project: Project,
    /// What the settings of each of its systems say of sources.
    set: Vec<Option<Set>>,
}

impl Opened {
    /// An analysis of the projects of these paths: repositories, or files and folders with a configuration. Options come from the
    /// sources that are given, or set.
    fn new(paths: &[PathBuf], given: &Given) -> Result<Self> {
        let asked = paths.iter().map(|path| Asked::at(path)).collect::<Result<Vec<Asked>>>()?;
        Opened::of(Arc::new(Disk), asked, given)
    }

    /// An analysis of the projects of what is asked about.
    fn of(files: Arc<dyn FileSystem>, asked: Vec<Asked>, given: &Given) -> Result<Self> {
        let set = Set::agreed(asked.iter().flat_map(|asked| asked.set.iter().cloned()).collect())?;
        let sources = Arc::new(Sources::new(given, set.as_ref())?);
        let analysis = Analysis::with_tables(files, sources.clone());
        let mut opened = Opened { analysis, only: Vec::new(), sources };
        for asked in asked {
            opened.add(asked);
        }
        Ok(opened)
    }

    /// An analysis of the project of a file that has another text than the one on disk, or is not there yet.
    fn piped(piped: Piped, given: &Given) -> Result<Self> {
        let full = piped.path.clone();
        let asked = Asked::of(&piped, full.clone(), Path::new(&full))?;
        let mut opened = Opened::of(Arc::new(piped), vec![asked], given)?;
        opened.only = vec![full];
        Ok(opened)
    }

    fn add(&mut self, asked: Asked) {
        let Asked { full, project, .. } = asked;
        let everything = project.folder == full || !project.whole;
        match project.sources.as_slice() {
            [Source::Module(file)] if !project.whole => {
                self.analysis.add_entry(file, &shown(Path::new(file)))
            }
            _ => self.analysis.add_project(project),
        }
        if !everything {
            self.only.push(full);
        }
    }

    /// Fails if there is no system of one of these names.
    fn expect_systems(&self, names: &[String]) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let systems = self.analysis.systems();
        let Some(name) = names.iter().find(|name| systems.iter().all(|system| system.name != **name)) else {
            return Ok(());
        };
        if systems.is_empty() {
            bail!("there is no system `{name}`: no system with specialisations was found");
        }
        let known: Vec<&str> = systems.iter().map(|system| system.name.as_str()).collect();
        bail!("there is no system `{name}`; the systems are {}", known.join(", "))
    }
}

impl Asked {
    fn at(path: &Path) -> Result<Self> {
        let full =
            std::path::absolute(path).with_context(|| format!("cannot resolve `{}`", path.display()))?;
        let full = full
            .canonicalize()
            .with_context(|| format!("`{}` does not exist or cannot be read", path.display()))?;
        if full.is_file() {
            std::fs::File::open(&full).with_context(|| format!("cannot read `{}`", path.display()))?;
        } else if !full.is_dir() {
            // To open a pipe is to wait for someone who writes.
            bail!("cannot read `{}`: it is neither a file nor a folder", path.display());
        }
        let full = full.to_str().with_context(|| format!("the path `{}` is not UTF-8", full.display()))?;
        Asked::of(&Disk, full.to_owned(), path)
    }

    /// What is asked about is at `full`, which is called `path`.
    fn of(files: &dyn FileSystem, full: String, path: &Path) -> Result<Self> {
        let Some(project) = Project::of(files, &full) else {
            bail!(
                "`{}` has no flake.nix, configuration.nix or default.nix: name the file that your system starts from",
                path.display()
            )
        };
        // Where the only system starts at a file that is no text, nothing can be said at all.
        if let [Source::Module(file) | Source::File(file)] = project.sources.as_slice() {
            match read_text(files, file) {
                Err(ReadError::Unreadable { reason, .. }) => {
                    bail!("cannot read `{}`: {reason}", shown(Path::new(file)))
                }
                other => other.map(drop)?,
            }
        }
        let set = set_for(files, &project);
        Ok(Asked { full, project, set })
    }
}

/// What the settings of each of a project's systems say of sources.
fn set_for(files: &dyn FileSystem, project: &Project) -> Vec<Option<Set>> {
    let mut starts: Vec<String> = project.sources.iter().map(Source::file).collect();
    if starts.is_empty() {
        starts.push(project.folder.clone());
    }
    starts.iter().map(|start| Set::of(files, start)).collect()
}

/// Fails if something is wrong with the settings that count for what is analysed.
fn expect_settings(analysis: &Analysis) -> Result<()> {
    let problems = analysis.problems();
    if problems.is_empty() {
        return Ok(());
    }
    let text = |path: &str| analysis.text(path).map(|text| text.to_string()).unwrap_or_default();
    Err(problems::error(&problems, text))
}

/// Whether a file is among the files and folders that are asked about; all are if none is named.
fn is_asked(only: &[String], file: &str) -> bool {
    let is_in = |path: &String| {
        file.strip_prefix(path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    only.is_empty() || only.iter().any(is_in)
}

/// `path` as an absolute, normalised path; relative ones start at the working folder.
fn absolute(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).with_context(|| format!("cannot find `{}`", path.display()))?;
    let text = path.to_str().with_context(|| format!("the path `{}` is not UTF-8", path.display()))?;
    Ok(speclint_lint::eval::paths::normalise(text))
}

/// A path as it is printed: relative to the current folder where it is below it.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok().and_then(|d| d.canonicalize().ok());
    let relative = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    relative.display().to_string()
}

/// The rule of that name; fails if there is none.
fn expect_rule(name: &str) -> Result<&'static Rule> {
    if let Some(rule) = find(name) {
        return Ok(rule);
    }
    let names = || ALL.iter().map(|rule| rule.name);
    match nearest(name) {
        Some(near) => bail!("there is no rule `{name}`: did you mean `{near}`?"),
        None => bail!("there is no rule `{name}`; the rules are {}", names().collect::<Vec<_>>().join(", ")),
    }
}
