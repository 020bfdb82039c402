//! The types of options, read back from the sentences in which the manual describes them.
//!
//! Every option type of nixpkgs' `lib` composes its description from those of the types inside it
//! ([`TypeDescription::parse`] is the inverse of that, [`std::fmt::Display`] the composition itself). What a
//! description does not tell is not guessed: it is [`TypeDescription::Unknown`], as a whole or in part.

mod exact;
mod known;
mod merging;
mod parse;
mod show;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::ops::Bound;

/// What an option accepts, and with that how several definitions of it merge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TypeDescription {
    /// `true` or `false`; equal definitions merge.
    Bool,
    /// A boolean of which several definitions are combined by "or".
    BoolByOr,
    /// Any integer.
    Int,
    /// An integer within bounds that are both part of it (`port` is 0 to 65535).
    IntBetween {
        /// The least value; `i64::MIN` where there is no bound.
        lowest: i64,
        /// The greatest value; `i64::MAX` where there is no bound.
        highest: i64,
    },
    /// A number with a fraction (an integer is none).
    Float,
    /// An integer or a float: `either int float`.
    Number,
    /// [`TypeDescription::Number`] within bounds.
    NumberBetween {
        /// The lower bound.
        lowest: Bound<f64>,
        /// The upper bound.
        highest: Bound<f64>,
    },
    /// Any string; equal definitions merge.
    Str,
    /// A string with something else in it than blanks.
    NonEmptyStr,
    /// A string of one line; a line break at its end is accepted and taken off in the merge.
    SingleLineStr,
    /// A string that the given extended regular expression matches as a whole.
    StrMatching(SmolStr),
    /// A string; several definitions are joined with the given text between them (`lines`, `commas`, `envVar`).
    SeparatedString(SmolStr),
    /// The inner type, without line breaks and colons.
    PasswdEntry(Box<TypeDescription>),
    /// A path, or a string or set that can stand for one.
    Path {
        /// Whether it must begin with `/`. `None` where the description does not tell: until 24.11 a plain `path`
        /// meant an absolute one, later it means any.
        absolute: Option<bool>,
        /// Whether it must lie in the Nix store, or must not; `None`: either.
        in_store: Option<bool>,
    },
    /// A derivation or a store path; two definitions conflict even when they are equal.
    Package,
    /// A whole package set (`nixpkgs.pkgs`); two definitions conflict even when they are equal.
    PackageSet,
    /// One of the given values.
    Enum(Vec<EnumValue>),
    /// `null`, or the inner type. Definitions are all `null` or all of the inner type.
    NullOr(Box<TypeDescription>),
    /// The first of the two that accepts all definitions merges them. `oneOf` nests to the left.
    Either(Box<TypeDescription>, Box<TypeDescription>),
    /// `to`, or `from`, of which each definition is converted to `to` before they are merged.
    CoercedTo {
        /// What the value is in the end.
        to: Box<TypeDescription>,
        /// What is accepted besides.
        from: Box<TypeDescription>,
    },
    /// A list; several definitions are concatenated.
    ListOf {
        /// The type of each element.
        elem: Box<TypeDescription>,
        /// Whether the list may not be empty.
        non_empty: bool,
    },
    /// A set whose attributes are all of one type, and are merged each by itself.
    AttrsOf {
        /// The type of each attribute.
        elem: Box<TypeDescription>,
        /// Whether an attribute that is defined only under a false condition exists nevertheless.
        lazy: bool,
    },
    /// A list of sets with one attribute each, which may be written as one set (`attrListOf`, since 26.05).
    AttrListOf(Box<TypeDescription>),
    /// A set of anything. Several definitions are joined attribute by attribute, and the last one wins.
    Attrs,
    /// A set with exactly one attribute, whose name tells its type; the names, where they are told.
    AttrTag(Option<Vec<SmolStr>>),
    /// A set of declared options, no others; the options are children in the table.
    Submodule,
    /// A set of declared options; attributes that are not declared are taken together and are of the inner type.
    OpenSubmodule(Box<TypeDescription>),
    /// Anything; sets are merged recursively, other values when they are equal.
    Anything,
    /// Anything; sets are joined, lists and strings concatenated, booleans or-ed, equal integers merge.
    Unspecified,
    /// Anything; two definitions conflict even when they are equal.
    Raw,
    /// A type.
    OptionType,
    /// The declaration of an option.
    OptionDeclaration,
    /// A set of files (`lib.fileset`); several definitions are united.
    Fileset,
    /// A piece of Lua from `lib.mkLuaInline`.
    LuaInline,
    /// A function; several definitions are merged by merging their results.
    FunctionTo(Box<TypeDescription>),
    /// A module that is to be imported elsewhere; several definitions become one module that imports them all.
    DeferredModule,
    /// The inner type, but two definitions conflict even when they are equal. Descriptions do not show it.
    Unique(Box<TypeDescription>),
    /// The inner type and its merging, with a further test of which only the wording is known.
    Checked {
        /// The type before the test.
        base: Box<TypeDescription>,
        /// The whole description.
        check: SmolStr,
    },
    /// A value for a configuration file: a boolean, integer, float, string, path, `null` where it is allowed, or
    /// a list or set of such values. Lists are concatenated, sets merged by attribute, other values when equal.
    Serializable {
        /// The format (`JSON`).
        name: SmolStr,
        /// Whether `null` is such a value.
        nullable: bool,
    },
    /// A setting of a systemd unit. If any definition is a list all are concatenated, else they must be equal.
    SystemdOption,
    /// The configuration of nixpkgs: sets are joined recursively, and the last definition of an attribute wins.
    NixpkgsConfig,
    /// The description, of which no more than the wording is known.
    Unknown(SmolStr),
}

