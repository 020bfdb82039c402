//! What the prelude's `lib` leaves to the module system: `evalModules`, checking and merging by type, and systems.

use super::definitions::Definition;
use super::own_modules;
use super::system::{InitialModule, ModuleOrigin, ModuleSystem, NewScope, ScopeId};
use super::types::Type;
use super::views::{ConfigView, config_value, options_value};
use crate::eval::{Attr, Attrs, Eval, NativeFn, Res, Rest, Stop, ThunkId, Value};
use crate::syntax::hir::Name;
use std::rc::Rc;

/// Makes the module system's functions available to the prelude.
pub(super) fn install(system: &ModuleSystem, ev: &mut Eval<'_>) {
    let s = system.clone();
    define(ev, "__evalModules", 1, move |ev, args| eval_modules(&s, ev, args[0]));
    define(ev, "__typeCheck", 2, |ev, args| {
        let ty = Type::from_thunk(ev, args[0])?;
        ty.accepts(ev, args[1]).map(Value::Bool)
    });
    let s = system.clone();
    define(ev, "__typeMerge", 3, move |ev, args| merge(&s, ev, args[0], args[1], args[2]));
    let s = system.clone();
    define(ev, "__mergeDefinitions", 3, move |ev, args| {
        let s = s.clone();
        let (loc, ty, defs) = (args[0], args[1], args[2]);
        let value = ev.lazy(move |ev| merge(&s, ev, ty, loc, defs));
        let defined = ev.lazy(move |ev| {
            let list = ev.force(defs);
            let list = ev.as_list(list)?;
            Ok(Value::Bool(!list.items.is_empty()))
        });
        Ok(Value::set([("mergedValue", value), ("isDefined", defined)]))
    });
}

/// Defines a builtin of several arguments.
fn define(
    ev: &mut Eval<'_>,
    name: &'static str,
    arity: usize,
    run: impl for<'h> Fn(&mut Eval<'h>, &[ThunkId]) -> Res + 'static,
) {
    let function = curry(Rc::new(run), arity, Vec::new());
    let thunk = ev.ready(function);
    ev.define(name, thunk);
}

type Run = Rc<dyn for<'h> Fn(&mut Eval<'h>, &[ThunkId]) -> Res>;

fn curry(run: Run, arity: usize, arguments: Vec<ThunkId>) -> Value {
    Value::Native(NativeFn(Rc::new(move |ev, argument| {
        let mut arguments = arguments.clone();
        arguments.push(argument);
        if arguments.len() == arity { run(ev, &arguments) } else { Ok(curry(run.clone(), arity, arguments)) }
    })))
}

/// `lib.evalModules`. With `__world`, options that no module declares are those of that world, as the source that `__source` is a path of
/// has them, and the modules are of the system's own; `__own` are arguments that the modules get unless `specialArgs` has them.
fn eval_modules(system: &ModuleSystem, ev: &mut Eval<'_>, args: ThunkId) -> Res {
    let set = want_set(ev, args)?;
    let mut modules = modules_of(ev, &set, "modules")?;
    let world = set.known("__world").map(|attr| ev.want_text(attr.value)).transpose()?;
    for module in &mut modules {
        module.file = Rc::from("<unknown-file>");
        if world.is_some() {
            module.origin = ModuleOrigin::System;
        }
    }
    modules.push(own_modules::internal(system, ev));
    let special_args = special_args(ev, &set);
    let special_args = match set.known("__own") {
        Some(own) => ev.lazy(move |ev| beside(ev, own.value, special_args)),
        None => special_args,
    };
    let table = match &world {
        Some(world) => super::table_types::of_world(ev, world, set.known("__source").map(|a| a.value))?,
        None => None,
    };
    let prefix = prefix(ev, &set)?;
    let class = set.known("class").map(|a| a.value);
    let scope = system
        .scope(ev, NewScope { prefix, modules, special_args, table, freeform: None, class, inside: None });
    configuration(system, ev, scope)
}

/// Arguments given by a caller, besides those that there are anyway. What the caller is known to give counts; what is not known of it
/// is taken not to hide them.
fn beside(ev: &mut Eval<'_>, own: ThunkId, given: ThunkId) -> Res {
    let own = ev.want_attrs(own)?;
    let (entries, rest) = match ev.force(given) {
        Ok(Value::Attrs(set)) => match ev.entries(&set) {
            Ok(entries) => {
                (entries, if matches!(set.rest, Rest::Presumed(_)) { set.rest.clone() } else { Rest::Closed })
            }
            Err(_) => (set.entries.clone(), set.rest.clone()),
        },
        Ok(Value::Symbol(name)) => (Vec::new(), Rest::Symbolic(name)),
        Ok(other) => return Err(ev.mismatch("a set", &other)),
        Err(Stop::Unknown(why)) => (Vec::new(), Rest::Open(why)),
        Err(stop) => return Err(stop),
    };
    let all = own.entries.iter().cloned().chain(entries).collect();
    Ok(Value::Attrs(Rc::new(Attrs { rest, ..Attrs::from_entries(all) })))
}

impl ModuleSystem {
    /// A system of modules, with its functions made available to the prelude.
    pub fn new(ev: &mut Eval<'_>) -> Self {
        let system = ModuleSystem::default();
        install(&system, ev);
        system
    }
}

