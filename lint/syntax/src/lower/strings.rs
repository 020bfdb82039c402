//! Both forms of strings.
//!
//! rnix' own reading of them differs from Nix' in several points (line breaks that are escaped, text after an
//! interpolation at a line's start, the last line), so they are read here, from the text as it is written.

use super::Lowerer;
use super::tree::Node;
use crate::hir::{Expr, ExprId, Part};
use rnix::SyntaxKind;
use rowan::NodeOrToken;
use std::borrow::Cow;
use std::sync::Arc;

impl<'t> Lowerer<'t> {
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let expr = match read(node) {
            Read::Constant(text) => Expr::Text(Arc::from(text)),
            Read::Interpolated(parts) => {
                let parts = parts.into_iter().map(|part| match part {
                    NodeOrToken::Token(text) => Part::Text(Arc::from(text)),
                    NodeOrToken::Node(node) => self.interpolation(node),
                });
                Expr::Str(parts.collect())
            }
        };
        self.push(expr, node.range())
    }

    /// `${…}` in a string or path.
    pub(super) fn interpolation(&mut self, node: Node<'t>) -> Part {
        Part::Interpolation(self.expr_or_missing(node.expr(), node.range()))
    }
}

/// The text of a string without interpolations.
pub(super) fn constant(node: Node<'_>) -> Option<String> {
    match read(node) {
        Read::Constant(text) => Some(text),
        Read::Interpolated(_) => None,
    }
}

/// What a string consists of: text, or interpolations and text between them that is not empty.
enum Read<'t> {
    Constant(String),
    Interpolated(Vec<NodeOrToken<Node<'t>, String>>),
}

fn read(node: Node<'_>) -> Read<'_> {
    let mut is_indented = false;
    let mut written = Vec::new();
    for child in node.children() {
        match child {
            NodeOrToken::Token(token) => match token.kind {
                SyntaxKind::TOKEN_STRING_START => is_indented = token.text == "''",
                SyntaxKind::TOKEN_STRING_CONTENT => written.push(NodeOrToken::Token(token.text)),
                _ => {}
            },
            NodeOrToken::Node(node) if node.kind() == SyntaxKind::NODE_INTERPOL => {
                written.push(NodeOrToken::Node(node));
            }
            NodeOrToken::Node(_) => {}
        }
    }
    let pieces = if is_indented { strip_indentation(&pieces(&written)) } else { unescape_all(&written) };
    let mut parts: Vec<NodeOrToken<Node, String>> = Vec::new();
    for piece in pieces {
        match (parts.last_mut(), piece) {
            (_, NodeOrToken::Token(text)) if text.is_empty() => {}
            (Some(NodeOrToken::Token(last)), NodeOrToken::Token(text)) => last.push_str(&text),
            (_, piece) => parts.push(piece),
        }
    }
    if parts.iter().any(|part| matches!(part, NodeOrToken::Node(_))) {
        return Read::Interpolated(parts);
    }
    let text = parts.pop().and_then(NodeOrToken::into_token).unwrap_or_default();
    Read::Constant(text)
}

type Written<'t> = NodeOrToken<Node<'t>, &'t str>;
type Unescaped<'t> = NodeOrToken<Node<'t>, String>;

fn unescape_all<'t>(written: &[Written<'t>]) -> Vec<Unescaped<'t>> {
    let unescape = |part: &Written<'t>| match part {
        NodeOrToken::Token(text) => NodeOrToken::Token(unescape(text)),
        NodeOrToken::Node(node) => NodeOrToken::Node(*node),
    };
    written.iter().map(unescape).collect()
}

/// The text of `"…"` between interpolations. Line ends become LF, unless a backslash stands before them.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '\r']) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match (chars.next(), chars.clone().next()) {
            (Some('\r'), next) => {
                out.push('\n');
                if next == Some('\n') {
                    chars.next();
                }
            }
            (_, Some(escaped)) => {
                out.push(escape(escaped));
                chars.next();
            }
            (_, None) => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out
}

