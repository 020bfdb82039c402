//! Scopes (evaluations of a list of modules) and the tree of their options and definitions, built as far as it is asked for.

use super::collect::Collected;
use super::definitions::{self, Candidate, DefState, Definition, Property, priority};
use super::types::{Submodule, Type};
use crate::eval::show::attr_name;
use crate::eval::{Attr, Attrs, Error, Eval, Place, Res, Stop, ThunkId, Unknown, Value};
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// A scope of a [`ModuleSystem`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ScopeId(pub u32);

/// A place in the tree of options of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

/// A place in a table of options that no module at hand declares.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TableNode(pub(super) super::table::Node<'static>);

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
}

/// What a scope's configuration is about: which options there are besides those that modules declare.
pub(super) struct Scope {
    pub(super) prefix: Rc<[Name]>,
    pub(super) initial: Vec<InitialModule>,
    pub(super) special_args: ThunkId,
    pub(super) table: Option<TableNode>,
    pub(super) freeform: Option<Rc<Type>>,
    pub(super) class: Option<ThunkId>,
    collect: ThunkId,
    /// Stops if something is defined that no option declares.
    check: ThunkId,
    collected: Option<Rc<Collected>>,
    root: Option<NodeId>,
}

impl Scope {
    /// Whether its modules are not all known yet.
    pub(super) fn is_collecting(&self) -> bool {
        self.collected.is_none()
    }
}

/// What stands at a place in the tree of options.
#[derive(Clone)]
pub enum NodeKind {
    /// A set of options.
    Namespace,
    /// An option.
    Option(Rc<Declaration>),
    /// An attribute of an `attrsOf`, a value like an option's but without a declaration.
    Element(Rc<Type>),
    /// Nothing that is known: an option of another NixOS, of an input, or none at all.
    Undeclared,
}

/// A declared option.
pub struct Declaration {
    /// Its type.
    pub ty: Rc<Type>,
    /// Its default.
    pub default: Option<ThunkId>,
    /// Where the default stands.
    pub default_place: Option<Place>,
    /// Its `apply` function.
    pub apply: Option<ThunkId>,
    /// Where a module declares it; `None` for an option of the table alone.
    pub place: Option<Place>,
    /// Whether a module declares it.
    pub by_module: bool,
    /// What `mkOption` made, where a module declares it.
    pub set: Option<ThunkId>,
}

pub(super) struct Node {
    pub(super) scope: ScopeId,
    pub(super) loc: Rc<[Name]>,
    pub(super) kind: NodeKind,
    table: Option<TableNode>,
    /// The sets of options that modules declare here, with the module.
    declared: Vec<(u32, ThunkId)>,
    raw: Memo<Vec<Definition>>,
    pushed: Memo<Vec<Definition>>,
    merged: Memo<Merged>,
    value: ThunkId,
    children: FxHashMap<Name, Option<NodeId>>,
    /// The elements that merging made, for an option of sets.
    elements: Vec<(Name, NodeId)>,
    /// The configuration that merging made, for a submodule.
    submodule: Option<ScopeId>,
    /// The nodes that were read to evaluate this one.
    reads: Vec<u32>,
}

/// Something computed once, through a thunk, so that computing it inside itself is infinite recursion.
struct Memo<T> {
    /// Made when it is first asked for, unless whoever makes the node sets it.
    thunk: Option<ThunkId>,
    value: Option<Rc<T>>,
}

impl<T> Memo<T> {
    const EMPTY: Self = Memo { thunk: None, value: None };
}

/// An option's definitions after their properties were taken off.
pub struct Merged {
    /// All of them, in the order in which they merge.
    pub candidates: Vec<Candidate>,
    /// The priority of those that take part; `None` if there are none.
    pub priority: Option<i64>,
    /// Whether there is a definition or default, `None` if that is not known.
    pub defined: Option<bool>,
}

#[derive(Default)]
struct Arena {
    scopes: Vec<Scope>,
    nodes: Vec<Node>,
    /// What the table declares at the places that were asked for.
    of_table: FxHashMap<TableNode, Option<Rc<Declaration>>>,
}

/// All scopes of an evaluation. Cheap to clone.
#[derive(Clone, Default)]
pub struct ModuleSystem(Rc<RefCell<Arena>>);

