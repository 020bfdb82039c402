//! Whether what is defined in a scope is declared.

use super::{ModuleSystem, NodeId, NodeKind, ScopeId, show_loc};
use crate::eval::{Eval, Res, Stop, Value};

impl ModuleSystem {
    /// Whether everything that is defined in a scope is declared, as far as all its options are known: otherwise NixOS refuses the
    /// whole scope.
    pub(in crate::nixos) fn check(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<()> {
        let check = self.with_scope(id, |s| s.check);
        ev.force(check).map(|_| ())
    }

    /// What [`Self::check`] remembers.
    pub(super) fn check_declared(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<()> {
        let of_table = self.with_scope(id, |s| s.table.is_some());
        if of_table || !self.collected(ev, id)?.troubles.is_empty() || self.is_freeform(ev, id)? {
            return Ok(());
        }
        if self.speaks_of_check(ev, id)?
            && let Some(check) = self.find(ev, id, &["_module", "check"])?
            && !matches!(ev.force(self.value(check)), Ok(Value::Bool(true)))
        {
            return Ok(());
        }
        let root = self.root(ev, id);
        self.check_below(ev, root)
    }

    /// Whether a module of a scope may define `_module.check`.
    fn speaks_of_check(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<bool> {
        let root = self.root(ev, id);
        for definition in self.pushed(ev, root)?.iter() {
            let Ok(Value::Attrs(set)) = ev.force(definition.value) else { return Ok(true) };
            if !set.is_closed() {
                return Ok(true);
            }
            let Some(own) = set.known("_module") else { continue };
            let own = match ev.force(own.value) {
                Ok(Value::Attrs(own)) => own,
                _ => return Ok(true),
            };
            if !own.is_closed() || own.known("check").is_some() || own.known("_type").is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn check_below(&self, ev: &mut Eval<'_>, node: NodeId) -> Res<()> {
        for name in self.child_names(ev, node)?.0 {
            // An option whose type cannot be evaluated is declared all the same.
            let Ok(Some(child)) = self.child(ev, node, &name) else { continue };
            match self.kind(child) {
                NodeKind::Namespace => ev.deeper(|ev| self.check_below(ev, child))?,
                NodeKind::Undeclared if self.raw(ev, child)?.iter().any(|d| d.maybe.is_none()) => {
                    let option = show_loc(&self.loc(child));
                    return Err(Stop::throw(format!("The option `{option}' does not exist")));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
