//! What types are called: as the manual words them, and as NixOS does in its messages.

use super::table::types::{EnumValue as Listed, TypeDescription};
use super::types::{EnumValue, StrRule, Type};
use crate::eval::{Eval, Value};
use std::ops::Bound;

impl Type {
    /// The description, as the manual words it.
    pub fn describe(&self, ev: &mut Eval<'_>) -> String {
        self.description(ev).to_string()
    }

    /// The same as the table has it, without what is inside of submodules.
    pub(in crate::nixos) fn description(&self, ev: &mut Eval<'_>) -> TypeDescription {
        use TypeDescription as D;
        let mut inner = |ty: &Type| Box::new(ty.description(ev));
        match self {
            Type::Bool => D::Bool,
            Type::BoolByOr => D::BoolByOr,
            Type::Int { lowest: None, highest: None } => D::Int,
            Type::Int { lowest, highest } => {
                D::IntBetween { lowest: lowest.unwrap_or(i64::MIN), highest: highest.unwrap_or(i64::MAX) }
            }
            Type::Float => D::Float,
            Type::Number { lowest: None, highest: None } => D::Number,
            Type::Number { lowest, highest } => D::NumberBetween {
                lowest: lowest.map_or(Bound::Unbounded, Bound::Included),
                highest: highest.map_or(Bound::Unbounded, Bound::Included),
            },
            Type::Str(StrRule::Any) => D::Str,
            Type::Str(StrRule::NonEmpty) => D::NonEmptyStr,
            Type::Str(StrRule::SingleLine) => D::SingleLineStr,
            Type::Str(StrRule::Matching(pattern)) => D::StrMatching((&**pattern).into()),
            Type::Str(StrRule::PasswdEntry) => D::PasswdEntry(Box::new(D::Str)),
            Type::Separated(separator) => D::SeparatedString((&**separator).into()),
            Type::Path { absolute, in_store } => D::Path { absolute: *absolute, in_store: *in_store },
            Type::Package => D::Package,
            Type::Raw => D::Raw,
            Type::Anything => D::Anything,
            Type::Unspecified => D::Unspecified,
            Type::Attrs => D::Attrs,
            Type::Enum(values) => D::Enum(values.iter().map(|value| listed(ev, value)).collect()),
            Type::ListOf { elem, non_empty } => D::ListOf { elem: inner(elem), non_empty: *non_empty },
            Type::AttrsOf { elem, lazy } => D::AttrsOf { elem: inner(elem), lazy: *lazy },
            Type::NullOr(ty) => D::NullOr(inner(ty)),
            Type::Either(left, right) => D::Either(inner(left), inner(right)),
            Type::Unique(ty) | Type::AddCheck(ty, _) => *inner(ty),
            Type::FunctionTo(ty) => D::FunctionTo(inner(ty)),
            Type::CoercedTo { from, to, .. } => D::CoercedTo { to: inner(to), from: inner(from) },
            Type::Submodule(_) => D::Submodule,
            Type::DeferredModule(_) => D::DeferredModule,
            Type::OptionType => D::OptionType,
            Type::AttrTag(_) => D::AttrTag(None),
            Type::Format { nullable } => D::Serializable { name: "structured".into(), nullable: *nullable },
            Type::UnitSetting => D::SystemdOption,
            Type::Custom { .. } => D::Unknown("a type of its own".into()),
            Type::Recursive(_) => D::Unknown("…".into()),
            Type::Unknown(what) => D::Unknown((&**what).into()),
        }
    }
}

fn listed(ev: &mut Eval<'_>, value: &EnumValue) -> Listed {
    let value = match value {
        EnumValue::Thunk(thunk) => ev.force(*thunk),
        EnumValue::Json(json) => Ok(super::check::from_json(json)),
    };
    match value {
        Ok(Value::Str(s)) => Listed::Str((&*s.text).into()),
        Ok(Value::Int(n)) => Listed::Int(n),
        Ok(Value::Bool(b)) => Listed::Bool(b),
        Ok(Value::Null) => Listed::Null,
        Ok(other) => Listed::Hidden(other.type_name().unwrap_or("…").into()),
        Err(_) => Listed::Hidden("…".into()),
    }
}
