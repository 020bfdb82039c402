//! `junit`: a report of tests. Each finding is a test, which fails if the finding fails the check.

use super::Report;
use crate::findings::Finding;
use std::borrow::Cow;
use std::io::{self, Write};

/// Prints a suite of tests for each file; without any finding, a test that passes.
pub(super) fn write<W: Write + ?Sized>(report: &Report<'_>, out: &mut W) -> io::Result<()> {
    let failures = report.findings.iter().filter(|finding| report.fails(finding)).count();
    let tests = report.findings.len().max(1);
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="speclint" tests="{tests}" failures="{failures}" errors="0">"#)?;
    if report.findings.is_empty() {
        writeln!(out, r#"  <testsuite name="speclint" tests="1" failures="0" errors="0" skipped="0">"#)?;
        writeln!(out, r#"    <testcase name="nothing found" classname="speclint"/>"#)?;
        writeln!(out, "  </testsuite>")?;
    }
    let same_file = |a: &Finding, b: &Finding| a.primary.location.file == b.primary.location.file;
    for findings in report.findings.chunk_by(same_file) {
        suite(report, findings, out)?;
    }
    writeln!(out, "</testsuites>")?;
    Ok(())
}

/// The tests of a file.
fn suite<W: Write + ?Sized>(report: &Report<'_>, findings: &[Finding], out: &mut W) -> io::Result<()> {
    let Some(first) = findings.first() else { return Ok(()) };
    let file = escaped(&report.file(&first.primary.location).name);
    let failures = findings.iter().filter(|finding| report.fails(finding)).count();
    let tests = findings.len();
    writeln!(
        out,
        r#"  <testsuite name="{file}" tests="{tests}" failures="{failures}" errors="0" skipped="0">"#
    )?;
    for finding in findings {
        let place = report.place(&finding.primary.location);
        let (line, column) = (place.start.line, place.start.column);
        let (severity, rule) = (finding.severity.name(), finding.rule);
        writeln!(out, r#"    <testcase name="{rule} at {line}:{column}" classname="{file}">"#)?;
        let told = format!("{file}:{line}:{column}: {severity}: {}", escaped(&finding.message));
        let consequence = escaped(&finding.consequence);
        if report.fails(finding) {
            let message = escaped(&finding.message);
            writeln!(
                out,
                "      <failure type=\"{rule}\" message=\"{message}\">{told}\n{consequence}</failure>"
            )?;
        } else {
            writeln!(out, "      <system-out>{told}\n{consequence}</system-out>")?;
        }
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")?;
    Ok(())
}

/// A text as it stands in XML, in an attribute or not. What no document may have is replaced.
fn escaped(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| !matches!(c, '&' | '<' | '>' | '"' | '\u{fffe}' | '\u{ffff}') && !c.is_control();
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            c if is_plain(c) => escaped.push(c),
            _ => escaped.push(char::REPLACEMENT_CHARACTER),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_xml_does_not_have_is_escaped_or_replaced() {
        assert_eq!(escaped("a é"), "a é");
        assert_eq!(escaped("<a b=\"c\"> & \n"), "&lt;a b=&quot;c&quot;&gt; &amp; &#10;");
        assert_eq!(escaped("\u{1b}[0m\u{ffff}\u{0}"), "\u{fffd}[0m\u{fffd}\u{fffd}");
    }
}
