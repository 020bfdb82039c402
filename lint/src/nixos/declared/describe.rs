//! Types as the table has them, with the options of the submodules in them.

use super::module::{Reader, Scope};
use crate::eval::{Attr, Attrs, Eval, Kinds, Rest, Stop, ThunkId, Unknown, Value};
use crate::nixos::table::{EnumValue as Listed, TypeDescription};
use crate::nixos::types::{EnumValue, Submodule, Type};
use crate::syntax::hir::Name;
use serde_json::Value as Json;
use smol_str::SmolStr;
use std::rc::Rc;

/// What stands for any attribute, and for any element.
const ANY_NAME: Name = Name::new_static("<name>");
const ANY_ELEMENT: Name = Name::new_static("*");
/// How often a submodule may stand inside of itself.
const MOST_NESTED: usize = 2;
/// How many names an option's path may have.
const LONGEST_PATH: usize = 40;

impl Reader<'_> {
    /// The table's description of a type. What is inside its submodules is read too, as options below `at`; where
    /// nothing can stand there the submodules are unknown.
    pub(super) fn describe(&mut self, ev: &mut Eval<'_>, ty: &Type, at: Option<&[Name]>) -> TypeDescription {
        use TypeDescription as D;
        if let Some(description) = structured(ev, ty) {
            return description;
        }
        let at = at.filter(|at| at.len() < LONGEST_PATH);
        match ty {
            Type::Enum(values) => D::Enum(values.iter().map(|value| listed(ev, value)).collect()),
            Type::ListOf { elem, non_empty } => {
                D::ListOf { elem: self.element(ev, elem, at, ANY_ELEMENT), non_empty: *non_empty }
            }
            Type::AttrsOf { elem, lazy } => {
                D::AttrsOf { elem: self.element(ev, elem, at, ANY_NAME), lazy: *lazy }
            }
            Type::NullOr(t) => D::NullOr(self.inner(ev, t, at)),
            Type::Unique(t) => D::Unique(self.inner(ev, t, at)),
            Type::FunctionTo(t) => D::FunctionTo(self.inner(ev, t, None)),
            Type::Either(a, b) => {
                let (of_a, of_b) = (places(a), places(b));
                let apart = !of_a.iter().any(|place| of_b.contains(place));
                // A submodule takes every set, so that none is left for another one.
                let first = apart || matches!(&**a, Type::Submodule(_));
                D::Either(self.inner(ev, a, at.filter(|_| first)), self.inner(ev, b, at.filter(|_| apart)))
            }
            Type::CoercedTo { from, to, .. } => {
                D::CoercedTo { to: self.inner(ev, to, at), from: self.inner(ev, from, None) }
            }
            Type::AddCheck(t, _) => {
                let base = self.inner(ev, t, at);
                let check = SmolStr::new(base.to_string());
                D::Checked { base, check }
            }
            Type::Submodule(submodule) => match at {
                Some(at) => self.submodule(ev, submodule, at),
                None => D::Unknown(SmolStr::new_static("submodule")),
            },
            Type::AttrTag(tags) => self.tagged(ev, *tags, at),
            Type::Custom { itself, .. } => self.custom(ev, *itself, at),
            Type::Recursive(_) => D::Unknown(SmolStr::new_static("a type inside of itself")),
            // Nothing is inside of the others.
            other => other.description(ev),
        }
    }

    fn inner(&mut self, ev: &mut Eval<'_>, ty: &Type, at: Option<&[Name]>) -> Box<TypeDescription> {
        Box::new(self.describe(ev, ty, at))
    }

    fn element(
        &mut self,
        ev: &mut Eval<'_>,
        ty: &Type,
        at: Option<&[Name]>,
        step: Name,
    ) -> Box<TypeDescription> {
        let at = at.map(|at| [at, &[step]].concat());
        self.inner(ev, ty, at.as_deref())
    }

    /// A set of options, which are read.
    fn submodule(&mut self, ev: &mut Eval<'_>, submodule: &Submodule, at: &[Name]) -> TypeDescription {
        let unknown = TypeDescription::Unknown(SmolStr::new_static("submodule"));
        let origins = submodule.modules.iter().filter_map(|(module, _)| ev.origin(*module));
        let inside: Vec<_> = origins.map(|origin| (origin.unit, origin.expr)).collect();
        let again = |id| self.inside.iter().filter(|known| *known == id).count() >= MOST_NESTED;
        if submodule.base.is_some() || inside.iter().any(again) {
            return unknown;
        }
        let arguments = self.submodule_arguments(ev, submodule);
        let mut scope = Scope::new(at.to_vec(), arguments);
        let (before, options) = (self.inside.len(), self.found.options.len());
        self.inside.extend(inside);
        for (module, _) in &submodule.modules {
            self.load(ev, &mut scope, *module);
        }
        let freeform = scope.freeform.map(|freeform| match Type::from_thunk(ev, freeform) {
            // What is no option cannot have options of its own.
            Ok(ty) => self.inner(ev, &ty, None),
            Err(stop) => Box::new(TypeDescription::Unknown(stop.to_string().into())),
        });
        self.inside.truncate(before);
        match freeform {
            Some(freeform) => TypeDescription::OpenSubmodule(freeform),
            // Nothing is listed: the table could not tell that from a submodule of which nothing is known.
            None if self.found.options.len() == options => unknown,
            None => TypeDescription::Submodule,
        }
    }

    /// What the modules of a submodule are called with. The `lib` is the one that made the type, which is that of the module.
    fn submodule_arguments(&self, ev: &mut Eval<'_>, submodule: &Submodule) -> Rc<Attrs> {
        let reason = "the configuration is not at hand".into();
        let why = Rc::new(Unknown { reason, kinds: Kinds::ANY });
        let mut entries = Vec::new();
        for name in ["config", "name", "options", "specialArgs"] {
            let unknown = ev.stopped(Stop::Unknown(why.clone()));
            entries.push((Name::new_static(name), Attr::anonymous(unknown)));
        }
        entries.extend(self.arguments.known("lib").map(|lib| (Name::new_static("lib"), lib)));
        let mut rest = Rest::Open(why);
        if let Some(given) = submodule.special_args
            && let Ok(Value::Attrs(set)) = ev.force(given)
        {
            entries.extend(set.entries.iter().cloned());
            if let Rest::Lazy(_) = set.rest {
                rest = set.rest.clone();
            }
        }
        Rc::new(Attrs { rest, ..Attrs::from_entries(entries) })
    }

    /// A set with one of several attributes, each of which is an option.
    fn tagged(&mut self, ev: &mut Eval<'_>, tags: ThunkId, at: Option<&[Name]>) -> TypeDescription {
        let Ok(Value::Attrs(set)) = ev.force(tags) else { return TypeDescription::AttrTag(None) };
        let Ok(entries) = ev.entries(&set) else { return TypeDescription::AttrTag(None) };
        for (name, attr) in &entries {
            if let Some(at) = at {
                let scope = Scope::new(at.to_vec(), Attrs::empty());
                self.options(ev, &scope, *attr, &mut [at, std::slice::from_ref(name)].concat());
            }
        }
        TypeDescription::AttrTag(Some(entries.into_iter().map(|(name, _)| name).collect()))
    }

    /// A type with functions of its own: what its description says where that is known to mean such a type, and the
    /// options that it documents.
    fn custom(&mut self, ev: &mut Eval<'_>, ty: ThunkId, at: Option<&[Name]>) -> TypeDescription {
        use TypeDescription::{AttrsOf, NixpkgsConfig, SystemdOption, Unknown};
        let Ok(Value::Attrs(set)) = ev.force(ty) else { return Unknown(SmolStr::default()) };
        let description = text(ev, &set, "description").or_else(|| text(ev, &set, "name"));
        let description = description.unwrap_or_default();
        if let Some(at) = at
            && let Some(function) = set.known("getSubOptions")
        {
            let prefix = at.iter().map(|name| ev.ready(Value::str(name))).collect();
            let prefix = ev.ready(Value::list(prefix));
            let options = ev.apply_later(function.value, vec![prefix]);
            if let Ok(Value::Attrs(_)) = ev.force(options) {
                let scope = Scope::new(at.to_vec(), Attrs::empty());
                self.options(ev, &scope, Attr::anonymous(options), &mut at.to_vec());
            }
        }
        match TypeDescription::parse(&description) {
            known @ (SystemdOption | NixpkgsConfig) => known,
            AttrsOf { elem, lazy } if matches!(*elem, Unknown(_)) => AttrsOf { elem, lazy },
            _ => Unknown(SmolStr::new(description)),
        }
    }
}

