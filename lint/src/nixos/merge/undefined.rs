//! Options without a definition: what their type or NixOS makes of them.

use crate::eval::{Attr, Attrs, Eval, Res, Stop, Value};
use crate::nixos::check::from_json;
use crate::nixos::system::{ModuleSystem, NodeId, NodeKind, show_loc};
use crate::nixos::table;
use crate::nixos::types::{EmptyValue, Type};
use crate::syntax::hir::Name;

impl ModuleSystem {
    /// The value of an option that has no definition.
    pub(super) fn empty(&self, ev: &mut Eval<'_>, id: NodeId, ty: &Type) -> Res {
        let loc = self.loc(id);
        if self.is_of_table(id) {
            return match self.nixos_default(ev, id)? {
                Some(value) => Ok(value),
                None => {
                    let why =
                        format!("`{}` is not defined here, and its default is NixOS' own", show_loc(&loc));
                    Err(Stop::unknown_kind(why, ty.kinds()))
                }
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
            None if self.is_incomplete(self.scope_of(id)) => Err(Stop::unknown(format!(
                "nothing at hand defines `{}`, but a module that is not at hand may",
                show_loc(&loc)
            ))),
            None => Err(Stop::throw(format!(
                "The option `{}' was accessed but has no value defined",
                show_loc(&loc)
            ))),
        }
    }

    /// Whether a node is an option, or part of one, that NixOS declares and no module at hand.
    pub(in crate::nixos) fn is_of_table(&self, id: NodeId) -> bool {
        let declared = matches!(self.kind(id), NodeKind::Option(d) if d.by_module);
        let freeform = || self.with_scope(self.scope_of(id), |s| s.freeform.is_some());
        !declared && (self.table_of(id).is_some() || freeform())
    }

    /// What NixOS makes of an option that nothing at hand defines, where that is known for certain.
    pub(in crate::nixos) fn nixos_default(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Option<Value>> {
        if let Some(default) = self.default_of_nixos(ev, id)? {
            return Ok(Some(json_value(ev, &default)));
        }
        let Some(default) = table::nixos_default(&self.loc(id)) else { return Ok(None) };
        let scope = self.scope_of(id);
        for path in &default.unless {
            let Some(node) = self.find(ev, scope, path)? else { continue };
            if matches!(self.kind(node), NodeKind::Namespace) {
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
        Ok(Some(json_value(ev, default.value)))
    }
}

/// A value of the table as a value.
fn json_value(ev: &mut Eval<'_>, json: &serde_json::Value) -> Value {
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
        scalar => from_json(scalar),
    }
}
