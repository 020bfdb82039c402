//! Option paths as people write them: `fileSystems."/".device`.

use thiserror::Error;

/// Why a text is no option path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// Nothing stands between two dots, or before the first, or after the last.
    #[error("there is a name missing at byte {0}")]
    MissingName(usize),
    /// A quoted name is not closed.
    #[error("the quotation mark at byte {0} is not closed")]
    Unclosed(usize),
    /// `${…}`: which name that is cannot be told.
    #[error("a name that is computed (`${{`) cannot be looked up")]
    Interpolation,
    /// A character that must stand in quotation marks.
    #[error("`{0}` must stand in quotation marks")]
    Unquoted(char),
}

/// The names that `text` consists of. Quoted names may contain anything, with Nix' escapes; `<name>` and `*`, by
/// which the manual means any name and any list element, stand for themselves, and so do names that begin with a
/// digit.
///
/// # Errors
///
/// Where the text is no path, or a name in it is computed.
pub fn parse_option_path(text: &str) -> Result<Vec<String>, PathError> {
    let mut path = Vec::new();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let (name, length) = match rest.chars().next() {
            Some('"') => quoted(rest).map_err(|error| match error {
                PathError::Unclosed(offset) => PathError::Unclosed(at + offset),
                other => other,
            })?,
            _ => bare(rest, at)?,
        };
        path.push(name);
        at += length;
        match text[at..].chars().next() {
            None => return Ok(path),
            Some('.') => at += 1,
            Some(other) => return Err(PathError::Unquoted(other)),
        }
    }
}

/// A name without quotation marks, and its length.
fn bare(text: &str, at: usize) -> Result<(String, usize), PathError> {
    let end = match text.strip_prefix('<').and_then(|inside| inside.find('>')) {
        Some(inside) => inside + 2,
        None => text.find(['.', '"']).unwrap_or(text.len()),
    };
    let name = &text[..end];
    if name.is_empty() {
        return Err(PathError::MissingName(at));
    }
    if name.starts_with("${") {
        return Err(PathError::Interpolation);
    }
    let unfit = name.chars().find(|&c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'')));
    match unfit {
        Some(c) if name != "*" && !is_placeholder(name) => Err(PathError::Unquoted(c)),
        _ => Ok((name.to_owned(), end)),
    }
}

/// A quoted name, and its length with the marks.
fn quoted(text: &str) -> Result<(String, usize), PathError> {
    let mut name = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((name, at + 1)),
            '\\' => match chars.next() {
                Some((_, 'n')) => name.push('\n'),
                Some((_, 'r')) => name.push('\r'),
                Some((_, 't')) => name.push('\t'),
                Some((_, other)) => name.push(other),
                None => break,
            },
            '$' if chars.peek().is_some_and(|&(_, next)| next == '{') => {
                return Err(PathError::Interpolation);
            }
            other => name.push(other),
        }
    }
    Err(PathError::Unclosed(0))
}

/// The path as one writes it in Nix, with quotation marks where a name needs them. `<name>` and `*` are left as
/// they are, as in nixpkgs' `showOption`.
pub fn show_option_path<S: AsRef<str>>(path: &[S]) -> String {
    let names: Vec<String> = path.iter().map(|name| quoted_if_needed(name.as_ref())).collect();
    names.join(".")
}

/// One name of a path as it is written in Nix.
pub(crate) fn quoted_if_needed(name: &str) -> String {
    // `or` may stand in a path without marks; nixpkgs quotes it all the same.
    const KEYWORDS: [&str; 10] =
        ["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"];
    let first_fits = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''));
    if name == "*" || is_placeholder(name) || (first_fits && fits && !KEYWORDS.contains(&name)) {
        return name.to_owned();
    }
    let mut quoted = String::from("\"");
    for (at, c) in name.char_indices() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' if name[at..].starts_with("${") => quoted.push_str("\\$"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether the name is the manual's placeholder for any name: `<name>`.
pub fn is_placeholder(name: &str) -> bool {
    name.len() > 2 && name.starts_with('<') && name.ends_with('>')
}
