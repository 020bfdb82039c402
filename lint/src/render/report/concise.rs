//! `concise`: one line each, as compilers print them.

use super::Report;
use crate::render::printable::one_line;
use std::io::{self, Write};

/// Prints `FILE:LINE:COLUMN: SEVERITY[RULE] MESSAGE` for each finding.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    for finding in report.findings {
        let place = report.place(&finding.primary.location);
        writeln!(
            out,
            "{}:{}:{}: {}[{}] {}",
            one_line(&place.file.name),
            place.start.line,
            place.start.column,
            finding.severity.name(),
            finding.rule,
            one_line(&finding.message)
        )?;
    }
    Ok(())
}
