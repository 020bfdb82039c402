//! Tokens as brackets and semicolons group them.

use super::draft::Draft;
use super::token::{Kind, Token};
use rowan::{TextRange, TextSize};

/// A draft's tokens, whose brackets match.
pub(super) struct Groups<'d> {
    pub(super) draft: &'d Draft<'d>,
    pub(super) tokens: &'d [Token],
    /// For each bracket or quote the index of its partner.
    partners: Vec<u32>,
}

/// What stands between semicolons, around a token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    /// The index of its first token.
    pub(super) start: usize,
    /// The index of the token behind its last: a semicolon, an `in`, a closing bracket, or the end.
    pub(super) end: usize,
    /// The index of its `=`, if the token stands behind one.
    pub(super) assign: Option<usize>,
    /// Whether it stands among bindings, and not in a list, in parentheses or behind an `in`.
    pub(super) is_binding: bool,
    /// Whether these bindings are a `let`'s.
    pub(super) in_let: bool,
}

impl<'d> Groups<'d> {
    pub(super) fn new(draft: &'d Draft<'d>, tokens: &'d [Token]) -> Groups<'d> {
        let mut partners = vec![u32::MAX; tokens.len()];
        let mut open: Vec<usize> = Vec::new();
        for (at, token) in tokens.iter().enumerate() {
            if token.kind.closer().is_some() {
                open.push(at);
            } else if token.kind.is_closer()
                && let Some(start) = open.pop()
            {
                partners[start] = at as u32;
                partners[at] = start as u32;
            }
        }
        Groups { draft, tokens, partners }
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    /// The kind of the token before.
    pub(super) fn kind_before(&self, at: usize) -> Option<Kind> {
        self.kind(at.checked_sub(1)?)
    }

    pub(super) fn first_in_line(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.first_in_line)
    }

    /// The index of the first token that starts at or behind an offset.
    pub(super) fn at(&self, offset: TextSize) -> usize {
        self.tokens.partition_point(|token| token.start < u32::from(offset))
    }

    /// Where the token before ends: the place where something is missing.
    pub(super) fn end_before(&self, at: usize) -> u32 {
        at.checked_sub(1).and_then(|before| self.tokens.get(before)).map_or(0, |token| token.end)
    }

    /// The range from one token up to another, which is not in it.
    pub(super) fn range(&self, start: usize, end: usize) -> TextRange {
        let from = self.tokens.get(start).map_or(self.draft.text.len() as u32, |token| token.start);
        TextRange::new(TextSize::new(from), TextSize::new(self.end_before(end).max(from)))
    }

    /// How to name the token in a message. Tokens that were put in are not there for the user.
    pub(super) fn found(&self, at: usize) -> String {
        let written =
            self.tokens.iter().skip(at).find(|token| !self.draft.is_inserted(token.range().start()));
        match written {
            Some(token) => token.describe(&self.draft.text),
            None => "the end of the file".to_owned(),
        }
    }

    /// The index of a bracket's or quote's partner.
    pub(super) fn partner(&self, at: usize) -> Option<usize> {
        self.partners.get(at).filter(|&&partner| partner != u32::MAX).map(|&partner| partner as usize)
    }

    /// The index of the bracket or quote that a token stands in.
    pub(super) fn opener(&self, at: usize) -> Option<usize> {
        let mut at = at.min(self.tokens.len());
        while at > 0 {
            at -= 1;
            match self.partner(at) {
                Some(partner) if partner < at => at = partner,
                Some(_) => return Some(at),
                None => {}
            }
        }
        None
    }

    /// Whether the brace at an index opens a function's pattern.
    pub(super) fn is_pattern(&self, brace: usize) -> bool {
        let behind = self.partner(brace).and_then(|close| self.kind(close + 1));
        matches!(behind, Some(Kind::Colon | Kind::At)) || self.kind_before(brace) == Some(Kind::At)
    }

    /// Where a name of an attribute path starts that ends with the token at an index.
    pub(super) fn name_start(&self, at: usize) -> Option<usize> {
        match self.kind(at)? {
            Kind::Ident | Kind::Or => Some(at),
            Kind::StringClose | Kind::InterpolationClose => self.partner(at),
            _ => None,
        }
    }

    /// Where an attribute path starts that ends with the token at an index. It does not go on over lines:
    /// a name at the start of a line starts it.
    pub(super) fn path_start(&self, at: usize) -> Option<usize> {
        let mut start = self.name_start(at)?;
        while !self.first_in_line(start)
            && self.kind_before(start) == Some(Kind::Dot)
            && let Some(before) = start.checked_sub(2).and_then(|before| self.name_start(before))
        {
            start = before;
        }
        Some(start)
    }

    /// The statement that a token, or the end of the file, stands in or ends.
    pub(super) fn statement(&self, at: usize) -> Statement {
        let opener = self.opener(at);
        let first = opener.map_or(0, |opener| opener + 1);
        let is_binding = opener.is_some_and(|brace| self.kind(brace) == Some(Kind::BraceOpen));
        let mut levels = vec![Level { start: first, assign: None, conditions: 0, is_binding, in_let: false }];
        let mut index = first;
        while index < at {
            let Some(level) = levels.last_mut() else { break };
            match self.tokens[index].kind {
                Kind::Let => levels.push(Level {
                    start: index + 1,
                    assign: None,
                    conditions: 0,
                    is_binding: true,
                    in_let: true,
                }),
                Kind::In if level.in_let => drop(levels.pop()),
                Kind::With | Kind::Assert => level.conditions += 1,
                Kind::Semicolon if level.conditions > 0 => level.conditions -= 1,
                Kind::Semicolon => (level.start, level.assign) = (index + 1, None),
                Kind::Assign => level.assign = level.assign.or(Some(index)),
                _ => {}
            }
            index =
                self.partner(index).filter(|&partner| partner > index && partner < at).unwrap_or(index) + 1;
        }
        let Some(level) = levels.pop() else {
            return Statement { start: first, end: at, assign: None, is_binding, in_let: false };
        };
        let Level { start, assign, is_binding, in_let, .. } = level;
        Statement { start, end: self.statement_end(at, level.conditions), assign, is_binding, in_let }
    }

    /// The end of the statement that goes on at a token, inside of so many `with`s and `assert`s.
    fn statement_end(&self, at: usize, mut conditions: usize) -> usize {
        let mut lets = 0;
        let mut index = at;
        while let Some(kind) = self.kind(index) {
            match kind {
                Kind::Let => lets += 1,
                Kind::In if lets > 0 => lets -= 1,
                Kind::With | Kind::Assert if lets == 0 => conditions += 1,
                Kind::Semicolon if lets > 0 => {}
                Kind::Semicolon if conditions > 0 => conditions -= 1,
                Kind::In | Kind::Semicolon => return index,
                kind if kind.is_closer() => return index,
                _ => {}
            }
            index = self.partner(index).unwrap_or(index) + 1;
        }
        index
    }
}

/// Bindings, or an expression, that a token may stand in.
#[derive(Clone, Copy)]
struct Level {
    start: usize,
    assign: Option<usize>,
    /// How many `with`s and `assert`s still wait for their semicolon.
    conditions: usize,
    is_binding: bool,
    in_let: bool,
}
