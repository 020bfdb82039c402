//! What `speclint check` is asked.

use crate::destination::{Colour, Destination};
use crate::sources::Given;
use anyhow::{Result, bail};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
use clap::{Args, ValueEnum};
use speclint_lint::findings::Severity;
use speclint_lint::render::Format;
use speclint_lint::rules::ALL;
use speclint_lint::settings::{ALL_RULES, Choice};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files or folders with a configuration; `-` for the text of the file that --stdin-filename names.
    #[arg(default_value = ".")]
    pub(super) paths: Vec<PathBuf>,
    /// With `-`: the file that the standard input takes the place of, which need not exist.
    #[arg(long, value_name = "PATH")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Report on these systems only.
    #[arg(long, value_name = "NAME")]
    pub(super) system: Vec<String>,
    #[command(flatten)]
    pub(super) sources: Given,
    /// How to print the findings.
    #[arg(long, value_name = "FORMAT", default_value = Format::Text.name(), value_parser = formats())]
    pub(super) format: Format,
    /// Print the findings to this file.
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub(super) output_file: Option<PathBuf>,
    /// Apply the mends that are safe.
    #[arg(long)]
    pub(super) fix: bool,
    /// With --fix or --diff: apply also the mends that may change what was meant.
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Show what --fix or --add-ignore would change, and change nothing. Exits 1 if there would be a change.
    #[arg(long)]
    pub(super) diff: bool,
    /// Suppress all that is found by comments, so that only what is new is reported from now on.
    #[arg(long, conflicts_with_all = ["fix", "unsafe_fixes", "statistics", "show_files", "watch", "stdin_filename"])]
    pub(super) add_ignore: bool,
    /// Report these rules only, those included that are off by default; `all` is all of them.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) select: Vec<String>,
    /// Do not report these rules.
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) ignore: Vec<String>,
    /// Print how many findings each rule has in place of the findings.
    #[arg(long, conflicts_with = "diff")]
    pub(super) statistics: bool,
    /// Print which files each system is made of, and check nothing.
    #[arg(long, conflicts_with_all = ["fix", "diff", "statistics", "watch"])]
    pub(super) show_files: bool,
    /// Check again whenever a file changes, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["fix", "diff", "output_file", "stdin_filename"])]
    pub(super) watch: bool,
    /// The least severity that makes the exit status 1; `warning` unless it is set.
    #[arg(long, value_enum)]
    pub(super) fail_on: Option<FailOn>,
    /// Exit 0 whatever is found.
    #[arg(long)]
    pub(super) exit_zero: bool,
    /// Print the findings and nothing else.
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Tell what was read, and how long each stage took.
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Whether to use colours.
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub(super) color: Colour,
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

/// The names of rules, where `all` may stand for all of them.
fn rules(names: &[String]) -> Vec<String> {
    if names.iter().any(|name| name == ALL_RULES) {
        return ALL.iter().map(|rule| rule.name.to_owned()).collect();
    }
    names.to_vec()
}

impl Arguments {
    /// The rules that are chosen.
    pub(super) fn choice(&self) -> Choice {
        Choice { select: rules(&self.select), ignore: rules(&self.ignore) }
    }

    /// Fails if there is something in them that cannot be meant.
    pub(super) fn expect_sense(&self) -> Result<()> {
        for name in self.select.iter().chain(&self.ignore).filter(|name| *name != ALL_RULES) {
            crate::commands::expect_rule(name)?;
        }
        let is_input = |path: &PathBuf| path == Path::new("-");
        match (&self.stdin_filename, self.paths.iter().any(is_input)) {
            (None, true) => {
                bail!("`-` needs --stdin-filename PATH: what a file means depends on where it is")
            }
            (Some(_), false) => bail!("--stdin-filename is for the path `-`"),
            (Some(_), true) if self.paths.len() > 1 => bail!("`-` cannot be combined with other paths"),
            _ => {}
        }
        let is_plain = matches!(self.format, Format::Text | Format::Concise | Format::Json);
        for (flag, name) in [(self.statistics, "--statistics"), (self.show_files, "--show-files")] {
            if flag && !is_plain {
                bail!("{name} prints text, concise or json, not {}", self.format.name());
            }
        }
        Ok(())
    }

    /// Where the findings are printed.
    pub(super) fn destination(&self) -> Destination {
        match &self.output_file {
            Some(path) => Destination::File(path.clone()),
            // The text that was mended goes to the standard output.
            None if self.stdin_filename.is_some() && self.fix => Destination::Error,
            None => Destination::Output,
        }
    }
}

/// The formats, by name.
fn formats() -> impl clap::builder::TypedValueParser<Value = Format> {
    let values = Format::ALL.map(|format| PossibleValue::new(format.name()).help(format.about()));
    PossibleValuesParser::new(values).map(|name| Format::from_name(&name).unwrap_or(Format::Text))
}
