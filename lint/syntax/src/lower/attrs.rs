//! Putting attribute sets together: `a.b = 1; a = { c = 2; };` is one set with two attributes.
//!
//! That is done before anything in a set is lowered, because it decides what the set's names are. It follows
//! Nix of 2026: sets are merged to any depth, with what is dynamic or inherited in them, and whether the
//! merged set is `rec` is decided by the first of them alone.

use super::Lowerer;
use super::strings;
use super::tree::Node;
use crate::hir::{AttrName, Entry, EntryId, EntryKind, Name};
use rnix::SyntaxKind::*;
use rowan::TextRange;
use std::collections::HashMap;

/// How many names a binding's attribute path can have.
const MAX_PATH: usize = 500;

/// From how many bindings on a set has an index of its names.
const INDEXED: usize = 16;

/// An attribute set's or `let`'s bindings.
#[derive(Default)]
pub(super) struct Set<'t> {
    pub(super) recursive: bool,
    pub(super) range: TextRange,
    pub(super) statics: Vec<Static<'t>>,
    pub(super) dynamics: Vec<Dynamic<'t>>,
    /// The sources of `inherit (e)`.
    pub(super) sources: Vec<Option<Node<'t>>>,
    /// Where in `statics` a name is, if there are many.
    index: HashMap<Name, usize>,
}

pub(super) struct Static<'t> {
    pub(super) name: Name,
    pub(super) value: Value<'t>,
    pub(super) entry: EntryId,
}

pub(super) struct Dynamic<'t> {
    pub(super) name: Node<'t>,
    pub(super) value: Value<'t>,
    pub(super) entry: EntryId,
}

/// The value of a binding.
#[derive(Clone, Copy)]
pub(super) enum Value<'t> {
    Expr(Node<'t>),
    /// None was written.
    Missing,
    /// Another set that is being put together.
    Set(SetId),
    /// `inherit a;`
    Outer,
    /// `inherit (e) a;`
    From(u32),
}

/// The place of a [`Set`] among those that are being put together.
#[derive(Clone, Copy)]
pub(super) struct SetId(usize);

/// A name of an attribute path, as it is written.
enum Attr<'t> {
    Static(Name),
    Dynamic(Node<'t>),
}

impl<'t> Set<'t> {
    fn find(&self, name: &Name) -> Option<usize> {
        if self.statics.len() < INDEXED {
            self.statics.iter().position(|binding| binding.name == *name)
        } else {
            self.index.get(name).copied()
        }
    }

    fn push(&mut self, binding: Static<'t>) {
        let at = self.statics.len();
        if at + 1 == INDEXED {
            self.index.extend(self.statics.iter().enumerate().map(|(at, old)| (old.name.clone(), at)));
        }
        if at + 1 >= INDEXED {
            self.index.insert(binding.name.clone(), at);
        }
        self.statics.push(binding);
    }
}

