//! From the scopes of an evaluation to the plain [`System`] that rules and renderers ask.

mod aliases;
mod definitions;
mod dependencies;
mod existence;
mod inheritance;
mod known_modules;
mod moved;
mod of_nixos;
mod record;
mod renewal;
mod specialisations;
mod walk;

use crate::eval::{self, Attrs, Error, Eval, Res, Stop, ThunkId, Value};
use crate::nixos;
use crate::nixos::definitions::DefState;
use crate::nixos::homes;
use crate::nixos::model::*;
use crate::nixos::system::{ModuleSystem, NodeId, NodeKind, ScopeId, is_specialisation, show_loc};
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use definitions::place;
use record::KeptScope;
pub use record::Record;
#[cfg(debug_assertions)]
pub(super) use record::compare;
pub(super) use record::{Kept, moved, share};
pub(super) use renewal::{Base, Change, Changed};
use renewal::{Holds, has_all_files};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use walk::Walk;

/// How many steps one option may take.
const OPTION_BUDGET: u64 = 1_500_000;
/// How deep options may be nested in values of others.
const MAX_NESTING: usize = 12;

/// What a system is made of.
pub(super) struct Start<'s> {
    /// Its name.
    pub(super) name: &'s str,
    /// The file where it starts.
    pub(super) entry: String,
    /// Its world.
    pub(super) world: World,
    /// A former evaluation of it.
    pub(super) base: Option<Base<'s>>,
    /// Whether anything is to be kept of its evaluation.
    pub(super) keeps: bool,
}

/// The model of a system whose scope is `scope`, and what is to be kept of its evaluation; `None` if a former evaluation is of no use for it.
pub(super) fn system(
    ev: &mut Eval<'_>,
    modules: &ModuleSystem,
    scope: ScopeId,
    Start { name, entry, world, base, keeps }: Start<'_>,
) -> Option<(System, Option<Kept>)> {
    let prefix = modules.prefix(scope).to_vec();
    let mut builder = Builder {
        modules: modules.clone(),
        world,
        prefix,
        scopes: FxHashMap::default(),
        missing: None,
        walk: None,
        of: None,
        base: base.as_ref(),
        keeps,
        holds: None,
        children: BTreeMap::new(),
        unchanged: BTreeMap::new(),
    };
    builder.scopes.insert(scope, None);
    let (mut parent, walk) = match &base {
        Some(base) => builder.renewed(ev, scope, base)?,
        None => builder.walked(ev, scope),
    };
    let mut specialisations = builder.specialisations(ev, scope, &mut parent, &walk);
    let children = specialisations.iter_mut().map(|(id, s)| (*id, Arc::make_mut(&mut s.scope)));
    builder.name_alike(ev, std::iter::once((Some(scope), &mut parent)).chain(children).collect());
    let specialisations: Vec<Specialisation> = specialisations.into_iter().map(|(_, s)| s).collect();
    let homes = match builder.homes_as_they_were() {
        _ if world != World::Nixos => Vec::new(),
        Some(homes) => homes,
        None => homes::users(ev, modules, scope, &parent),
    };
    let named = builder.named(ev, scope);
    let files = ev.units().iter().map(|u| u.path.to_string()).collect();
    let options = modules.table(scope);
    let arguments = given(ev, modules, scope);
    let release = arguments.as_deref().and_then(|arguments| release(ev, arguments));
    let lacks_platform = arguments.is_some_and(|arguments| arguments.known("__lacksPlatform").is_some());
    let kept = match &base {
        Some(base) if !has_all_files(ev, base, &builder.unchanged) => return None,
        _ if !keeps => None,
        _ => builder.kept(ev, scope, walk, &homes),
    };
    let system = System {
        name: name.to_owned(),
        entry,
        world,
        release,
        lacks_platform,
        options,
        files,
        parent: parent.into(),
        specialisations,
        homes,
        named,
    };
    Some((system, kept))
}

/// The arguments that the modules of a configuration are given.
fn given(ev: &mut Eval<'_>, modules: &ModuleSystem, scope: ScopeId) -> Option<Rc<Attrs>> {
    let special_args = modules.with_scope(scope, |s| s.special_args);
    match ev.force(special_args) {
        Ok(Value::Attrs(arguments)) => Some(arguments),
        _ => None,
    }
}

