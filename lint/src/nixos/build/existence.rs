//! Whether what is defined is an option.

use super::Builder;
use super::definitions::place;
use crate::eval::{Eval, Value};
use crate::nixos::model::{Existence, Missing, Place};
use crate::nixos::system::{NodeId, NodeKind};

impl Builder {
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
        let above = &self.modules.loc(node)[..];
        let above = &above[..above.len().saturating_sub(1)];
        let checked = match self.modules.find(ev, scope, &["_module", "check"]) {
            Ok(Some(check)) => matches!(ev.force(self.modules.value(check)), Ok(Value::Bool(true))),
            _ => true,
        };
        Missing {
            path,
            certain: checked && self.modules.knows_all_declarations(ev, scope, above),
            in_table: self.modules.has_table(scope),
        }
    }
}
