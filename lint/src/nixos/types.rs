//! Option types: what they accept and how they merge.

use crate::eval::{Eval, Res, Stop, ThunkId, Unknown, Value};
use crate::syntax::hir::Name;
use serde_json::Value as Json;
use std::rc::Rc;

/// The type of an option.
#[derive(Clone)]
pub enum Type {
    /// `types.bool`
    Bool,
    /// `types.boolByOr`
    BoolByOr,
    /// `types.int` and its ranges.
    Int {
        /// The least value, if there is one.
        lowest: Option<i64>,
        /// The greatest value, if there is one.
        highest: Option<i64>,
    },
    /// `types.float`
    Float,
    /// An integer or float within bounds.
    Number {
        /// The least value, if there is one.
        lowest: Option<f64>,
        /// The greatest value, if there is one.
        highest: Option<f64>,
    },
    /// A string of which two equal definitions merge.
    Str(StrRule),
    /// `types.separatedString`, `types.lines`, `types.commas`: definitions are joined.
    Separated(Rc<str>),
    /// `types.path`, `types.pathInStore`, `types.externalPath`
    Path {
        /// Whether it must be absolute, or must not.
        absolute: Option<bool>,
        /// Whether it must be in the store, or must not.
        in_store: Option<bool>,
    },
    /// `types.package`
    Package,
    /// `types.raw`: anything, but only one definition.
    Raw,
    /// `types.anything`
    Anything,
    /// `types.unspecified` and options without a type.
    Unspecified,
    /// `types.attrs`: shallow, the last definition of an attribute wins.
    Attrs,
    /// `types.enum`
    Enum(Rc<[EnumValue]>),
    /// `types.listOf`
    ListOf {
        /// The type of the elements.
        elem: Rc<Type>,
        /// Whether an empty list is refused.
        non_empty: bool,
    },
    /// `types.attrsOf`, `types.lazyAttrsOf`
    AttrsOf {
        /// The type of the values.
        elem: Rc<Type>,
        /// Whether the values' conditions are left alone until they are needed.
        lazy: bool,
    },
    /// `types.nullOr`
    NullOr(Rc<Type>),
    /// `types.either`, `types.oneOf`
    Either(Rc<Type>, Rc<Type>),
    /// `types.uniq`, `types.unique`
    Unique(Rc<Type>),
    /// `types.functionTo`
    FunctionTo(Rc<Type>),
    /// `types.coercedTo`; the function is not known for options of the table.
    CoercedTo {
        /// What is coerced.
        from: Rc<Type>,
        /// How.
        coerce: Option<ThunkId>,
        /// To what.
        to: Rc<Type>,
    },
    /// `types.submodule`, `types.submoduleWith`, and the type of a configuration.
    Submodule(Rc<Submodule>),
    /// `types.deferredModule`
    DeferredModule(Rc<[ThunkId]>),
    /// `types.optionType`
    OptionType,
    /// `types.addCheck`
    AddCheck(Rc<Type>, ThunkId),
    /// `types.attrTag`: the tags are options.
    AttrTag(ThunkId),
    /// A value of a format such as JSON: scalars, lists and sets of such.
    Format {
        /// Whether `null` is among them.
        nullable: bool,
    },
    /// A setting of a systemd unit: lists are concatenated, other values must be equal.
    UnitSetting,
    /// A type that a module made with `mkOptionType`: its check and merge functions.
    Custom {
        /// The function that checks a value.
        check: ThunkId,
        /// The function that merges definitions.
        merge: ThunkId,
        /// The set with the value of an option without definitions.
        empty: ThunkId,
        /// The type itself.
        itself: ThunkId,
    },
    /// A type that contains itself, at the point where it does: to be read when it is needed.
    Recursive(ThunkId),
    /// A type that is not understood, with what is known of it.
    Unknown(Rc<str>),
}

/// What a string must look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrRule {
    /// Anything.
    Any,
    /// Not only white space.
    NonEmpty,
    /// One line; a line break at the end is cut off.
    SingleLine,
    /// Matches this regular expression as a whole.
    Matching(Rc<str>),
    /// No colon and no line break.
    PasswdEntry,
}

/// A value of an enum.
#[derive(Clone)]
pub enum EnumValue {
    /// Of a type made by a module.
    Thunk(ThunkId),
    /// Of the table.
    Json(Json),
}