/// The release of the source whose modules a configuration has.
fn release(ev: &mut Eval<'_>, arguments: &Attrs) -> Option<Release> {
    match ev.force(arguments.known("modulesPath")?.value) {
        Ok(Value::Str(path)) => ev.release_of(&path.text),
        Ok(Value::Path(path)) => ev.release_of(&path),
        _ => None,
    }
}

/// What is in a namespace.
struct Content {
    /// Whether not all names that are defined in it are known.
    open: bool,
    children: Vec<(Name, Res<Option<NodeId>>)>,
}

struct Builder<'b> {
    modules: ModuleSystem,
    world: World,
    /// The path of the system inside of another one, which the names of its options go without.
    prefix: Vec<Name>,
    /// Which specialisation each scope belongs to, `None` for the parent.
    scopes: FxHashMap<ScopeId, Option<Name>>,
    /// What nothing declares, while the options below it are gone through.
    missing: Option<Missing>,
    /// What is remembered of the way through a scope that others inherit from, while it is gone.
    walk: Option<Walk>,
    /// The specialisation whose scope is gone through; `None` for the parent.
    of: Option<Name>,
    /// A former evaluation.
    base: Option<&'b Base<'b>>,
    /// Whether anything is to be kept.
    keeps: bool,
    /// What of its specialisations still holds.
    holds: Option<Holds>,
    /// What is to be kept of the specialisations.
    children: BTreeMap<Name, KeptScope>,
    /// The numbers of the units of the former evaluation that hold, in each scope.
    unchanged: BTreeMap<Option<Name>, Vec<usize>>,
}

