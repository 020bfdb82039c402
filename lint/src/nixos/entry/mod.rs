//! Entry points: where systems start, and what each of them is.

mod discover;
mod outputs;

pub use discover::{Found, discover};
pub use outputs::{Outputs, Reference, outputs};

pub use super::build::Record;
use super::model::{Cause, Scope, System, Trouble, World};
use super::{ModuleSystem, ScopeId, build, homes};
use crate::eval::host::Host;
use crate::eval::recorder::{Recorder, Told};
use crate::eval::{Attr, Attrs, Eval, Kinds, Res, Rest, Stop, ThunkId, Unknown, Value, paths, prelude};
use crate::nixos::difference::Difference;
use crate::syntax::hir::{File, Name};
use std::rc::Rc;
use std::sync::Arc;

/// How many steps the evaluation of a system may take. A large one takes two hundred thousand.
const SYSTEM_BUDGET: u64 = 6_000_000;

/// Where a system starts.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Start {
    /// A module that nobody imports: its file.
    Module(String),
    /// A module of Home Manager's that nobody imports: its file.
    HomeModule(String),
    /// A configuration among the outputs of a flake.
    Output {
        /// The folder of the flake.
        flake: String,
        /// The names of the output and of the configuration in it.
        path: Vec<Name>,
    },
    /// A configuration in the value of a Nix file that is no flake.
    Attribute {
        /// The file.
        file: String,
        /// Where in its value.
        path: Vec<Name>,
    },
    /// A user's home in a NixOS system.
    Home {
        /// Where that starts.
        system: Box<Start>,
        /// The user.
        user: Name,
    },
}

impl Start {
    /// What kind of configuration it seems to be.
    fn world(&self) -> World {
        match self {
            Start::Output { path, .. } => discover::world_of_output(path.first()),
            Start::Home { .. } | Start::HomeModule(_) => World::HomeManager,
            Start::Module(_) | Start::Attribute { .. } => World::Nixos,
        }
    }

    /// The file where it starts.
    pub fn file(&self) -> String {
        match self {
            Start::Module(file) | Start::HomeModule(file) | Start::Attribute { file, .. } => file.clone(),
            Start::Output { flake, .. } => flake_file(flake),
            Start::Home { system, .. } => system.file(),
        }
    }
}

/// The file of the flake in a folder.
pub fn flake_file(folder: &str) -> String {
    paths::normalise(&format!("{folder}/flake.nix"))
}

/// The model of the system that starts there, and what is to be kept of its evaluation. What `former` kept is not evaluated again where it
/// still holds.
pub fn system(
    host: &dyn Host,
    start: &Start,
    name: &str,
    former: Option<&Record>,
) -> (Arc<System>, Option<Record>) {
    model(host, start, name, former, true)
}

/// The same, of which nothing is kept.
pub fn trial(host: &dyn Host, start: &Start, name: &str, former: Option<&Record>) -> Arc<System> {
    model(host, start, name, former, false).0
}

fn model(
    host: &dyn Host,
    start: &Start,
    name: &str,
    former: Option<&Record>,
    keeps: bool,
) -> (Arc<System>, Option<Record>) {
    if let Some(renewed) = former.and_then(|former| renewed(host, start, name, former, keeps)) {
        return renewed;
    }
    let (system, record) = evaluated(host, start, name, true, keeps);
    if !has_definers(&system) || system.failures().is_empty() {
        return (system, record);
    }
    // Of NixOS' own modules more is evaluated than NixOS would, where a condition is not known. What fails only with them is not
    // certain to fail.
    let (without, _) = evaluated(host, start, name, false, false);
    let known = without.failures();
    if system.failures().is_subset(&known) { (system, record) } else { (without, None) }
}

/// Whether modules of NixOS' own take part.
fn has_definers(system: &System) -> bool {
    system.options.is_some_and(|options| options.table().definers().is_some())
}

/// The same, with what NixOS' own modules define where their source is at hand, or without.
fn evaluated(
    host: &dyn Host,
    start: &Start,
    name: &str,
    with_nixos: bool,
    keeps: bool,
) -> (Arc<System>, Option<Record>) {
    let recorder = keeps.then(|| Recorder::new(host, Told::default()));
    let mut ev = Eval::new(recorder.as_ref().map_or(host, |recorder| recorder), SYSTEM_BUDGET);
    let mut modules = ModuleSystem::new(&mut ev);
    if with_nixos {
        modules = modules.with_nixos();
    }
    let built = scope(&mut ev, &modules, start).map(|scope| {
        let outer = ev.units().len();
        let world = world(&mut ev, &modules, scope);
        let of = build::Start { name, entry: start.file(), world, base: None, keeps };
        (outer, build::system(&mut ev, &modules, scope, of))
    });
    let (outer, (system, kept)) = match built {
        Ok((outer, Some(built))) => (outer, built),
        Ok((_, None)) => (0, (failed(&ev, name, start, &Stop::fail("it has no scope")), None)),
        Err(stop) => (0, (failed(&ev, name, start, &stop), None)),
    };
    let files = files(&ev);
    drop(ev);
    let system = Arc::new(system);
    let told = recorder.map(Recorder::told);
    let record = told.map(|told| Record { told, files, outer, system: system.clone(), kept });
    (system, record)
}

