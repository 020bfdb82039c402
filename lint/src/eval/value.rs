//! What expressions evaluate to, and why an evaluation may stop.

use super::builtins::Builtin;
use super::heap::{FrameId, ThunkId};
use super::machine::{Eval, Unit};
use crate::syntax::hir::{EntryId, ExprId, Name};
use std::fmt;
use std::rc::Rc;

/// A value in weak head normal form: what is inside lists and sets is still to be evaluated.
#[derive(Clone)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A string.
    Str(Str),
    /// An absolute path, normalised.
    Path(Rc<str>),
    /// A list.
    List(Rc<List>),
    /// An attribute set.
    Attrs(Rc<Attrs>),
    /// A function written in Nix.
    Lambda(Rc<Closure>),
    /// A builtin, perhaps with some of its arguments.
    Builtin(Rc<Partial>),
    /// A function of the analyser's own.
    Native(NativeFn),
    /// Something that only nixpkgs or an input knows, with an identity: `pkgs.hello`.
    Symbol(Rc<str>),
}

/// A function of the analyser's own.
#[derive(Clone)]
pub struct NativeFn(pub Rc<Native>);

/// What a [`NativeFn`] does with its argument.
pub type Native = dyn for<'h> Fn(&mut Eval<'h>, ThunkId) -> Res;

/// A string. What Nix calls its context is reduced to whether it contains a store path.
#[derive(Clone, PartialEq, Eq)]
pub struct Str {
    /// The text; where [`Str::stand_in`] is set, with stand-ins for store paths.
    pub text: Rc<str>,
    /// Whether the text contains something that stands for a store path which is not known. Such a text says
    /// which file or package is meant, but it is not the text that Nix would see.
    pub stand_in: bool,
}

impl Str {
    /// A string that is known as it is.
    pub fn new(text: &str) -> Self {
        Str { text: text.into(), stand_in: false }
    }
}

/// A list.
#[derive(Clone, Default)]
pub struct List {
    /// The elements that are known to be in it, in their order.
    pub items: Vec<ThunkId>,
    /// Set when there may be further elements, anywhere between the known ones.
    pub open: Option<Rc<Unknown>>,
}

/// An attribute set: entries sorted by name, and what is known of other names.
#[derive(Clone, Default)]
pub struct Attrs {
    /// The entries that are known, sorted by name.
    pub entries: Vec<(Name, Attr)>,
    /// What there is beside them.
    pub rest: Rest,
}

/// What an attribute set has beside its known entries.
#[derive(Clone, Default)]
pub enum Rest {
    /// Nothing.
    #[default]
    Closed,
    /// Nothing, as far as is known: another release of nixpkgs' `lib`, or a caller, may have more. Whoever lists the set gets
    /// the known entries; whoever asks for another is told that it is not known.
    Presumed(Rc<Unknown>),
    /// Perhaps something.
    Open(Rc<Unknown>),
    /// Whatever is asked for, as a [`Value::Symbol`] below this one.
    Symbolic(Rc<str>),
    /// Attributes that are computed when they are asked for.
    Lazy(Rc<dyn LazyAttrs>),
}

/// Attributes that are computed when they are asked for: a scope's `config` and `options`.
pub trait LazyAttrs {
    /// The attribute `name`, or `None` if there is certainly none.
    fn get(&self, eval: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>>;
    /// All names, in any order.
    fn names(&self, eval: &mut Eval<'_>) -> Res<Vec<Name>>;
    /// The scope whose `config` this is, as the layer above numbers them.
    fn scope(&self) -> Option<u32> {
        None
    }
    /// All names that there may be, in any order, where it is not known which there are; `None` if there may be any.
    fn possible_names(&self, eval: &mut Eval<'_>) -> Option<Vec<Name>> {
        self.names(eval).ok()
    }
}

/// An entry of an attribute set.
#[derive(Clone, Copy, Debug)]
pub struct Attr {
    /// The value.
    pub value: ThunkId,
    /// The binding that made it, where there is one.
    pub place: Option<Place>,
}

impl Attr {
    /// An entry that no binding in a file made.
    pub fn anonymous(value: ThunkId) -> Self {
        Attr { value, place: None }
    }
}

/// A binding in one of the files of an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// Which file: an index into [`Eval::units`].
    pub unit: u32,
    /// Which binding.
    pub entry: EntryId,
}

/// A function written in Nix, with the frame in which it was made.
pub struct Closure {
    /// The file.
    pub unit: Rc<Unit>,
    /// The lambda expression.
    pub lambda: ExprId,
    /// The frame around it.
    pub frame: FrameId,
}

/// A builtin with fewer arguments than it takes.
pub struct Partial {
    /// Which.
    pub builtin: &'static Builtin,
    /// The arguments so far.
    pub arguments: Vec<ThunkId>,
}

/// How many entries are gone through one by one.
const FEW: usize = 8;

impl Attrs {
    /// A set without entries.
    pub fn empty() -> Rc<Self> {
        Rc::new(Attrs::default())
    }