impl Builder<'_> {
    /// The path of a node in its system.
    fn path(&self, node: NodeId) -> Vec<Name> {
        self.inside(&self.modules.loc(node)).to_vec()
    }

    /// A path in its system.
    fn inside<'l>(&self, loc: &'l [Name]) -> &'l [Name] {
        loc.strip_prefix(self.prefix.as_slice()).unwrap_or(loc)
    }

    /// What an evaluation that stopped means for an option.
    fn prediction_of(&self, ev: &Eval<'_>, stop: &Stop) -> Prediction {
        match prediction_of(ev, stop) {
            Prediction::Conflict { option, message } => {
                let prefix = show_loc(&self.prefix);
                let inside = option.strip_prefix(&prefix).and_then(|rest| rest.strip_prefix('.'));
                let option = inside.map(str::to_owned).unwrap_or(option);
                Prediction::Conflict { option, message }
            }
            other => other,
        }
    }

    /// Module arguments are no options that anybody asks for, unless their definitions contradict each other.
    fn contradicting_arguments(&mut self, ev: &mut Eval<'_>, id: ScopeId, scope: &mut Scope) {
        let Ok(Some(args)) = self.modules.find(ev, id, &["_module", "args"]) else { return };
        if ev.force(self.modules.value(args)).is_err() {
            return;
        }
        for (_, argument) in self.modules.elements(args) {
            let value = ev.with_budget(OPTION_BUDGET, |ev| ev.force(self.modules.value(argument)));
            let Err(Stop::Error(error)) = value else { continue };
            let loc = show_loc(&self.modules.loc(argument));
            if matches!(&*error, Error::Conflict { option, .. } if *option == loc) {
                self.option(ev, argument, scope, 0);
            }
        }
    }

    /// The options below a namespace.
    fn namespace(&mut self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope, nesting: usize) {
        let (content, reads) = ev.reading(|ev| self.content(ev, node));
        self.note_names(ev, reads.seen);
        let content = match content {
            Ok(content) => content,
            Err(stop) => return self.failed_namespace(ev, node, &stop, scope),
        };
        if content.open {
            scope.complete = false;
            self.note_open();
        }
        for (name, child) in content.children {
            match child {
                Ok(Some(child)) => {
                    if name == "imports" && nesting == 0 {
                        self.note_failure();
                        self.refuse_undeclared(ev, child, scope);
                    }
                    self.node(ev, child, scope, nesting);
                }
                Ok(None) => {}
                Err(stop) => {
                    let mut path = self.path(node);
                    path.push(name);
                    self.failed(ev, path, &stop, scope);
                }
            }
        }
    }

    /// What is in a namespace.
    fn content(&self, ev: &mut Eval<'_>, node: NodeId) -> Res<Content> {
        let (names, _) = ev.with_budget(OPTION_BUDGET, |ev| self.modules.child_names(ev, node))?;
        let open = self.modules.pushed(ev, node).is_ok_and(|pushed| {
            pushed.iter().any(|d| match ev.force(d.value) {
                Ok(Value::Attrs(set)) => ev.names(&set).is_err(),
                Ok(_) => false,
                Err(_) => true,
            })
        });
        let mut children = Vec::with_capacity(names.len());
        for name in names.into_iter().filter(|name| name != "_module") {
            let child = ev.with_budget(OPTION_BUDGET, |ev| self.modules.child(ev, node, &name));
            children.push((name, child));
        }
        Ok(Content { open, children })
    }

    /// A configuration no option of which can be evaluated: that holds at least for those that each has.
    fn failed_scope(&mut self, ev: &mut Eval<'_>, stop: &Stop, scope: &mut Scope) {
        self.note_failure();
        for name in ["isSpecialisation", "specialisation"] {
            self.failed(ev, vec![Name::new_static(name)], stop, scope);
        }
    }

    /// A namespace none of whose options can be evaluated: those that are visible in single modules all fail the same way. There
    /// may be others.
    fn failed_namespace(&mut self, ev: &mut Eval<'_>, node: NodeId, stop: &Stop, scope: &mut Scope) {
        self.note_failure();
        scope.complete = false;
        scope.troubles.push(trouble(ev, stop));
        if self.path(node).is_empty() {
            self.failed_scope(ev, stop, scope);
        }
        let Ok(raw) = self.modules.raw(ev, node) else { return };
        let loc = self.path(node);
        for definition in raw.iter() {
            let mut sets = Vec::new();
            if crate::nixos::definitions::push_down(ev, definition.clone(), &mut sets).is_ok() {
                for set in sets {
                    self.failed_paths(ev, set.value, loc.clone(), stop, scope, 0);
                }
            }
        }
    }

    fn failed_paths(
        &mut self,
        ev: &mut Eval<'_>,
        value: ThunkId,
        path: Vec<Name>,
        stop: &Stop,
        scope: &mut Scope,
        depth: usize,
    ) {
        let set = match ev.force(value) {
            Ok(Value::Attrs(set)) if depth < MAX_NESTING && set.known("_type").is_none() => set,
            _ => {
                if depth > 0 && path.first().is_some_and(|n| n != "specialisation" && n != "_module") {
                    self.failed(ev, path, stop, scope);
                }
                return;
            }
        };
        for (name, attr) in &set.entries {
            let path: Vec<Name> = path.iter().cloned().chain([name.clone()]).collect();
            self.failed_paths(ev, attr.value, path, stop, scope, depth + 1);
        }
    }

    fn failed(&mut self, ev: &mut Eval<'_>, path: Vec<Name>, stop: &Stop, scope: &mut Scope) {
        self.note_failure();
        let prediction = self.prediction_of(ev, stop);
        scope.insert(
            show_loc(&path),
            OptionModel {
                path,
                prediction,
                definitions: Vec::new(),
                type_name: String::new(),
                merging: Merging::Unknown,
                existence: Existence::Listed,
                declaration: None,
                listed: None,
                has_parts: false,
                reads: Vec::new(),
                is_old_name: false,
            },
        );
    }

    fn node(&mut self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope, nesting: usize) {
        match self.modules.kind(node) {
            NodeKind::Namespace => self.described(ev, node, scope, nesting),
            _ => self.unit(ev, node, scope, nesting),
        }
    }

    fn described(&mut self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope, nesting: usize) {
        if self.missing.is_none() && matches!(self.modules.kind(node), NodeKind::Undeclared) {
            self.missing = Some(self.missing(ev, node));
            self.node_itself(ev, node, scope, nesting);
            self.missing = None;
        } else {
            self.node_itself(ev, node, scope, nesting);
        }
    }

    fn node_itself(&mut self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope, nesting: usize) {
        match self.modules.kind(node) {
            NodeKind::Namespace => {
                if nesting < MAX_NESTING {
                    self.namespace(ev, node, scope, nesting + 1);
                }
            }
            NodeKind::Undeclared if self.modules.looks_like_namespace(ev, node) => {
                if nesting < MAX_NESTING {
                    self.namespace(ev, node, scope, nesting + 1);
                }
            }
            _ => self.option(ev, node, scope, nesting),
        }
    }

    /// Notes that NixOS refuses a scope for a definition of what is certainly no option.
    fn refuse_undeclared(&self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope) {
        if !matches!(self.modules.kind(node), NodeKind::Undeclared) {
            return;
        }
        let definition = self.modules.raw(ev, node).ok().and_then(|raw| raw.first().cloned());
        let span = definition.and_then(|d| d.place).and_then(|p| place(ev, p)).map(|p| p.span());
        let message = format!("The option `{}' does not exist", show_loc(&self.path(node)));
        scope.troubles.push(Trouble { span, message, refused: true, cause: Cause::Other });
    }

    fn option(&mut self, ev: &mut Eval<'_>, node: NodeId, scope: &mut Scope, nesting: usize) {
        let path = self.path(node);
        let ty = self.modules.type_of(node);
        ev.note_seen(node.0);
        let (merged, value) = ev.with_budget(OPTION_BUDGET, |ev| {
            let merged = self.modules.merged(ev, node);
            let value = match &merged {
                Ok(m)
                    if m.candidates.iter().all(|c| c.state == DefState::Off)
                        && (!self.declared(node) || ty.empty().is_none()) =>
                {
                    None
                }
                Ok(_) => Some(ev.force(self.modules.value(node)).and_then(|value| {
                    // A submodule in which something is not declared is refused as a whole.
                    match self.modules.submodule(node) {
                        Some(scope) => self.modules.check(ev, scope).map(|()| value),
                        None => Ok(value),
                    }
                })),
                Err(stop) => Some(Err(stop.clone())),
            };
            (merged, value)
        });
        let elements = self.modules.elements(node);
        let submodule = self.modules.submodule(node);
        // The configuration of a specialisation is a scope of its own.
        let is_scope = submodule.is_some() && is_specialisation(&path);
        let has_parts = nesting < MAX_NESTING
            && matches!(value, Some(Ok(_)))
            && (!elements.is_empty() || submodule.is_some());
        let prediction = match (&value, &merged) {
            (None, _) => Prediction::Undefined,
            (Some(Ok(value)), Ok(merged)) => {
                let priority = merged.priority.unwrap_or(crate::nixos::priority::OPTION_DEFAULT);
                if has_parts {
                    Prediction::Ok { value: serde_json::Value::Null, priority }
                } else {
                    let (json, reads) =
                        ev.reading(|ev| ev.with_budget(OPTION_BUDGET, |ev| ev.to_json(value)));
                    ev.note_all_seen(&reads.seen);
                    match json {
                        Ok(value) => Prediction::Ok { value, priority },
                        Err(stop) => self.prediction_of(ev, &self.modules.doubted(stop, &reads.read)),
                    }
                }
            }
            (Some(Err(stop)), _) | (Some(Ok(_)), Err(stop)) => self.prediction_of(ev, stop),
        };
        let definitions = match &merged {
            Ok(merged) => {
                let mut definitions: Vec<DefinitionModel> =
                    merged.candidates.iter().map(|c| self.definition(ev, node, c)).collect();
                self.note_misfits(ev, node, merged, &ty, &mut definitions);
                definitions
            }
            Err(_) => self.undischarged(ev, node),
        };
        let reads = self.modules.reads(node).into_iter().filter_map(|n| self.read(n)).collect();
        let model = OptionModel {
            path: path.clone(),
            prediction,
            definitions,
            type_name: ty.describe(ev),
            merging: merging(&ty),
            existence: self.existence(node),
            declaration: self.declaration(ev, node),
            listed: self.listed(node),
            has_parts,
            reads,
            is_old_name: false,
        };
        if let (Prediction::Refused(_), Some(submodule)) = (&model.prediction, submodule) {
            self.intruders(ev, submodule, scope, nesting);
        }
        scope.insert(show_loc(&path), model);
        if has_parts && !is_scope {
            for (_, element) in elements {
                self.node(ev, element, scope, nesting + 1);
            }
            if let Some(submodule) = submodule {
                let of = self.scopes.get(&self.modules.scope_of(node)).cloned().flatten();
                self.scopes.insert(submodule, of);
                if let Ok(troubles) = self.modules.troubles(ev, submodule) {
                    scope.complete &= troubles.is_empty();
                    let is_own = |t: &nixos::Trouble| !t.foreign && matches!(t.stop, Stop::Unknown(_));
                    scope.lacks_own |= troubles.iter().any(is_own);
                }
                let root = self.modules.root(ev, submodule);
                self.namespace(ev, root, scope, nesting + 1);
            }
        }
    }
}

