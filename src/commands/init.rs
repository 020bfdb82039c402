//! `speclint init`: a file of settings, and the entry for pre-commit.

use super::shown;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use speclint_lint::settings::{HOOK, NAME, pre_commit, template};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What pre-commit reads.
const PRE_COMMIT: &str = ".pre-commit-config.yaml";

#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder to write it to.
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Write it over one that is there.
    #[arg(long)]
    force: bool,
    /// Write the entry for pre-commit as well, to the file at the top of the repository.
    #[arg(long)]
    pre_commit: bool,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let folder = arguments.folder.display();
    let real = arguments.folder.canonicalize().with_context(|| format!("there is no folder `{folder}`"))?;
    if !real.is_dir() {
        bail!("`{folder}` is no folder");
    }
    let path = real.join(NAME);
    // What stops one file from being written is found before the other is.
    let hooks = if arguments.pre_commit { Some(hooks(&top(&real))?) } else { None };
    write(&path, &template(), arguments.force)?;
    eprintln!("wrote {}", shown(&path));
    match hooks {
        None => {
            eprintln!("for pre-commit, this belongs into {PRE_COMMIT} (or `speclint init --pre-commit`):");
            let mut out = std::io::stdout().lock();
            write!(out, "repos:\n{HOOK}")?;
            out.flush()?;
        }
        Some((hooks, None)) => eprintln!("{} has the entry already", shown(&hooks)),
        Some((hooks, Some((before, text)))) => {
            match before {
                Some(before) => {
                    let name = hooks.to_str().context("a path is not UTF-8")?.to_owned();
                    let texts = BTreeMap::from([(name.clone(), text)]);
                    super::write::all(&BTreeMap::from([(name, before)]), &texts)?;
                }
                None => write(&hooks, &text, false)?,
            }
            eprintln!("wrote {}", shown(&hooks));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The top of the repository that a folder is in, or the folder.
fn top(folder: &Path) -> PathBuf {
    let mut folders = folder.ancestors();
    folders.find(|folder| folder.join(".git").exists()).unwrap_or(folder).to_owned()
}

type Hooks = (PathBuf, Option<(Option<String>, String)>);

/// The file for pre-commit at the top of a repository, with its old and its new text unless it has the entry.
fn hooks(top: &Path) -> Result<Hooks> {
    let path = top.join(PRE_COMMIT);
    let name = shown(&path);
    let before = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read `{name}`")),
    };
    match pre_commit(before.as_deref()) {
        Ok(new) => Ok((path, new.map(|new| (before, new)))),
        Err(why) => bail!("cannot add the entry to `{name}`: {why}. This belongs into it:\nrepos:\n{HOOK}"),
    }
}

/// Writes a file that is not there yet, or that may be written over.
fn write(path: &Path, text: &str, force: bool) -> Result<()> {
    let name = shown(path);
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    match options.open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).with_context(|| format!("cannot write `{name}`")),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{name}` is there already: --force writes over it")
        }
        Err(error) => Err(error).with_context(|| format!("cannot write `{name}`")),
    }
}
