//! `speclint explain`: what a rule finds, why that hurts, and how it is mended.

mod markdown;

use crate::destination::Colour;
use anyhow::Result;
use clap::{Args, ValueEnum};
use speclint_lint::render::reference;
use std::io::{IsTerminal as _, Write};
use std::process::ExitCode;

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: usize = 100;

/// The width where nothing tells another.
const WIDTH: usize = 80;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The name of the rule.
    rule: String,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Whether to use colours.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// As it stands in the reference.
    Markdown,
    /// For programs.
    Json,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let rule = super::expect_rule(&arguments.rule)?;
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => {
            let is_coloured = arguments.color.is_wanted(out.is_terminal());
            out.write_all(markdown::render(&reference::page(rule), width(), is_coloured).as_bytes())?;
        }
        Format::Markdown => out.write_all(reference::page(rule).as_bytes())?,
        Format::Json => {
            let mut json = reference::json(rule);
            json["documentation"] = reference::page(rule).into();
            serde_json::to_writer(&mut out, &json)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// How wide lines may be: as the terminal, or as `COLUMNS` says.
fn width() -> usize {
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let told = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal.or_else(told).filter(|width| *width > 0).map_or(WIDTH, |width| width.min(WIDEST))
}