    /// A closed set of these entries, in any order. Of equal names the last one counts.
    pub fn from_entries(mut entries: Vec<(Name, Attr)>) -> Self {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            // Stable, so that the last of equal names can be kept.
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.reverse();
            entries.dedup_by(|a, b| a.0 == b.0);
            entries.reverse();
        }
        Attrs { entries, rest: Rest::Closed }
    }

    /// The known entry `name`.
    pub fn known(&self, name: &str) -> Option<Attr> {
        if self.entries.len() <= FEW {
            // Mostly the lengths differ already.
            return self.entries.iter().find(|(n, _)| n == name).map(|(_, attr)| *attr);
        }
        let i = self.entries.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
        Some(self.entries[i].1)
    }

    /// Whether there is certainly nothing beside the known entries.
    pub fn is_closed(&self) -> bool {
        matches!(self.rest, Rest::Closed)
    }
}

/// The kinds of values that something may be, as a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kinds(pub u16);

#[allow(missing_docs)]
impl Kinds {
    pub const NULL: Kinds = Kinds(1);
    pub const BOOL: Kinds = Kinds(2);
    pub const INT: Kinds = Kinds(4);
    pub const FLOAT: Kinds = Kinds(8);
    pub const STRING: Kinds = Kinds(16);
    pub const PATH: Kinds = Kinds(32);
    pub const LIST: Kinds = Kinds(64);
    pub const SET: Kinds = Kinds(128);
    pub const LAMBDA: Kinds = Kinds(256);
    pub const NUMBER: Kinds = Kinds(4 | 8);
    pub const SCALAR: Kinds = Kinds(1 | 2 | 4 | 8 | 16);
    pub const ANY: Kinds = Kinds(511);

    /// Whether all kinds in `self` are in `other`.
    pub fn within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    /// Whether no kind is in both.
    pub fn disjoint(self, other: Kinds) -> bool {
        self.0 & other.0 == 0
    }
}

/// Why something is not known, and what is known of it all the same.
#[derive(Debug)]
pub struct Unknown {
    /// The reason, as a short phrase: "`pkgs` needs nixpkgs".
    pub reason: Rc<str>,
    /// What kinds of value it may be.
    pub kinds: Kinds,
}

impl Unknown {
    /// Why something of nixpkgs or an input is not known.
    pub(crate) fn needs_nixpkgs(symbol: &str) -> Rc<Self> {
        Rc::new(Unknown { reason: format!("`{symbol}` needs nixpkgs").into(), kinds: Kinds::ANY })
    }
}

/// Why an evaluation yields no value.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It cannot be known here. An operation that needs the value is unknown as well.
    Unknown(Rc<Unknown>),
    /// Nix would stop with an error.
    Error(Rc<Error>),
}

/// How an evaluation comes back to where it is.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Circle {
    /// The places in the text.
    pub places: Vec<Origin>,
    /// Whether it leads through something that no text says, such as the module system.
    pub is_outside: bool,
}

/// An error that Nix would stop with.
#[derive(Debug)]
pub enum Error {
    /// `throw` or a failed `assert`: `builtins.tryEval` catches it.
    Throw(String),
    /// Any other error: a type that does not fit, a missing attribute, `abort`.
    Fail(String),
    /// Infinite recursion, with the places of the cycle.
    Recursion(Circle),
    /// Definitions of an option that contradict each other. The module system's error; it passes through every expression
    /// that reads the option.
    Conflict {
        /// The option, as NixOS prints it.
        option: String,
        /// Whether `builtins.tryEval` can tell (it is a `throw`).
        message: String,
    },
}

/// An expression in one of the files of an evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Origin {
    /// Which file: an index into [`Eval::units`].
    pub unit: u32,
    /// Which expression.
    pub expr: ExprId,
}

/// The result of evaluating something.
pub type Res<T = Value> = Result<T, Stop>;

