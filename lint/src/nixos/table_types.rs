//! The types of the option table as types that merge.

use super::model::World;
use super::system::TableNode;
use super::table::types::{EnumValue as Listed, TypeDescription};
use super::table::{Node, OptionTable};
use super::types::{EnumValue, StrRule, Submodule, Type};
use crate::eval::host::SourcePlace;
use crate::eval::{Eval, Res, ThunkId, Value};
use crate::syntax::hir::Name;
use serde_json::Value as Json;
use std::ops::Bound;
use std::rc::Rc;

/// Where the table of a world's own options starts: of those that the source declares which a path is of, if it is at hand.
pub(super) fn of_world(ev: &mut Eval<'_>, name: &str, source: Option<ThunkId>) -> Res<Option<TableNode>> {
    let Some(world) = World::of_table(name) else { return Ok(None) };
    let place = match source.map(|source| ev.force(source)).transpose()? {
        Some(Value::Path(path)) => ev.source_place(&path),
        _ => None,
    };
    let kept = ev.host.kept(name, &place.unwrap_or(SourcePlace::Elsewhere));
    let table = kept.and_then(|kept| kept.downcast_ref()).unwrap_or(OptionTable::embedded(world));
    Ok(Some(TableNode(table.root())))
}

impl TableNode {
    /// The place of `name` below this one. What only modules declare that somebody must import is there if they are.
    pub(super) fn child(self, name: &Name) -> Option<TableNode> {
        self.0.child(name).filter(|node| !node.is_by_import()).map(TableNode)
    }

    /// Whether what it says of the option here is what the modules say.
    pub(super) fn is_exact(self) -> bool {
        self.0.table().is_exact() && self.0.type_description().is_none_or(|ty| !ty.has_unknown())
    }

    /// The type of the option here, if there is one.
    pub(super) fn option_type(self) -> Option<Type> {
        // `specialisation` is declared by the module that stands for NixOS.
        if self
            .0
            .and_above()
            .any(|n| n.name() == "specialisation" && n.parent().is_some_and(|p| p.parent().is_none()))
        {
            return None;
        }
        self.0.type_description().map(|t| of_table(t, self.0))
    }
}

/// The type that a description means for the option at `node`.
fn of_table(description: &TypeDescription, node: Node<'static>) -> Type {
    use TypeDescription as D;
    let inner = |t: &TypeDescription| Rc::new(of_table(t, node));
    let below = |t: &TypeDescription| Rc::new(of_table(t, node.wildcard().unwrap_or(node)));
    match description {
        D::Bool => Type::Bool,
        D::BoolByOr => Type::BoolByOr,
        D::Int => Type::Int { lowest: None, highest: None },
        D::IntBetween { lowest, highest } => Type::Int {
            lowest: (*lowest != i64::MIN).then_some(*lowest),
            highest: (*highest != i64::MAX).then_some(*highest),
        },
        D::Float => Type::Float,
        D::Number => Type::Number { lowest: None, highest: None },
        D::NumberBetween { lowest, highest } => {
            Type::Number { lowest: bound(lowest), highest: bound(highest) }
        }
        D::Str => Type::Str(StrRule::Any),
        D::NonEmptyStr => Type::Str(StrRule::NonEmpty),
        D::SingleLineStr => Type::Str(StrRule::SingleLine),
        D::StrMatching(pattern) => Type::Str(StrRule::Matching(pattern.as_str().into())),
        D::SeparatedString(sep) => Type::Separated(sep.as_str().into()),
        D::PasswdEntry(_) => Type::Str(StrRule::PasswdEntry),
        D::Path { absolute, in_store } => Type::Path { absolute: *absolute, in_store: *in_store },
        D::Package => Type::Package,
        D::PackageSet | D::Raw => Type::Raw,
        D::Enum(values) => match values.iter().map(listed).collect::<Option<Vec<_>>>() {
            Some(values) => Type::Enum(values.into()),
            // A value that the description does not tell: any may be meant.
            None => Type::Either(
                Rc::new(Type::Enum(Rc::new([]))),
                Rc::new(Type::Unknown(description.to_string().into())),
            ),
        },
        D::NullOr(t) => Type::NullOr(inner(t)),
        D::Either(a, b) => Type::Either(inner(a), inner(b)),
        D::CoercedTo { to, from } => Type::CoercedTo { from: inner(from), coerce: None, to: inner(to) },
        D::ListOf { elem, non_empty } => Type::ListOf { elem: below(elem), non_empty: *non_empty },
        D::AttrsOf { elem, lazy } => Type::AttrsOf { elem: below(elem), lazy: *lazy },
        D::Attrs => Type::Attrs,
        D::Submodule => Type::Submodule(Rc::new(Submodule {
            shorthand: true,
            table: Some(TableNode(node)),
            ..Submodule::default()
        })),
        D::OpenSubmodule(elem) => Type::Submodule(Rc::new(Submodule {
            shorthand: true,
            table: Some(TableNode(node)),
            freeform: Some(inner(elem)),
            ..Submodule::default()
        })),
        D::Anything => Type::Anything,
        D::Unspecified => Type::Unspecified,
        D::OptionType => Type::OptionType,
        D::FunctionTo(t) => Type::FunctionTo(inner(t)),
        D::DeferredModule => Type::DeferredModule(Rc::new([])),
        D::Unique(t) => Type::Unique(inner(t)),
        D::Checked { base, .. } => of_table(base, node),
        D::Serializable { nullable, .. } => Type::Format { nullable: *nullable },
        D::SystemdOption => Type::UnitSetting,
        D::AttrListOf(_)
        | D::AttrTag(_)
        | D::OptionDeclaration
        | D::Fileset
        | D::LuaInline
        | D::NixpkgsConfig
        | D::Unknown(_) => Type::Unknown(description.to_string().into()),
    }
}

fn bound(bound: &Bound<f64>) -> Option<f64> {
    match bound {
        Bound::Included(n) | Bound::Excluded(n) => Some(*n),
        Bound::Unbounded => None,
    }
}

fn listed(value: &Listed) -> Option<EnumValue> {
    Some(EnumValue::Json(match value {
        Listed::Str(s) => Json::String(s.to_string()),
        Listed::Int(n) => Json::from(*n),
        Listed::Bool(b) => Json::Bool(*b),
        Listed::Null => Json::Null,
        Listed::Hidden(_) => return None,
    }))
}
