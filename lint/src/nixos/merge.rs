//! Merging the definitions of an option by its type (`lib/types.nix`, `lib/options.nix`).

use super::definitions::{Candidate, DefState, Definition, Property};
use super::system::{
    InitialModule, Merged, ModuleOrigin, ModuleSystem, NewScope, NodeId, NodeKind, show_loc,
};
use super::types::{EmptyValue, StrRule, Submodule, Type};
use super::views::config_value;
use crate::eval::{Attr, Attrs, Eval, Kinds, List, NativeFn, Res, Rest, Stop, Str, ThunkId, Unknown, Value};
use crate::syntax::hir::Name;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How many definitions of which it is not known whether they are made are tried with and without.
const MAX_MAYBE: usize = 3;

impl ModuleSystem {
    /// The merged value of a node.
    pub(super) fn merge_node(&self, ev: &mut Eval<'_>, id: NodeId, merged: &Merged) -> Res {
        let ty = self.type_of(id);
        let certain: Vec<Candidate> =
            merged.candidates.iter().filter(|c| c.state == DefState::Wins).cloned().collect();
        let maybe: Vec<&Candidate> =
            merged.candidates.iter().filter(|c| c.state == DefState::Maybe).collect();
        if maybe.is_empty() {
            return if certain.is_empty() {
                self.empty(ev, id, &ty)
            } else {
                self.merge(ev, id, &ty, &certain)
            };
        }
        let why =
            maybe[0].maybe.clone().unwrap_or_else(|| super::system::unknown("a condition is not known"));
        let same_priority = maybe.iter().all(|c| Some(c.priority) == merged.priority);
        if same_priority && ty.is_nested() {
            // Attribute by attribute: what only the certain definitions have stays known.
            let all: Vec<Candidate> = relevant(merged).cloned().collect();
            return self.merge(ev, id, &ty, &all);
        }
        if let (Type::ListOf { .. }, true) = (&*ty, same_priority || certain.is_empty()) {
            let value =
                if certain.is_empty() { Value::list(Vec::new()) } else { self.merge(ev, id, &ty, &certain)? };
            return match value {
                Value::List(list) => {
                    Ok(Value::List(Rc::new(List { items: list.items.clone(), open: Some(why) })))
                }
                other => Ok(other),
            };
        }
        self.either_way(ev, id, &ty, merged, why)
    }

    /// The value if it is the same with and without each definition that is not certain.
    fn either_way(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type, merged: &Merged, why: Rc<Unknown>) -> Res {
        let maybe: Vec<usize> =
            (0..merged.candidates.len()).filter(|i| merged.candidates[*i].state == DefState::Maybe).collect();
        let unknown =
            || Err(Stop::Unknown(Rc::new(Unknown { reason: why.reason.clone(), kinds: ty.kinds() })));
        if maybe.len() > MAX_MAYBE || ty.is_nested() {
            return unknown();
        }
        let mut result: Option<(Res, Option<serde_json::Value>)> = None;
        for made in 0..1u32 << maybe.len() {
            let in_play: Vec<&Candidate> = merged
                .candidates
                .iter()
                .enumerate()
                .filter(|(i, c)| match maybe.iter().position(|m| m == i) {
                    Some(bit) => made >> bit & 1 == 1,
                    None => c.state == DefState::Wins,
                })
                .map(|(_, c)| c)
                .collect();
            let best = in_play.iter().map(|c| c.priority).min();
            let winners: Vec<Candidate> =
                in_play.into_iter().filter(|c| Some(c.priority) == best).cloned().collect();
            let value =
                if winners.is_empty() { self.empty(ev, id, ty) } else { self.merge(ev, id, ty, &winners) };
            let json = match &value {
                Ok(value) => ev.to_json(value).ok(),
                Err(_) => None,
            };
            let agrees = match (&result, &value) {
                (None, _) => true,
                (Some((Ok(_), Some(first))), Ok(_)) => json.as_ref() == Some(first),
                (Some((Err(Stop::Error(_)), _)), Err(Stop::Error(_))) => true,
                _ => false,
            };
            if !agrees || (value.is_ok() && json.is_none()) {
                return unknown();
            }
            result = Some((value, json));
        }
        result.map_or_else(unknown, |(value, _)| value)
    }