/// The same, with what is kept of a former evaluation; `None` if that is of no use.
fn renewed(
    host: &dyn Host,
    start: &Start,
    name: &str,
    former: &Record,
    keeps: bool,
) -> Option<(Arc<System>, Option<Record>)> {
    let renewed = former.told.renewed(host)?;
    let told = || former.told.with(&renewed);
    let mut changed = build::Changed::default();
    let mut files = former.files.clone();
    for (i, (path, file)) in files.iter_mut().enumerate() {
        let Some((_, old, new)) = renewed.iter().find(|(_, old, _)| Arc::ptr_eq(old, file)) else { continue };
        let change = build::Change { file: i as u32, difference: Difference::between(old, new) };
        // It has a part in which modules there are.
        if i < former.outer && !change.is_none() {
            return None;
        }
        changed.insert(path.clone(), change);
        *file = new.clone();
    }
    if let Some((system, kept)) = build::moved(former, &changed) {
        #[cfg(debug_assertions)]
        if keeps && kept.is_some() {
            compare(host, start, &system, &files);
        }
        let record =
            keeps.then(|| Record { told: told(), files, outer: former.outer, system: system.clone(), kept });
        return Some((system, record));
    }
    let kept = former.kept.as_ref()?;
    let recorder = keeps.then(|| Recorder::new(host, told()));
    let mut ev = Eval::new(recorder.as_ref().map_or(host, |recorder| recorder), SYSTEM_BUDGET);
    ev.adopt(files.into_iter());
    let modules = ModuleSystem::new(&mut ev).with_nixos();
    let scope = scope(&mut ev, &modules, start).ok()?;
    let world = world(&mut ev, &modules, scope);
    let base = Some(build::Base { kept, changed });
    let of = build::Start { name, entry: start.file(), world, base, keeps };
    let (mut system, kept) = build::system(&mut ev, &modules, scope, of)?;
    build::share(&mut system, &former.system);
    if ev.is_exhausted() || has_definers(&system) && !system.failures().is_empty() {
        return None;
    }
    let files = self::files(&ev);
    drop(ev);
    #[cfg(debug_assertions)]
    if keeps {
        compare(host, start, &system, &files);
    }
    let system = Arc::new(system);
    let told = recorder.map(Recorder::told);
    let record = told.map(|told| Record { told, files, outer: former.outer, system: system.clone(), kept });
    Some((system, record))
}

/// Holds a system against what its evaluation makes of it.
#[cfg(debug_assertions)]
fn compare(host: &dyn Host, start: &Start, system: &System, files: &[(Arc<str>, Arc<File>)]) {
    let mut ev = Eval::new(host, SYSTEM_BUDGET);
    ev.adopt(files.iter().cloned());
    let modules = ModuleSystem::new(&mut ev).with_nixos();
    let Ok(scope) = scope(&mut ev, &modules, start) else { panic!("it starts nowhere") };
    let world = world(&mut ev, &modules, scope);
    let of = build::Start { name: &system.name, entry: start.file(), world, base: None, keeps: false };
    let Some((evaluated, _)) = build::system(&mut ev, &modules, scope, of) else { panic!("it is no system") };
    assert!(ev.unasked().all(|unit| prelude::is_own(&unit.path)), "no file is left over");
    build::compare(system, &evaluated);
}

/// The files of an evaluation.
fn files(ev: &Eval<'_>) -> Vec<(Arc<str>, Arc<File>)> {
    ev.units().iter().map(|unit| ((&*unit.path).into(), unit.file.clone())).collect()
}

/// The scope of the system that starts there.
fn scope(ev: &mut Eval<'_>, modules: &ModuleSystem, start: &Start) -> Res<ScopeId> {
    if let Start::Home { system, user } = start {
        let system = scope(ev, modules, system)?;
        homes::start_at(modules, system, user);
        let home = homes::home(ev, modules, system, user)?;
        return home.ok_or_else(|| Stop::fail(format!("`{user}` has no home")));
    }
    let value = value(ev, start)?;
    scope_of(ev, &value)?.ok_or_else(|| Stop::fail("it is not a configuration"))
}

/// The configuration that starts there.
fn value(ev: &mut Eval<'_>, start: &Start) -> Res {
    match start {
        Start::Module(file) => module(ev, file, prelude::EVAL_CONFIG),
        Start::HomeModule(file) => module(ev, file, prelude::EVAL_HOME),
        Start::Output { flake, path } => {
            let outputs = configurations(ev, flake)?;
            select(ev, outputs, path)
        }
        Start::Attribute { file, path } => {
            let value = file_value(ev, file)?;
            select(ev, value, path)
        }
        Start::Home { system, .. } => value(ev, system),
    }
}

