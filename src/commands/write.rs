//! Writing files: all of them or none, each as a whole, and none that has changed since it was read.

use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes these texts, by path, to files that had those before. Where a path is a link, what it leads to is written.
pub(super) fn all(before: &BTreeMap<String, String>, texts: &BTreeMap<String, String>) -> Result<()> {
    let prepared: Vec<(NamedTempFile, PathBuf)> = texts
        .iter()
        .map(|(path, text)| prepare(Path::new(path), before.get(path).map_or("", String::as_str), text))
        .collect::<Result<_>>()?;
    for (file, target) in prepared {
        let shown = super::shown(&target);
        file.persist(target).with_context(|| format!("cannot write `{shown}`"))?;
    }
    Ok(())
}

/// The new text in a file beside the one that it will replace.
fn prepare(path: &Path, before: &str, text: &str) -> Result<(NamedTempFile, PathBuf)> {
    let shown = super::shown(path);
    let target = fs::canonicalize(path).with_context(|| format!("cannot read `{shown}` again"))?;
    let now = fs::read(&target).with_context(|| format!("cannot read `{shown}` again"))?;
    if now != before.as_bytes() {
        bail!("`{shown}` has changed since it was read: nothing was written");
    }
    let permissions =
        fs::metadata(&target).with_context(|| format!("cannot read `{shown}` again"))?.permissions();
    if permissions.readonly() {
        bail!("`{shown}` is read-only: nothing was written");
    }
    let folder = target.parent().unwrap_or(Path::new("/"));
    let cannot = || format!("cannot write `{shown}`: nothing was written");
    let mut file = tempfile::Builder::new().prefix(".speclint-").tempfile_in(folder).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    file.as_file().set_permissions(permissions).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    Ok((file, target))
}