/// What is not known of a scope's modules, or refused.
fn note_troubles(ev: &Eval<'_>, troubles: &[nixos::Trouble], scope: &mut Scope) {
    for trouble in troubles {
        let refused = matches!(trouble.stop, Stop::Error(_));
        scope.complete &= refused;
        let span = origin_span(ev, trouble.thunk);
        scope.lacks_own |= !refused && !trouble.foreign;
        let cause = match &trouble.mixed {
            Some(mixed) => Cause::Mixed(Mixed {
                top: mixed.top.and_then(|p| place(ev, p)),
                first: mixed.first.clone(),
                settings: mixed.settings.iter().filter_map(|p| place(ev, *p)).collect(),
            }),
            None => Cause::Other,
        };
        scope.troubles.push(Trouble { span, message: message(&trouble.stop), refused, cause });
    }
}

/// What an evaluation that stopped means for an option.
fn prediction_of(ev: &Eval<'_>, stop: &Stop) -> Prediction {
    match stop {
        Stop::Unknown(why) => Prediction::Unknown(why.reason.to_string()),
        Stop::Error(e) => match &**e {
            Error::Conflict { option, message } => {
                Prediction::Conflict { option: option.clone(), message: message.clone() }
            }
            Error::Recursion(circle) => {
                Prediction::Recursion(circle.places.iter().map(|o| span(ev, *o)).collect())
            }
            Error::Throw(m) | Error::Fail(m) => Prediction::Refused(m.clone()),
        },
    }
}

