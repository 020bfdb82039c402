//! `speclint show`: the model.

use super::Format;
use crate::sources::Given;
use anyhow::Result;
use clap::Args;
use speclint_lint::analysis::Analysis;
use speclint_lint::nixos::model::System;
use speclint_lint::render;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files or folders with a configuration.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Show these systems only.
    #[arg(long, value_name = "NAME")]
    system: Vec<String>,
    #[command(flatten)]
    sources: Given,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let opened = super::Opened::new(&arguments.paths, &arguments.sources)?;
    super::expect_settings(&opened.analysis)?;
    opened.expect_systems(&arguments.system)?;
    let analysis = &opened.analysis;
    let systems = analysis.systems();
    let asked = |system: &System| system.files.iter().any(|file| super::is_asked(&opened.only, file));
    let systems: Vec<&System> = systems.iter().map(AsRef::as_ref).filter(|system| asked(system)).collect();
    let named = |system: &&System| arguments.system.is_empty() || arguments.system.contains(&system.name);
    let systems: Vec<&System> = systems.into_iter().filter(named).collect();
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => {
            let text = render::show_text(&systems, &|path| super::shown(Path::new(path)));
            out.write_all(render::printable(&text).as_bytes())?
        }
        Format::Json => {
            let unreached = analysis.unreached();
            let unreached: Vec<String> = unreached.iter().map(|path| super::shown(Path::new(path))).collect();
            let locate = |path: &str, range| locate(analysis, path, range);
            serde_json::to_writer(&mut out, &render::show_json(&systems, &unreached, &locate))?;
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
