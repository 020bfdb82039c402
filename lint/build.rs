//! Lowers the analyser's own Nix files, so that no run has to parse them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed=build.rs");
    for folder in ["prelude", "sources"] {
        lower_all(&Path::new("src/eval").join(folder), &out.join(folder))?;
    }
    Ok(())
}

/// Lowers every Nix file in a folder to a file in `out`, and writes `out.rs` beside it: a slice of their paths below the folder, in
/// order, and of what they were lowered to.
fn lower_all(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    fs::create_dir_all(out)?;
    let mut paths = Vec::new();
    find(folder, &mut paths)?;
    paths.sort();
    let mut table = String::from("&[\n");
    for (i, path) in paths.iter().enumerate() {
        let file = speclint_syntax::lower(&fs::read_to_string(path)?);
        if let Some(error) = file.errors.first() {
            return Err(format!("{}: {} at {:?}", path.display(), error.message, error.range).into());
        }
        let lowered = out.join(i.to_string());
        fs::write(&lowered, postcard::to_stdvec(&file)?)?;
        let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        writeln!(table, "    ({name:?}, include_bytes!({:?})),", lowered.display().to_string())?;
    }
    table.push(']');
    fs::write(out.with_extension("rs"), table)?;
    Ok(())
}

fn find(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "nix") {
            paths.push(path);
        }
    }
    Ok(())
}
