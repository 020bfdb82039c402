//! `speclint check`: the findings, and their mends.

mod arguments;
mod clock;
mod files;
mod mend;
mod output;
mod session;
mod watch;

pub(crate) use arguments::Arguments;

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
    session.evaluate()?;
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
    let status = session.status(&findings);
    // The program ends here: to take the whole analysis apart first would be a good part of its time.
    std::mem::forget(session);
    Ok(status)
}

fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
