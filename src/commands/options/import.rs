//! `speclint options import`: a table of the manual's `options.json`.

use super::Whose;
use anyhow::{Context as _, Result};
use clap::Args;
use speclint_lint::nixos::table;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The options.json.
    file: PathBuf,
    /// Whose options they are; by default what they look like.
    #[arg(long, value_enum)]
    of: Option<Whose>,
    /// Write the table to this file, and not to the standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let path = arguments.file.display();
    let json = std::fs::read(&arguments.file).with_context(|| format!("cannot read `{path}`"))?;
    let json = String::from_utf8(json).with_context(|| format!("`{path}` is no text"))?;
    let table = table::import(&json, arguments.of.map(Whose::world))
        .with_context(|| format!("`{path}` is no options.json"))?;
    super::write(&table.to_text(""), arguments.output.as_deref())?;
    eprintln!("{} options", table.count());
    Ok(ExitCode::SUCCESS)
}
