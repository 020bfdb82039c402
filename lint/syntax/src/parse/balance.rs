//! Brackets that are not closed, and those that close nothing.

use super::draft::Edit;
use super::token::{Kind, Token};
use crate::hir::SyntaxError;
use rowan::TextRange;

/// How many brackets outwards a partner is looked for.
const MAX_LOOK_OUT: usize = 500;

/// What makes every bracket have its partner.
#[derive(Default)]
pub(super) struct Balanced {
    pub(super) edits: Vec<Edit>,
    /// With ranges in the text that was balanced.
    pub(super) errors: Vec<SyntaxError>,
}

/// Finds the brackets that have no partner. In texts whose brackets do not match, indentation tells more
/// about what was meant than the brackets; but it is believed only if that needs no more changes.
pub(super) fn balance(text: &str, tokens: &[Token]) -> Balanced {
    if is_balanced(tokens) {
        return Balanced::default();
    }
    let [by_brackets, by_indentation] =
        [false, true].map(|trust_indentation| Balancer::new(text, trust_indentation).run(tokens));
    if by_indentation.errors.len() <= by_brackets.errors.len() { by_indentation } else { by_brackets }
}

fn is_balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        if let Some(closer) = token.kind.closer() {
            open.push(closer);
        } else if token.kind.is_closer() && open.pop() != Some(token.kind) {
            return false;
        }
    }
    open.is_empty()
}

/// `let { … }` can stand wherever an operand can; rnix wants more around it. So it is parenthesised.
/// The tokens are balanced.
pub(super) fn parenthesise_legacy_lets(tokens: &[Token]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind.closer().is_some() {
            let is_legacy = token.kind == Kind::BraceOpen && at > 0 && tokens[at - 1].kind == Kind::Let;
            if is_legacy {
                edits.push(Edit::insert(tokens[at - 1].start, "("));
            }
            open.push(is_legacy);
        } else if token.kind.is_closer() && open.pop() == Some(true) {
            edits.push(Edit::insert(token.end, ")"));
        }
    }
    edits
}

/// A bracket that is not closed yet.
#[derive(Clone, Copy)]
struct Open {
    token: Token,
    /// The indentation of its line.
    indent: u32,
    /// Whether it is the last thing in its line.
    ends_line: bool,
    /// Whether, since it or the last semicolon in it, there was a `=`.
    assigned: bool,
    /// How many `with`s and `assert`s in it wait for their semicolon.
    conditions: u32,
    /// How many `let`s in it wait for their `in`.
    lets: u32,
}

impl Open {
    /// Notes a token inside of it, but in no other bracket.
    fn note(&mut self, kind: Kind) {
        match kind {
            Kind::With | Kind::Assert => self.conditions += 1,
            Kind::Let => self.lets += 1,
            Kind::In => self.lets = self.lets.saturating_sub(1),
            _ if self.lets > 0 => {}
            Kind::Assign => self.assigned = true,
            _ if self.conditions > 0 => self.conditions -= 1,
            _ => self.assigned = false,
        }
    }
}

struct Balancer<'t> {
    text: &'t str,
    trust_indentation: bool,
    open: Vec<Open>,
    out: Balanced,
}

impl<'t> Balancer<'t> {
    fn new(text: &'t str, trust_indentation: bool) -> Self {
        Balancer { text, trust_indentation, open: Vec::new(), out: Balanced::default() }
    }