impl<'t> Lowerer<'t> {
    /// Takes a set that is complete.
    pub(super) fn take_set(&mut self, id: SetId) -> Set<'t> {
        std::mem::take(&mut self.sets[id.0])
    }

    pub(super) fn make_recursive(&mut self, id: SetId) {
        self.sets[id.0].recursive = true;
    }

    /// Collects the bindings that a node has as children.
    pub(super) fn collect(&mut self, node: Node<'t>) -> SetId {
        let id = self.new_set(node.range());
        self.sets[id.0].recursive = node.token(TOKEN_REC).is_some();
        for child in node.nodes() {
            match child.kind() {
                NODE_ATTRPATH_VALUE => self.add_binding(id, child),
                NODE_INHERIT => self.add_inherit(id, child),
                _ => {}
            }
        }
        id
    }

    fn new_set(&mut self, range: TextRange) -> SetId {
        self.sets.push(Set { range, ..Set::default() });
        SetId(self.sets.len() - 1)
    }

    /// A name of an attribute path. `None` if it is missing.
    pub(super) fn attr_name(&mut self, node: Node<'t>) -> Option<AttrName> {
        Some(match self.attr(node)? {
            Attr::Static(name) => AttrName::Static(name),
            Attr::Dynamic(node) => AttrName::Dynamic(self.expr(node)),
        })
    }

    /// `a`, `"a"` and `${"a"}` are known, and so is everything that Nix' parser takes for a constant string.
    fn attr(&self, node: Node<'t>) -> Option<Attr<'t>> {
        if node.kind() == NODE_IDENT {
            let token = node.tokens().next().filter(|token| !self.is_placeholder(token.range))?;
            return Some(Attr::Static(Name::new(token.text)));
        }
        let value = if node.kind() == NODE_DYNAMIC { node.expr()?.without_parens() } else { node };
        let constant = match value.kind() {
            NODE_STRING => strings::constant(value),
            NODE_LITERAL => value.token(TOKEN_URI).map(|token| token.text.to_owned()),
            NODE_ERROR => return None,
            _ => None,
        };
        Some(constant.map_or(Attr::Dynamic(value), |name| Attr::Static(Name::from(name))))
    }

    fn add_binding(&mut self, set: SetId, node: Node<'t>) {
        let Some(path) = node.node(NODE_ATTRPATH) else { return };
        let names: Vec<Node<'t>> = path.nodes().collect();
        let Some((&last, before)) = names.split_last() else { return };
        let value = node.expr();
        let value_range = match (value, node.token(TOKEN_ASSIGN)) {
            (Some(value), _) => value.range(),
            (None, Some(assign)) => TextRange::empty(assign.range.end()),
            (None, None) => TextRange::empty(path.range().end()),
        };
        if names.len() > MAX_PATH {
            return self.error(path.range(), format!("an attribute path of more than {MAX_PATH} names"));
        }
        // Something that is missing is no name that could be bound.
        let attrs: Option<Vec<_>> = before.iter().map(|&name| self.attr(name)).collect();
        let (Some(attrs), Some(last_attr)) = (attrs, self.attr(last)) else { return };
        let entry = self.push_entry(Entry {
            kind: EntryKind::Plain,
            range: node.range(),
            path: path.range(),
            name: last.range(),
            value: value_range,
        });
        let mut set = set;
        let mut walked = Vec::with_capacity(names.len());
        for (attr, next) in attrs.into_iter().zip(&names[1..]) {
            // The set that the rest of the path is has no text of its own.
            let rest = TextRange::new(next.range().start(), value_range.end());
            let inner = match attr {
                Attr::Static(name) => {
                    walked.push(name.clone());
                    self.inner_set(set, name, entry, rest)
                }
                Attr::Dynamic(name) => {
                    walked.push(Name::new_static("${…}"));
                    let inner = self.new_set(rest);
                    self.sets[set.0].dynamics.push(Dynamic { name, value: Value::Set(inner), entry });
                    Some(inner)
                }
            };
            match inner {
                Some(inner) => set = inner,
                None => return self.duplicate(entry, &walked),
            }
        }
        let value = value.map_or(Value::Missing, Value::Expr);
        match last_attr {
            Attr::Static(name) => self.add_static(set, Static { name, value, entry }, &mut walked),
            Attr::Dynamic(name) => self.sets[set.0].dynamics.push(Dynamic { name, value, entry }),
        }
    }

    /// The set that is the value of a name, for another binding to be put into. `None` if it is no set.
    fn inner_set(&mut self, set: SetId, name: Name, entry: EntryId, range: TextRange) -> Option<SetId> {
        let Some(at) = self.sets[set.0].find(&name) else {
            let inner = self.new_set(range);
            self.sets[set.0].push(Static { name, value: Value::Set(inner), entry });
            return Some(inner);
        };
        let old = self.sets[set.0].statics[at].value;
        let inner = if self.is_missing(old) { self.new_set(range) } else { self.as_set(old)? };
        self.sets[set.0].statics[at].value = Value::Set(inner);
        Some(inner)
    }

    /// Whether nothing was written for a value.
    fn is_missing(&self, value: Value<'t>) -> bool {
        match value {
            Value::Missing => true,
            Value::Expr(node) => node.kind() == NODE_IDENT && self.is_placeholder(node.range()),
            _ => false,
        }
    }

    /// A value as a set that can be added to.
    fn as_set(&mut self, value: Value<'t>) -> Option<SetId> {
        match value {
            Value::Set(id) => Some(id),
            Value::Expr(node) => {
                let node = node.without_parens();
                if node.kind() != NODE_ATTR_SET {
                    return None;
                }
                self.deeper(node.range(), |lowerer| lowerer.collect(node))
            }
            _ => None,
        }
    }

    /// Binds a name, unless it is bound already and cannot be bound twice.
    fn add_static(&mut self, set: SetId, binding: Static<'t>, walked: &mut Vec<Name>) {
        let Some(at) = self.sets[set.0].find(&binding.name) else {
            return self.sets[set.0].push(binding);
        };
        let old = self.sets[set.0].statics[at].value;
        // A binding that is not finished stands in the way of no other.
        if self.is_missing(binding.value) {
            return;
        }
        if self.is_missing(old) {
            self.sets[set.0].statics[at] = binding;
            return;
        }
        walked.push(binding.name);
        let is_set = |value: Value| match value {
            Value::Set(_) => true,
            Value::Expr(node) => node.without_parens().kind() == NODE_ATTR_SET,
            _ => false,
        };
        if is_set(old)
            && is_set(binding.value)
            && let (Some(into), Some(from)) = (self.as_set(old), self.as_set(binding.value))
        {
            self.sets[set.0].statics[at].value = Value::Set(into);
            let range = self.entries[binding.entry.0 as usize].range;
            self.deeper(range, |lowerer| lowerer.merge(into, from, walked));
        } else {
            self.duplicate(binding.entry, walked);
        }
        walked.pop();
    }

    /// Puts everything of one set into another.
    fn merge(&mut self, into: SetId, from: SetId, walked: &mut Vec<Name>) {
        let Set { statics, dynamics, sources, .. } = self.take_set(from);
        let shift = self.sets[into.0].sources.len() as u32;
        for mut binding in statics {
            if let Value::From(source) = &mut binding.value {
                *source += shift;
            }
            self.add_static(into, binding, walked);
        }
        self.sets[into.0].dynamics.extend(dynamics);
        self.sets[into.0].sources.extend(sources);
    }

    fn add_inherit(&mut self, set: SetId, node: Node<'t>) {
        let from = node.node(NODE_INHERIT_FROM);
        let kind = if from.is_some() { EntryKind::InheritFrom } else { EntryKind::Inherit };
        let value = match from {
            Some(from) => {
                let sources = &mut self.sets[set.0].sources;
                sources.push(from.expr());
                Value::From(sources.len() as u32 - 1)
            }
            None => Value::Outer,
        };
        for node in node.nodes() {
            if !matches!(node.kind(), NODE_IDENT | NODE_STRING | NODE_DYNAMIC) {
                continue;
            }
            let range = node.range();
            match self.attr(node) {
                Some(Attr::Static(name)) => {
                    let entry = Entry { kind, range, path: range, name: range, value: range };
                    let entry = self.push_entry(entry);
                    self.add_static(set, Static { name, value, entry }, &mut Vec::new());
                }
                Some(Attr::Dynamic(_)) => {
                    self.error(range, "dynamic attributes are not allowed in `inherit`");
                }
                None => {}
            }
        }
    }

    fn duplicate(&mut self, entry: EntryId, walked: &[Name]) {
        let names: Vec<_> = walked.iter().map(shown).collect();
        let path = self.entries[entry.0 as usize].path;
        self.error(path, format!("attribute `{}` already defined", names.join(".")));
    }
}

/// A name as it would be written.
fn shown(name: &Name) -> String {
    let is_plain = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '\''));
    if is_plain || name.starts_with("${") { name.to_string() } else { format!("{:?}", name.as_str()) }
}
