//! Attribute sets and `let`s.

use super::Lowerer;
use super::attrs::{Dynamic, Set, SetId, Static, Value};
use super::tree::Node;
use crate::hir::{AttrName, Binding, BindingValue, Bindings, DynamicBinding, Entry, Expr, ExprId, Name};
use rnix::SyntaxKind::*;
use rowan::TextRange;

impl<'t> Lowerer<'t> {
    pub(super) fn attr_set(&mut self, node: Node<'t>) -> ExprId {
        self.with_set(node, |lowerer, id| lowerer.set(id))
    }

    /// `let { body = …; }`: selects `body` from a recursive set.
    pub(super) fn legacy_let(&mut self, node: Node<'t>) -> ExprId {
        self.with_set(node, |lowerer, id| {
            lowerer.make_recursive(id);
            let base = lowerer.set(id);
            let path = [AttrName::Static(Name::new_static("body"))].into();
            lowerer.push(Expr::Select { base, path, default: None }, node.range())
        })
    }

    pub(super) fn let_in(&mut self, node: Node<'t>) -> ExprId {
        self.with_set(node, |lowerer, id| {
            let mut set = lowerer.take_set(id);
            for dynamic in std::mem::take(&mut set.dynamics) {
                let path = lowerer.entries[dynamic.entry.0 as usize].path;
                lowerer.error(path, "dynamic attributes are not allowed in `let`");
            }
            let bindings = Box::new(lowerer.bindings(set, true));
            let body = lowerer.expr_or_missing(node.expr_after(TOKEN_IN), node.range());
            lowerer.scope.leave();
            lowerer.push(Expr::Let { bindings, body }, node.range())
        })
    }

    /// Collects a node's bindings, and forgets the sets that were made for it after they are lowered.
    fn with_set(&mut self, node: Node<'t>, lower: impl FnOnce(&mut Self, SetId) -> ExprId) -> ExprId {
        let others = self.sets.len();
        let id = self.collect(node);
        let expr = lower(self, id);
        self.sets.truncate(others);
        expr
    }

    /// Lowers a set that is put together.
    fn set(&mut self, id: SetId) -> ExprId {
        let set = self.take_set(id);
        let Set { recursive, range, .. } = set;
        let bindings = Box::new(self.bindings(set, recursive));
        if recursive {
            self.scope.leave();
        }
        self.push(Expr::Attrs { recursive, bindings }, range)
    }

    /// Lowers bindings. If they make a frame, that is entered, and not left.
    fn bindings(&mut self, set: Set<'t>, makes_frame: bool) -> Bindings {
        let outer: Vec<Option<ExprId>> = set
            .statics
            .iter()
            .map(|Static { name, value, entry }| {
                let Entry { name: range, .. } = self.entries[entry.0 as usize];
                matches!(value, Value::Outer).then(|| self.variable(name.clone(), range))
            })
            .collect();
        if makes_frame {
            self.scope.enter(set.statics.iter().map(|binding| binding.name.clone()).collect());
        }
        let around = TextRange::empty(set.range.start());
        let sources = set.sources.into_iter().map(|source| self.expr_or_missing(source, around)).collect();
        let statics = set.statics.into_iter().zip(outer).map(|(Static { name, value, entry }, outer)| {
            let value = match (value, outer) {
                (_, Some(outer)) => BindingValue::Outer(outer),
                (Value::From(source), None) => BindingValue::From(source),
                (value, None) => BindingValue::Expr(self.value(value, entry.0)),
            };
            Binding { name, value, entry }
        });
        let statics: Box<[Binding]> = statics.collect();
        let mut by_name: Box<[u32]> = (0..).take(statics.len()).collect();
        by_name.sort_unstable_by(|a, b| statics[*a as usize].name.cmp(&statics[*b as usize].name));
        let dynamics = set.dynamics.into_iter().map(|Dynamic { name, value, entry }| {
            let name = self.expr(name);
            DynamicBinding { name, value: self.value(value, entry.0), entry }
        });
        Bindings { statics, by_name, dynamics: dynamics.collect(), sources }
    }

    fn value(&mut self, value: Value<'t>, entry: u32) -> ExprId {
        let Entry { value: range, .. } = self.entries[entry as usize];
        match value {
            Value::Expr(node) => self.expr(node),
            Value::Set(id) => {
                let set = self.deeper(range, |lowerer| lowerer.set(id));
                set.unwrap_or_else(|| self.missing(range))
            }
            _ => self.missing(range),
        }
    }
}