    fn run(mut self, tokens: &[Token]) -> Balanced {
        let mut indent = 0;
        let mut last_end = 0;
        let mut skip_semicolon = false;
        for (at, &token) in tokens.iter().enumerate() {
            if token.first_in_line {
                indent = self.column(token.start);
                if self.trust_indentation {
                    self.close_what_ended(token, indent, last_end);
                }
            }
            match token.kind {
                Kind::Semicolon if std::mem::take(&mut skip_semicolon) => {
                    self.out.edits.push(Edit::replace(token.range(), ""));
                    // What is put in comes behind it.
                    last_end = token.end;
                    continue;
                }
                Kind::Semicolon | Kind::Assign | Kind::With | Kind::Assert | Kind::Let | Kind::In => {
                    if token.kind == Kind::Semicolon {
                        self.close_before_semicolon(last_end);
                    }
                    if let Some(last) = self.open.last_mut() {
                        last.note(token.kind);
                    }
                }
                kind if kind.closer().is_some() => {
                    let ends_line = tokens.get(at + 1).is_some_and(|next| next.first_in_line);
                    self.open.push(Open {
                        token,
                        indent,
                        ends_line,
                        assigned: false,
                        conditions: 0,
                        lets: 0,
                    });
                }
                kind if kind.is_closer() && !self.close(token, indent, last_end) => {
                    self.error(token.range(), format!("unmatched `{}`", kind.text()));
                    self.out.edits.push(Edit::replace(token.range(), ""));
                    skip_semicolon = tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Semicolon);
                }
                _ => {}
            }
            last_end = token.end;
        }
        while !self.open.is_empty() {
            self.close_missing(last_end, true);
        }
        self.out.errors.sort_by_key(|error| error.range.start());
        self.out
    }

    fn column(&self, at: u32) -> u32 {
        let before = &self.text.as_bytes()[..at as usize];
        let line = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
        at - line as u32
    }

    fn error(&mut self, range: TextRange, message: String) {
        self.out.errors.push(SyntaxError { range, message });
    }

    /// Before the first token of a line: closes brackets whose content must be over, because the line is
    /// not indented deeper than the bracket's.
    fn close_what_ended(&mut self, token: Token, indent: u32, last_end: u32) {
        while let Some(&open) = self.open.last() {
            let is_its_end = token.kind.is_closer() && indent == open.indent;
            let is_string = matches!(open.token.kind, Kind::StringOpen | Kind::IndentedOpen);
            if !open.ends_line || is_string || indent > open.indent || is_its_end {
                return;
            }
            // `in`, `then` and their like may stand as far left as the bracket's line; a closing bracket
            // must belong to one further out, and anything else needs one further out to stand in.
            let outer = &self.open[self.open.len().saturating_sub(MAX_LOOK_OUT)..];
            let has_outer = outer.iter().any(|outer| match token.kind.is_closer() {
                true => outer.token.kind.closer() == Some(token.kind) && outer.indent == indent,
                false => outer.indent < indent,
            });
            if !has_outer {
                return;
            }
            self.close_missing(last_end, token.kind != Kind::Semicolon);
        }
    }

    /// Lists, and parentheses in most cases, are over where a semicolon stands.
    fn close_before_semicolon(&mut self, last_end: u32) {
        let is_over = |open: &&Open| match open.token.kind {
            Kind::BracketOpen => true,
            Kind::ParenOpen => open.conditions == 0 && open.lets == 0,
            _ => false,
        };
        let over = self.open.iter().rev().take_while(is_over).count();
        let outer = self.open.len().checked_sub(over + 1).map(|outer| self.open[outer]);
        if outer.is_some_and(|outer| outer.token.kind == Kind::BraceOpen && outer.assigned) {
            for _ in 0..over {
                self.close_missing(last_end, false);
            }
        }
    }

    /// Closes the innermost bracket at a place where nothing closes it. If it was a binding's value, that may need
    /// a semicolon.
    fn close_missing(&mut self, at: u32, semicolon: bool) {
        let Some(open) = self.open.pop() else { return };
        let kind = open.token.kind;
        let outer = self.open.last_mut();
        let ends_binding = kind == Kind::BraceOpen || kind == Kind::BracketOpen || kind == Kind::ParenOpen;
        let ends_binding = semicolon
            && ends_binding
            && outer.as_ref().is_some_and(|outer| outer.assigned && outer.token.kind == Kind::BraceOpen);
        if let (true, Some(outer)) = (ends_binding, outer) {
            outer.assigned = false;
        }
        let closer = match (kind, ends_binding) {
            (Kind::BraceOpen, true) => "};",
            (Kind::BracketOpen, true) => "];",
            (Kind::ParenOpen, true) => ");",
            _ => kind.closer().map_or("", Kind::text),
        };
        let written = open.token.text(self.text).to_owned();
        self.error(open.token.range(), format!("unclosed `{written}`"));
        self.out.edits.push(Edit::insert(at, closer));
    }

    /// Finds the partner of a closing bracket. False if it has none.
    fn close(&mut self, token: Token, indent: u32, last_end: u32) -> bool {
        let stray = self.trust_indentation
            && token.first_in_line
            && token.kind != Kind::InterpolationClose
            && self.open.last().is_some_and(|open| open.ends_line && open.indent < indent);
        if stray {
            return false;
        }
        let near = self.open.len().saturating_sub(MAX_LOOK_OUT);
        let is_partner = |open: &Open| open.token.kind.closer() == Some(token.kind);
        // Nothing reaches out of a string but its quotes.
        let is_end = |open: &Open| {
            is_partner(open) || matches!(open.token.kind, Kind::StringOpen | Kind::IndentedOpen)
        };
        let partner = self.open[near..].iter().rposition(is_end).map(|at| near + at);
        let Some(partner) = partner.filter(|&at| is_partner(&self.open[at])) else { return false };
        while self.open.len() > partner + 1 {
            self.close_missing(last_end, true);
        }
        self.open.pop();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::Draft;
    use super::super::lexer::lex;
    use super::balance;

    #[test]
    fn what_is_put_in_comes_behind_what_is_left_out() {
        for (text, balanced) in [("{ a = 1; );", "{ a = 1; }"), ("{ a = [ 1 );\n", "{ a = [ 1 ];}\n")] {
            let mut draft = Draft::new(text);
            draft.edit(&balance(text, &lex(text, None).tokens).edits);
            assert_eq!(draft.text, balanced);
        }
    }
}
