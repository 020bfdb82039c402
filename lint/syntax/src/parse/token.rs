//! Tokens as Nix' lexer makes them.

use rowan::{TextRange, TextSize};

/// A token: where it stands and what it is. Whitespace and comments are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Whether only whitespace stands before it in its line (and it is not inside a string).
    pub(super) first_in_line: bool,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Token {
    pub(super) fn range(self) -> TextRange {
        TextRange::new(TextSize::new(self.start), TextSize::new(self.end))
    }

    pub(super) fn text(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }

    /// How to name it in a message: as it is written if that is short, else in words.
    pub(super) fn describe(self, text: &str) -> String {
        match self.kind {
            Kind::StringOpen | Kind::IndentedOpen => "a string".to_owned(),
            Kind::Path | Kind::Search => "a path".to_owned(),
            Kind::Int | Kind::Float => "a number".to_owned(),
            Kind::Uri => "a URI".to_owned(),
            Kind::InterpolationOpen => "`${`".to_owned(),
            Kind::Ident if self.end - self.start > 40 => "a name".to_owned(),
            _ => format!("`{}`", self.text(text)),
        }
    }
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Or,
    If,
    Then,
    Else,
    Assert,
    With,
    Let,
    In,
    Rec,
    Inherit,
    Int,
    Float,
    Uri,
    /// `<nixpkgs>`
    Search,
    /// A path up to its end or first interpolation.
    Path,
    /// What follows an interpolation in a path.
    PathMore,
    StringOpen,
    StringClose,
    IndentedOpen,
    IndentedClose,
    /// What stands in a string between interpolations.
    StringText,
    InterpolationOpen,
    InterpolationClose,
    BraceOpen,
    BraceClose,
    BracketOpen,
    BracketClose,
    ParenOpen,
    ParenClose,
    Semicolon,
    Colon,
    Comma,
    Dot,
    Assign,
    At,
    Question,
    Ellipsis,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Either,
    Implies,
    Update,
    Concat,
    Add,
    Sub,
    Mul,
    Div,
    Not,
    PipeRight,
    PipeLeft,
}

impl Kind {
    /// What closes this opening token.
    pub(super) fn closer(self) -> Option<Kind> {
        Some(match self {
            Kind::BraceOpen => Kind::BraceClose,
            Kind::BracketOpen => Kind::BracketClose,
            Kind::ParenOpen => Kind::ParenClose,
            Kind::InterpolationOpen => Kind::InterpolationClose,
            Kind::StringOpen => Kind::StringClose,
            Kind::IndentedOpen => Kind::IndentedClose,
            _ => return None,
        })
    }

    /// Whether it closes a bracket, an interpolation or a string.
    pub(super) fn is_closer(self) -> bool {
        use Kind::*;
        matches!(
            self,
            BraceClose | BracketClose | ParenClose | InterpolationClose | StringClose | IndentedClose
        )
    }

    /// The text of a token that is always written the same.
    pub(super) fn text(self) -> &'static str {
        match self {
            Kind::BraceClose | Kind::InterpolationClose => "}",
            Kind::BracketClose => "]",
            Kind::ParenClose => ")",
            Kind::StringClose => "\"",
            Kind::IndentedClose => "''",
            _ => "",
        }
    }

    /// Whether an expression can start with it.
    pub(super) fn starts_expression(self) -> bool {
        use Kind::*;
        self.starts_operand() || matches!(self, If | Assert | With | Let | Sub | Not)
    }

    /// Whether an operand (of an operator, an application or a list) can start with it.
    pub(super) fn starts_operand(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Ident
                | Rec
                | Int
                | Float
                | Uri
                | Search
                | Path
                | StringOpen
                | IndentedOpen
                | BraceOpen
                | BracketOpen
                | ParenOpen
        )
    }

    /// Whether an operand can end with it.
    pub(super) fn ends_operand(self) -> bool {
        use Kind::*;
        self.is_closer() || matches!(self, Ident | Or | Int | Float | Uri | Search | Path | PathMore)
    }

    /// Whether rnix' parser calls itself for it, beyond its own limit of nested expressions.
    pub(super) fn recurses_without_limit(self) -> bool {
        use Kind::*;
        matches!(self, BracketOpen | Or | Sub | Not | Concat | Update | Implies | PipeLeft)
    }
}
