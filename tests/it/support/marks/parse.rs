//! The marks of a text.

/// A line that marks something in the line above it.
pub(super) struct Mark {
    /// The line that it stands in, from 0.
    pub(super) line: usize,
    /// The line that it is about.
    pub(super) about: usize,
    /// The first column that it marks, from 0, in characters.
    pub(super) start: usize,
    /// The column after the last; `None` for `<-`, which marks only where something starts.
    pub(super) end: Option<usize>,
    /// `error[rule]`, or `None` for a related place.
    pub(super) code: Option<String>,
    /// A part of the message.
    pub(super) text: String,
}

/// All marks of a text.
pub(super) fn marks(path: &str, text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut about = 0;
    for (number, line) in text.lines().enumerate() {
        match mark(path, number, line, about) {
            Some(mark) => marks.push(mark),
            None => about = number,
        }
    }
    marks
}

/// The mark that a line is, if it is one.
fn mark(path: &str, line: usize, text: &str, about: usize) -> Option<Mark> {
    let (blank, comment) = text.split_once('#')?;
    if !blank.trim().is_empty() {
        return None;
    }
    let body = comment.trim_start();
    let column = text.chars().count() - body.chars().count();
    let width = |c| body.chars().take_while(|b| *b == c).count();
    let (carets, dashes) = (width('^'), width('-'));
    let (start, end, rest) = match () {
        () if carets > 0 => (column, Some(column + carets), &body[carets..]),
        () if dashes > 1 => (column, Some(column + dashes), &body[dashes..]),
        () => (blank.len(), None, body.strip_prefix("<-")?),
    };
    let rest = rest.trim();
    if dashes > 1 {
        return Some(Mark { line, about, start, end, code: None, text: rest.to_owned() });
    }
    let Some((code, message)) = rest.split_once(']') else {
        panic!("{path}: `{rest}` is not of the form `severity[rule]: message`");
    };
    let message = message.strip_prefix(':').unwrap_or(message).trim();
    Some(Mark { line, about, start, end, code: Some(format!("{code}]")), text: message.to_owned() })
}
