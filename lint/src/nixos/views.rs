//! A scope's `config` and `options` as the sets that its modules see.

use super::definitions::DefState;
use super::system::{ModuleSystem, NodeId, NodeKind, ScopeId, show_loc};
use crate::eval::{Attr, Attrs, Error, Eval, LazyAttrs, NativeFn, Res, Rest, Stop, Value};
use crate::syntax::hir::Name;
use std::rc::Rc;

/// `config`, or a set of options in it.
pub(super) struct ConfigView {
    system: ModuleSystem,
    scope: ScopeId,
    node: Option<NodeId>,
    /// Whether it is seen from outside, without `_module`.
    outside: bool,
}

impl ConfigView {
    /// The whole `config` of a scope, as its modules see it.
    pub(super) fn root(system: &ModuleSystem, scope: ScopeId) -> Self {
        ConfigView { system: system.clone(), scope, node: None, outside: false }
    }

    fn node(&self, ev: &mut Eval<'_>) -> NodeId {
        self.node.unwrap_or_else(|| self.system.root(ev, self.scope))
    }
}

/// `config` of a scope as a value: what its evaluation yields.
pub(super) fn config_value(system: &ModuleSystem, scope: ScopeId) -> Value {
    let view = ConfigView { outside: true, ..ConfigView::root(system, scope) };
    Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Lazy(Rc::new(view)) }))
}

/// `options` of a scope as a value.
pub(super) fn options_value(system: &ModuleSystem, scope: ScopeId) -> Value {
    let rest = Rest::Lazy(Rc::new(OptionsView::root(system, scope)));
    Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest }))
}

impl LazyAttrs for ConfigView {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        let node = self.node(ev);
        if self.outside {
            self.system.check(ev, self.scope)?;
            if name == "_module" {
                return Ok(None);
            }
        }
        let child = match self.system.child(ev, node, name) {
            // NixOS looks at declarations alone, unless there is a freeform type.
            Err(Stop::Error(error))
                if matches!(*error, Error::Recursion(_))
                    && !self.system.is_freeform(ev, self.scope)?
                    && self.system.declared_child(ev, node, name)?.is_none() =>
            {
                None
            }
            child => child?,
        };
        let Some(child) = child else {
            return self.absent(ev, node, name);
        };
        let kind = self.system.kind(child);
        let is_namespace = match kind {
            NodeKind::Namespace => true,
            NodeKind::Undeclared => self.system.looks_like_namespace(ev, child),
            _ => false,
        };
        Ok(Some(match kind {
            _ if is_namespace => {
                if matches!(kind, NodeKind::Undeclared) {
                    ev.note_seen(child.0);
                }
                let view = ConfigView {
                    system: self.system.clone(),
                    scope: self.scope,
                    node: Some(child),
                    outside: false,
                };
                let value =
                    Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Lazy(Rc::new(view)) }));
                Attr::anonymous(ev.ready(value))
            }
            NodeKind::Element(_) if self.system.merged(ev, child)?.defined != Some(true) => {
                ev.note_seen(node.0);
                return match self.system.merged(ev, child)?.defined {
                    None => Err(Stop::unknown(format!("whether there is an attribute `{name}`"))),
                    _ => Ok(None),
                };
            }
            _ => {
                ev.note_read(child.0);
                Attr::anonymous(self.system.value(child))
            }
        }))
    }

    fn scope(&self) -> Option<u32> {
        self.node.is_none().then_some(self.scope.0)
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        let node = self.node(ev);
        if self.outside {
            self.system.check(ev, self.scope)?;
        }
        ev.note_seen(node.0);
        let (all, complete) = if self.system.is_freeform(ev, self.scope)? {
            self.system.child_names(ev, node)?
        } else {
            (*self.system.declared_names(ev, node)?).clone()
        };
        if !complete || matches!(self.system.kind(node), NodeKind::Undeclared) {
            // An element of a list is called by its number among the definitions.
            let loc = self.system.loc(node);
            let named = loc.iter().position(|name| name.starts_with('[')).unwrap_or(loc.len());
            let path = show_loc(&loc[..named]);
            return Err(Stop::unknown(format!("not all options below `{path}` are known")));
        }
        let mut names = Vec::with_capacity(all.len());
        for name in all {
            if self.outside && name == "_module" {
                continue;
            }
            // An attribute that no option declares is there only if it is defined.
            let there = match self.system.child(ev, node, &name)? {
                Some(child) if matches!(self.system.kind(child), NodeKind::Element(_)) => {
                    self.system.merged(ev, child)?.defined
                }
                Some(_) => Some(true),
                None => Some(false),
            };
            match there {
                Some(true) => names.push(name),
                Some(false) => {}
                None => return Err(Stop::unknown(format!("whether there is an attribute `{name}`"))),
            }
        }
        Ok(names)
    }
}

impl ConfigView {
    /// What a name that nothing declares or defines is.
    fn absent(&self, ev: &mut Eval<'_>, node: NodeId, name: &Name) -> Res<Option<Attr>> {
        ev.note_seen(node.0);
        let complete = self.system.declared_names(ev, node)?.1;
        if complete {
            return Ok(None);
        }
        let loc = self.system.loc(node);
        let path: Vec<Name> = loc.iter().cloned().chain([name.clone()]).collect();
        Err(Stop::unknown(format!("nothing at hand declares the option `{}`", show_loc(&path))))
    }
}

