//! How nixpkgs words the description of a type, and when it puts one inside another into parentheses.

use super::{EnumValue, TypeDescription};
use std::fmt::{self, Display, Formatter};
use std::ops::Bound;

/// What kind of phrase a description is: decides where it needs parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// "string": never ambiguous.
    Noun,
    /// "string or path".
    Conjunction,
    /// "list of string".
    Composite,
    /// "positive integer, meaning >0".
    NonRestrictive,
    /// Of no declared kind: always in parentheses.
    Unclassed,
}

impl Class {
    /// Whether the phrase stands without parentheses as an element ("list of …").
    pub(super) fn fits_element(self) -> bool {
        matches!(self, Class::Noun | Class::Composite)
    }

    /// Whether it stands without parentheses before "or", and after "null or".
    fn fits_alternative(self) -> bool {
        matches!(self, Class::Noun | Class::Conjunction)
    }
}

impl TypeDescription {
    /// The kind of phrase that describes this type.
    pub(super) fn class(&self) -> Class {
        use TypeDescription::*;
        match self {
            Enum(values) if values.len() > 1 => Class::Conjunction,
            NullOr(_) | Either(..) | Number | Serializable { .. } => Class::Conjunction,
            ListOf { .. } | AttrsOf { .. } | AttrListOf(_) | FunctionTo(_) => Class::Composite,
            PasswdEntry(_) | IntBetween { lowest: 0 | 1, highest: i64::MAX } => Class::NonRestrictive,
            NumberBetween { highest: Bound::Unbounded, .. } => Class::NonRestrictive,
            NumberBetween { .. } => Class::Conjunction,
            CoercedTo { .. }
            | Attrs
            | Submodule
            | OpenSubmodule(_)
            | SystemdOption
            | NixpkgsConfig
            | Unknown(_) => Class::Unclassed,
            Unique(inner) => inner.class(),
            _ => Class::Noun,
        }
    }
}

/// A description inside another one: in parentheses unless its class fits.
struct Inside<'a>(&'a TypeDescription, fn(Class) -> bool);

impl Display for Inside<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if (self.1)(self.0.class()) { self.0.fmt(f) } else { write!(f, "({})", self.0) }
    }
}

fn element(inner: &TypeDescription) -> Inside<'_> {
    Inside(inner, Class::fits_element)
}

fn alternative(inner: &TypeDescription) -> Inside<'_> {
    Inside(inner, Class::fits_alternative)
}

fn noun(inner: &TypeDescription) -> Inside<'_> {
    Inside(inner, |class| class == Class::Noun)
}