/// Where a type has submodules, by the names that lead there.
fn places(ty: &Type) -> Vec<Vec<Name>> {
    let below = |ty: &Type, step: Name| {
        places(ty).into_iter().map(|place| [vec![step.clone()], place].concat()).collect()
    };
    match ty {
        Type::Submodule(_) | Type::AttrTag(_) => vec![Vec::new()],
        Type::AttrsOf { elem, .. } => below(elem, ANY_NAME),
        Type::ListOf { elem, .. } => below(elem, ANY_ELEMENT),
        Type::NullOr(t) | Type::Unique(t) | Type::AddCheck(t, _) => places(t),
        Type::CoercedTo { to, .. } => places(to),
        Type::Either(a, b) => [places(a), places(b)].concat(),
        _ => Vec::new(),
    }
}

/// A type of values for a file of some format: single values, and lists and sets of the same type.
fn structured(ev: &mut Eval<'_>, ty: &Type) -> Option<TypeDescription> {
    struct Seen {
        nullable: bool,
        again: Option<ThunkId>,
    }
    fn fits(ty: &Type, seen: &mut Seen) -> bool {
        match ty {
            Type::NullOr(t) => {
                seen.nullable = true;
                fits(t, seen)
            }
            Type::Either(a, b) => fits(a, seen) && fits(b, seen),
            Type::AttrsOf { elem, .. } | Type::ListOf { elem, non_empty: false } => fits(elem, seen),
            Type::Recursive(thunk) => {
                seen.again = Some(*thunk);
                true
            }
            Type::Bool
            | Type::Int { .. }
            | Type::Float
            | Type::Number { .. }
            | Type::Str(_)
            | Type::Path { .. }
            | Type::Enum(_) => true,
            _ => false,
        }
    }
    if !matches!(ty, Type::NullOr(_) | Type::Either(..)) {
        return None;
    }
    let mut seen = Seen { nullable: false, again: None };
    if !fits(ty, &mut seen) {
        return None;
    }
    let Ok(Value::Attrs(set)) = ev.force(seen.again?) else { return None };
    let description = TypeDescription::parse(&text(ev, &set, "description").unwrap_or_default());
    let name = format_name(&description).unwrap_or(SmolStr::new_static("structured"));
    Some(TypeDescription::Serializable { name, nullable: seen.nullable })
}

