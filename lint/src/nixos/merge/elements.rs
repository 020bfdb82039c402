//! Lists, sets and functions: what merges element by element.

use crate::eval::{Attr, Attrs, Eval, List, NativeFn, Res, Rest, Stop, Unknown, Value};
use crate::nixos::definitions::{Candidate, Definition, Property, tag};
use crate::nixos::misfits::element;
use crate::nixos::system::{ModuleSystem, NodeId, show_loc, unknown};
use crate::nixos::types::{StrRule, Type};
use crate::syntax::hir::Name;
use std::collections::BTreeMap;
use std::rc::Rc;

impl ModuleSystem {
    /// Lists: the elements of all definitions.
    pub(super) fn merge_list(&self, ev: &mut Eval<'_>, id: NodeId, elem: &Type, defs: &[Candidate]) -> Res {
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
                    Ok(value) => tag(ev, &value)?.is_some(),
                    Err(Stop::Unknown(_)) => false,
                    Err(stop) => return Err(stop),
                };
                if plain && !properties && !matches!(elem.accepts(ev, *item), Ok(false)) {
                    items.push(*item);
                    continue;
                }
                let name = element(n + 1, m + 1);
                let raw = Definition::new(def.definition.module, *item, def.definition.place);
                let raw = vec![Definition { maybe: def.maybe.clone(), ..raw }];
                let node = self.element(ev, id, &name, Rc::new(elem.clone()), raw);
                match self.merged(ev, node)?.defined {
                    Some(true) => items.push(self.value(node)),
                    Some(false) => {}
                    None => open = Some(unknown("whether an element is in the list")),
                }
            }
        }
        Ok(Value::List(Rc::new(List { items, open })))
    }

    /// Sets: each attribute has the definitions of its name.
    pub(super) fn merge_attrs(
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
                    open = Some(Unknown::needs_nixpkgs(&s));
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
                    by: None,
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
                None => open = Some(unknown(format!("whether there is an attribute `{name}`"))),
            }
        }
        // What another definition may add to an attribute is not known either.
        if let Some(why) = &open
            && defs.len() > 1
            && defs.iter().any(|d| matches!(ev.force(d.value), Err(Stop::Unknown(_))))
        {
            for entry in &mut entries {
                entry.1.value = ev.unknown(why);
            }
        }
        self.set_elements(id, elements);
        let rest = match open {
            Some(why) => Rest::Open(why),
            // NixOS' own modules, and those that are not at hand, may define more than what is.
            None if self.is_of_table(id) || self.is_incomplete(self.scope_of(id)) => {
                Rest::Presumed(unknown(format!("what `{}` is defined as here", show_loc(&self.loc(id)))))
            }
            None => Rest::Closed,
        };
        Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
    }

    /// Functions: a call has the results of all definitions as its definitions.
    pub(super) fn merge_functions(&self, id: NodeId, elem: Rc<Type>, defs: &[Candidate]) -> Value {
        let (system, defs) = (self.clone(), defs.to_vec());
        Value::Native(NativeFn(Rc::new(move |ev, argument| {
            let raw = defs
                .iter()
                .map(|def| {
                    let result = ev.apply_later(def.value, vec![argument]);
                    Definition::new(def.definition.module, result, def.definition.place)
                })
                .collect();
            let node = system.element(ev, id, &Name::new_static("<function body>"), elem.clone(), raw);
            ev.force(system.value(node))
        })))
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