/// `options`, or a set of options in it.
pub(super) struct OptionsView {
    system: ModuleSystem,
    scope: ScopeId,
    node: Option<NodeId>,
}

impl OptionsView {
    /// The whole `options` of a scope.
    pub(super) fn root(system: &ModuleSystem, scope: ScopeId) -> Self {
        OptionsView { system: system.clone(), scope, node: None }
    }

    fn node(&self, ev: &mut Eval<'_>) -> NodeId {
        self.node.unwrap_or_else(|| self.system.root(ev, self.scope))
    }
}

impl LazyAttrs for OptionsView {
    fn get(&self, ev: &mut Eval<'_>, name: &Name) -> Res<Option<Attr>> {
        let node = self.node(ev);
        let Some(child) = self.system.declared_child(ev, node, name)? else {
            let complete = self.system.declared_names(ev, node)?.1;
            return if complete {
                Ok(None)
            } else {
                Err(Stop::unknown(format!("whether there is an option `{name}`")))
            };
        };
        match self.system.kind(child) {
            NodeKind::Namespace => {
                let view = OptionsView { system: self.system.clone(), scope: self.scope, node: Some(child) };
                let value =
                    Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Lazy(Rc::new(view)) }));
                Ok(Some(Attr::anonymous(ev.ready(value))))
            }
            NodeKind::Option(_) => {
                ev.note_seen(child.0);
                let value = option_value(&self.system, ev, child)?;
                Ok(Some(Attr::anonymous(ev.ready(value))))
            }
            NodeKind::Element(_) | NodeKind::Undeclared => Ok(None),
        }
    }

    fn names(&self, ev: &mut Eval<'_>) -> Res<Vec<Name>> {
        let node = self.node(ev);
        match &*self.system.declared_names(ev, node)? {
            (names, true) => Ok(names.clone()),
            (_, false) => Err(Stop::unknown("not all options are known")),
        }
    }
}

/// What `options.a.b` is: the declaration, with what the definitions make of it.
fn option_value(system: &ModuleSystem, ev: &mut Eval<'_>, node: NodeId) -> Res {
    let mut entries = Vec::new();
    if let NodeKind::Option(declaration) = system.kind(node)
        && let Some(set) = declaration.set
        && let Value::Attrs(set) = ev.force(set)?
    {
        entries.extend(set.entries.iter().cloned());
    }
    let loc: Vec<_> = system.loc(node).iter().map(|n| ev.ready(Value::str(n))).collect();
    let loc = ev.ready(Value::list(loc));
    let tag = ev.ready(Value::str("option"));
    let path = system.loc(node);
    let shown = Value::Native(NativeFn(Rc::new(move |_, _| Ok(Value::str(&show_loc(&path))))));
    let shown = ev.ready(shown);
    let mut add = |name: &'static str, value| entries.push((Name::new_static(name), Attr::anonymous(value)));
    add("_type", tag);
    add("__toString", shown);
    add("loc", loc);
    add("value", system.value(node));
    let s = system.clone();
    let by_module = matches!(system.kind(node), NodeKind::Option(d) if d.by_module);
    add(
        "isDefined",
        ev.lazy(move |ev| match s.merged(ev, node)?.defined {
            Some(defined) if defined || by_module => Ok(Value::Bool(defined)),
            _ => Err(Stop::unknown("whether the option is defined")),
        }),
    );
    let s = system.clone();
    add(
        "highestPrio",
        ev.lazy(move |ev| match s.merged(ev, node)?.priority {
            Some(priority) => Ok(Value::Int(priority)),
            None => Err(Stop::unknown("the option has no definition that is known")),
        }),
    );
    for (name, what) in
        [("definitions", Part::Value), ("files", Part::File), ("definitionsWithLocations", Part::Both)]
    {
        let s = system.clone();
        add(name, ev.lazy(move |ev| definitions(&s, ev, node, what)));
    }
    let mut set = Attrs::from_entries(entries);
    if !matches!(system.kind(node), NodeKind::Option(d) if d.by_module) {
        let why = format!("how NixOS declares `{}`", show_loc(&system.loc(node)));
        set.rest = Rest::Open(super::system::unknown(why));
    }
    Ok(Value::Attrs(Rc::new(set)))
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Value,
    File,
    Both,
}

/// The definitions that take part in an option's merge, as a list of values, files, or both.
fn definitions(system: &ModuleSystem, ev: &mut Eval<'_>, node: NodeId, what: Part) -> Res {
    let merged = system.merged(ev, node)?;
    let mut items = Vec::new();
    for candidate in &merged.candidates {
        match candidate.state {
            DefState::Wins => {}
            DefState::Maybe => return Err(Stop::unknown("not all definitions are known")),
            DefState::Loses | DefState::Off => continue,
        }
        let module = system.module(ev, system.scope_of(node), candidate.definition.module)?;
        let file = ev.ready(Value::str(module.as_ref().map_or("<default>", |m| &*m.file)));
        items.push(match what {
            Part::Value => candidate.value,
            Part::File => file,
            Part::Both => ev.ready(Value::set([("file", file), ("value", candidate.value)])),
        });
    }
    Ok(Value::list(items))
}
