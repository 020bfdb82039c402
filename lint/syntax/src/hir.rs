//! The lowered form of a file: an arena of expressions in which every name is resolved to its binder.
//!
//! Lowering removes what evaluation does not need (parentheses, comments, attribute paths of several
//! names, both kinds of strings) and keeps a map back to the text. It is made once per file text and
//! shared between all evaluations of it.

use rowan::{TextRange, TextSize};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::sync::Arc;

/// An attribute's or variable's name.
pub type Name = SmolStr;

/// An expression in its file's arena ([`File::expr`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct ExprId(pub u32);

/// A binding (`a.b = …;`, or one name of an `inherit`) in its file's arena ([`File::entry`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct EntryId(pub u32);

/// A lowered file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Every expression; children come before their parents. They know nothing of where they stand, so that texts which say the same at
    /// other places can share them.
    pub exprs: Arc<[Expr]>,
    /// The text range of each expression, without surrounding parentheses, in the order of `exprs`.
    pub ranges: Vec<TextRange>,
    /// Every binding that has a place in the text.
    pub entries: Vec<Entry>,
    /// The expression that the file is.
    pub root: ExprId,
    /// What could not be parsed, in the order of the text.
    pub errors: Vec<SyntaxError>,
}

impl File {
    /// The expression behind `id`.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// Where `id` stands in the text.
    pub fn range(&self, id: ExprId) -> TextRange {
        self.ranges[id.0 as usize]
    }

    /// The binding behind `id`.
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id.0 as usize]
    }

    /// Whether two texts say the same, if perhaps at other places: what is between the tokens may be another.
    pub fn says_the_same(&self, other: &File) -> bool {
        let kinds = || self.entries.iter().map(|entry| entry.kind);
        self.root == other.root
            && (Arc::ptr_eq(&self.exprs, &other.exprs)
                || self.exprs == other.exprs && kinds().eq(other.entries.iter().map(|entry| entry.kind)))
    }
}

/// Where what is the same in two texts stands in the new one: what stood at a place or behind it stands so far behind that now.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    /// The place, in the former text.
    pub at: TextSize,
    /// How far, in bytes.
    pub by: i64,
}

impl Shift {
    /// Where a place of the former text is now.
    pub fn place(self, place: TextSize) -> TextSize {
        if place < self.at { place } else { ((i64::from(u32::from(place)) + self.by) as u32).into() }
    }

    /// Where a range of the former text is now.
    pub fn range(self, range: TextRange) -> TextRange {
        TextRange::new(self.place(range.start()), self.place(range.end()))
    }
}

/// Something that Nix cannot parse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntaxError {
    /// Where; empty at the place where something is missing.
    pub range: TextRange,
    /// What is wrong, in a short lower-case sentence without a full stop.
    pub message: String,
}

/// A binding as it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How it is written.
    pub kind: EntryKind,
    /// The whole binding: from the first name to the semicolon; for an inherited name, the name.
    pub range: TextRange,
    /// The attribute path as written (`a.b` of `a.b = 1;`); for an inherited name, the name.
    pub path: TextRange,
    /// The last name of the path.
    pub name: TextRange,
    /// The value; for an inherited name, the same range as `name`.
    pub value: TextRange,
}

/// How a binding is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// `a.b = value;`
    Plain,
    /// `inherit a;`
    Inherit,
    /// `inherit (e) a;`
    InheritFrom,
}

/// A string, or a piece of text with interpolations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Text with escapes and indentation already resolved.
    Text(Arc<str>),
    /// `${…}`.
    Interpolation(ExprId),
}