fn select(ev: &mut Eval<'_>, mut value: Value, path: &[Name]) -> Res {
    for name in path {
        let attr = ev.select(&value, name)?;
        value = ev.force(attr.value)?;
    }
    Ok(value)
}

/// The system that `nixos-rebuild` would make of a module, or `home-manager` of one of its own: what the function in a file makes.
/// It may be called from elsewhere with arguments that are not known here.
fn module(ev: &mut Eval<'_>, file: &str, evaluate: &str) -> Res {
    let unknown = |reason: &str| Rc::new(Unknown { reason: reason.into(), kinds: Kinds::ANY });
    let rest = if is_of_flake(ev.host, file) {
        // Its arguments come before those that modules define (`_module.args`).
        Rest::Open(unknown("`flake.nix` says what the file is called with"))
    } else {
        Rest::Presumed(unknown("what the file is called with"))
    };
    let module = ev.ready(Value::Path(file.into()));
    let special_args = Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest }));
    let special_args = ev.ready(special_args);
    configuration_of(ev, module, file, special_args, evaluate)
}

/// The configuration of one module: what the function in a file makes of it.
fn configuration_of(
    ev: &mut Eval<'_>,
    module: ThunkId,
    location: &str,
    special_args: ThunkId,
    evaluate: &str,
) -> Res {
    let modules = ev.ready(Value::list(vec![module]));
    let location = ev.ready(Value::str(location));
    let entries = [("modules", modules), ("modulesLocation", location), ("specialArgs", special_args)];
    let entries = entries.map(|(name, value)| (Name::new_static(name), Attr::anonymous(value)));
    let arguments = ev.ready(Value::attrs(entries.into()));
    let evaluate = ev.import(evaluate)?;
    ev.call(&evaluate, arguments)
}

/// Whether a file is part of a flake: a folder above it, within its repository, has a `flake.nix`.
fn is_of_flake(host: &dyn Host, path: &str) -> bool {
    let mut folder = paths::parent(path);
    loop {
        let prefix = folder.trim_end_matches('/');
        if host.kind(&flake_file(prefix)).is_some() {
            return true;
        }
        if prefix.is_empty() || host.kind(&format!("{prefix}/.git")).is_some() {
            return false;
        }
        folder = paths::parent(folder);
    }
}

/// The outputs of the flake in a folder that are configurations.
fn configurations(ev: &mut Eval<'_>, folder: &str) -> Res {
    let flakes = ev.import(prelude::FLAKES)?;
    let call = ev.select(&flakes, &Name::new_static("configurations"))?;
    let call = ev.force(call.value)?;
    let folder = ev.ready(Value::str(folder));
    ev.call(&call, folder)
}

/// What a Nix file yields; of a function whose arguments all have defaults, what it yields without any.
fn file_value(ev: &mut Eval<'_>, file: &str) -> Res {
    let value = ev.import(file)?;
    match &value {
        Value::Lambda(closure) if discover::needs_nothing(closure) => {
            let nothing: ThunkId = ev.ready(Value::Attrs(Attrs::empty()));
            ev.call(&value, nothing)
        }
        _ => Ok(value),
    }
}

/// The scope whose evaluation a value is the result of, if it is one.
fn scope_of(ev: &mut Eval<'_>, value: &Value) -> Res<Option<ScopeId>> {
    let Value::Attrs(set) = value else { return Ok(None) };
    let Some(attr) = set.known("config") else { return Ok(None) };
    match ev.force(attr.value)? {
        Value::Attrs(config) => match &config.rest {
            Rest::Lazy(lazy) => Ok(lazy.scope().map(ScopeId)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// What kind of configuration a scope is.
fn world(ev: &mut Eval<'_>, modules: &ModuleSystem, scope: ScopeId) -> World {
    let class = modules.class(scope).map(|class| ev.force(class));
    match class {
        Some(Ok(Value::Str(class))) => World::of_class(&class.text),
        _ => World::Other,
    }
}

/// A system of which nothing is known but why.
fn failed(ev: &Eval<'_>, name: &str, start: &Start, stop: &Stop) -> System {
    let refused = matches!(stop, Stop::Error(_));
    let trouble = Trouble { span: None, message: stop.to_string(), refused, cause: Cause::Other };
    System {
        name: name.to_owned(),
        entry: start.file(),
        world: start.world(),
        release: None,
        lacks_platform: false,
        options: None,
        files: ev.units().iter().map(|unit| unit.path.to_string()).collect(),
        parent: Scope { troubles: vec![trouble], lacks_own: true, ..Scope::default() }.into(),
        specialisations: Vec::new(),
        homes: Vec::new(),
        named: Vec::new(),
    }
}
