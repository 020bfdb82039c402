//! `speclint check`: the findings, and their mends.

mod arguments;
mod mend;
mod output;

pub(crate) use arguments::Arguments;

use crate::sources::Sources;
use anyhow::{Result, bail};
use arguments::Format;
use speclint_lint::findings::Finding;
use speclint_lint::nixos::table::nearest;
use speclint_lint::rules;
use std::collections::HashMap;
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    for name in arguments.select.iter().chain(&arguments.ignore) {
        expect_rule(name)?;
    }
    let mut opened = super::Opened::new(&arguments.paths, Sources::new(&arguments.sources)?.into())?;
    opened.expect_systems(&arguments.system)?;
    let only = std::mem::take(&mut opened.only);
    let analysis = &mut opened.analysis;
    let wanted = |f: &Finding| {
        let rule = f.rule.to_owned();
        let places = std::iter::once(&f.primary).chain(&f.related);
        let selected = match arguments.select.as_slice() {
            [] => rules::is_default(f.rule),
            select => select.contains(&rule),
        };
        selected
            && !arguments.ignore.contains(&rule)
            && (arguments.system.is_empty() || f.systems.iter().any(|s| arguments.system.contains(s)))
            && places.into_iter().any(|label| super::is_asked(&only, &label.location.file))
    };
    if arguments.fix || arguments.diff {
        let before: HashMap<String, String> = mend::originals(analysis);
        let fixed = analysis.fix(arguments.unsafe_fixes, wanted);
        if arguments.diff {
            return mend::diff(&before, &fixed);
        }
        super::write::all(&before, &fixed.texts)?;
        if fixed.applied > 0 {
            eprintln!("mended {} in {}", count(fixed.applied, "place"), count(fixed.texts.len(), "file"));
        }
    }
    let findings: Vec<Finding> = analysis.findings().into_iter().filter(|f| wanted(f)).collect();
    match arguments.format {
        Format::Text => output::text(analysis, &findings, arguments.color)?,
        Format::Json => output::json(analysis, &findings)?,
    }
    output::refusals(analysis, &arguments.system);
    let fails = findings.iter().any(|f| f.severity >= arguments.fail_on.severity());
    Ok(if fails && !arguments.exit_zero { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Fails if there is no rule of that name.
fn expect_rule(name: &str) -> Result<()> {
    if rules::find(name).is_some() {
        return Ok(());
    }
    let names = || rules::ALL.iter().map(|rule| rule.name);
    match nearest(name, names(), 1).first() {
        Some(near) => bail!("there is no rule `{name}`: did you mean `{near}`?"),
        None => bail!("there is no rule `{name}`; the rules are {}", names().collect::<Vec<_>>().join(", ")),
    }
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
