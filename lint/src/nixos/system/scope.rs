//! Scopes: what they start from, and the modules that they have.

use super::node::{Location, Node, NodeId, NodeKind};
use super::of_nixos::ModulesOfNixos;
use super::{ModuleSystem, TableNode};
use crate::eval::{Eval, Place, Res, Stop, ThunkId, Value};
use crate::nixos::collect::Collected;
use crate::nixos::definitions::Definition;
use crate::nixos::table;
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use std::rc::Rc;

/// A scope of a [`ModuleSystem`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ScopeId(pub u32);

/// Where a module of a scope comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ModuleOrigin {
    /// NixOS itself.
    System,
    /// The configuration that this scope extends: for a specialisation, its parent.
    Inherited,
    /// This scope.
    Own,
}

/// A module that a scope starts from.
#[derive(Clone)]
pub struct InitialModule {
    /// The module: a path, a function or a set.
    pub thunk: ThunkId,
    /// The file that it counts as being of.
    pub file: Rc<str>,
    /// Where it comes from.
    pub origin: ModuleOrigin,
    /// The file whose module makes it, if one does.
    pub within: Option<Within>,
    /// The binding that it is the value of, if an option's definition is the module.
    pub place: Option<Place>,
}

/// The file whose module something is part of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Within {
    /// The file.
    pub file: Rc<str>,
    /// Whether it is the module itself, and not something without a file of its own that the module imports or defines.
    pub whole: bool,
}

impl Within {
    /// What is part of it.
    pub(in crate::nixos) fn part(self) -> Self {
        Within { whole: false, ..self }
    }
}

/// A module of a scope, in canonical form.
#[derive(Clone)]
pub struct Module {
    /// The file that it counts as being of; what NixOS names in its messages.
    pub file: Rc<str>,
    /// What makes it the same module as another.
    pub key: Rc<str>,
    /// Where it comes from.
    pub origin: ModuleOrigin,
    /// Its option declarations: a set.
    pub options: Option<ThunkId>,
    /// Its definitions: a set, perhaps with properties around it.
    pub config: Vec<ThunkId>,
    /// Its `freeformType`.
    pub freeform: Option<ThunkId>,
    /// The file whose module it is, or is part of.
    pub within: Option<Within>,
    /// The binding whose value it is, or is part of, if an option's definition is the module.
    pub place: Option<Place>,
}

/// A module that cannot be known, or something that NixOS would refuse about a module.
#[derive(Clone)]
pub struct Trouble {
    /// The file whose `imports` or content it is about.
    pub file: Rc<str>,
    /// The expression.
    pub thunk: ThunkId,
    /// What is wrong.
    pub stop: Stop,
    /// Whether it is a module of an input or of NixOS, whose source is not at hand.
    pub foreign: bool,
    /// What stands beside `config` or `options` that must not, if that is the trouble.
    pub mixed: Option<Rc<MixedModule>>,
}

/// A module with `config` or `options` and settings beside them.
pub struct MixedModule {
    /// The binding of `config`, or of `options`.
    pub top: Option<Place>,
    /// The name of the first setting.
    pub first: Name,
    /// The settings.
    pub settings: Vec<Place>,
}

/// What a new scope is made of.
pub struct NewScope {
    /// The path of its root in the system.
    pub prefix: Rc<[Name]>,
    /// Its modules.
    pub modules: Vec<InitialModule>,
    /// Its `specialArgs`: a thunk of a set.
    pub special_args: ThunkId,
    /// Options that it has without a module that declares them.
    pub table: Option<TableNode>,
    /// The type of attributes that are no option, where no module says.
    pub freeform: Option<Rc<Type>>,
    /// What kind of configuration it is (`"nixos"`): a thunk of a string or null.
    pub class: Option<ThunkId>,
    /// The scope one of whose options it is the value of, if it is.
    pub inside: Option<ScopeId>,
}

/// What a scope's configuration is about: which options there are besides those that modules declare.
pub(in crate::nixos) struct Scope {
    pub(in crate::nixos) prefix: Rc<[Name]>,
    pub(in crate::nixos) initial: Vec<InitialModule>,
    pub(in crate::nixos) special_args: ThunkId,
    pub(in crate::nixos) table: Option<TableNode>,
    pub(in crate::nixos) freeform: Option<Rc<Type>>,
    pub(in crate::nixos) class: Option<ThunkId>,
    inside: Option<ScopeId>,
    /// Sets `collected`.
    collect: ThunkId,
    /// Stops if something is defined that no option declares.
    pub(super) check: ThunkId,
    collected: Option<Rc<Collected>>,
    /// The modules of NixOS' own that were asked for.
    pub(super) of_nixos: ModulesOfNixos,
    pub(super) root: Option<NodeId>,
}

impl Scope {
    /// Whether its modules are not all known yet.
    pub(in crate::nixos) fn is_collecting(&self) -> bool {
        self.collected.is_none()
    }
}

impl ModuleSystem {
    /// A new scope: what `evalModules` makes of these modules, evaluated when it is asked for.
    pub fn scope(&self, ev: &mut Eval<'_>, new: NewScope) -> ScopeId {
        let id = ScopeId(self.0.borrow().scopes.len() as u32);
        let this = self.clone();
        let collect = ev.lazy(move |ev| {
            let collected = this.collect(ev, id)?;
            this.0.borrow_mut().scopes[id.0 as usize].collected = Some(Rc::new(collected));
            Ok(Value::Null)
        });
        let this = self.clone();
        let check = ev.lazy(move |ev| this.check_declared(ev, id).map(|()| Value::Null));
        self.0.borrow_mut().scopes.push(Scope {
            prefix: new.prefix,
            initial: new.modules,
            special_args: new.special_args,
            table: new.table,
            freeform: new.freeform,
            class: new.class,
            inside: new.inside,
            collect,
            check,
            collected: None,
            of_nixos: ModulesOfNixos::default(),
            root: None,
        });
        id
    }

