//! `github`: annotations, as commands of GitHub's workflows.

use super::Report;
use crate::findings::Severity;
use crate::render::printable::printable;
use std::io::{self, Write};

/// Prints `::LEVEL file=…,line=…::MESSAGE` for each finding. Columns are told only within one line: GitHub takes no others.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    for finding in report.findings {
        let place = report.place(&finding.primary.location);
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info | Severity::Hint => "notice",
        };
        let file = property(&place.file.name);
        let (start, end) = (place.start, place.end);
        write!(out, "::{level} file={file},line={},endLine={}", start.line, end.line)?;
        if start.line == end.line {
            write!(out, ",col={},endColumn={}", start.column, end.column.max(start.column))?;
        }
        let mut message = format!("{}\n{}", finding.message, finding.consequence);
        if let Some(fix) = finding.fixes.first() {
            message.push_str(&format!("\nhelp: {}", fix.title));
        }
        writeln!(out, ",title={}::{}", property(&format!("speclint: {}", finding.rule)), data(&message))?;
    }
    Ok(())
}

/// A message: what ends a command is escaped.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property, where what ends a property is escaped as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn what_ends_a_command_is_escaped() {
        assert_eq!(data("50 %: a,\r\nb\u{1b}["), "50 %25: a,%0D%0Ab?[");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