impl Stop {
    /// Unknown, and nothing known about its kind.
    pub fn unknown(reason: impl Into<Rc<str>>) -> Self {
        Stop::unknown_kind(reason, Kinds::ANY)
    }

    /// Unknown, but of one of these kinds.
    pub fn unknown_kind(reason: impl Into<Rc<str>>, kinds: Kinds) -> Self {
        Stop::Unknown(Rc::new(Unknown { reason: reason.into(), kinds }))
    }

    /// Unknown, because it is of nixpkgs or an input.
    pub(crate) fn needs_nixpkgs(symbol: &str) -> Self {
        Stop::Unknown(Unknown::needs_nixpkgs(symbol))
    }

    /// An error that `tryEval` does not catch.
    pub fn fail(message: impl Into<String>) -> Self {
        Stop::Error(Rc::new(Error::Fail(message.into())))
    }

    /// An error that `tryEval` catches.
    pub fn throw(message: impl Into<String>) -> Self {
        Stop::Error(Rc::new(Error::Throw(message.into())))
    }

    /// The same, where what it stands for is certainly one of `kinds` as well.
    pub fn yielding_one_of(self, kinds: Kinds) -> Self {
        match &self {
            Stop::Unknown(u) if !u.kinds.disjoint(kinds) => {
                let both = Kinds(u.kinds.0 & kinds.0);
                self.yielding(both)
            }
            _ => self.yielding(kinds),
        }
    }

    /// The same, where an operation on it may yield anything.
    pub fn of_any_kind(self) -> Self {
        self.yielding(Kinds::ANY)
    }

    /// The same, where an operation on it yields one of `kinds`.
    pub fn yielding(self, kinds: Kinds) -> Self {
        match self {
            Stop::Unknown(u) if u.kinds != kinds => {
                Stop::Unknown(Rc::new(Unknown { reason: u.reason.clone(), kinds }))
            }
            other => other,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Unknown(why) => f.write_str(&why.reason),
            Stop::Error(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Throw(m) | Error::Fail(m) => f.write_str(m),
            Error::Conflict { message, .. } => f.write_str(message),
            Error::Recursion(_) => f.write_str("infinite recursion encountered"),
        }
    }
}

impl Value {
    /// A string that is known as it is.
    pub fn str(text: &str) -> Self {
        Value::Str(Str::new(text))
    }

    /// A closed list.
    pub fn list(items: Vec<ThunkId>) -> Self {
        Value::List(Rc::new(List { items, open: None }))
    }

    /// A closed set of these entries, in any order.
    pub fn attrs(entries: Vec<(Name, Attr)>) -> Self {
        Value::Attrs(Rc::new(Attrs::from_entries(entries)))
    }

    /// A closed set of these attributes, none of which stands in a file.
    pub fn set<const N: usize>(entries: [(&'static str, ThunkId); N]) -> Self {
        let entry = |(name, value)| (Name::new_static(name), Attr::anonymous(value));
        Value::attrs(entries.into_iter().map(entry).collect())
    }

    /// What `builtins.typeOf` calls it; `None` for a symbol.
    pub fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "string",
            Value::Path(_) => "path",
            Value::List(_) => "list",
            Value::Attrs(_) => "set",
            Value::Lambda(_) | Value::Builtin(_) | Value::Native(_) => "lambda",
            Value::Symbol(_) => return None,
        })
    }

    /// The kinds that it may be; one, but for a symbol.
    pub fn kinds(&self) -> Kinds {
        match self {
            Value::Null => Kinds::NULL,
            Value::Bool(_) => Kinds::BOOL,
            Value::Int(_) => Kinds::INT,
            Value::Float(_) => Kinds::FLOAT,
            Value::Str(_) => Kinds::STRING,
            Value::Path(_) => Kinds::PATH,
            Value::List(_) => Kinds::LIST,
            Value::Attrs(_) => Kinds::SET,
            Value::Lambda(_) | Value::Builtin(_) | Value::Native(_) => Kinds::LAMBDA,
            Value::Symbol(_) => Kinds::ANY,
        }
    }

    /// How an error message calls it: "a list".
    pub fn describe(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a Boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Str(_) => "a string",
            Value::Path(_) => "a path",
            Value::List(_) => "a list",
            Value::Attrs(_) => "a set",
            Value::Lambda(_) | Value::Builtin(_) | Value::Native(_) => "a function",
            Value::Symbol(_) => "something of nixpkgs",
        }
    }
}