fn message(stop: &Stop) -> String {
    match stop {
        Stop::Unknown(why) => why.reason.to_string(),
        Stop::Error(e) => e.to_string(),
    }
}

fn trouble(ev: &Eval<'_>, stop: &Stop) -> Trouble {
    let circle = match stop {
        Stop::Error(e) => match &**e {
            Error::Recursion(circle) => Some(circle),
            _ => None,
        },
        Stop::Unknown(_) => None,
    };
    let chain: Vec<Span> = circle.iter().flat_map(|c| &c.places).map(|o| span(ev, *o)).collect();
    Trouble {
        span: chain.first().copied(),
        message: message(stop),
        refused: matches!(stop, Stop::Error(_)),
        cause: match circle {
            Some(circle) if circle.is_outside => Cause::Recursion(chain),
            _ => Cause::Other,
        },
    }
}

fn span(ev: &Eval<'_>, origin: eval::Origin) -> Span {
    let unit: &Rc<eval::Unit> = &ev.units()[origin.unit as usize];
    Span { file: origin.unit, range: unit.file.range(origin.expr) }
}

fn origin_span(ev: &Eval<'_>, thunk: ThunkId) -> Option<Span> {
    ev.origin(thunk).map(|o| span(ev, o))
}

fn merging(ty: &Type) -> Merging {
    match ty {
        Type::Bool
        | Type::Int { .. }
        | Type::Float
        | Type::Number { .. }
        | Type::Str(_)
        | Type::Path { .. }
        | Type::Enum(_) => Merging::Equal,
        Type::Package | Type::Raw | Type::Unique(_) => Merging::Single,
        Type::Separated(_)
        | Type::ListOf { .. }
        | Type::AttrsOf { .. }
        | Type::Attrs
        | Type::Submodule(_)
        | Type::BoolByOr
        | Type::FunctionTo(_)
        | Type::DeferredModule(_) => Merging::Combined,
        Type::NullOr(t) | Type::AddCheck(t, _) => merging(t),
        Type::CoercedTo { to, .. } => merging(to),
        Type::Either(a, b) if merging(a) == merging(b) => merging(a),
        _ => Merging::Unknown,
    }
}
