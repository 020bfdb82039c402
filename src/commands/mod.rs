//! The subcommands, one file each.

pub(crate) mod check;
pub(crate) mod eval;
pub(crate) mod show;

use crate::disk::Disk;
use anyhow::{Context as _, Result, bail};
use speclint_lint::analysis::Analysis;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An analysis of what the paths name: files, or folders with a configuration in them.
fn open(paths: &[PathBuf]) -> Result<Analysis> {
    let mut analysis = Analysis::new(Arc::new(Disk));
    for path in paths {
        let entry = entry(path)?;
        let text = entry.to_str().with_context(|| format!("the path `{}` is not UTF-8", entry.display()))?;
        analysis.add_entry(text, &shown(&entry));
    }
    Ok(analysis)
}

/// The file from which a path's system starts.
fn entry(path: &Path) -> Result<PathBuf> {
    let full = std::path::absolute(path).with_context(|| format!("cannot resolve `{}`", path.display()))?;
    let full = full
        .canonicalize()
        .with_context(|| format!("`{}` does not exist or cannot be read", path.display()))?;
    if !full.is_dir() {
        std::fs::File::open(&full).with_context(|| format!("cannot read `{}`", path.display()))?;
        return Ok(full);
    }
    for name in ["configuration.nix", "default.nix"] {
        let candidate = full.join(name);
        if candidate.is_file() {
            return Ok(candidate);
        }
    }
    bail!(
        "`{}` has neither a configuration.nix nor a default.nix: name the file that your system starts from",
        path.display()
    )
}

/// `path` as an absolute, normalised path; relative ones start at the working folder.
fn absolute(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).with_context(|| format!("cannot find `{}`", path.display()))?;
    let text = path.to_str().with_context(|| format!("the path `{}` is not UTF-8", path.display()))?;
    Ok(speclint_lint::eval::paths::normalise(text))
}

/// A path as it is printed: relative to the current folder where it is below it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok().and_then(|d| d.canonicalize().ok());
    let relative = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    relative.display().to_string()
}
