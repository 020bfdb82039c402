//! `speclint rules`: all rules.

use super::Format;
use anyhow::Result;
use clap::Args;
use speclint_lint::render::reference;
use speclint_lint::rules::ALL;
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            let rules: Vec<_> = ALL.iter().map(reference::json).collect();
            let all = serde_json::json!({ "version": env!("CARGO_PKG_VERSION"), "rules": rules });
            serde_json::to_writer(&mut out, &all)?;
            out.write_all(b"\n")?;
        }
        Format::Text => text(&mut out)?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn text(out: &mut impl Write) -> Result<()> {
    let width = ALL.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
    for rule in ALL {
        let severity = rule.severity.name();
        let severity = if rule.default { severity.to_owned() } else { format!("{severity} (off)") };
        let mend = if rule.fixable { "mend" } else { "" };
        writeln!(out, "{:width$}  {severity:<11}  {mend:<4}  {}", rule.name, rule.summary)?;
    }
    Ok(())
}