/// What the description of a type of values for a file, or of a list or set of such, calls the format.
fn format_name(description: &TypeDescription) -> Option<SmolStr> {
    match description {
        TypeDescription::Serializable { name, .. } => Some(name.clone()),
        TypeDescription::ListOf { elem, .. } | TypeDescription::AttrsOf { elem, .. } => format_name(elem),
        TypeDescription::Unknown(words) => words.strip_suffix(" value").map(SmolStr::new),
        TypeDescription::Either(left, right) => format_name(left).or_else(|| format_name(right)),
        TypeDescription::NullOr(inner) => format_name(inner),
        _ => None,
    }
}

/// A value of an enumeration.
fn listed(ev: &mut Eval<'_>, value: &EnumValue) -> Listed {
    let thunk = match value {
        EnumValue::Json(Json::String(s)) => return Listed::Str(SmolStr::new(s)),
        EnumValue::Json(other) => return Listed::Hidden(SmolStr::new(other.to_string())),
        EnumValue::Thunk(thunk) => *thunk,
    };
    match ev.force(thunk) {
        Ok(Value::Str(s)) if !s.stand_in => Listed::Str(SmolStr::new(&s.text)),
        Ok(Value::Int(n)) => Listed::Int(n),
        Ok(Value::Bool(b)) => Listed::Bool(b),
        Ok(Value::Null) => Listed::Null,
        Ok(other) => Listed::Hidden(SmolStr::new(other.type_name().unwrap_or("unknown"))),
        Err(_) => Listed::Hidden(SmolStr::new_static("unknown")),
    }
}

/// An attribute that is a string.
fn text(ev: &mut Eval<'_>, set: &Attrs, name: &str) -> Option<String> {
    match ev.force(set.known(name)?.value) {
        Ok(Value::Str(text)) if !text.stand_in => Some(text.text.to_string()),
        _ => None,
    }
}
