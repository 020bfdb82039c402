//! `speclint show`: the model.

use anyhow::Result;
use clap::{Args, ValueEnum};
use speclint_lint::analysis::Analysis;
use speclint_lint::render;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files or folders with a configuration.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let analysis = super::open(&arguments.paths)?;
    let systems = analysis.systems();
    let systems: Vec<_> = systems.iter().map(AsRef::as_ref).collect();
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => {
            out.write_all(render::show_text(&systems, &|path| super::shown(Path::new(path))).as_bytes())?
        }
        Format::Json => {
            let locate = |path: &str, range| locate(&analysis, path, range);
            serde_json::to_writer(&mut out, &render::show_json(&systems, &[], &locate))?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// A place in a file as it is printed.
fn locate(analysis: &Analysis, path: &str, range: rowan::TextRange) -> (String, serde_json::Value) {
    let text = analysis.text(path).unwrap_or_default();
    (super::shown(Path::new(path)), render::range_json(&text, range))
}
