//! What is defined by an old name: NixOS makes it a definition of the option that the name has become, at the priority that it has
//! (`doRename` in `lib/modules.nix`).

use super::{ModuleSystem, NodeId, NodeKind, TableNode};
use crate::eval::Eval;
use crate::nixos::definitions::Definition;
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use std::rc::Rc;

impl ModuleSystem {
    /// Adds to the definitions of an option those by its old names. Where it mattered in which order they come, and there are some by
    /// several names, they are left out.
    pub(super) fn add_renamed(&self, ev: &mut Eval<'_>, option: NodeId, raw: &mut Vec<Definition>) {
        let NodeKind::Option(declaration) = self.kind(option) else { return };
        let Some(place) = self.table_of(option).filter(|_| !declaration.by_module) else { return };
        let scope = self.scope_of(option);
        let prefix = self.prefix(scope).len();
        let loc = self.loc(option);
        let path: Vec<&str> = loc.iter().skip(prefix).map(Name::as_str).collect();
        for old in old_names(place, &path) {
            let Some(node) = self.undeclared_at(ev, option, &old) else { continue };
            let Ok(definitions) = self.raw(ev, node) else { continue };
            let by = self.loc(node);
            let made = definitions.iter().filter(|d| d.maybe.is_none());
            let made: Vec<_> = made.map(|d| Definition { by: Some(by.clone()), ..d.clone() }).collect();
            if raw.is_empty() || is_of_any_order(&declaration.ty) {
                raw.extend(made);
            }
        }
    }

    /// The node of a path in the scope of another node, unless a module declares an option there or above it.
    fn undeclared_at(&self, ev: &mut Eval<'_>, beside: NodeId, path: &[String]) -> Option<NodeId> {
        let mut node = self.root(ev, self.scope_of(beside));
        for name in path {
            if !matches!(self.kind(node), NodeKind::Namespace | NodeKind::Undeclared) {
                return None;
            }
            node = self.child(ev, node, &Name::new(name)).ok()??;
        }
        let is_declared = match self.kind(node) {
            NodeKind::Option(declaration) => declaration.by_module,
            NodeKind::Undeclared => false,
            NodeKind::Namespace | NodeKind::Element(_) => true,
        };
        (!is_declared).then_some(node)
    }
}

/// The names that an option of a table had before.
fn old_names(place: TableNode, path: &[&str]) -> Vec<Vec<String>> {
    // What is inside of an option has the name that it has there.
    if place.0.path() == path { place.0.old_names() } else { Vec::new() }
}

/// Whether it makes no difference in which order definitions of a type merge.
fn is_of_any_order(ty: &Rc<Type>) -> bool {
    match &**ty {
        Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Number { .. }
        | Type::Str(_)
        | Type::Path { .. }
        | Type::Enum(_)
        | Type::Package
        | Type::Raw
        | Type::Unique(_) => true,
        Type::NullOr(inner) | Type::AddCheck(inner, _) => is_of_any_order(inner),
        _ => false,
    }
}