    /// The value of an option that has no definition.
    fn empty(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type) -> Res {
        let loc = self.loc(id);
        if self.is_of_table(id) {
            return match self.nixos_default(ev, id)? {
                Some(json) => Ok(json_value(ev, json)),
                None => Err(Stop::Unknown(Rc::new(Unknown {
                    reason: format!(
                        "`{}` is not defined here, and its default is NixOS' own",
                        show_loc(&loc)
                    )
                    .into(),
                    kinds: ty.kinds(),
                }))),
            };
        }
        if let Type::Custom { empty, .. } = ty
            && let Ok(Value::Attrs(set)) = ev.force(*empty)
            && let Some(attr) = set.known("value")
        {
            return ev.force(attr.value);
        }
        match ty.empty() {
            Some(EmptyValue::List) => Ok(Value::list(Vec::new())),
            Some(EmptyValue::Attrs) => Ok(Value::Attrs(Attrs::empty())),
            Some(EmptyValue::Null) => Ok(Value::Null),
            Some(EmptyValue::Submodule) => self.merge(ev, id, ty, &[]),
            None if matches!(ty, Type::Unknown(_)) => {
                Err(Stop::unknown(format!("`{}` is not defined", show_loc(&loc))))
            }
            None => Err(Stop::throw(format!(
                "The option `{}' was accessed but has no value defined",
                show_loc(&loc)
            ))),
        }
    }

    /// Whether a node is an option, or part of one, that NixOS declares and no module at hand.
    fn is_of_table(&self, id: NodeId) -> bool {
        let declared = matches!(self.kind(id), NodeKind::Option(d) if d.by_module);
        let freeform = || self.with_scope(self.scope_of(id), |s| s.freeform.is_some());
        !declared && (self.table_of(id).is_some() || freeform())
    }