/// A type whose values are configurations of their own.
#[derive(Clone, Default)]
pub struct Submodule {
    /// Modules that every value has: thunks of modules, with the file that declares them.
    pub modules: Vec<(ThunkId, Rc<str>)>,
    /// The `specialArgs` of that evaluation; a thunk of a set.
    pub special_args: Option<ThunkId>,
    /// Whether a definition that is a set is its `config`, so that it has no `imports` or `options`.
    pub shorthand: bool,
    /// Where the table has the submodule's options.
    pub table: Option<super::system::TableNode>,
    /// The configuration that values extend (`extendModules { … }.type`), instead of starting from nothing.
    pub base: Option<super::ScopeId>,
    /// The type of attributes that are no option, for submodules of the table.
    pub freeform: Option<Rc<Type>>,
    /// What kind of configuration it is.
    pub class: Option<ThunkId>,
}

impl Type {
    /// Whether a set may be below it in the sense that definitions of its attributes merge one by one.
    pub fn is_nested(&self) -> bool {
        match self {
            Type::AttrsOf { .. } | Type::Submodule(_) => true,
            Type::NullOr(t) | Type::Unique(t) | Type::AddCheck(t, _) => t.is_nested(),
            Type::Either(a, b) => a.is_nested() || b.is_nested(),
            _ => false,
        }
    }

    /// The value of an option of this type that has neither a definition nor a default; `None` if there is no such value.
    pub fn empty(&self) -> Option<EmptyValue> {
        match self {
            Type::ListOf { non_empty: false, .. } => Some(EmptyValue::List),
            Type::AttrsOf { .. } | Type::Attrs => Some(EmptyValue::Attrs),
            Type::NullOr(_) => Some(EmptyValue::Null),
            Type::Submodule(_) => Some(EmptyValue::Submodule),
            Type::Unique(t) => t.empty(),
            Type::AddCheck(t, _) => t.empty(),
            Type::CoercedTo { to, .. } => to.empty(),
            _ => None,
        }
    }

    /// The type of a type value of `lib.types`. `inside` are the types that are being read around it.
    fn from_value(ev: &mut Eval<'_>, itself: ThunkId, value: &Value, inside: &mut Vec<ThunkId>) -> Res<Type> {
        let Value::Attrs(set) = value else {
            return match value {
                Value::Symbol(s) => Ok(Type::Unknown(Unknown::needs_nixpkgs(s).reason.clone())),
                other => Err(Stop::fail(format!("expected an option type but found {}", other.describe()))),
            };
        };
        let Some(payload) = set.known("__speclint") else {
            return Ok(Type::Unknown("a type that is not of nixpkgs' lib".into()));
        };
        let base = match ev.force(payload.value)? {
            Value::Attrs(payload) => read(ev, itself, &payload, inside)?,
            _ => Type::Unknown("a type that is not of nixpkgs' lib".into()),
        };
        // A replaced check or merge function (`types.str // { check = …; }`) is no longer the evaluator's own.
        let own = |ev: &mut Eval<'_>, name: &str| -> Res<Option<ThunkId>> {
            let Some(attr) = set.known(name) else { return Ok(None) };
            let value = ev.force(attr.value)?;
            Ok(matches!(value, Value::Lambda(_)).then_some(attr.value))
        };
        if matches!(base, Type::Custom { .. }) {
            return Ok(base);
        }
        match (own(ev, "check")?, own(ev, "merge")?) {
            (_, Some(_)) => Ok(Type::Unknown("a type with a merge function of its own".into())),
            (Some(check), None) => Ok(Type::AddCheck(Rc::new(base), check)),
            (None, None) => Ok(base),
        }
    }

    /// The type of a thunk of a type value.
    pub fn from_thunk(ev: &mut Eval<'_>, thunk: ThunkId) -> Res<Type> {
        Type::from_thunk_inside(ev, thunk, &mut Vec::new())
    }

    fn from_thunk_inside(ev: &mut Eval<'_>, thunk: ThunkId, inside: &mut Vec<ThunkId>) -> Res<Type> {
        if inside.contains(&thunk) {
            return Ok(Type::Recursive(thunk));
        }
        match ev.force(thunk) {
            Ok(value) => {
                inside.push(thunk);
                let ty = ev.deeper(|ev| Type::from_value(ev, thunk, &value, inside));
                inside.pop();
                ty
            }
            Err(Stop::Unknown(why)) => Ok(Type::Unknown(why.reason.clone())),
            Err(stop) => Err(stop),
        }
    }

    /// The type that two declarations of the same option have together; `None` if they cannot be together.
    pub fn unite(&self, other: &Type) -> Option<Type> {
        Some(match (self, other) {
            (unknown @ Type::Unknown(_), _) | (_, unknown @ Type::Unknown(_)) => unknown.clone(),
            (Type::Submodule(a), Type::Submodule(b)) => {
                let mut modules = a.modules.clone();
                modules.extend(b.modules.iter().cloned());
                Type::Submodule(Rc::new(Submodule {
                    modules,
                    special_args: a.special_args.or(b.special_args),
                    shorthand: a.shorthand && b.shorthand,
                    table: a.table.or(b.table),
                    base: a.base.or(b.base),
                    freeform: a.freeform.clone().or_else(|| b.freeform.clone()),
                    class: a.class.or(b.class),
                }))
            }
            (Type::AttrsOf { elem: a, lazy }, Type::AttrsOf { elem: b, .. }) => {
                Type::AttrsOf { elem: Rc::new(a.unite(b)?), lazy: *lazy }
            }
            (Type::ListOf { elem: a, non_empty }, Type::ListOf { elem: b, .. }) => {
                Type::ListOf { elem: Rc::new(a.unite(b)?), non_empty: *non_empty }
            }
            (Type::FunctionTo(a), Type::FunctionTo(b)) => Type::FunctionTo(Rc::new(a.unite(b)?)),
            (Type::NullOr(a), Type::NullOr(b)) => Type::NullOr(Rc::new(a.unite(b)?)),
            (Type::Unique(a), Type::Unique(b)) => Type::Unique(Rc::new(a.unite(b)?)),
            (Type::Enum(a), Type::Enum(b)) => Type::Enum(a.iter().chain(b.iter()).cloned().collect()),
            (Type::DeferredModule(a), Type::DeferredModule(b)) => {
                Type::DeferredModule(a.iter().chain(b.iter()).copied().collect())
            }
            (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => a.clone(),
            _ => return None,
        })
    }
}

