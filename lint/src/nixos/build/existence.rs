//! Whether what is defined is an option.

use super::Builder;
use super::definitions::place;
use crate::eval::{Eval, Value};
use crate::nixos::model::{Cause, Existence, Missing, Place, Scope, Trouble, World};
use crate::nixos::system::{NodeId, NodeKind, ScopeId, show_loc};
use crate::nixos::table::{Node, nearest};
use crate::syntax::hir::Name;

impl Builder<'_> {
    /// Whether there is an option at a node.
    pub(super) fn existence(&self, node: NodeId) -> Existence {
        match (self.modules.kind(node), &self.missing) {
            (NodeKind::Option(declaration), _) if declaration.by_module => Existence::Declared,
            (NodeKind::Undeclared, Some(missing)) => Existence::Missing(missing.clone()),
            _ => Existence::Listed,
        }
    }

    pub(super) fn declared(&self, node: NodeId) -> bool {
        matches!(self.modules.kind(node), NodeKind::Option(d) if d.by_module)
    }

    /// Where a module declares the option at a node.
    pub(super) fn declaration(&self, ev: &Eval<'_>, node: NodeId) -> Option<Place> {
        match self.modules.kind(node) {
            NodeKind::Option(declaration) => place(ev, declaration.place?),
            _ => None,
        }
    }

    /// What is known of something that is defined and that nothing declares.
    pub(super) fn missing(&self, ev: &mut Eval<'_>, node: NodeId) -> Missing {
        let scope = self.modules.scope_of(node);
        let path = self.path(node);
        let loc = self.modules.loc(node);
        let above = &loc[..loc.len().saturating_sub(1)];
        let checked = match self.modules.find(ev, scope, &["_module", "check"]) {
            Ok(Some(check)) => matches!(ev.force(self.modules.value(check)), Ok(Value::Bool(true))),
            _ => true,
        };
        let certain = checked && self.modules.knows_all_declarations(ev, scope, &loc);
        let exact = self.modules.knows_all_listed(scope, above);
        let beside = match loc.last() {
            Some(name) if certain => self.beside(ev, scope, above, name),
            _ => Vec::new(),
        };
        let is_misspelled = above.is_empty() && beside.first().is_some_and(|name| name == "specialisation");
        // No release of NixOS has an option of a name like that one.
        let exact = exact || is_misspelled && self.world == World::Nixos;
        Missing { path, certain, exact, beside }
    }

    /// The names of options in a namespace that may be meant by one that is none.
    fn beside(&self, ev: &mut Eval<'_>, scope: ScopeId, above: &[Name], name: &str) -> Vec<Name> {
        /// How many are told.
        const MOST: usize = 3;
        let prefix = self.modules.prefix(scope).len();
        let path = above.get(prefix..).unwrap_or_default();
        let Ok(Some(namespace)) = self.modules.find(ev, scope, path) else { return Vec::new() };
        let Ok(declared) = self.modules.declared_names(ev, namespace) else { return Vec::new() };
        let mut names = declared.0.clone();
        let listed = self.modules.table_of(namespace).map(|node| node.0);
        let listed = listed.iter().flat_map(|node| node.children());
        let listed = listed.filter(|node| !node.is_wildcard() && !node.is_by_import() && node.is_alive());
        names.extend(listed.map(|node| Name::new(node.name())));
        names.sort();
        names.dedup();
        names.retain(|name| name != "_module");
        match nearest(name, names.iter().map(Name::as_str), MOST).as_slice() {
            [] if names.len() <= MOST => names,
            near => near.iter().map(Name::new).collect(),
        }
    }

    /// NixOS refuses a scope that defines what is certainly no option.
    pub(super) fn refuse_strangers(scope: &mut Scope) {
        let mut refused: Vec<Trouble> = Vec::new();
        for option in scope.options.values() {
            let Some(missing) = option.existence.missing().filter(|m| m.is_refused(&option.definitions))
            else {
                continue;
            };
            let message = format!("The option `{}' does not exist", show_loc(&missing.path));
            let span = option.definitions.iter().find_map(|d| d.place).map(|p| p.span());
            if scope.troubles.iter().chain(&refused).all(|trouble| trouble.message != message) {
                refused.push(Trouble { span, message, refused: true, cause: Cause::Other });
            }
        }
        scope.troubles.extend(refused);
    }

    /// What a submodule does not declare of what is defined in it: that is why it is refused.
    pub(super) fn intruders(
        &mut self,
        ev: &mut Eval<'_>,
        submodule: ScopeId,
        scope: &mut Scope,
        nesting: usize,
    ) {
        let root = self.modules.root(ev, submodule);
        let mut open = vec![root];
        let mut inside = Scope::default();
        while let Some(node) = open.pop() {
            let Ok((names, _)) = self.modules.child_names(ev, node) else { continue };
            for name in names {
                let Ok(Some(child)) = self.modules.child(ev, node, &name) else { continue };
                match self.modules.kind(child) {
                    NodeKind::Namespace if name != "_module" => open.push(child),
                    NodeKind::Undeclared => self.node(ev, child, &mut inside, nesting + 1),
                    _ => {}
                }
            }
        }
        scope.intruders.extend(inside.options.into_values());
        scope.intruders.extend(inside.intruders);
    }

    /// The option of the table that is at a node.
    pub(super) fn listed(&self, node: NodeId) -> Option<Node<'static>> {
        self.modules.table_of(node).map(|node| node.0).filter(|node| node.is_option())
    }
}
