//! What stands at a place in the tree of options, from what modules and the table of NixOS' options declare there.

use super::node::Location;
use super::{Declaration, ModuleSystem, NodeKind, ScopeId, TableNode};
use crate::eval::{Attr, Attrs, Eval, Place, Res, Stop, ThunkId, Value};
use crate::nixos::definitions;
use crate::nixos::types::{Submodule, Type};
use std::rc::Rc;

impl ModuleSystem {
    /// What a place is, from what modules and the table say of it; with the sets of options that are declared below it.
    pub(super) fn classify(
        &self,
        ev: &mut Eval<'_>,
        at: &Location,
        declared: Vec<Attr>,
    ) -> Res<(NodeKind, Vec<ThunkId>)> {
        let mut declaration: Option<Declaration> = None;
        let mut below = Vec::new();
        for Attr { value: thunk, place } in declared {
            let (option, reads) = ev.reading(|ev| {
                let value = ev.force(thunk)?;
                let is_option = definitions::tag(ev, &value)?.as_deref() == Some("option");
                Ok(is_option.then_some(value))
            });
            let Ok(Some(Value::Attrs(set))) = option else {
                ev.note_all_seen(&reads.seen);
                match option {
                    Ok(_) => below.push(thunk),
                    Err(Stop::Unknown(_)) => {}
                    Err(stop) => return Err(stop),
                }
                continue;
            };
            let next = self.declaration(ev, thunk, &set, place, reads.seen)?;
            declaration = Some(match declaration {
                None => next,
                Some(first) => first.and(next),
            });
        }
        let of_table = at.table.and_then(|t| self.of_table(t));
        if let Some(mut declaration) = declaration {
            // Options that are declared below one that is a submodule are options of the submodule.
            for set in below.drain(..) {
                let module = ev.ready(Value::set([("options", set)]));
                let more = Submodule {
                    modules: vec![(module, Rc::from("<options below>"))],
                    ..Submodule::default()
                };
                declaration.unite(&Type::Submodule(Rc::new(more)));
            }
            if let Some(of_table) = of_table {
                declaration.unite(&of_table.ty);
            }
            return Ok((NodeKind::Option(Rc::new(declaration)), below));
        }
        if let Some(declaration) = of_table {
            return Ok((NodeKind::Option(declaration), below));
        }
        if !below.is_empty() || at.table.is_some() {
            return Ok((NodeKind::Namespace, below));
        }
        let kind = self.freeform_elem(ev, at)?.map_or(NodeKind::Undeclared, NodeKind::Element);
        Ok((kind, below))
    }

    /// The type of something that no option declares: directly below the root it is a value of the scope's freeform type.
    fn freeform_elem(&self, ev: &mut Eval<'_>, at: &Location) -> Res<Option<Rc<Type>>> {
        let prefix = self.with_scope(at.scope, |s| s.prefix.len());
        // The module system's own options are asked without it.
        if at.path.len() != prefix + 1 || at.path[prefix] == "_module" {
            return Ok(None);
        }
        let Some(freeform) = self.freeform(ev, at.scope)? else { return Ok(None) };
        Ok(Some(match &*freeform {
            Type::AttrsOf { elem, .. } => elem.clone(),
            Type::Unknown(why) => Rc::new(Type::Unknown(why.clone())),
            Type::Format { .. } => freeform.clone(),
            _ => Rc::new(Type::Anything),
        }))
    }

    /// Whether a scope has attributes that are no option.
    pub(in crate::nixos) fn is_freeform(&self, ev: &mut Eval<'_>, scope: ScopeId) -> Res<bool> {
        let own = self.collected(ev, scope)?.modules.iter().any(|m| m.freeform.is_some());
        Ok(own || self.with_scope(scope, |s| s.freeform.is_some()))
    }

    /// The type of a scope's attributes that are no option, if it has one.
    fn freeform(&self, ev: &mut Eval<'_>, scope: ScopeId) -> Res<Option<Rc<Type>>> {
        let collected = self.collected(ev, scope)?;
        match collected.modules.iter().find_map(|m| m.freeform) {
            Some(thunk) => Ok(Some(Rc::new(Type::from_thunk(ev, thunk)?))),
            None => Ok(self.with_scope(scope, |s| s.freeform.clone())),
        }
    }

    /// What the table declares at a place, if it is an option.
    fn of_table(&self, place: TableNode) -> Option<Rc<Declaration>> {
        let mut arena = self.0.borrow_mut();
        let known = arena.of_table.entry(place).or_insert_with(|| {
            Some(Rc::new(Declaration {
                ty: Rc::new(place.option_type()?),
                seen: Rc::from([]),
                default: None,
                default_place: None,
                apply: None,
                place: None,
                by_module: false,
                set: None,
            }))
        });
        known.clone()
    }
}

impl ModuleSystem {
    /// What `mkOption` made, at `place`; `seen` are the keys of what had a part in that.
    fn declaration(
        &self,
        ev: &mut Eval<'_>,
        thunk: ThunkId,
        set: &Attrs,
        place: Option<Place>,
        mut seen: Vec<u32>,
    ) -> Res<Declaration> {
        let ty = match set.known("type") {
            Some(attr) => {
                let (ty, in_type) = self.type_of_thunk(ev, attr.value)?;
                seen.extend_from_slice(&in_type);
                ty
            }
            None => Rc::new(Type::Unspecified),
        };
        Ok(Declaration {
            ty,
            seen: seen.into(),
            default: set.known("default").map(|a| a.value),
            default_place: set.known("default").and_then(|a| a.place),
            apply: set.known("apply").map(|a| a.value),
            place,
            by_module: true,
            set: Some(thunk),
        })
    }

    /// The type that a thunk is, which is read once, and what had a part in it.
    fn type_of_thunk(&self, ev: &mut Eval<'_>, thunk: ThunkId) -> Res<(Rc<Type>, Rc<[u32]>)> {
        if let Some(known) = self.0.borrow().types.get(&thunk) {
            return Ok(known.clone());
        }
        let (ty, reads) = ev.reading(|ev| Type::from_thunk(ev, thunk));
        let known = (Rc::new(ty?), Rc::from(reads.seen));
        self.0.borrow_mut().types.insert(thunk, known.clone());
        Ok(known)
    }
}

impl Declaration {
    /// Two declarations of the same option.
    fn and(mut self, next: Declaration) -> Self {
        self.unite(&next.ty);
        Declaration {
            ty: self.ty,
            seen: self.seen.iter().chain(&*next.seen).copied().collect(),
            default: self.default.or(next.default),
            default_place: self.default_place.or(next.default_place),
            apply: self.apply.or(next.apply),
            place: self.place.or(next.place),
            by_module: true,
            set: self.set.or(next.set),
        }
    }

    /// Adds what another type says of the same option, if they go together.
    fn unite(&mut self, ty: &Type) {
        if let Some(united) = self.ty.unite(ty) {
            self.ty = Rc::new(united);
        }
    }
}