/// What an option without definitions is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmptyValue {
    /// `[ ]`
    List,
    /// `{ }`
    Attrs,
    /// `null`
    Null,
    /// The configuration of the submodule without definitions.
    Submodule,
}

/// A type from the description that `lib.types` carries in `__speclint`.
fn read(
    ev: &mut Eval<'_>,
    itself: ThunkId,
    payload: &crate::eval::Attrs,
    inside: &mut Vec<ThunkId>,
) -> Res<Type> {
    let kind = match ev.attr(payload, &Name::new_static("kind"))? {
        Some(attr) => ev.force(attr.value)?,
        None => return Ok(Type::Unknown("a type without a kind".into())),
    };
    let Value::Str(kind) = kind else { return Ok(Type::Unknown("a type without a kind".into())) };
    let field = |name: &str| payload.known(name).map(|a| a.value);
    let mut elem = |ev: &mut Eval<'_>, name: &str| -> Res<Rc<Type>> {
        match field(name) {
            Some(thunk) => Ok(Rc::new(ev.deeper(|ev| Type::from_thunk_inside(ev, thunk, inside))?)),
            None => Ok(Rc::new(Type::Unknown("a type without its component".into()))),
        }
    };
    let text = |ev: &mut Eval<'_>, name: &str| -> Res<Rc<str>> {
        match field(name).map(|t| ev.force(t)).transpose()? {
            Some(Value::Str(s)) => Ok(s.text),
            _ => Ok("".into()),
        }
    };
    let flag = |ev: &mut Eval<'_>, name: &str| -> Res<bool> {
        Ok(matches!(field(name).map(|t| ev.force(t)).transpose()?, Some(Value::Bool(true))))
    };
    let int = |ev: &mut Eval<'_>, name: &str| -> Res<Option<i64>> {
        Ok(match field(name).map(|t| ev.force(t)).transpose()? {
            Some(Value::Int(n)) => Some(n),
            _ => None,
        })
    };
    let number = |ev: &mut Eval<'_>, name: &str| -> Res<Option<f64>> {
        Ok(match field(name).map(|t| ev.force(t)).transpose()? {
            Some(Value::Int(n)) => Some(n as f64),
            Some(Value::Float(n)) => Some(n),
            _ => None,
        })
    };
    let missing = || Stop::fail("a type without its function");
    Ok(match &*kind.text {
        "bool" => Type::Bool,
        "boolByOr" => Type::BoolByOr,
        "int" => Type::Int { lowest: None, highest: None },
        "intBetween" => Type::Int { lowest: int(ev, "lowest")?, highest: int(ev, "highest")? },
        "float" => Type::Float,
        "numberBetween" => Type::Number { lowest: number(ev, "lowest")?, highest: number(ev, "highest")? },
        "str" => Type::Str(StrRule::Any),
        "nonEmptyStr" => Type::Str(StrRule::NonEmpty),
        "singleLineStr" => Type::Str(StrRule::SingleLine),
        "strMatching" => Type::Str(StrRule::Matching(text(ev, "pattern")?)),
        "separatedString" => Type::Separated(text(ev, "sep")?),
        "path" => {
            let flag = |ev: &mut Eval<'_>, name: &str| -> Res<Option<bool>> {
                Ok(match field(name).map(|t| ev.force(t)).transpose()? {
                    Some(Value::Bool(b)) => Some(b),
                    _ => None,
                })
            };
            Type::Path { absolute: flag(ev, "absolute")?, in_store: flag(ev, "inStore")? }
        }
        "package" | "shellPackage" => Type::Package,
        "raw" => Type::Raw,
        "anything" => Type::Anything,
        "unspecified" => Type::Unspecified,
        "attrs" => Type::Attrs,
        "enum" => {
            let Some(values) = field("values") else { return Err(missing()) };
            let list = ev.force(values);
            let list = ev.as_list(list)?;
            Type::Enum(list.items.iter().map(|t| EnumValue::Thunk(*t)).collect())
        }
        "listOf" => Type::ListOf { elem: elem(ev, "elem")?, non_empty: flag(ev, "nonEmpty")? },
        "attrsOf" => Type::AttrsOf { elem: elem(ev, "elem")?, lazy: flag(ev, "lazy")? },
        "nullOr" => Type::NullOr(elem(ev, "elem")?),
        "either" => Type::Either(elem(ev, "left")?, elem(ev, "right")?),
        "unique" => Type::Unique(elem(ev, "elem")?),
        "functionTo" => Type::FunctionTo(elem(ev, "elem")?),
        "coercedTo" => {
            Type::CoercedTo { from: elem(ev, "from")?, coerce: field("coerce"), to: elem(ev, "to")? }
        }
        "addCheck" => Type::AddCheck(elem(ev, "elem")?, field("check").ok_or_else(missing)?),
        "submodule" => {
            let world = text(ev, "world")?;
            let mut modules = Vec::new();
            if let Some(list) = field("modules") {
                let list = ev.force(list);
                modules = ev.as_list(list)?.items.iter().map(|t| (*t, Rc::from("<a submodule>"))).collect();
            }
            Type::Submodule(Rc::new(Submodule {
                modules,
                special_args: field("specialArgs"),
                class: field("class"),
                shorthand: flag(ev, "shorthandOnlyDefinesConfig")?,
                table: super::table_types::of_world(ev, &world, field("source"))?,
                ..Submodule::default()
            }))
        }
        "deferredModule" => {
            let list = match field("staticModules") {
                Some(list) => {
                    let list = ev.force(list);
                    ev.as_list(list)?.items.clone()
                }
                None => Vec::new(),
            };
            Type::DeferredModule(list.into())
        }
        "optionType" => Type::OptionType,
        "attrTag" => Type::AttrTag(field("tags").ok_or_else(missing)?),
        "format" => Type::Format { nullable: flag(ev, "nullable")? },
        "configuration" => match int(ev, "scope")? {
            Some(scope) => Type::Submodule(Rc::new(Submodule {
                base: Some(super::ScopeId(scope as u32)),
                ..Submodule::default()
            })),
            None => Type::Unknown("the type of a configuration".into()),
        },
        "custom" => Type::Custom {
            check: field("check").ok_or_else(missing)?,
            merge: field("merge").ok_or_else(missing)?,
            empty: field("emptyValue").ok_or_else(missing)?,
            itself,
        },
        other => Type::Unknown(format!("the type `{other}`").into()),
    })
}