/// What a character behind a backslash means.
fn escape(char: char) -> char {
    match char {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}

/// A piece of `''…''`.
enum Piece<'t> {
    /// Text as it is written, whose spaces at the start of lines may be indentation.
    Text(&'t str),
    /// An escaped character or two.
    Escaped(Cow<'static, str>),
    Interpolation(Node<'t>),
}

/// Splits the text of `''…''` where something is escaped, and leaves out a first line of spaces only.
fn pieces<'t>(written: &[Written<'t>]) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    for (at, part) in written.iter().enumerate() {
        let mut rest = match part {
            NodeOrToken::Node(node) => {
                pieces.push(Piece::Interpolation(*node));
                continue;
            }
            NodeOrToken::Token(text) if at == 0 => {
                text.trim_start_matches(' ').strip_prefix('\n').unwrap_or(text)
            }
            NodeOrToken::Token(text) => text,
        };
        let mut from = 0;
        while let Some(found) = rest[from..].find("''") {
            let found = from + found;
            // `$$` and `$'` are no dollars that could be escaped, and what stands behind a single quote is not
            // looked at; so neither hides two quotes.
            let (escaped, length) = match rest[found + 2..].chars().next() {
                Some('\'') => (Cow::Borrowed("''"), 3),
                Some('$') => (Cow::Borrowed("$"), 3),
                Some('\\') => match rest[found + 3..].chars().next() {
                    Some(char) => (Cow::Owned(escape(char).to_string()), 3 + char.len_utf8()),
                    None => (Cow::Borrowed(""), 3),
                },
                // The lexer would have ended the string here.
                _ => {
                    from = found + 2;
                    continue;
                }
            };
            if found > 0 {
                pieces.push(Piece::Text(&rest[..found]));
            }
            pieces.push(Piece::Escaped(escaped));
            rest = &rest[found + length..];
            from = 0;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest));
        }
    }
    pieces
}

/// Takes the indentation that all lines have in common from each of them. Only spaces count. Lines of only spaces
/// do not count for what is common; the last one is dropped but for its line break.
fn strip_indentation<'t>(pieces: &[Piece<'t>]) -> Vec<Unescaped<'t>> {
    let common = common_indentation(pieces);
    let mut at_line_start = true;
    let mut dropped = 0;
    let mut out = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        let text = match piece {
            Piece::Interpolation(node) => {
                at_line_start = false;
                dropped = 0;
                out.push(NodeOrToken::Node(*node));
                continue;
            }
            Piece::Text(text) => text,
            Piece::Escaped(text) => &**text,
        };
        let mut stripped = String::with_capacity(text.len());
        for char in text.chars() {
            match char {
                ' ' if at_line_start => {
                    if dropped >= common {
                        stripped.push(' ');
                    }
                    dropped += 1;
                    continue;
                }
                '\n' => at_line_start = true,
                _ => at_line_start = false,
            }
            dropped = 0;
            stripped.push(char);
        }
        if index + 1 == pieces.len()
            && let Some(end) = stripped.rfind('\n')
            && stripped[end + 1..].bytes().all(|byte| byte == b' ')
        {
            stripped.truncate(end + 1);
        }
        out.push(NodeOrToken::Token(stripped));
    }
    out
}

fn common_indentation(pieces: &[Piece<'_>]) -> usize {
    let mut common = usize::MAX;
    let mut at_line_start = true;
    let mut indentation = 0;
    for piece in pieces {
        let Piece::Text(text) = piece else {
            // Interpolations and escaped characters are no indentation, not even an escaped line break.
            if at_line_start {
                common = common.min(indentation);
            }
            at_line_start = false;
            continue;
        };
        for char in text.chars() {
            match char {
                '\n' => {
                    at_line_start = true;
                    indentation = 0;
                }
                ' ' if at_line_start => indentation += 1,
                _ => {
                    if at_line_start {
                        common = common.min(indentation);
                    }
                    at_line_start = false;
                }
            }
        }
    }
    common
}
