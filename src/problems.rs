//! What is wrong with files of settings, as it is told.

use crate::commands::shown;
use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term;
use codespan_reporting::term::termcolor::NoColor;
use speclint_lint::render::printable;
use speclint_lint::settings::Problem;
use std::path::Path;

/// The error that says what is wrong with settings.
pub(crate) fn error(problems: &[(String, Problem)], text: impl Fn(&str) -> String) -> anyhow::Error {
    anyhow::anyhow!("the settings are wrong\n{}", told(problems, text).trim_end())
}

/// The problems of files, each with the text of its file.
fn told(problems: &[(String, Problem)], text: impl Fn(&str) -> String) -> String {
    let mut out = NoColor::new(Vec::new());
    for (path, problem) in problems {
        let text = text(path);
        let end = text.len();
        let (start, stop) = ((problem.start as usize).min(end), (problem.end as usize).min(end));
        let name = shown(Path::new(path));
        let file = SimpleFile::new(name, printable(&text).into_owned());
        let diagnostic = Diagnostic::error()
            .with_message(printable(&problem.message))
            .with_label(Label::primary((), start..stop))
            .with_notes(problem.help.iter().map(|help| format!("help: {}", printable(help))).collect());
        // Nothing that is written to memory fails.
        let _ = term::emit_to_write_style(&mut out, &term::Config::default(), &file, &diagnostic);
    }
    String::from_utf8_lossy(&out.into_inner()).into_owned()
}
