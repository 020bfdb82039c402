//! `speclint check`: the findings, and their mends.

mod arguments;
mod clock;
mod files;
mod mend;
mod output;
mod session;
mod watch;

pub(crate) use arguments::Arguments;

use super::expect_settings;
use anyhow::Result;
use session::Session;
use std::process::ExitCode;

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    arguments.expect_sense()?;
    if arguments.watch {
        return watch::run(arguments);
    }
    let mut session = Session::open(arguments)?;
    expect_settings(&session.analysis)?;
    if arguments.show_files {
        files::print(&session)?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.diff {
        return mend::diff(&mut session);
    }
    if arguments.fix || arguments.add_ignore {
        mend::apply(&mut session)?;
    }
    let findings = session.findings();
    output::print(&mut session, &findings)?;
    Ok(session.status(&findings))
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
