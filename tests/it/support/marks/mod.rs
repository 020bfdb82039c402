//! Findings that are marked in the text of a fixture, and how they are held against what is found.
//!
//! The form is described in `fixtures/README.md`.

mod parse;
mod update;

pub(crate) use update::update;

use super::case::{Case, short};
use parse::{Mark, marks};
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::{Finding, Label, Location};
use std::collections::BTreeMap;
use std::fmt;

/// What is not as it is marked.
pub(crate) struct Comparison<'a> {
    analysis: &'a Analysis,
    /// The findings that are not marked.
    unmarked: Vec<&'a Finding>,
    /// The marks that nothing was found for, by file.
    unfound: BTreeMap<&'a str, Vec<Mark>>,
}

/// Holds the findings of a case against its marks.
pub(crate) fn compare<'a>(case: &'a Case, analysis: &'a Analysis, findings: &'a [Finding]) -> Comparison<'a> {
    let mut unfound: BTreeMap<&str, Vec<Mark>> =
        case.files.iter().map(|(path, text)| (path.as_str(), marks(path, text))).collect();
    let mut unmarked = Vec::new();
    for finding in findings {
        let spot = Spot::of(analysis, &finding.primary.location);
        let matches = |m: &Mark| {
            m.is_at(&spot) && m.code.as_ref() == Some(&code(finding)) && finding.message.contains(&m.text)
        };
        let here = unfound.entry(case.path(&finding.primary.location.file)).or_default();
        match here.iter().position(matches) {
            Some(index) => drop(here.remove(index)),
            None => unmarked.push(finding),
        }
    }
    let related: Vec<&Label> = findings.iter().flat_map(|f| &f.related).collect();
    for (path, marks) in &mut unfound {
        let is_related = |mark: &Mark, label: &Label| {
            *label.location.file == **path
                && mark.is_at(&Spot::of(analysis, &label.location))
                && label.message.contains(&mark.text)
        };
        marks.retain(|mark| mark.code.is_some() || !related.iter().any(|label| is_related(mark, label)));
    }
    unfound.retain(|_, marks| !marks.is_empty());
    Comparison { analysis, unmarked, unfound }
}

impl Comparison<'_> {
    /// Whether everything is as it is marked.
    pub(crate) fn is_empty(&self) -> bool {
        self.unmarked.is_empty() && self.unfound.is_empty()
    }
}

impl fmt::Display for Comparison<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.unmarked {
            let spot = Spot::of(self.analysis, &finding.primary.location);
            let mark = spot.mark_line('^', &message(finding));
            writeln!(f, "not marked: {spot}\n{}\n{mark}", spot.text)?;
            for label in &finding.related {
                let spot = Spot::of(self.analysis, &label.location);
                writeln!(f, "   related: {spot}\n{}\n{}", spot.text, spot.mark_line('-', &label.message))?;
            }
        }
        for (path, marks) in &self.unfound {
            for mark in marks {
                let code = mark.code.as_ref().map_or(String::new(), |c| format!("{c}: "));
                let (line, column) = (mark.about + 1, mark.start + 1);
                writeln!(f, "not found: {}:{line}:{column}: {code}{}", short(path), mark.text)?;
            }
        }
        Ok(())
    }
}

fn code(finding: &Finding) -> String {
    format!("{}[{}]", finding.severity.name(), finding.rule)
}

fn message(finding: &Finding) -> String {
    format!("{}: {}", code(finding), finding.message)
}

/// Where something is: within one line, to which it is cut.
struct Spot {
    file: String,
    /// The line, from 0.
    line: usize,
    /// The first column, from 0, in characters.
    start: usize,
    /// The column after the last.
    end: usize,
    /// The line's text.
    text: String,
}

impl Spot {
    fn of(analysis: &Analysis, location: &Location) -> Spot {
        let text = analysis.text(&location.file).unwrap_or_default();
        let (start, end) = (location.start as usize, location.end as usize);
        let line = text[..start].matches('\n').count();
        let first = text[..start].rfind('\n').map_or(0, |i| i + 1);
        let last =
            text[start..end].find('\n').map_or(end, |i| start + text[start..start + i].trim_end().len());
        let columns = |to: usize| text[first..to].chars().count();
        Spot {
            file: short(&location.file).to_owned(),
            line,
            start: columns(start),
            // An empty range is shown by one caret.
            end: columns(last).max(columns(start) + 1),
            text: text.lines().nth(line).unwrap_or_default().to_owned(),
        }
    }

    /// The line that marks it.
    fn mark_line(&self, with: char, message: &str) -> String {
        if self.start < 2 {
            return format!("{:1$}# <- {message}", "", self.start);
        }
        let blank = self.text.chars().count() - self.text.trim_start().chars().count();
        let indent = blank.min(self.start).saturating_sub(2);
        let marked = with.to_string().repeat(self.end - self.start);
        format!("{:indent$}#{:2$}{marked} {message}", "", "", self.start - indent - 1)
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line + 1, self.start + 1)
    }
}

impl Mark {
    fn is_at(&self, spot: &Spot) -> bool {
        self.about == spot.line && self.start == spot.start && self.end.is_none_or(|end| end == spot.end)
    }
}