    /// What NixOS makes of an option that nothing at hand defines, where that is known for certain.
    pub(super) fn nixos_default(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
    ) -> Res<Option<&'static serde_json::Value>> {
        let Some(default) = super::table::nixos_default(&self.loc(id)) else { return Ok(None) };
        let scope = self.scope_of(id);
        for path in &default.unless {
            let mut node = self.root(ev, scope);
            let mut found = true;
            for name in path {
                match self.child(ev, node, &Name::new(name))? {
                    Some(child) => node = child,
                    None => {
                        found = false;
                        break;
                    }
                }
            }
            if !found || matches!(self.kind(node), NodeKind::Namespace) {
                continue;
            }
            let merged = self.merged(ev, node)?;
            if merged.defined == Some(false) {
                continue;
            }
            match ev.force(self.value(node)) {
                Ok(Value::Bool(false) | Value::Null) => {}
                Ok(Value::Str(s)) if s.text.is_empty() => {}
                Ok(Value::List(list)) if list.items.is_empty() && list.open.is_none() => {}
                Ok(Value::Attrs(set)) if set.entries.is_empty() && set.is_closed() => {}
                Err(stop @ Stop::Error(_)) => return Err(stop),
                _ => return Ok(None),
            }
        }
        Ok(Some(default.value))
    }

    /// The value that definitions of the same priority have together.
    fn merge(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type, defs: &[Candidate]) -> Res {
        for def in defs {
            match ty.accepts(ev, def.value) {
                Ok(false) => {
                    let (option, ty) = (show_loc(&self.loc(id)), ty.describe());
                    let message = format!("A definition for option `{option}' is not of type `{ty}'");
                    // The NixOS that the configuration is for may accept more than the one that the table is of.
                    return Err(if self.is_of_table(id) {
                        Stop::unknown(message)
                    } else {
                        Stop::throw(message)
                    });
                }
                // What cannot be judged is taken to be right: the configuration is meant to build.
                Ok(true) | Err(Stop::Unknown(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        ev.deeper(|ev| self.merge_as(ev, id, ty, defs))
    }

    fn merge_as(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type, defs: &[Candidate]) -> Res {
        match ty {
            Type::Bool
            | Type::Int { .. }
            | Type::Float
            | Type::Number { .. }
            | Type::Path { .. }
            | Type::Enum(_)
            | Type::Str(_) => {
                let value = self.merge_equal(ev, id, defs)?;
                match (ty, value) {
                    (Type::Str(StrRule::SingleLine), Value::Str(s)) if !s.stand_in => {
                        Ok(Value::str(s.text.strip_suffix('\n').unwrap_or(&s.text)))
                    }
                    (_, value) => Ok(value),
                }
            }
            Type::BoolByOr => {
                let mut unknown = None;
                for def in defs {
                    match ev.force(def.value) {
                        Ok(Value::Bool(true)) => return Ok(Value::Bool(true)),
                        Err(stop @ Stop::Unknown(_)) => unknown = Some(stop),
                        Err(stop) => return Err(stop),
                        Ok(_) => {}
                    }
                }
                unknown.map_or(Ok(Value::Bool(false)), Err)
            }
            Type::Separated(sep) => {
                let mut text = String::new();
                let mut stand_in = false;
                for (i, def) in defs.iter().enumerate() {
                    let Value::Str(s) = ev.force(def.value).map_err(|s| s.yielding(Kinds::STRING))? else {
                        return Err(Stop::unknown_kind("a definition is not a known string", Kinds::STRING));
                    };
                    if i > 0 {
                        text.push_str(sep);
                    }
                    text.push_str(&s.text);
                    stand_in |= s.stand_in;
                }
                Ok(Value::Str(Str { text: text.into(), stand_in }))
            }
            Type::Package | Type::Raw | Type::Custom { .. }
                if defs.len() == 1 && !matches!(ty, Type::Custom { .. }) =>
            {
                ev.force(defs[0].value)
            }
            Type::Package | Type::Raw => Err(self.defined_twice(id)),
            Type::Unique(inner) => {
                if defs.len() == 1 {
                    self.merge_as(ev, id, inner, defs)
                } else {
                    Err(self.defined_twice(id))
                }
            }
            Type::Anything => self.merge_anything(ev, id, defs),
            Type::Unspecified => self.merge_default(ev, id, defs),
            Type::Attrs => {
                let mut value = Value::Attrs(Attrs::empty());
                for def in defs {
                    let next = ev.force(def.value);
                    value = ev.update(Ok(value), next)?;
                }
                Ok(value)
            }
            Type::ListOf { elem, .. } => self.merge_list(ev, id, elem, defs),
            Type::AttrsOf { elem, lazy } => self.merge_attrs(ev, id, elem, *lazy, defs),
            Type::NullOr(inner) => {
                let mut nulls = 0;
                for def in defs {
                    match ev.force(def.value) {
                        Ok(Value::Null) => nulls += 1,
                        Ok(_) => {}
                        Err(Stop::Unknown(why)) if !why.kinds.disjoint(Kinds::NULL) => {
                            return Err(Stop::Unknown(why).yielding(ty.kinds()));
                        }
                        Err(Stop::Unknown(_)) => {}
                        Err(stop) => return Err(stop),
                    }
                }
                if nulls == defs.len() {
                    Ok(Value::Null)
                } else if nulls == 0 {
                    self.merge_as(ev, id, inner, defs)
                } else {
                    Err(self.conflict(id, |option| {
                        format!("The option `{option}` is defined both null and not null")
                    }))
                }
            }
            Type::Either(left, right) => {
                for (alternative, last) in [(left, false), (right, true)] {
                    let mut fits = true;
                    for def in defs {
                        match alternative.accepts(ev, def.value) {
                            Ok(accepted) => fits &= accepted,
                            Err(Stop::Unknown(why)) if defs.len() > 1 || !last => {
                                return Err(Stop::Unknown(why).yielding(ty.kinds()));
                            }
                            Err(Stop::Unknown(_)) => {}
                            Err(stop) => return Err(stop),
                        }
                    }
                    if fits {
                        return self.merge_as(ev, id, alternative, defs);
                    }
                }
                Err(self.conflict(id, |option| {
                    format!("The definitions of option `{option}' are of different types that do not merge")
                }))
            }
            Type::CoercedTo { from, coerce, to } => {
                let mut coerced = Vec::with_capacity(defs.len());
                for def in defs {
                    let converts = from.accepts(ev, def.value).map_err(|s| s.yielding(to.kinds()))?;
                    let value = match (converts, coerce) {
                        (false, _) => def.value,
                        (true, Some(f)) => ev.apply_later(*f, vec![def.value]),
                        (true, None) => match super::conversions::convert(ev, from, to, def.value) {
                            Some(converted) => converted,
                            None => {
                                let option = show_loc(&self.loc(id));
                                let why = format!("how NixOS converts the value of `{option}`");
                                ev.stopped(Stop::unknown_kind(why, to.kinds()))
                            }
                        },
                    };
                    coerced.push(Candidate { value, ..def.clone() });
                }
                self.merge_as(ev, id, to, &coerced)
            }
            Type::FunctionTo(elem) => Ok(self.merge_functions(id, elem.clone(), defs)),
            Type::Submodule(submodule) => self.merge_submodule(ev, id, submodule, defs),
            Type::DeferredModule(fixed) => {
                let mut imports: Vec<ThunkId> = fixed.to_vec();
                for def in defs {
                    let file = self.file_of_module(ev, id, def.definition.module)?;
                    let file = ev.ready(Value::str(&file));
                    let inner = ev.ready(Value::list(vec![def.value]));
                    imports.push(ev.ready(Value::attrs(vec![
                        (Name::new_static("_file"), Attr::anonymous(file)),
                        (Name::new_static("imports"), Attr::anonymous(inner)),
                    ])));
                }
                let imports = ev.ready(Value::list(imports));
                Ok(Value::attrs(vec![(Name::new_static("imports"), Attr::anonymous(imports))]))
            }
            Type::OptionType | Type::AttrTag(_) | Type::Unknown(_) if defs.len() == 1 => {
                ev.force(defs[0].value)
            }
            Type::OptionType | Type::AttrTag(_) | Type::Unknown(_) => Err(Stop::unknown(format!(
                "how several definitions of `{}` merge ({})",
                show_loc(&self.loc(id)),
                ty.describe()
            ))),
            Type::AddCheck(inner, _) => self.merge_as(ev, id, inner, defs),
            Type::Recursive(ty) => {
                let ty = Type::from_thunk(ev, *ty)?;
                self.merge_as(ev, id, &ty, defs)
            }
            Type::Format { .. } => self.merge_format(ev, id, defs),
            Type::UnitSetting => {
                if all_kinds(ev, defs, Kinds::LIST)? {
                    return self.merge_list(ev, id, &Type::Raw, defs);
                }
                self.merge_equal(ev, id, defs)
            }
            Type::Custom { merge, .. } => {
                let loc: Vec<ThunkId> = self.loc(id).iter().map(|n| ev.ready(Value::str(n))).collect();
                let loc = ev.ready(Value::list(loc));
                let mut items = Vec::new();
                for def in defs {
                    let file = self.file_of_module(ev, id, def.definition.module)?;
                    let file = ev.ready(Value::str(&file));
                    items.push(ev.ready(Value::attrs(vec![
                        (Name::new_static("file"), Attr::anonymous(file)),
                        (Name::new_static("value"), Attr::anonymous(def.value)),
                    ])));
                }
                let items = ev.ready(Value::list(items));
                let f = ev.force(*merge).map_err(Stop::of_any_kind)?;
                ev.call_with(&f, &[loc, items])
            }
        }
    }

    fn defined_twice(&self, id: NodeId) -> Stop {
        self.conflict(id, |option| {
            format!("The option `{option}' is defined multiple times while it's expected to be unique")
        })
    }

    fn contradiction(&self, id: NodeId) -> Stop {
        self.conflict(id, |option| format!("The option `{option}' has conflicting definition values"))
    }

    /// Definitions that must all be equal.
    fn merge_equal(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        let first = ev.force(defs[0].value);
        if defs.len() == 1 {
            return first;
        }
        if let Err(stop @ Stop::Error(_)) = first {
            return Err(stop);
        }
        let mut unknown = None;
        for (i, a) in defs.iter().enumerate() {
            // Against every later one, so that a contradiction shows also where the first is not known.
            for b in &defs[i + 1..] {
                let (l, r) = (ev.force(a.value), ev.force(b.value));
                match ev.equal_results(l, r) {
                    Ok(true) => {}
                    Ok(false) => return Err(self.contradiction(id)),
                    Err(stop @ Stop::Unknown(_)) => unknown = Some(stop),
                    Err(stop) => return Err(stop),
                }
            }
        }
        match (unknown, first) {
            (None, first) => first,
            (Some(_), Err(stop)) => Err(stop),
            (Some(stop), Ok(value)) => Err(stop.yielding(value.kinds())),
        }
    }

    /// What options without a type do (`mergeDefaultOption`).
    fn merge_default(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        if defs.len() == 1 {
            return ev.force(defs[0].value);
        }
        if all_kinds(ev, defs, Kinds::LIST)? {
            return self.merge_list(ev, id, &Type::Raw, defs);
        }
        if all_kinds(ev, defs, Kinds::SET)? {
            return self.merge_as(ev, id, &Type::Attrs, defs);
        }
        if all_kinds(ev, defs, Kinds::BOOL)? {
            return self.merge_as(ev, id, &Type::BoolByOr, defs);
        }
        if all_kinds(ev, defs, Kinds::STRING)? {
            return self.merge_as(ev, id, &Type::Separated("".into()), defs);
        }
        if all_kinds(ev, defs, Kinds::INT)? {
            return self.merge_equal(ev, id, defs);
        }
        if all_kinds(ev, defs, Kinds::LAMBDA)? {
            return Err(Stop::unknown_kind("several functions", Kinds::LAMBDA));
        }
        Err(self.conflict(id, |option| format!("Cannot merge definitions of `{option}'")))
    }

    /// `types.anything`: by the kind of the values, recursively.
    fn merge_anything(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        let mut kinds: Option<Kinds> = None;
        for def in defs {
            let value = ev.force(def.value)?;
            if let Value::Symbol(_) = value {
                return if defs.len() == 1 {
                    Ok(value)
                } else {
                    Err(Stop::unknown("a value of nixpkgs among several"))
                };
            }
            let kind = value.kinds();
            if kinds.is_some_and(|k| k != kind) {
                return Err(
                    self.conflict(id, |option| format!("The option `{option}' has conflicting option types"))
                );
            }
            kinds = Some(kind);
        }
        match kinds {
            Some(Kinds::SET) => {
                let mut strings = 0;
                for def in defs {
                    if let Value::Attrs(set) = ev.force(def.value)?
                        && (set.known("outPath").is_some() || set.known("__toString").is_some())
                    {
                        strings += 1;
                    }
                }
                if strings == 0 {
                    self.merge_attrs(ev, id, &Rc::new(Type::Anything), false, defs)
                } else if strings == defs.len() {
                    self.merge_as(ev, id, &Type::Raw, defs)
                } else {
                    Err(self
                        .conflict(id, |option| format!("The option `{option}' has conflicting option types")))
                }
            }
            Some(Kinds::LAMBDA) if defs.len() > 1 => {
                Ok(self.merge_functions(id, Rc::new(Type::Anything), defs))
            }
            _ => self.merge_equal(ev, id, defs),
        }
    }

    /// Values of a format such as JSON: sets merge, lists are concatenated, scalars must be equal.
    fn merge_format(&self, ev: &mut Eval<'_>, id: NodeId, defs: &[Candidate]) -> Res {
        let format = Rc::new(Type::Format { nullable: true });
        if defs.len() == 1 && !all_kinds(ev, defs, Kinds::SET)? {
            return ev.force(defs[0].value);
        }
        if all_kinds(ev, defs, Kinds::SET)? {
            return self.merge_attrs(ev, id, &format, false, defs);
        }
        if all_kinds(ev, defs, Kinds::LIST)? {
            return self.merge_list(ev, id, &format, defs);
        }
        let mut kinds = Vec::new();
        for def in defs {
            kinds.push(ev.force(def.value)?.kinds());
        }
        let nulls = kinds.iter().filter(|k| **k == Kinds::NULL).count();
        if nulls > 0 && nulls < kinds.len() {
            return Err(self
                .conflict(id, |option| format!("The option `{option}` is defined both null and not null")));
        }
        if kinds.iter().any(|k| *k != kinds[0]) {
            return Err(Stop::unknown("definitions of different kinds"));
        }
        self.merge_equal(ev, id, defs)
    }

    fn merge_list(&self, ev: &mut Eval<'_>, id: NodeId, elem: &Type, defs: &[Candidate]) -> Res {
        let plain = elem.keeps_values();
        let mut items = Vec::new();
        let mut open = None;
        for (n, def) in defs.iter().enumerate() {
            let list = match ev.force(def.value) {
                Err(stop @ Stop::Error(_)) => return Err(stop),
                other => ev.as_list(other)?,
            };
            open = open.or_else(|| list.open.clone());
            for (m, item) in list.items.iter().enumerate() {
                // Properties may stand around an element too.
                let properties = match ev.force(*item) {
                    Ok(value) => super::definitions::tag(ev, &value)?.is_some(),
                    Err(Stop::Unknown(_)) => false,
                    Err(stop) => return Err(stop),
                };
                if plain && !properties {
                    items.push(*item);
                    continue;
                }
                let name = Name::new(format!("[definition {}-entry {}]", n + 1, m + 1));
                let raw = vec![Definition {
                    module: def.definition.module,
                    value: *item,
                    place: def.definition.place,
                    outer: Rc::new([]),
                    maybe: def.maybe.clone(),
                }];
                let node = self.element(ev, id, &name, Rc::new(elem.clone()), raw);
                match self.merged(ev, node)?.defined {
                    Some(true) => items.push(self.value(node)),
                    Some(false) => {}
                    None => open = Some(super::system::unknown("whether an element is in the list")),
                }
            }
        }
        Ok(Value::List(Rc::new(List { items, open })))
    }

    fn merge_attrs(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        elem: &Rc<Type>,
        lazy: bool,
        defs: &[Candidate],
    ) -> Res {
        let mut by_name: BTreeMap<Name, Vec<Definition>> = BTreeMap::new();
        let outer: Rc<[Property]> = Rc::new([]);
        let mut open: Option<Rc<Unknown>> = None;
        for def in defs {
            let set = match ev.force(def.value) {
                Ok(Value::Attrs(set)) => set,
                Ok(Value::Symbol(s)) => {
                    open = Some(super::system::unknown(format!("`{s}` needs nixpkgs")));
                    continue;
                }
                Ok(_) => continue,
                Err(Stop::Unknown(why)) => {
                    open = Some(why);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            let entries = match ev.entries(&set) {
                Ok(entries) => entries,
                Err(Stop::Unknown(why)) => {
                    open = Some(why);
                    set.entries.clone()
                }
                Err(stop) => return Err(stop),
            };
            for (name, attr) in entries {
                by_name.entry(name).or_default().push(Definition {
                    module: def.definition.module,
                    value: attr.value,
                    place: attr.place.or(def.definition.place),
                    outer: outer.clone(),
                    maybe: def.maybe.clone(),
                });
            }
        }
        let mut elements = Vec::new();
        let mut entries = Vec::new();
        for (name, raw) in by_name {
            let place = raw.first().and_then(|d| d.place);
            let node = self.element(ev, id, &name, elem.clone(), raw);
            elements.push((name.clone(), node));
            let defined = if lazy { Some(true) } else { self.merged(ev, node)?.defined };
            match defined {
                Some(true) => entries.push((name, Attr { value: self.value(node), place })),
                Some(false) => {}
                None => {
                    open = Some(super::system::unknown(format!("whether there is an attribute `{name}`")))
                }
            }
        }
        // What another definition may add to an attribute is not known either.
        if let Some(why) = &open
            && defs.len() > 1
            && defs.iter().any(|d| matches!(ev.force(d.value), Err(Stop::Unknown(_))))
        {
            for entry in &mut entries {
                entry.1.value = ev.stopped(Stop::Unknown(why.clone()));
            }
        }
        self.set_elements(id, elements);
        let rest = match open {
            Some(why) => Rest::Open(why),
            // NixOS' own modules may define more than what is at hand.
            None if self.is_of_table(id) => {
                let what = format!("what `{}` is defined as here", show_loc(&self.loc(id)));
                Rest::Presumed(super::system::unknown(what))
            }
            None => Rest::Closed,
        };
        Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
    }

    fn merge_functions(&self, id: NodeId, elem: Rc<Type>, defs: &[Candidate]) -> Value {
        let (system, defs) = (self.clone(), defs.to_vec());
        Value::Native(NativeFn(Rc::new(move |ev, argument| {
            let raw = defs
                .iter()
                .map(|def| Definition {
                    module: def.definition.module,
                    value: ev.apply_later(def.value, vec![argument]),
                    place: def.definition.place,
                    outer: Rc::new([]),
                    maybe: None,
                })
                .collect();
            let node = system.element(ev, id, &Name::new_static("<function body>"), elem.clone(), raw);
            ev.force(system.value(node))
        })))
    }

    fn merge_submodule(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        submodule: &Submodule,
        defs: &[Candidate],
    ) -> Res {
        let loc = self.loc(id);
        let mut modules = Vec::new();
        let name = loc.last().cloned().unwrap_or_default();
        modules.push(InitialModule {
            thunk: name_module(ev, &name),
            file: Rc::from("<name>"),
            origin: ModuleOrigin::System,
        });
        for def in defs {
            let file = self.file_of_module(ev, id, def.definition.module)?;
            let thunk = match (&def.maybe, submodule.shorthand, ev.force(def.value)) {
                (Some(why), ..) => ev.stopped(Stop::Unknown(why.clone())),
                (None, true, Ok(Value::Attrs(_))) => {
                    ev.ready(Value::attrs(vec![(Name::new_static("config"), Attr::anonymous(def.value))]))
                }
                _ => {
                    let imports = ev.ready(Value::list(vec![def.value]));
                    let file = ev.ready(Value::str(&file));
                    ev.ready(Value::attrs(vec![
                        (Name::new_static("_file"), Attr::anonymous(file)),
                        (Name::new_static("imports"), Attr::anonymous(imports)),
                    ]))
                }
            };
            // What extends a configuration is its own; the parts of other submodules are of those who define them.
            let origin = match submodule.base {
                Some(_) => ModuleOrigin::Own,
                None => self.origin_of_module(ev, id, def.definition.module)?,
            };
            modules.push(InitialModule { thunk, file, origin });
        }
        let scope = match submodule.base {
            // The options of a specialisation are called by their own names.
            Some(base) => {
                let prefix = if super::system::is_specialisation(&loc) { Rc::new([]) } else { loc };
                self.extend(ev, base, modules, Some(prefix))
            }
            None => {
                let fixed = submodule.modules.iter().map(|(thunk, file)| InitialModule {
                    thunk: *thunk,
                    file: file.clone(),
                    origin: ModuleOrigin::System,
                });
                let mut all: Vec<InitialModule> = fixed.collect();
                all.extend(modules);
                all.push(internal_module(ev)?);
                let special_args = match submodule.special_args {
                    Some(args) => args,
                    None => ev.ready(Value::Attrs(Attrs::empty())),
                };
                self.scope(
                    ev,
                    NewScope {
                        prefix: loc,
                        modules: all,
                        special_args,
                        table: submodule.table,
                        freeform: submodule.freeform.clone(),
                        class: submodule.class,
                    },
                )
            }
        };
        self.set_submodule(id, scope);
        Ok(config_value(self, scope))
    }

    /// Where the module that makes a definition of a node comes from.
    fn origin_of_module(&self, ev: &mut Eval<'_>, id: NodeId, module: u32) -> Res<ModuleOrigin> {
        let scope = self.scope_of(id);
        Ok(self.collected(ev, scope)?.modules.get(module as usize).map_or(ModuleOrigin::System, |m| m.origin))
    }

    /// The file of the module that makes a definition of a node.
    fn file_of_module(&self, ev: &mut Eval<'_>, id: NodeId, module: u32) -> Res<Rc<str>> {
        let scope = self.scope_of(id);
        Ok(self
            .collected(ev, scope)?
            .modules
            .get(module as usize)
            .map_or(Rc::from("<default>"), |m| m.file.clone()))
    }
}

/// The definitions that take part or might.
fn relevant(merged: &Merged) -> impl Iterator<Item = &Candidate> {
    merged.candidates.iter().filter(|c| matches!(c.state, DefState::Wins | DefState::Maybe))
}

/// Whether all values are of these kinds; unknown where one is not known to be.
fn all_kinds(ev: &mut Eval<'_>, defs: &[Candidate], kinds: Kinds) -> Res<bool> {
    for def in defs {
        match ev.force(def.value) {
            Ok(Value::Symbol(s)) => return Err(Stop::unknown(format!("`{s}` needs nixpkgs"))),
            Ok(value) if !value.kinds().within(kinds) => return Ok(false),
            Ok(_) => {}
            Err(Stop::Unknown(why)) if why.kinds.within(kinds) => {}
            Err(Stop::Unknown(why)) if why.kinds.disjoint(kinds) => return Ok(false),
            Err(stop) => return Err(stop),
        }
    }
    Ok(true)
}

/// The module that tells a submodule its name.
fn name_module(ev: &mut Eval<'_>, name: &Name) -> ThunkId {
    let value = ev.ready(Value::str(name));
    let args = ev.ready(Value::attrs(vec![(Name::new_static("name"), Attr::anonymous(value))]));
    let module = ev.ready(Value::attrs(vec![(Name::new_static("args"), Attr::anonymous(args))]));
    let config = ev.ready(Value::attrs(vec![(Name::new_static("_module"), Attr::anonymous(module))]));
    ev.ready(Value::attrs(vec![(Name::new_static("config"), Attr::anonymous(config))]))
}

/// The module that declares the module system's own options.
pub(super) fn internal_module(ev: &mut Eval<'_>) -> Res<InitialModule> {
    let thunk = ev.ready(Value::Path(crate::eval::prelude::INTERNAL_MODULE.into()));
    Ok(InitialModule { thunk, file: Rc::from("<the module system>"), origin: ModuleOrigin::System })
}

/// A value of the table as a value.
pub(super) fn json_value(ev: &mut Eval<'_>, json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Array(items) => {
            let items = items.iter().map(|i| {
                let value = json_value(ev, i);
                ev.ready(value)
            });
            Value::list(items.collect())
        }
        serde_json::Value::Object(object) => {
            let mut entries = Vec::new();
            for (name, value) in object {
                let value = json_value(ev, value);
                entries.push((Name::new(name), Attr::anonymous(ev.ready(value))));
            }
            Value::attrs(entries)
        }
        scalar => super::check::from_json(scalar),
    }
}

impl Type {
    /// Whether merging a single definition of this type yields the value as it is, unless it has properties.
    fn keeps_values(&self) -> bool {
        match self {
            Type::Bool
            | Type::BoolByOr
            | Type::Int { .. }
            | Type::Float
            | Type::Number { .. }
            | Type::Path { .. }
            | Type::Enum(_)
            | Type::Package
            | Type::Raw
            | Type::Unspecified
            | Type::Separated(_)
            | Type::UnitSetting => true,
            Type::Str(rule) => *rule != StrRule::SingleLine,
            Type::NullOr(t) | Type::Unique(t) => t.keeps_values(),
            Type::Either(a, b) => a.keeps_values() && b.keeps_values(),
            _ => false,
        }
    }
}