    /// A scope with the modules of `base` and more; what `extendModules` makes.
    pub fn extend(
        &self,
        ev: &mut Eval<'_>,
        base: ScopeId,
        more: Vec<InitialModule>,
        prefix: Option<Rc<[Name]>>,
    ) -> ScopeId {
        let new = self.with_scope(base, |s| {
            let mut modules: Vec<InitialModule> = s
                .initial
                .iter()
                .map(|m| InitialModule {
                    origin: if m.origin == ModuleOrigin::Own { ModuleOrigin::Inherited } else { m.origin },
                    ..m.clone()
                })
                .collect();
            modules.extend(more);
            NewScope {
                prefix: prefix.unwrap_or_else(|| s.prefix.clone()),
                modules,
                special_args: s.special_args,
                table: s.table,
                freeform: s.freeform.clone(),
                class: s.class,
                inside: s.inside,
            }
        });
        self.scope(ev, new)
    }

    /// Adds to the `specialArgs` of a scope that was not evaluated yet.
    pub(in crate::nixos) fn extend_special_args(&self, ev: &mut Eval<'_>, id: ScopeId, more: ThunkId) {
        let old = self.with_scope(id, |s| s.special_args);
        let both = ev.lazy(move |ev| {
            let (old, more) = (ev.force(old), ev.force(more));
            ev.update(old, more)
        });
        self.0.borrow_mut().scopes[id.0 as usize].special_args = both;
    }

    pub(super) fn set_scope<T>(&self, id: ScopeId, f: impl FnOnce(&mut Scope) -> T) -> T {
        f(&mut self.0.borrow_mut().scopes[id.0 as usize])
    }

    /// The scope one of whose options a scope is the value of, if it is.
    pub(in crate::nixos) fn around(&self, id: ScopeId) -> Option<ScopeId> {
        self.with_scope(id, |s| s.inside)
    }

    /// Makes the scope at a path inside of another one that which is asked for. To be called before anything in it is.
    pub(in crate::nixos) fn start_at(&self, around: ScopeId, path: &[Name]) {
        self.0.borrow_mut().start = Some((around, path.into()));
    }

    /// Whether a scope is only the value of an option in another one, and not that which is asked for.
    pub(in crate::nixos) fn is_inner(&self, id: ScopeId) -> bool {
        let Some(around) = self.around(id) else { return false };
        let arena = self.0.borrow();
        let prefix = &arena.scopes[id.0 as usize].prefix;
        arena.start.as_ref().is_none_or(|(of, path)| *of != around || !prefix.ends_with(path))
    }

    pub(in crate::nixos) fn with_scope<T>(&self, id: ScopeId, f: impl FnOnce(&Scope) -> T) -> T {
        f(&self.0.borrow().scopes[id.0 as usize])
    }

    /// The modules of a scope, in the order in which their definitions merge.
    pub(in crate::nixos) fn collected(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<Rc<Collected>> {
        let thunk = self.with_scope(id, |s| s.collect);
        ev.force_seeing(thunk)?;
        self.with_scope(id, |s| s.collected.clone()).ok_or_else(|| Stop::fail("a scope without modules"))
    }

    /// Where the table starts that has the options which no module of a scope declares.
    pub(in crate::nixos) fn table(&self, id: ScopeId) -> Option<table::Node<'static>> {
        self.with_scope(id, |s| s.table.map(|node| node.0))
    }

    /// Modules of a scope that cannot be known, and what NixOS would refuse about its modules.
    pub fn troubles(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<Vec<Trouble>> {
        Ok(self.collected(ev, id)?.troubles.clone())
    }

    /// Whether a scope, or one that it is inside of, has modules that are not known: whatever nothing at hand defines may be defined
    /// by them.
    pub(in crate::nixos) fn is_incomplete(&self, id: ScopeId) -> bool {
        let unknown = |c: &Rc<Collected>| c.troubles.iter().any(|t| matches!(t.stop, Stop::Unknown(_)));
        let (own, inside) = self.with_scope(id, |s| (s.collected.as_ref().is_some_and(unknown), s.inside));
        own || inside.is_some_and(|around| self.is_incomplete(around))
    }

    /// The root of a scope's tree of options.
    pub fn root(&self, ev: &mut Eval<'_>, id: ScopeId) -> NodeId {
        if let Some(root) = self.with_scope(id, |s| s.root) {
            return root;
        }
        let at = self.with_scope(id, |s| Location { scope: id, path: s.prefix.clone(), table: s.table });
        let node = self.node(ev, at, NodeKind::Namespace, Vec::new());
        self.later(ev, node, Node::raw, move |this, ev| {
            let collected = this.collected(ev, id)?;
            let modules = (0..).zip(&collected.modules);
            Ok(modules
                .flat_map(|(i, m)| m.config.iter().map(move |c| Definition::new(i, *c, None)))
                .collect())
        });
        self.0.borrow_mut().scopes[id.0 as usize].root = Some(node);
        node
    }
}