/// One of the values of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EnumValue {
    /// A string.
    Str(SmolStr),
    /// An integer.
    Int(i64),
    /// A boolean.
    Bool(bool),
    /// `null`.
    Null,
    /// A value of which the description tells only the type (`float`, `set`, `list`, …).
    Hidden(SmolStr),
}

/// Whether and how an attribute path continues below a value of some type ([`TypeDescription::accepts_below`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Acceptance {
    /// The type takes no attributes there: a definition fails.
    Refused,
    /// A set of declared options, of which the table has none of that name: as unknown as an option that the
    /// table does not have (renamed, internal and later options are not in it).
    Unlisted,
    /// The type does not tell.
    Unknown,
    /// A definition there is fine, as far as names go.
    Accepted,
}

impl TypeDescription {
    /// Whether some part of the type is unknown.
    pub fn has_unknown(&self) -> bool {
        use TypeDescription::*;
        match self {
            Unknown(_) => true,
            PasswdEntry(inner) | NullOr(inner) | AttrListOf(inner) | OpenSubmodule(inner) => {
                inner.has_unknown()
            }
            FunctionTo(inner) | Unique(inner) => inner.has_unknown(),
            Checked { base, .. } => base.has_unknown(),
            ListOf { elem, .. } | AttrsOf { elem, .. } => elem.has_unknown(),
            Either(left, right) => left.has_unknown() || right.has_unknown(),
            CoercedTo { to, from } => to.has_unknown() || from.has_unknown(),
            _ => false,
        }
    }

    /// Whether an attribute path `rest` may continue below a value of this type; the empty path always may.
    ///
    /// Options that the table lists below are not known here: a path for which the table has a node needs no
    /// asking.
    pub fn accepts_below<S: AsRef<str>>(&self, rest: &[S]) -> Acceptance {
        use TypeDescription::*;
        let Some((first, deeper)) = rest.split_first() else { return Acceptance::Accepted };
        match self {
            Anything | Unspecified | Raw | Attrs | DeferredModule | NixpkgsConfig | Serializable { .. } => {
                Acceptance::Accepted
            }
            AttrsOf { elem, .. } | AttrListOf(elem) => elem.accepts_below(deeper),
            NullOr(inner) | Unique(inner) | OpenSubmodule(inner) => inner.accepts_below(rest),
            Checked { base, .. } => base.accepts_below(rest).min(Acceptance::Unknown),
            CoercedTo { to, from } => to.accepts_below(rest).max(from.accepts_below(rest)),
            Either(left, right) => left.accepts_below(rest).max(right.accepts_below(rest)),
            AttrTag(Some(tags)) if !tags.iter().any(|tag| tag == first.as_ref()) => Acceptance::Refused,
            Submodule => Acceptance::Unlisted,
            // A set with `outPath` or `__toString` is a path or package, one with `__functor` a function.
            Path { .. }
            | Package
            | PackageSet
            | FunctionTo(_)
            | OptionType
            | OptionDeclaration
            | Fileset
            | LuaInline
            | SystemdOption
            | AttrTag(_)
            | Unknown(_) => Acceptance::Unknown,
            Bool
            | BoolByOr
            | Int
            | IntBetween { .. }
            | Float
            | Number
            | NumberBetween { .. }
            | Str
            | NonEmptyStr
            | SingleLineStr
            | StrMatching(_)
            | SeparatedString(_)
            | PasswdEntry(_)
            | Enum(_)
            | ListOf { .. } => Acceptance::Refused,
        }
    }

    /// The type with every submodule replaced by an unknown: what is left of it where the options of the
    /// submodule are not listed, so that nothing can be said of what stands in it.
    ///
    /// That is so where the manual shows no options inside (`specialisation.<name>.configuration`), where the
    /// type hides them (`either`), and for the alias of an option that lies inside free-form settings, which
    /// describes itself as a submodule though it is none (`virtualisation.docker.liveRestore`).
    pub(super) fn without_submodules(self) -> TypeDescription {
        use TypeDescription::*;
        let below = |inner: Box<TypeDescription>| Box::new(inner.without_submodules());
        match self {
            Submodule => Unknown(SmolStr::new_static("submodule")),
            NullOr(inner) => NullOr(below(inner)),
            AttrListOf(inner) => AttrListOf(below(inner)),
            FunctionTo(inner) => FunctionTo(below(inner)),
            Unique(inner) => Unique(below(inner)),
            ListOf { elem, non_empty } => ListOf { elem: below(elem), non_empty },
            AttrsOf { elem, lazy } => AttrsOf { elem: below(elem), lazy },
            Either(left, right) => Either(below(left), below(right)),
            CoercedTo { to, from } => CoercedTo { to: below(to), from: below(from) },
            other => other,
        }
    }
}