/// A lowered expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    /// Nothing sensible stands there (a syntax error is recorded for it).
    Missing,
    /// An integer literal.
    Int(i64),
    /// A floating point literal.
    Float(f64),
    /// A string or URI without interpolations.
    Text(Arc<str>),
    /// A string with interpolations: at least one part is an interpolation.
    Str(Box<[Part]>),
    /// A path literal.
    Path(PathKind, Box<[Part]>),
    /// A variable bound by `let`, `rec`, or a function: `depth` frames up, at `slot`. `with` makes a frame too.
    Local {
        /// How many frames up.
        depth: u32,
        /// Which of that frame's slots.
        slot: u32,
    },
    /// A variable that only `with` can bind: looked up in those frames, innermost first.
    With {
        /// Its name.
        name: Name,
        /// How many frames up each enclosing `with` is, innermost first; never empty.
        scopes: Box<[u32]>,
    },
    /// A name of Nix' global scope (`true`, `builtins`, `map`, `__add`, …).
    Global(Name),
    /// A variable that nothing binds.
    Undefined(Name),
    /// `base.path` or `base.path or default`.
    Select {
        /// What is selected from.
        base: ExprId,
        /// The attribute path, never empty.
        path: Box<[AttrName]>,
        /// The value behind `or`.
        default: Option<ExprId>,
    },
    /// `base ? path`.
    HasAttr {
        /// What is asked.
        base: ExprId,
        /// The attribute path, never empty.
        path: Box<[AttrName]>,
    },
    /// `function argument`. Pipes are lowered to it too.
    Apply {
        /// The function.
        function: ExprId,
        /// Its argument.
        argument: ExprId,
    },
    /// A function. Makes one frame: see [`Param`].
    Lambda(Box<Lambda>),
    /// `let … in body`. Makes one frame, whose slots are the bindings' in their order.
    Let {
        /// The bindings; without dynamic ones.
        bindings: Box<Bindings>,
        /// The body, inside the frame.
        body: ExprId,
    },
    /// `{ … }` or `rec { … }`. A recursive one makes a frame like `let`'s, in which also the names and values
    /// of dynamic bindings are evaluated. Legacy `let { … }` is lowered to selecting `body` from one.
    Attrs {
        /// Whether it is `rec`.
        recursive: bool,
        /// The bindings.
        bindings: Box<Bindings>,
    },
    /// `[ … ]`.
    List(Box<[ExprId]>),
    /// `with scope; body`. Makes a frame of one slot that holds the scope.
    WithIn {
        /// The set whose attributes come into scope; outside the frame.
        scope: ExprId,
        /// The body, inside the frame.
        body: ExprId,
    },
    /// `if condition then yes else no`.
    If {
        /// The condition.
        condition: ExprId,
        /// Behind `then`.
        yes: ExprId,
        /// Behind `else`.
        no: ExprId,
    },
    /// `assert condition; body`.
    Assert {
        /// The condition.
        condition: ExprId,
        /// The value if it holds.
        body: ExprId,
    },
    /// A binary operator.
    Binary {
        /// Which.
        op: BinaryOp,
        /// The operand to the left.
        left: ExprId,
        /// The operand to the right.
        right: ExprId,
    },
    /// `!e`.
    Not(ExprId),
    /// `-e`.
    Negate(ExprId),
    /// `__curPos`.
    CurPos,
}

impl Eq for Expr {}

/// The kinds of path literals, which say what the text is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathKind {
    /// `./x`, `../x`, `a/b`: relative to the file's folder.
    Relative,
    /// `/x`.
    Absolute,
    /// `~/x`; the text is what follows `~/`.
    Home,
    /// `<x>`; the text is what stands between the angle brackets.
    Search,
}

/// One name of an attribute path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AttrName {
    /// A name that is known (`a`, `"a"`, `${"a"}`).
    Static(Name),
    /// A name that is computed.
    Dynamic(ExprId),
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lambda {
    /// What it takes.
    pub param: Param,
    /// Its body, inside the frame that the parameter makes.
    pub body: ExprId,
}

/// A function's parameter and the frame that it makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Param {
    /// `x: …`: slot 0 is the argument.
    Name(Name),
    /// `{ a, b ? c, ... }@all: …`: one slot for each formal in their order, and behind them, if there is an `@`, one for the
    /// whole argument. Defaults are evaluated inside the frame.
    Pattern {
        /// The formals, in the order of the text.
        formals: Box<[Formal]>,
        /// Whether `...` allows other attributes.
        open: bool,
        /// The name behind or before `@`.
        bind: Option<Name>,
    },
}

/// A formal argument of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Formal {
    /// Its name.
    pub name: Name,
    /// Its default, evaluated inside the function's frame.
    pub default: Option<ExprId>,
}

/// The bindings of a `let` or an attribute set, attribute paths already nested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bindings {
    /// Bindings with a known name, in the order of the text, no name twice.
    pub statics: Box<[Binding]>,
    /// The numbers of these, in the order of their names.
    pub by_name: Box<[u32]>,
    /// Bindings whose name is computed, in the order of the text.
    pub dynamics: Box<[DynamicBinding]>,
    /// The sources `e` of `inherit (e) …`, in the order of the text. In a `let` or `rec` they are evaluated inside the frame.
    pub sources: Box<[ExprId]>,
}

/// A binding with a known name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: BindingValue,
    /// Where it stands. For `a` of `a.b = 1; a.c = 2;` the first of them, whose range is then that of `a.b = 1;`.
    pub entry: EntryId,
}

/// The value of a binding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindingValue {
    /// An expression. In a `let` or `rec` it is evaluated inside the frame.
    Expr(ExprId),
    /// `inherit a;`: the variable `a` as it is *outside* the frame that a `let` or `rec` makes; the expression is resolved there.
    Outer(ExprId),
    /// `inherit (e) a;`: attribute `a` of that source.
    From(u32),
}

/// A binding whose name is computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DynamicBinding {
    /// The name: an expression that yields a string, or null (then the binding is left out).
    pub name: ExprId,
    /// The value.
    pub value: ExprId,
    /// Where it stands.
    pub entry: EntryId,
}

/// A binary operator. Pipes are [`Expr::Apply`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Concat,
    Update,
    Add,
    Sub,
    Mul,
    Div,
    And,
    Or,
    Implies,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}
