//! Mending a text at the first place where rnix could not go on.
//!
//! A repair either puts in what is missing, or leaves out what is too much, or, where the text makes no
//! sense, puts a placeholder in place of the smallest thing around that does: the value of a binding, what
//! stands in parentheses, a list. A placeholder is the name `_`; the lowering makes
//! [`Missing`](crate::hir::Expr::Missing) of it.

use super::draft::Edit;
use super::groups::{Groups, Statement};
use super::token::Kind;
use super::{Failure, Wanted};
use rnix::SyntaxKind::{self, *};
use rowan::{TextRange, TextSize};

/// How a failure is told and repaired, in the draft's offsets.
#[derive(Debug)]
pub(super) struct Mended {
    pub(super) range: TextRange,
    /// What to tell; nothing if Nix can parse it.
    pub(super) message: Option<String>,
    pub(super) edits: Vec<Edit>,
}

const PLACEHOLDER: &str = " _ ";

impl Groups<'_> {
    /// Finds the repair of a failure.
    pub(super) fn mend(&self, failure: &Failure) -> Option<Mended> {
        let at = self.at(failure.range.start());
        match failure.wanted {
            Wanted::Expression => self.expression(at),
            Wanted::Name => self.name(at),
            Wanted::EndOfFile => self.end_of_file(at),
            Wanted::Formal => self.formal(at),
            Wanted::OneName => Some(Mended {
                range: failure.range,
                message: Some("the argument has a name already".to_owned()),
                edits: vec![Edit::replace(failure.range, "")],
            }),
            Wanted::Token(TOKEN_SEMICOLON) => self.semicolon(at),
            Wanted::Token(TOKEN_ASSIGN) => self.assign(at),
            Wanted::Token(TOKEN_COLON) => self.colon(at),
            Wanted::Token(TOKEN_R_BRACE) => self.formal(at),
            Wanted::Token(kind @ (TOKEN_THEN | TOKEN_ELSE)) => {
                let insert = if kind == TOKEN_THEN { " then _ " } else { " else _ " };
                Some(self.put_in(at, written(kind), insert))
            }
            Wanted::Token(TOKEN_L_BRACE) => Some(self.put_in(at, "`{`", " { } ")),
            Wanted::Token(kind) => self.broken(at, written(kind)),
            Wanted::Shallower => None,
        }
    }

    /// A message for a failure that is not repaired.
    pub(super) fn describe(&self, failure: &Failure) -> Option<String> {
        Some(self.mend(failure)?.message.unwrap_or_else(|| "not understood".to_owned()))
    }

    /// Something is missing before a token.
    fn put_in(&self, at: usize, wanted: &str, insert: &'static str) -> Mended {
        let place = self.end_before(at);
        Mended {
            range: TextRange::empty(TextSize::new(place)),
            message: Some(format!("expected {wanted}, found {}", self.found(at))),
            edits: vec![Edit::insert(place, insert)],
        }
    }

    /// A token should be another, or none.
    fn instead(&self, at: usize, message: String, insert: &'static str) -> Mended {
        let range = self.range(at, at + 1);
        Mended { range, message: Some(message), edits: vec![Edit::replace(range, insert)] }
    }

    fn expected(&self, at: usize, wanted: &str) -> String {
        format!("expected {wanted}, found {}", self.found(at))
    }

    /// `a = 1 b = 2;`
    fn semicolon(&self, at: usize) -> Option<Mended> {
        match self.kind(at) {
            Some(Kind::Assign) => {
                let Some(start) = at.checked_sub(1).and_then(|end| self.path_start(end)) else {
                    return self.broken(at, "`;`");
                };
                match self.kind_before(start) {
                    Some(kind) if kind.ends_operand() => Some(self.put_in(start, "`;`", ";")),
                    // The next line was read as a part of what is not finished.
                    Some(Kind::Dot) if self.first_in_line(start) => Some(self.put_in(start, "a name", " _;")),
                    Some(_) if self.first_in_line(start) => Some(self.put_in(start, "an expression", " _;")),
                    _ => self.broken(at, "`;`"),
                }
            }
            Some(Kind::Comma) => Some(self.instead(at, self.expected(at, "`;`"), ";")),
            Some(Kind::If | Kind::Let | Kind::With | Kind::Assert) if !self.first_in_line(at) => {
                Some(self.parenthesise(at))
            }
            None | Some(Kind::In | Kind::Then | Kind::Else | Kind::Inherit | Kind::InterpolationOpen) => {
                Some(self.put_in(at, "`;`", ";"))
            }
            Some(kind) if kind.is_closer() => Some(self.put_in(at, "`;`", ";")),
            Some(_) => self.broken(at, "`;`"),
        }
    }

    /// `a.b;`, `a b`
    fn assign(&self, at: usize) -> Option<Mended> {
        let statement = self.statement(at);
        let is_pattern = self.opener(at).is_some_and(|brace| self.is_pattern(brace));
        let has_assign = (at..statement.end).any(|index| self.kind(index) == Some(Kind::Assign));
        let starts_line = self.first_in_line(at);
        match self.kind(at) {
            Some(Kind::Colon | Kind::Equal) if !is_pattern => {
                Some(self.instead(at, self.expected(at, "`=`"), "="))
            }
            Some(kind) if is_pattern => match kind {
                Kind::Ident => Some(self.put_in(at, "`,`", ",")),
                _ => self.broken(at, "`,`"),
            },
            // What stands behind `let a = 1;` is the body.
            _ if statement.in_let && !has_assign && self.kind(statement.end) != Some(Kind::Semicolon) => {
                Some(self.put_in(statement.start, "`in`", " in "))
            }
            Some(Kind::Semicolon) => Some(self.put_in(at, "`=`", " = _")),
            None | Some(Kind::In) => Some(self.put_in(at, "`=`", " = _;")),
            Some(kind) if kind.is_closer() => Some(self.put_in(at, "`=`", " = _;")),
            Some(Kind::Ident | Kind::Or | Kind::StringOpen | Kind::InterpolationOpen | Kind::Inherit)
                if starts_line =>
            {
                Some(self.put_in(at, "`=`", " = _;"))
            }
            Some(kind) if kind.starts_expression() && !has_assign => Some(self.put_in(at, "`=`", " = ")),
            Some(_) => self.broken(at, "`=`"),
        }
    }

    /// `a = ;`, `1 + * 2`, `[ 1, 2 ]`
    fn expression(&self, at: usize) -> Option<Mended> {
        use Kind::*;
        let wanted = "an expression";
        let statement = self.statement(at);
        if statement.in_let && statement.start == at && self.kind(at).is_none_or(Kind::is_closer) {
            return Some(self.put_in(at, "`in`", " in _ "));
        }
        let opener = self.opener(at).and_then(|opener| self.kind(opener));
        match self.kind(at) {
            Some(Comma | Semicolon) if opener == Some(BracketOpen) => {
                let message =
                    format!("elements of a list are separated by spaces, not by {}", self.found(at));
                Some(self.instead(at, message, " "))
            }
            Some(If | Let | With | Assert | Not | Sub | Add | Concat | Update | Div | Mul | And | Either)
                if opener == Some(BracketOpen) && self.kind_before(at) != Some(Assign) =>
            {
                let broken = self.broken(at, wanted)?;
                let message = Some(format!("{} in a list needs parentheses", self.found(at)));
                Some(Mended { message, ..broken })
            }
            Some(If | Let | With | Assert) => Some(self.parenthesise(at)),
            Some(Not) => Some(self.parenthesise_negation(at)),
            Some(InterpolationOpen) => {
                let close = self.partner(at)?;
                let (open, close) = (self.range(at, at + 1), self.range(close, close + 1));
                let message = Some("`${` belongs into a string".to_owned());
                Some(Mended {
                    range: open,
                    message,
                    edits: vec![Edit::replace(open, "("), Edit::replace(close, ")")],
                })
            }
            None | Some(Semicolon | Then | Else | In) => Some(self.put_in(at, wanted, PLACEHOLDER)),
            Some(
                Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | And | Either | Implies
                | Update | Concat | Add | Mul | Div | PipeRight | PipeLeft | Question,
            ) => Some(self.put_in(at, wanted, PLACEHOLDER)),
            Some(kind) if kind.is_closer() => Some(self.put_in(at, wanted, PLACEHOLDER)),
            Some(_) => self.broken(at, wanted),
        }
    }

    /// `a.`, `= 1;`, `let a = 1; }`, `inherit a, b;`
    fn name(&self, at: usize) -> Option<Mended> {
        let wanted = "a name";
        let statement = self.statement(at);
        if let Some(Kind::Dot | Kind::Question | Kind::At) = self.kind_before(at) {
            return Some(self.put_in(at, wanted, PLACEHOLDER));
        }
        if self.kind(at) == Some(Kind::Ellipsis)
            && self.kind(at + 1) == Some(Kind::Comma)
            && let Some(open) = self.opener(at).filter(|&open| self.is_pattern(open))
        {
            return Some(self.move_ellipsis(at, self.partner(open)?));
        }
        if self.kind(statement.start) == Some(Kind::Inherit) && statement.start < at {
            return self.inherited_name(at, statement);
        }
        let starts_body = |kind: Kind| {
            kind.is_closer()
                || matches!(kind, Kind::BraceOpen | Kind::BracketOpen | Kind::ParenOpen | Kind::Rec)
                || matches!(kind, Kind::If | Kind::Let | Kind::With | Kind::Assert)
        };
        match self.kind(at) {
            None => Some(self.put_in(at, "`in`", " in _ ")),
            Some(kind) if statement.in_let && starts_body(kind) => {
                let insert = if kind.is_closer() { " in _ " } else { " in " };
                Some(self.put_in(at, "`in`", insert))
            }
            Some(Kind::Assign) => Some(self.put_in(at, wanted, PLACEHOLDER)),
            Some(Kind::Semicolon | Kind::Comma | Kind::In) => {
                Some(self.instead(at, format!("unexpected {}", self.found(at)), ""))
            }
            Some(_) => self.broken(at, wanted),
        }
    }

    fn inherited_name(&self, at: usize, statement: Statement) -> Option<Mended> {
        match self.kind(at) {
            Some(Kind::Assign) => {
                let start = at.checked_sub(1).and_then(|end| self.path_start(end));
                match start.filter(|&start| start > statement.start + 1 && self.first_in_line(start)) {
                    Some(start) => Some(self.put_in(start, "`;`", ";")),
                    None => self.broken(at, "`;`"),
                }
            }
            Some(Kind::Comma) => {
                let message = "inherited names are separated by spaces, not by `,`".to_owned();
                Some(self.instead(at, message, " "))
            }
            None | Some(Kind::In | Kind::Inherit) => Some(self.put_in(at, "`;`", ";")),
            Some(kind) if kind.is_closer() => Some(self.put_in(at, "`;`", ";")),
            Some(_) => self.broken(at, "a name"),
        }
    }

    /// `{ a, b } c`, `{ a }`
    fn colon(&self, at: usize) -> Option<Mended> {
        let close = at.checked_sub(1)?;
        let open = self.partner(close).filter(|_| self.kind(close) == Some(Kind::BraceClose));
        let starts_body = self.kind(at).is_some_and(Kind::starts_expression);
        if let Some(open) = open
            && close == open + 2
            && self.kind(open + 1) == Some(Kind::Ident)
            && !starts_body
        {
            // A binding that is not finished yet.
            return Some(self.put_in(close, "`=`", " = _; "));
        }
        let insert = if starts_body { ":" } else { ": _ " };
        Some(self.put_in(at, "`:`", insert))
    }

    /// `{ a b }:`, `{ a = 1, b }:`, `{ ..., a }:`
    fn formal(&self, at: usize) -> Option<Mended> {
        let opener = self.opener(at)?;
        let close = self.partner(opener)?;
        match self.kind(at) {
            Some(Kind::Comma) if self.kind_before(at) == Some(Kind::Ellipsis) => {
                Some(self.move_ellipsis(at - 1, close))
            }
            Some(Kind::Comma) => Some(self.instead(at, self.expected(at, "a name"), "")),
            Some(Kind::Ident | Kind::Ellipsis) => Some(self.put_in(at, "`,`", ",")),
            Some(Kind::Assign) => Some(self.instead(at, self.expected(at, "`?`"), "?")),
            Some(Kind::Semicolon) => Some(self.instead(at, self.expected(at, "`,`"), ",")),
            _ => {
                let message = Some(self.expected(at, "`,`"));
                let edits = self.broken_formal(at, close);
                Some(Mended { range: self.range(at, at + 1), message, edits })
            }
        }
    }

    /// `{ ..., a }:`
    fn move_ellipsis(&self, ellipsis: usize, close: usize) -> Mended {
        let comma = self.range(ellipsis + 1, ellipsis + 2);
        let edits = match self.kind_before(close) {
            Some(Kind::Comma) if close == ellipsis + 2 => vec![Edit::replace(comma, "")],
            before => {
                let last = if before == Some(Kind::Comma) { " ..." } else { ", ..." };
                let first = self.range(ellipsis, ellipsis + 2);
                vec![Edit::replace(first, ""), Edit::insert(self.end_before(close), last)]
            }
        };
        let range = self.range(ellipsis, ellipsis + 1);
        Mended { range, message: Some("`...` must come last".to_owned()), edits }
    }

    /// Something follows the file's expression.
    fn end_of_file(&self, at: usize) -> Option<Mended> {
        let wanted = "the end of the file";
        match self.kind(at) {
            Some(Kind::Assign) => {
                let Some(start) = at.checked_sub(1).and_then(|end| self.path_start(end)) else {
                    return self.broken(at, wanted);
                };
                let end = self.tokens.last().map_or(0, |token| token.end);
                let message = Some("bindings must stand in `{ }`".to_owned());
                let edits = vec![Edit::insert(self.tokens[start].start, "{"), Edit::insert(end, "}")];
                Some(Mended { range: self.range(start, at), message, edits })
            }
            Some(Kind::Semicolon) if at + 1 == self.tokens.len() => {
                Some(self.instead(at, self.expected(at, wanted), ""))
            }
            _ => self.broken(at, wanted),
        }
    }

    /// `1 + if a then b else c`: the keyword's expression reaches as far as it can.
    fn parenthesise(&self, at: usize) -> Mended {
        let end = self.end_before(self.statement(at).end.max(at + 1));
        let range = self.range(at, at + 1);
        let message = Some(format!("{} needs parentheses here", self.found(at)));
        Mended {
            range,
            message,
            edits: vec![Edit::insert(range.start().into(), "("), Edit::insert(end, ")")],
        }
    }

    /// `1 + !x`: Nix takes it, whatever that is good for, and reads on up to an operator that binds less than `!`.
    fn parenthesise_negation(&self, at: usize) -> Mended {
        use Kind::*;
        let mut end = at;
        while let Some(kind) = self.kind(end)
            && !kind.is_closer()
            && !matches!(kind, Update | Less | LessEqual | Greater | GreaterEqual | Equal | NotEqual | And)
            && !matches!(kind, Either | Implies | PipeRight | PipeLeft | Semicolon | Comma | Then | Else | In)
        {
            end = self.partner(end).unwrap_or(end) + 1;
        }
        let range = self.range(at, end);
        let edits = vec![Edit::insert(range.start().into(), "("), Edit::insert(range.end().into(), ")")];
        Mended { range, message: None, edits }
    }

    /// A token that makes no sense of what is around.
    fn broken(&self, at: usize, wanted: &str) -> Option<Mended> {
        let range = match self.kind(at) {
            Some(_) => self.range(at, at + 1),
            None => TextRange::empty(TextSize::new(self.end_before(at))),
        };
        let message = Some(self.expected(at, wanted));
        let opener = self.opener(at);
        let statement = self.statement(at);
        let edits = match opener.and_then(|opener| Some((opener, self.kind(opener)?, self.partner(opener)?)))
        {
            Some((open, Kind::BraceOpen, close)) if self.is_pattern(open) => self.broken_formal(at, close),
            _ if statement.is_binding => self.broken_binding(statement),
            Some((open, Kind::BracketOpen, close)) => {
                vec![Edit::replace(self.range(open, close + 1), PLACEHOLDER)]
            }
            Some((open, _, close)) => self.replace_by_placeholder(open + 1, close),
            None if at == 0 => self.replace_by_placeholder(0, self.tokens.len()),
            None => vec![Edit::replace(self.range(at, self.tokens.len()), "")],
        };
        // What does not change the text would not help.
        let text = &self.draft.text;
        let helps = |edit: &Edit| {
            let old = &text[edit.at as usize..(edit.at + edit.remove) as usize];
            old != edit.insert
        };
        edits.iter().any(helps).then_some(Mended { range, message, edits })
    }

    fn replace_by_placeholder(&self, start: usize, end: usize) -> Vec<Edit> {
        match start < end {
            true => vec![Edit::replace(self.range(start, end), PLACEHOLDER)],
            false => vec![Edit::insert(self.end_before(start), PLACEHOLDER)],
        }
    }

    /// Leaves out the rest of a formal argument.
    fn broken_formal(&self, at: usize, close: usize) -> Vec<Edit> {
        let end = (at..close).find(|&index| self.kind(index) == Some(Kind::Comma)).unwrap_or(close);
        vec![Edit::replace(self.range(at, end), "")]
    }

    /// Keeps what is known of a binding: that it is there.
    fn broken_binding(&self, statement: Statement) -> Vec<Edit> {
        let Statement { start, end, assign, .. } = statement;
        let has_semicolon = self.kind(end) == Some(Kind::Semicolon);
        match assign {
            Some(assign) => {
                let mut edits = self.replace_by_placeholder(assign + 1, end);
                if !has_semicolon {
                    edits.push(Edit::insert(self.end_before(end), ";"));
                }
                edits
            }
            None => vec![Edit::replace(self.range(start, end + usize::from(has_semicolon)), "")],
        }
    }
}

/// A token as it is written.
fn written(kind: SyntaxKind) -> &'static str {
    match kind {
        TOKEN_THEN => "`then`",
        TOKEN_ELSE => "`else`",
        TOKEN_R_PAREN => "`)`",
        TOKEN_INTERPOL_END | TOKEN_R_BRACE => "`}`",
        TOKEN_L_BRACE => "`{`",
        TOKEN_COLON => "`:`",
        TOKEN_ASSIGN => "`=`",
        TOKEN_SEMICOLON => "`;`",
        _ => "something else",
    }
}
