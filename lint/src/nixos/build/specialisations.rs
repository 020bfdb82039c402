//! Specialisations in the model.

use super::definitions::place;
use super::walk::Walk;
use super::{Builder, trouble};
use crate::eval::{Eval, Res, Stop, Value};
use crate::nixos::definitions::DefState;
use crate::nixos::model::*;
use crate::nixos::system::{NodeId, NodeKind, ScopeId, show_loc};
use crate::syntax::hir::Name;
use std::sync::Arc;

impl Builder<'_> {
    /// The specialisations, each with its scope where that is known.
    pub(super) fn specialisations(
        &mut self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        parent: &mut Scope,
        walk: &Walk,
    ) -> Vec<(Option<ScopeId>, Specialisation)> {
        let node = match self.modules.find(ev, scope, &["specialisation"]) {
            Ok(Some(node)) => node,
            _ => return Vec::new(),
        };
        let value = ev.force(self.modules.value(node));
        let known = match &value {
            Ok(Value::Attrs(set)) => {
                if ev.names(set).is_err() {
                    parent.complete = false;
                }
                set.clone()
            }
            _ => return Vec::new(),
        };
        let mut specialisations = Vec::new();
        for (name, element) in self.modules.elements(node) {
            // Only the newest NixOS has it: it is told where somebody defines it.
            let toplevel = show_loc(&[self.path(element), vec![Name::new_static("toplevel")]].concat());
            if parent.options.get(toplevel.as_str()).is_some_and(|option| option.definitions.is_empty()) {
                parent.options.shift_remove(toplevel.as_str());
            }
            let certain = known.known(&name).is_some();
            if !certain && !matches!(self.modules.merged(ev, element), Ok(m) if m.defined.is_none()) {
                continue;
            }
            if let Some(s) = self.specialisation(ev, name, element, certain, (scope, parent), walk) {
                specialisations.push(s);
            }
        }
        specialisations
    }

    /// Every specialisation that a module names.
    pub(super) fn named(&self, ev: &mut Eval<'_>, scope: ScopeId) -> Vec<(Name, Place)> {
        let Ok(Some(node)) = self.modules.find(ev, scope, &["specialisation"]) else { return Vec::new() };
        let Ok(pushed) = self.modules.pushed(ev, node) else { return Vec::new() };
        let mut named = Vec::new();
        for definition in pushed.iter() {
            let Ok(Value::Attrs(set)) = ev.force(definition.value) else { continue };
            for (name, attr) in &set.entries {
                let written = attr.place.or(definition.place);
                named.extend(written.and_then(|p| place(ev, p)).map(|place| (name.clone(), place)));
            }
        }
        named
    }

    fn specialisation(
        &mut self,
        ev: &mut Eval<'_>,
        name: Name,
        element: NodeId,
        certain: bool,
        (parent_id, parent): (ScopeId, &Scope),
        walk: &Walk,
    ) -> Option<(Option<ScopeId>, Specialisation)> {
        let merged = self.modules.merged(ev, element).ok()?;
        let mut places: Vec<Place> = Vec::new();
        for candidate in &merged.candidates {
            if let Some(place) = candidate.definition.place.and_then(|p| place(ev, p))
                && !places.contains(&place)
            {
                places.push(place);
            }
        }
        let mut result = Specialisation {
            name: name.clone(),
            places,
            inherits: None,
            certain,
            scope: Arc::default(),
            nested: Vec::new(),
        };
        let mut id = None;
        match self.child_scope(ev, element) {
            Ok((inherits, child)) => {
                id = Some(child);
                result.inherits = Some(inherits);
                self.scopes.insert(child, Some(name.clone()));
                self.of = Some(name.clone());
                let mut scope = self.child(ev, child, parent_id, walk);
                scope
                    .options
                    .retain(|path, _| path != "specialisation" && !path.starts_with("specialisation."));
                result.nested = self.nested(ev, child);
                if !inherits {
                    refuse_options_of_parent(parent, &mut scope);
                }
                self.refuse_settings_beside(ev, element, &mut scope);
                result.scope = scope.into();
                self.of = None;
            }
            Err(stop) => {
                let trouble = trouble(ev, &stop);
                result.scope = Scope { troubles: vec![trouble], ..Scope::default() }.into();
            }
        }
        Some((id, result))
    }

    /// NixOS refuses a specialisation that has settings beside its `configuration`.
    fn refuse_settings_beside(&self, ev: &mut Eval<'_>, element: NodeId, scope: &mut Scope) {
        let Some(options) = self.modules.submodule(element) else { return };
        let root = self.modules.root(ev, options);
        let Ok((names, _)) = self.modules.child_names(ev, root) else { return };
        for name in names.iter().filter(|n| *n != "_module") {
            if let Ok(Some(child)) = self.modules.child(ev, root, name) {
                self.refuse_undeclared(ev, child, scope);
            }
        }
    }

    /// Whether a specialisation inherits, and the scope of its configuration.
    fn child_scope(&mut self, ev: &mut Eval<'_>, element: NodeId) -> Res<(bool, ScopeId)> {
        ev.force(self.modules.value(element))?;
        let missing = || Stop::unknown("the specialisation's configuration is not known");
        let options = self.modules.submodule(element).ok_or_else(missing)?;
        let inherits = match self.modules.find(ev, options, &["inheritParentConfig"])? {
            Some(inherit) if !matches!(self.modules.kind(inherit), NodeKind::Undeclared) => {
                matches!(ev.force(self.modules.value(inherit))?, Value::Bool(true))
            }
            // Home Manager's always do.
            _ => true,
        };
        let configuration = self.modules.find(ev, options, &["configuration"])?.ok_or_else(missing)?;
        ev.force(self.modules.value(configuration))?;
        Ok((inherits, self.modules.submodule(configuration).ok_or_else(missing)?))
    }

    /// The specialisations that are defined in a specialisation's scope, where they are lost.
    fn nested(&mut self, ev: &mut Eval<'_>, child: ScopeId) -> Vec<Nested> {
        let Ok(Some(node)) = self.modules.find(ev, child, &["specialisation"]) else { return Vec::new() };
        let Ok(merged) = self.modules.merged(ev, node) else { return Vec::new() };
        let mut nested: Vec<Nested> = Vec::new();
        for candidate in &merged.candidates {
            let own = self.origin(ev, node, candidate.definition.module) == Origin::Own;
            if candidate.state != DefState::Loses || !own {
                continue;
            }
            let Ok(Value::Attrs(set)) = ev.force(candidate.value) else { continue };
            for (name, attr) in &set.entries {
                // What a function makes has no place of its own: that of the whole definition then.
                let written = attr.place.and_then(|p| place(ev, p));
                let place = written.or_else(|| candidate.definition.place.and_then(|p| place(ev, p)));
                nested.push(Nested { name: name.clone(), place, own });
            }
        }
        nested
    }
}

/// NixOS refuses a specialisation that defines what only modules of the parent declare, which it does not have.
fn refuse_options_of_parent(parent: &Scope, scope: &mut Scope) {
    let mut refused = Vec::new();
    for option in scope.options.values() {
        let Some(missing) = option.existence.missing().filter(|m| m.is_only_in(parent, option)) else {
            continue;
        };
        let message = format!("The option `{}' does not exist", show_loc(&missing.path));
        let span = option.definitions.iter().find_map(|d| d.place).map(|p| p.span());
        refused.push(Trouble { span, message, refused: true, cause: Cause::Other });
    }
    refused.dedup_by(|a, b| a.message == b.message);
    scope.troubles.extend(refused);
}