/// The description as nixpkgs words it (with straight quotation marks, which the manual makes curly).
impl Display for TypeDescription {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        use TypeDescription::*;
        match self {
            Bool => f.write_str("boolean"),
            BoolByOr => f.write_str("boolean (merged using or)"),
            Int => f.write_str("signed integer"),
            IntBetween { lowest, highest } => integers(f, *lowest, *highest),
            Float => f.write_str("floating point number"),
            Number => f.write_str("signed integer or floating point number"),
            NumberBetween { lowest, highest } => numbers(f, *lowest, *highest),
            Str => f.write_str("string"),
            NonEmptyStr => f.write_str("non-empty string"),
            SingleLineStr => f.write_str("(optionally newline-terminated) single-line string"),
            StrMatching(pattern) => write!(f, "string matching the pattern {pattern}"),
            SeparatedString(separator) => {
                write!(f, "strings concatenated with {}", serde_json::Value::from(separator.as_str()))
            }
            PasswdEntry(inner) => write!(f, "{}, not containing newlines or colons", noun(inner)),
            Path { absolute, in_store } => {
                f.write_str(match absolute {
                    None => "",
                    Some(true) => "absolute ",
                    Some(false) => "relative ",
                })?;
                f.write_str(match in_store {
                    None => "path",
                    Some(true) => "path in the Nix store",
                    Some(false) => "path not in the Nix store",
                })
            }
            Package => f.write_str("package"),
            PackageSet => f.write_str("Nixpkgs package set"),
            Enum(values) => enumeration(f, values),
            NullOr(inner) => write!(f, "null or {}", alternative(inner)),
            Either(left, right) if left.class() == Class::NonRestrictive => {
                write!(f, "{left}, or {}", alternative(right))
            }
            Either(left, right) => {
                let right = Inside(right, |class| class.fits_alternative() || class == Class::Composite);
                write!(f, "{} or {right}", alternative(left))
            }
            CoercedTo { to, from } => write!(f, "{} or {} convertible to it", noun(to), noun(from)),
            ListOf { elem, non_empty: false } => write!(f, "list of {}", element(elem)),
            ListOf { elem, non_empty: true } => write!(f, "non-empty (list of {})", element(elem)),
            AttrsOf { elem, lazy: false } => write!(f, "attribute set of {}", element(elem)),
            AttrsOf { elem, lazy: true } => write!(f, "lazy attribute set of {}", element(elem)),
            AttrListOf(elem) => write!(f, "attribute list of {}", element(elem)),
            Attrs => f.write_str("attribute set"),
            AttrTag(None) => f.write_str("attribute-tagged union"),
            AttrTag(Some(tags)) => {
                f.write_str("attribute-tagged union with choices:")?;
                for (i, tag) in tags.iter().enumerate() {
                    f.write_str(if i == 0 { " " } else { ", " })?;
                    f.write_str(&crate::nixos::table::path::quoted_if_needed(tag))?;
                }
                Ok(())
            }
            Submodule => f.write_str("submodule"),
            OpenSubmodule(inner) => write!(f, "open submodule of {}", element(inner)),
            Anything => f.write_str("anything"),
            Unspecified => f.write_str("unspecified value"),
            Raw => f.write_str("raw value"),
            OptionType => f.write_str("optionType"),
            OptionDeclaration => f.write_str("option declaration"),
            Fileset => f.write_str("fileset"),
            LuaInline => f.write_str("inline lua"),
            FunctionTo(inner) => write!(f, "function that evaluates to a(n) {}", element(inner)),
            DeferredModule => f.write_str("module"),
            Unique(inner) => inner.fmt(f),
            Checked { check, .. } => f.write_str(check),
            Serializable { name, .. } => write!(f, "{name} value"),
            SystemdOption => f.write_str("systemd option"),
            NixpkgsConfig => f.write_str("nixpkgs config"),
            Unknown(description) => f.write_str(description),
        }
    }
}

fn integers(f: &mut Formatter<'_>, lowest: i64, highest: i64) -> fmt::Result {
    match (lowest, highest) {
        (0, i64::MAX) => return f.write_str("unsigned integer, meaning >=0"),
        (1, i64::MAX) => return f.write_str("positive integer, meaning >0"),
        _ => {}
    }
    let bits = [8_u32, 16, 32].into_iter().find_map(|bits| match (lowest, highest) {
        (0, h) if h == (1 << bits) - 1 => Some((bits, "unsigned")),
        (l, h) if l == -(1 << (bits - 1)) && h == (1 << (bits - 1)) - 1 => Some((bits, "signed")),
        _ => None,
    });
    match bits {
        Some((bits, sign)) => write!(f, "{bits} bit {sign} integer; ")?,
        None => f.write_str("integer ")?,
    }
    write!(f, "between {lowest} and {highest} (both inclusive)")
}

fn numbers(f: &mut Formatter<'_>, lowest: Bound<f64>, highest: Bound<f64>) -> fmt::Result {
    match (lowest, highest) {
        (Bound::Included(low), Bound::Included(high)) => {
            write!(f, "integer or floating point number between {low} and {high} (both inclusive)")
        }
        (Bound::Included(low), _) => {
            write!(f, "nonnegative integer or floating point number, meaning >={low}")
        }
        (Bound::Excluded(low), _) => {
            write!(f, "positive integer or floating point number, meaning >{low}")
        }
        (Bound::Unbounded, _) => f.write_str("signed integer or floating point number"),
    }
}

fn enumeration(f: &mut Formatter<'_>, values: &[EnumValue]) -> fmt::Result {
    match values {
        [] => f.write_str("impossible (empty enum)"),
        [value] => write!(f, "value {value} (singular enum)"),
        values => {
            f.write_str("one of ")?;
            for (i, value) in values.iter().enumerate() {
                write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
            }
            Ok(())
        }
    }
}

/// The value as an enumeration's description shows it.
impl Display for EnumValue {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            EnumValue::Str(value) => write!(f, "\"{value}\""),
            EnumValue::Int(value) => value.fmt(f),
            EnumValue::Bool(value) => value.fmt(f),
            EnumValue::Null => f.write_str("<null>"),
            EnumValue::Hidden(kind) => write!(f, "<{kind}>"),
        }
    }
}
