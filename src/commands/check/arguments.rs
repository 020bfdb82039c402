//! What `speclint check` is asked.

use crate::sources::Given;
use clap::{Args, ValueEnum};
use speclint_lint::findings::Severity;
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files or folders with a configuration.
    #[arg(default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// Report on these systems only.
    #[arg(long, value_name = "NAME")]
    pub(super) system: Vec<String>,
    #[command(flatten)]
    pub(super) sources: Given,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Apply the mends that are safe.
    #[arg(long)]
    pub(super) fix: bool,
    /// With --fix or --diff: apply also the mends that may change what was meant.
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing. Exits 1 if there would be a change.
    #[arg(long)]
    pub(super) diff: bool,
    /// Report these rules only, those included that are off by default.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) select: Vec<String>,
    /// Do not report these rules.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) ignore: Vec<String>,
    /// The least severity that makes the exit status 1.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    pub(super) fail_on: FailOn,
    /// Exit 0 whatever is found.
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Whether to use colours.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub(super) color: Colour,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
    Hint,
}

impl FailOn {
    pub(super) fn severity(self) -> Severity {
        match self {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
            FailOn::Info => Severity::Info,
            FailOn::Hint => Severity::Hint,
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}