/// The result of `evalModules`.
pub(super) fn configuration(system: &ModuleSystem, ev: &mut Eval<'_>, scope: ScopeId) -> Res {
    let tag = ev.ready(Value::str("configuration"));
    let options = ev.ready(options_value(system, scope));
    let config = ev.ready(config_value(system, scope));
    let s = system.clone();
    let module = ev.lazy(move |ev| {
        let inside = Rest::Lazy(Rc::new(ConfigView::root(&s, scope)));
        let config = Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest: inside }));
        let attr = ev.select(&config, &Name::new_static("_module"))?;
        ev.force(attr.value)
    });
    let extend = extend_modules(system, scope);
    let extend = ev.ready(extend);
    let ty = type_value(ev, scope);
    let ty = ev.ready(ty);
    Ok(Value::set([
        ("_type", tag),
        ("options", options),
        ("config", config),
        ("_module", module),
        ("extendModules", extend),
        ("type", ty),
    ]))
}

/// The function `extendModules` of a scope.
pub(super) fn extend_modules(system: &ModuleSystem, scope: ScopeId) -> Value {
    let system = system.clone();
    Value::Native(NativeFn(Rc::new(move |ev, args| {
        let set = want_set(ev, args)?;
        // All of the scope has a part in what extends it.
        ev.note_all();
        let modules = modules_of(ev, &set, "modules")?;
        let prefix = match set.known("prefix") {
            Some(_) => Some(prefix(ev, &set)?),
            None => None,
        };
        let extended = system.extend(ev, scope, modules, prefix);
        if let Some(more) = set.known("specialArgs") {
            system.extend_special_args(ev, extended, more.value);
        }
        configuration(&system, ev, extended)
    })))
}

/// The type whose values extend a scope.
pub(super) fn type_value(ev: &mut Eval<'_>, scope: ScopeId) -> Value {
    let mut entry =
        |name: &'static str, value: Value| (Name::new_static(name), Attr::anonymous(ev.ready(value)));
    let payload = Value::attrs(vec![
        entry("kind", Value::str("configuration")),
        entry("scope", Value::Int(i64::from(scope.0))),
    ]);
    Value::attrs(vec![
        entry("_type", Value::str("option-type")),
        entry("name", Value::str("submodule")),
        entry("description", Value::str("submodule")),
        entry("__speclint", payload),
    ])
}

fn want_set(ev: &mut Eval<'_>, thunk: ThunkId) -> Res<Rc<Attrs>> {
    match ev.force(thunk)? {
        Value::Attrs(set) => Ok(set),
        Value::Symbol(s) => Err(Stop::needs_nixpkgs(&s)),
        other => Err(Stop::fail(format!("expected a set but found {}", other.describe()))),
    }
}

/// The modules in the list `name` of a set of arguments.
fn modules_of(ev: &mut Eval<'_>, set: &Attrs, name: &'static str) -> Res<Vec<InitialModule>> {
    let Some(attr) = ev.attr(set, &Name::new_static(name))? else { return Ok(Vec::new()) };
    let list = ev.force(attr.value);
    let list = ev.as_list(list)?;
    let file: Rc<str> = match ev.origin(attr.value) {
        Some(origin) => ev.units()[origin.unit as usize].path.clone(),
        None => Rc::from("<unknown-file>"),
    };
    let mut modules: Vec<InitialModule> = list
        .items
        .iter()
        .map(|thunk| InitialModule {
            thunk: *thunk,
            file: file.clone(),
            origin: ModuleOrigin::Own,
            within: None,
            place: None,
        })
        .collect();
    if let Some(why) = &list.open {
        let thunk = ev.unknown(why);
        modules.push(InitialModule { thunk, file, origin: ModuleOrigin::Own, within: None, place: None });
    }
    Ok(modules)
}

fn special_args(ev: &mut Eval<'_>, set: &Attrs) -> ThunkId {
    match set.known("specialArgs") {
        Some(attr) => attr.value,
        None => ev.ready(Value::Attrs(Attrs::empty())),
    }
}

fn prefix(ev: &mut Eval<'_>, set: &Attrs) -> Res<Rc<[Name]>> {
    let Some(attr) = set.known("prefix") else { return Ok(Rc::new([])) };
    let list = ev.force(attr.value);
    let mut names = Vec::new();
    for item in ev.as_list(list)?.items.clone() {
        if let Value::Str(s) = ev.force(item)? {
            names.push(Name::new(&s.text));
        }
    }
    Ok(names.into())
}

/// `type.merge loc defs`, and `(mergeDefinitions loc type defs).mergedValue`.
fn merge(system: &ModuleSystem, ev: &mut Eval<'_>, ty: ThunkId, loc: ThunkId, defs: ThunkId) -> Res {
    let ty = Type::from_thunk(ev, ty)?;
    let special_args = ev.ready(Value::Attrs(Attrs::empty()));
    let scope = system.scope(
        ev,
        NewScope {
            prefix: Rc::new([]),
            modules: Vec::new(),
            special_args,
            table: None,
            freeform: None,
            class: None,
            inside: None,
        },
    );
    let root = system.root(ev, scope);
    let loc = ev.force(loc);
    let mut name = Name::default();
    if let Some(last) = ev.as_list(loc)?.items.last()
        && let Value::Str(s) = ev.force(*last)?
    {
        name = Name::new(&s.text);
    }
    let list = ev.force(defs);
    let mut raw = Vec::new();
    for item in ev.as_list(list)?.items.clone() {
        let set = want_set(ev, item)?;
        if let Some(attr) = set.known("value") {
            raw.push(Definition::without_module(attr.value, attr.place));
        }
    }
    let node = system.element(ev, root, &name, Rc::new(ty), raw);
    ev.force(system.value(node))
}