impl ModuleSystem {
    // ---- scopes ----

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
            collect,
            check,
            collected: None,
            root: None,
        });
        id
    }

    /// Whether everything that is defined in a scope is declared, as far as all its options are known: otherwise NixOS refuses the
    /// whole scope.
    pub(super) fn check(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<()> {
        let check = self.with_scope(id, |s| s.check);
        ev.force(check).map(|_| ())
    }

    fn check_declared(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<()> {
        let of_table = self.with_scope(id, |s| s.table.is_some() || s.freeform.is_some());
        let collected = self.collected(ev, id)?;
        if of_table
            || !collected.troubles.is_empty()
            || collected.modules.iter().any(|m| m.freeform.is_some())
        {
            return Ok(());
        }
        if let Some(check) = self.find(ev, id, &["_module", "check"])?
            && !matches!(ev.force(self.value(check)), Ok(Value::Bool(true)))
        {
            return Ok(());
        }
        let root = self.root(ev, id);
        self.check_below(ev, root)
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
            }
        });
        self.scope(ev, new)
    }

    /// Adds to the `specialArgs` of a scope that was not evaluated yet.
    pub(super) fn extend_special_args(&self, ev: &mut Eval<'_>, id: ScopeId, more: ThunkId) {
        let old = self.with_scope(id, |s| s.special_args);
        let both = ev.lazy(move |ev| {
            let (old, more) = (ev.force(old), ev.force(more));
            ev.update(old, more)
        });
        self.0.borrow_mut().scopes[id.0 as usize].special_args = both;
    }

    pub(super) fn with_scope<T>(&self, id: ScopeId, f: impl FnOnce(&Scope) -> T) -> T {
        f(&self.0.borrow().scopes[id.0 as usize])
    }

    /// The modules of a scope, in the order in which their definitions merge.
    pub(super) fn collected(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<Rc<Collected>> {
        let thunk = self.with_scope(id, |s| s.collect);
        ev.force(thunk)?;
        self.with_scope(id, |s| s.collected.clone()).ok_or_else(|| Stop::fail("a scope without modules"))
    }

    /// The modules of a scope, in the order in which their definitions merge.
    pub fn modules(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<Vec<Module>> {
        Ok(self.collected(ev, id)?.modules.clone())
    }

    /// Modules of a scope that cannot be known, and what NixOS would refuse about its modules.
    pub fn troubles(&self, ev: &mut Eval<'_>, id: ScopeId) -> Res<Vec<Trouble>> {
        Ok(self.collected(ev, id)?.troubles.clone())
    }

    /// The root of a scope's tree of options.
    pub fn root(&self, ev: &mut Eval<'_>, id: ScopeId) -> NodeId {
        if let Some(root) = self.with_scope(id, |s| s.root) {
            return root;
        }
        let (loc, table) = self.with_scope(id, |s| (s.prefix.clone(), s.table));
        let node = self.node(ev, id, loc, NodeKind::Namespace, table, Vec::new());
        let this = self.clone();
        let raw = ev.lazy(move |ev| {
            let collected = this.collected(ev, id)?;
            let mut raw = Vec::new();
            let outer: Rc<[Property]> = Rc::new([]);
            for (i, module) in collected.modules.iter().enumerate() {
                for config in &module.config {
                    raw.push(Definition {
                        module: i as u32,
                        value: *config,
                        place: None,
                        outer: outer.clone(),
                        maybe: None,
                    });
                }
            }
            this.set(node, |n| n.raw.value = Some(Rc::new(raw)));
            Ok(Value::Null)
        });
        self.set(node, |n| n.raw.thunk = Some(raw));
        self.0.borrow_mut().scopes[id.0 as usize].root = Some(node);
        node
    }

    // ---- nodes ----

    fn node(
        &self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        loc: Rc<[Name]>,
        kind: NodeKind,
        table: Option<TableNode>,
        declared: Vec<(u32, ThunkId)>,
    ) -> NodeId {
        let id = NodeId(self.0.borrow().nodes.len() as u32);
        let this = self.clone();
        let value = ev.lazy(move |ev| {
            let (value, reads) = ev.reading(|ev| this.compute_value(ev, id));
            this.set(id, |n| n.reads.extend(reads));
            value
        });
        self.0.borrow_mut().nodes.push(Node {
            scope,
            loc,
            kind,
            table,
            declared,
            raw: Memo::EMPTY,
            pushed: Memo::EMPTY,
            merged: Memo::EMPTY,
            value,
            children: FxHashMap::default(),
            elements: Vec::new(),
            submodule: None,
            reads: Vec::new(),
        });
        id
    }

    fn set<T>(&self, id: NodeId, f: impl FnOnce(&mut Node) -> T) -> T {
        f(&mut self.0.borrow_mut().nodes[id.0 as usize])
    }

    fn get<T>(&self, id: NodeId, f: impl FnOnce(&Node) -> T) -> T {
        f(&self.0.borrow().nodes[id.0 as usize])
    }

    /// The path of a node, from the root of the system.
    pub fn loc(&self, id: NodeId) -> Rc<[Name]> {
        self.get(id, |n| n.loc.clone())
    }

    /// What stands at a node.
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.get(id, |n| n.kind.clone())
    }

    /// The scope that a node is of.
    pub fn scope_of(&self, id: NodeId) -> ScopeId {
        self.get(id, |n| n.scope)
    }

    /// Where the table has this node.
    pub(super) fn table_of(&self, id: NodeId) -> Option<TableNode> {
        self.get(id, |n| n.table)
    }

    /// The thunk of a node's value: the option's, with `apply` applied.
    pub fn value(&self, id: NodeId) -> ThunkId {
        self.get(id, |n| n.value)
    }

    /// The elements of an option of sets, once its value was evaluated.
    pub fn elements(&self, id: NodeId) -> Vec<(Name, NodeId)> {
        self.get(id, |n| n.elements.clone())
    }

    /// The configuration that a submodule's value is, once it was evaluated.
    pub fn submodule(&self, id: NodeId) -> Option<ScopeId> {
        self.get(id, |n| n.submodule)
    }

    /// The nodes that were read to evaluate this one, so far.
    pub fn reads(&self, id: NodeId) -> Vec<NodeId> {
        self.get(id, |n| n.reads.iter().map(|n| NodeId(*n)).collect())
    }

    pub(super) fn set_elements(&self, id: NodeId, elements: Vec<(Name, NodeId)>) {
        self.set(id, |n| n.elements = elements);
    }

    pub(super) fn set_submodule(&self, id: NodeId, scope: ScopeId) {
        self.set(id, |n| n.submodule = Some(scope));
    }

    /// The definitions of a node, with properties still around them.
    pub fn raw(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<Vec<Definition>>> {
        if let Some(done) = self.get(id, |n| n.raw.value.clone()) {
            return Ok(done);
        }
        if let Some(thunk) = self.get(id, |n| n.raw.thunk) {
            ev.force(thunk)?;
        }
        self.get(id, |n| n.raw.value.clone()).ok_or_else(|| Stop::fail("an option without definitions"))
    }

    /// The definitions of a namespace, with properties pushed down.
    pub fn pushed(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<Vec<Definition>>> {
        let thunk = self.get(id, |n| n.pushed.thunk).unwrap_or_else(|| {
            let this = self.clone();
            let thunk = ev.lazy(move |ev| {
                let mut pushed = Vec::new();
                for definition in this.raw(ev, id)?.iter() {
                    definitions::push_down(ev, definition.clone(), &mut pushed)?;
                }
                this.set(id, |n| n.pushed.value = Some(Rc::new(pushed)));
                Ok(Value::Null)
            });
            self.set(id, |n| n.pushed.thunk = Some(thunk));
            thunk
        });
        ev.force(thunk)?;
        self.get(id, |n| n.pushed.value.clone()).ok_or_else(|| Stop::fail("a namespace without definitions"))
    }

    /// The definitions of an option, with properties taken off.
    pub fn merged(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Rc<Merged>> {
        let thunk = self.get(id, |n| n.merged.thunk).unwrap_or_else(|| {
            let this = self.clone();
            let thunk = ev.lazy(move |ev| {
                let (merged, reads) = ev.reading(|ev| this.compute_merged(ev, id));
                this.set(id, |n| n.reads.extend(reads));
                let merged = merged?;
                this.set(id, |n| n.merged.value = Some(Rc::new(merged)));
                Ok(Value::Null)
            });
            self.set(id, |n| n.merged.thunk = Some(thunk));
            thunk
        });
        ev.force(thunk)?;
        self.get(id, |n| n.merged.value.clone()).ok_or_else(|| Stop::fail("an option without definitions"))
    }

    /// The node of `name` below a namespace; `None` if nothing declares or defines it.
    pub fn child(&self, ev: &mut Eval<'_>, parent: NodeId, name: &Name) -> Res<Option<NodeId>> {
        if let Some(known) = self.get(parent, |n| n.children.get(name).copied()) {
            return Ok(known);
        }
        let child = self.make_child(ev, parent, name)?;
        self.set(parent, |n| n.children.insert(name.clone(), child));
        Ok(child)
    }

    /// The node of `name` below a namespace if something declares it: its definitions are not looked at.
    pub(super) fn declared_child(
        &self,
        ev: &mut Eval<'_>,
        parent: NodeId,
        name: &Name,
    ) -> Res<Option<NodeId>> {
        if let Some(known) = self.get(parent, |n| n.children.get(name).copied()) {
            return Ok(known.filter(|n| matches!(self.kind(*n), NodeKind::Namespace | NodeKind::Option(_))));
        }
        let is_root = self.is_root(parent);
        let declared = self.declared_below(ev, parent, is_root, name)?;
        if declared.is_empty() && self.table_of(parent).and_then(|t| t.child(name)).is_none() {
            return Ok(None);
        }
        self.child(ev, parent, name)
    }

    fn is_root(&self, id: NodeId) -> bool {
        let arena = self.0.borrow();
        arena.scopes[arena.nodes[id.0 as usize].scope.0 as usize].root == Some(id)
    }

    fn make_child(&self, ev: &mut Eval<'_>, parent: NodeId, name: &Name) -> Res<Option<NodeId>> {
        let (scope, loc, table, is_root) = {
            let arena = self.0.borrow();
            let node = &arena.nodes[parent.0 as usize];
            let is_root = arena.scopes[node.scope.0 as usize].root == Some(parent);
            (node.scope, node.loc.clone(), node.table, is_root)
        };
        let declared = self.declared_below(ev, parent, is_root, name)?;
        let table = table.and_then(|t| t.child(name));
        let loc: Rc<[Name]> = loc.iter().cloned().chain([name.clone()]).collect();
        let (kind, below) = self.classify(ev, scope, is_root, &loc, table, declared)?;
        if matches!(kind, NodeKind::Undeclared | NodeKind::Element(_)) {
            // A node only if something defines it.
            let pushed = self.pushed(ev, parent)?;
            if definitions::descend(ev, &pushed, name, &|| show_loc(&loc))?.is_empty() {
                return Ok(None);
            }
        }
        let child = self.node(ev, scope, loc.clone(), kind, table, below);
        let (this, name) = (self.clone(), name.clone());
        let raw = ev.lazy(move |ev| {
            let pushed = this.pushed(ev, parent)?;
            let raw = definitions::descend(ev, &pushed, &name, &|| show_loc(&loc[..loc.len() - 1]))?;
            this.set(child, |n| n.raw.value = Some(Rc::new(raw)));
            Ok(Value::Null)
        });
        self.set(child, |n| n.raw.thunk = Some(raw));
        Ok(Some(child))
    }

    /// What modules declare at `name` below a node.
    fn declared_below(
        &self,
        ev: &mut Eval<'_>,
        parent: NodeId,
        is_root: bool,
        name: &Name,
    ) -> Res<Vec<(u32, ThunkId, Option<Place>)>> {
        let sets: Vec<(u32, ThunkId)> = if is_root {
            let scope = self.scope_of(parent);
            let modules = self.collected(ev, scope)?;
            modules.modules.iter().enumerate().filter_map(|(i, m)| m.options.map(|o| (i as u32, o))).collect()
        } else {
            self.get(parent, |n| n.declared.clone())
        };
        let mut found = Vec::new();
        for (module, thunk) in sets {
            match ev.force(thunk) {
                Ok(Value::Attrs(set)) => match ev.attr(&set, name) {
                    Ok(Some(attr)) => found.push((module, attr.value, attr.place)),
                    Ok(None) | Err(Stop::Unknown(_)) => {}
                    Err(stop) => return Err(stop),
                },
                Ok(_) | Err(Stop::Unknown(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(found)
    }

    /// What a place is, from what modules and the table say of it; with the sets of options that are declared below it.
    #[allow(clippy::too_many_arguments, clippy::type_complexity)]
    fn classify(
        &self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        is_root: bool,
        loc: &[Name],
        table: Option<TableNode>,
        declared: Vec<(u32, ThunkId, Option<Place>)>,
    ) -> Res<(NodeKind, Vec<(u32, ThunkId)>)> {
        let mut declaration: Option<Declaration> = None;
        let mut below = Vec::new();
        for (module, thunk, place) in declared {
            let value = match ev.force(thunk) {
                Ok(value) => value,
                Err(Stop::Unknown(_)) => continue,
                Err(stop) => return Err(stop),
            };
            if definitions::tag(ev, &value)?.as_deref() != Some("option") {
                below.push((module, thunk));
                continue;
            }
            let Value::Attrs(set) = value else { continue };
            let next = self.declaration(ev, thunk, &set, place)?;
            declaration = Some(match declaration {
                None => next,
                Some(first) => Declaration {
                    ty: first.ty.unite(&next.ty).map_or_else(|| first.ty.clone(), Rc::new),
                    default: first.default.or(next.default),
                    default_place: first.default_place.or(next.default_place),
                    apply: first.apply.or(next.apply),
                    place: first.place.or(next.place),
                    by_module: true,
                    set: first.set.or(next.set),
                },
            });
        }
        let of_table = table.and_then(|t| self.of_table(t));
        if let Some(mut declaration) = declaration {
            // Options that are declared below one that is a submodule are options of the submodule.
            for (_, set) in below.drain(..) {
                let options = (Name::new_static("options"), Attr::anonymous(set));
                let module = ev.ready(Value::attrs(vec![options]));
                let more = Submodule {
                    modules: vec![(module, Rc::from("<options below>"))],
                    ..Submodule::default()
                };
                if let Some(united) = declaration.ty.unite(&Type::Submodule(Rc::new(more))) {
                    declaration.ty = Rc::new(united);
                }
            }
            if let Some(of_table) = of_table
                && let Some(united) = declaration.ty.unite(&of_table.ty)
            {
                declaration.ty = Rc::new(united);
            }
            return Ok((NodeKind::Option(Rc::new(declaration)), below));
        }
        if let Some(declaration) = of_table {
            return Ok((NodeKind::Option(declaration), below));
        }
        if !below.is_empty() || table.is_some() {
            return Ok((NodeKind::Namespace, below));
        }
        // What no option declares is a value of the scope's freeform type.
        let elem = if is_root {
            match self.freeform(ev, scope, loc)? {
                Some(freeform) => match &*freeform {
                    Type::AttrsOf { elem, .. } => Some(elem.clone()),
                    Type::Unknown(why) => Some(Rc::new(Type::Unknown(why.clone()))),
                    Type::Format { .. } => Some(freeform.clone()),
                    _ => Some(Rc::new(Type::Anything)),
                },
                None => None,
            }
        } else {
            None
        };
        Ok((elem.map_or(NodeKind::Undeclared, NodeKind::Element), below))
    }

    /// What the table declares at a place, if it is an option.
    fn of_table(&self, place: TableNode) -> Option<Rc<Declaration>> {
        let mut arena = self.0.borrow_mut();
        let known = arena.of_table.entry(place).or_insert_with(|| {
            Some(Rc::new(Declaration {
                ty: Rc::new(place.option_type()?),
                default: None,
                default_place: None,
                apply: None,
                place: None,
                by_module: false,
                set: None,
            }))
        });
        known.clone()
    }

    /// The type of a scope's attributes that are no option, if it has one. The module system's own options are asked
    /// without it.
    fn freeform(&self, ev: &mut Eval<'_>, scope: ScopeId, loc: &[Name]) -> Res<Option<Rc<Type>>> {
        let prefix = self.with_scope(scope, |s| s.prefix.len());
        if loc.get(prefix).is_some_and(|n| n == "_module") {
            return Ok(None);
        }
        let collected = self.collected(ev, scope)?;
        for module in &collected.modules {
            if let Some(thunk) = module.freeform {
                return Ok(Some(Rc::new(Type::from_thunk(ev, thunk)?)));
            }
        }
        Ok(self.with_scope(scope, |s| s.freeform.clone()))
    }

    /// A declaration from what `mkOption` made.
    fn declaration(
        &self,
        ev: &mut Eval<'_>,
        thunk: ThunkId,
        set: &Attrs,
        place: Option<Place>,
    ) -> Res<Declaration> {
        let ty = match set.known("type") {
            Some(attr) => Type::from_thunk(ev, attr.value)?,
            None => Type::Unspecified,
        };
        Ok(Declaration {
            ty: Rc::new(ty),
            default: set.known("default").map(|a| a.value),
            default_place: set.known("default").and_then(|a| a.place),
            apply: set.known("apply").map(|a| a.value),
            place,
            by_module: true,
            set: Some(thunk),
        })
    }

    /// A node for an attribute of an option of sets, with these definitions.
    pub(super) fn element(
        &self,
        ev: &mut Eval<'_>,
        parent: NodeId,
        name: &Name,
        ty: Rc<Type>,
        raw: Vec<Definition>,
    ) -> NodeId {
        let (scope, loc, table) = self.get(parent, |n| (n.scope, n.loc.clone(), n.table));
        let loc: Rc<[Name]> = loc.iter().cloned().chain([name.clone()]).collect();
        let node =
            self.node(ev, scope, loc, NodeKind::Element(ty), table.and_then(|t| t.child(name)), Vec::new());
        self.set(node, |n| n.raw.value = Some(Rc::new(raw)));
        node
    }

    /// The node at a path of names below a scope's root, through namespaces only.
    pub fn find(&self, ev: &mut Eval<'_>, scope: ScopeId, path: &[&'static str]) -> Res<Option<NodeId>> {
        let mut node = self.root(ev, scope);
        for name in path {
            match self.child(ev, node, &Name::new_static(name))? {
                Some(child) => node = child,
                None => return Ok(None),
            }
        }
        Ok(Some(node))
    }

    /// All names that are declared or defined below a namespace, sorted; and whether there may be others.
    pub fn child_names(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<(Vec<Name>, bool)> {
        let pushed = self.pushed(ev, id)?;
        let mut names = definitions::defined_names(ev, &pushed)?;
        let (declared, complete) = self.declared_names(ev, id)?;
        names.extend(declared);
        names.sort();
        names.dedup();
        Ok((names, complete))
    }

    /// All names that modules declare below a namespace, sorted; and whether there may be others.
    pub(super) fn declared_names(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<(Vec<Name>, bool)> {
        let (scope, table) = self.get(id, |n| (n.scope, n.table));
        let is_root = self.is_root(id);
        let mut names = Vec::new();
        let sets: Vec<ThunkId> = if is_root {
            self.collected(ev, scope)?.modules.iter().filter_map(|m| m.options).collect()
        } else {
            self.get(id, |n| n.declared.iter().map(|d| d.1).collect())
        };
        let mut complete = table.is_none() && self.collected(ev, scope)?.troubles.is_empty();
        for thunk in sets {
            match ev.force(thunk) {
                Ok(Value::Attrs(set)) => match ev.names(&set) {
                    Ok(all) => names.extend(all),
                    Err(Stop::Unknown(_)) => complete = false,
                    Err(stop) => return Err(stop),
                },
                Ok(_) => {}
                Err(Stop::Unknown(_)) => complete = false,
                Err(stop) => return Err(stop),
            }
        }
        names.sort();
        names.dedup();
        Ok((names, complete))
    }

    // ---- values ----

    /// The type of an option or element.
    pub fn type_of(&self, id: NodeId) -> Rc<Type> {
        match self.kind(id) {
            NodeKind::Option(declaration) => declaration.ty.clone(),
            NodeKind::Element(ty) => ty,
            NodeKind::Namespace => Rc::new(Type::Attrs),
            NodeKind::Undeclared => Rc::new(Type::Unknown("the option is not known".into())),
        }
    }

    fn compute_merged(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Merged> {
        let mut candidates = Vec::new();
        if let NodeKind::Option(declaration) = self.kind(id)
            && let Some(default) = declaration.default
        {
            let definition = Definition {
                module: u32::MAX,
                value: default,
                place: declaration.default_place,
                outer: Rc::new([]),
                maybe: None,
            };
            candidates.push(Candidate {
                definition,
                conditions: Vec::new(),
                priority: priority::OPTION_DEFAULT,
                order: priority::ORDER,
                value: default,
                state: DefState::Wins,
                maybe: None,
            });
        }
        for definition in self.raw(ev, id)?.iter() {
            definitions::discharge(ev, definition, &mut candidates)?;
        }
        let mut best = candidates.iter().filter(|c| c.state == DefState::Wins).map(|c| c.priority).min();
        // The default of an option of the table counts only where nothing stronger does.
        if best.is_some_and(|best| best >= priority::OPTION_DEFAULT)
            && let Some(default) = self.default_of_table(ev, id)?
        {
            best = best.min(Some(default.priority));
            candidates.insert(0, default);
        }
        for candidate in &mut candidates {
            let hidden = best.is_some_and(|best| candidate.priority > best);
            if hidden
                && matches!(candidate.state, DefState::Wins | DefState::Maybe)
                && !undetermined(ev, candidate)
            {
                candidate.state = DefState::Loses;
            }
        }
        // A stable sort: definitions of the same order stay as they are.
        candidates.sort_by_key(|c| c.order);
        let maybe = candidates.iter().any(|c| c.state == DefState::Maybe);
        let defined = if best.is_some() {
            Some(true)
        } else if maybe {
            None
        } else {
            Some(false)
        };
        Ok(Merged { candidates, priority: best, defined })
    }

    /// The own default of an option that only the table declares, as a candidate; with an unknown value where it is not known.
    fn default_of_table(&self, ev: &mut Eval<'_>, id: NodeId) -> Res<Option<Candidate>> {
        if self.table_of(id).is_none() || matches!(self.kind(id), NodeKind::Option(d) if d.by_module) {
            return Ok(None);
        }
        if self.type_of(id).is_nested() {
            return Ok(None);
        }
        let (value, maybe) = match self.nixos_default(ev, id)? {
            Some(json) => {
                let value = super::merge::json_value(ev, json);
                (ev.ready(value), None)
            }
            None => {
                let why = unknown(format!("the default of `{}` is NixOS' own", show_loc(&self.loc(id))));
                (ev.stopped(Stop::Unknown(why.clone())), Some(why))
            }
        };
        let definition = Definition { module: u32::MAX, value, place: None, outer: Rc::new([]), maybe: None };
        Ok(Some(Candidate {
            definition,
            conditions: Vec::new(),
            priority: priority::OPTION_DEFAULT,
            order: priority::ORDER,
            value,
            state: if maybe.is_some() { DefState::Maybe } else { DefState::Wins },
            maybe,
        }))
    }

    fn compute_value(&self, ev: &mut Eval<'_>, id: NodeId) -> Res {
        let NodeKind::Option(declaration) = self.kind(id) else { return self.compute_merge(ev, id) };
        match declaration.apply {
            Some(apply) => {
                // The function may not look at the value at all.
                let this = self.clone();
                let value = ev.lazy(move |ev| this.compute_merge(ev, id));
                let f = ev.force(apply).map_err(Stop::of_any_kind)?;
                ev.call(&f, value)
            }
            None => self.compute_merge(ev, id),
        }
    }

    fn compute_merge(&self, ev: &mut Eval<'_>, id: NodeId) -> Res {
        let value = self.merged(ev, id).and_then(|merged| self.merge_node(ev, id, &merged));
        // Whatever it was that is not known, the value is one of the type.
        let kinds = self.type_of(id).kinds();
        value.map_err(|stop| stop.yielding_one_of(kinds))
    }

    /// The error that definitions of a node contradict each other.
    pub(super) fn conflict(&self, id: NodeId, message: impl FnOnce(&str) -> String) -> Stop {
        let option = show_loc(&self.loc(id));
        let message = message(&option);
        Stop::Error(Rc::new(Error::Conflict { option, message }))
    }
}

/// Whether a candidate whose condition is not known might also have another priority than it seems: its value is unknown,
/// and properties may be around it.
fn undetermined(ev: &mut Eval<'_>, candidate: &Candidate) -> bool {
    candidate.definition.maybe.is_some() && matches!(ev.force(candidate.value), Err(Stop::Unknown(_)))
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
}

/// Whether a path is that of a specialisation's configuration.
pub(super) fn is_specialisation(loc: &[Name]) -> bool {
    matches!(loc, [first, _, last] if first == "specialisation" && last == "configuration")
}

/// An option's path the way NixOS prints it.
pub fn show_loc(loc: &[Name]) -> String {
    let mut shown = String::with_capacity(loc.iter().map(|n| n.len() + 1).sum());
    for name in loc {
        if !shown.is_empty() {
            shown.push('.');
        }
        shown.push_str(&attr_name(name));
    }
    shown
}

/// Why the value of something in a scope is not known.
pub(super) fn unknown(reason: impl Into<Rc<str>>) -> Rc<Unknown> {
    Rc::new(Unknown { reason: reason.into(), kinds: crate::eval::Kinds::ANY })
}
