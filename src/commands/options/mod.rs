//! `speclint options`: the options that there are.

mod build;
mod chosen;
mod import;
mod list;
mod show;

use super::Format;
use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use speclint_lint::nixos::model::World;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a table of the options that the modules of a source declare.
    Build(build::Arguments),
    /// Make a table of the options.json that NixOS and Home Manager build for their manuals.
    Import(import::Arguments),
    /// List the options.
    List(list::Arguments),
    /// Tell what an option is, and where the configuration defines it.
    Show(show::Arguments),
}

/// Whose options.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Whose {
    Nixos,
    HomeManager,
}

impl Whose {
    fn world(self) -> World {
        match self {
            Whose::Nixos => World::Nixos,
            Whose::HomeManager => World::HomeManager,
        }
    }
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    match &arguments.command {
        Command::Build(arguments) => build::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
    }
}

/// Writes a table to a file, or to the standard output if none is named or it is `-`.
fn write(text: &str, out: Option<&Path>) -> Result<()> {
    match out.filter(|path| *path != Path::new("-")) {
        Some(path) => {
            std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
        }
        None => {
            let mut out = std::io::stdout().lock();
            out.write_all(text.as_bytes())?;
            Ok(out.flush()?)
        }
    }
}
