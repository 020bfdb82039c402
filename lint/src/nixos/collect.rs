//! The import closure of a scope: which modules it has, in which order.
//!
//! The order is that of `lib/modules.nix`: the imports are gone through breadth first, each module once, and the whole list is then
//! reversed.

use super::definitions::tag;
use super::system::{
    InitialModule, MixedModule, Module, ModuleOrigin, ModuleSystem, ScopeId, Trouble, Within,
};
use super::views::{ConfigView, OptionsView};
use crate::eval::{
    Attr, Attrs, Circle, Coerce, Error, Eval, Origin, Place, Res, Rest, Stop, ThunkId, Value, paths, prelude,
    sources,
};
use crate::syntax::hir::{Expr, Name, Param};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;
use std::rc::Rc;

/// The modules of a scope.
pub(super) struct Collected {
    /// In the order in which their definitions merge.
    pub(super) modules: Vec<Module>,
    /// What is not known, or refused.
    pub(super) troubles: Vec<Trouble>,
    /// The keys of the modules that others disable.
    pub(super) disabled: FxHashSet<Rc<str>>,
}

/// A module with those that it imports.
struct Loaded {
    module: Module,
    imports: Vec<Rc<Loaded>>,
    disabled: Vec<Rc<str>>,
}

/// How many steps a module takes besides what evaluating it takes.
const MODULE_STEPS: u64 = 50;

/// A module where it is asked for: among the imports of another, or among those that a scope starts from.
struct Asked {
    thunk: ThunkId,
    /// The file that it counts as being of, unless it is one itself or says another.
    file: Rc<str>,
    /// Its key, likewise.
    key: Rc<str>,
    origin: ModuleOrigin,
    /// The file whose module it is part of.
    within: Option<Within>,
    /// The binding whose value it is part of.
    place: Option<Place>,
}

/// Attributes of a module that are not settings.
const META: [&str; 9] =
    ["_class", "_file", "key", "disabledModules", "imports", "options", "config", "meta", "freeformType"];

/// Whether an attribute of a module can only be a setting, in a module that has no `config`.
pub(super) fn is_setting(name: &str) -> bool {
    !META.contains(&name) && !["require", "_module"].contains(&name)
}

struct Collector<'s> {
    system: &'s ModuleSystem,
    scope: ScopeId,
    args: Rc<Attrs>,
    /// Modules from files, by key.
    by_key: FxHashMap<(Rc<str>, bool), Rc<Loaded>>,
    /// The keys of the modules whose imports are being loaded.
    above: Vec<Rc<str>>,
    troubles: Vec<Trouble>,
    modules_path: Option<Rc<str>>,
    /// Whether other files that a module imports are left out.
    is_alone: bool,
    /// Whether the scope is the value of an option in another one.
    is_inner: bool,
}

impl ModuleSystem {
    /// The path of a scope inside of the system that has it.
    pub(super) fn prefix(&self, scope: ScopeId) -> Rc<[Name]> {
        self.with_scope(scope, |s| s.prefix.clone())
    }

    /// What kind of configuration a scope is: a thunk of a string, where it was said.
    pub(super) fn class(&self, scope: ScopeId) -> Option<ThunkId> {
        self.with_scope(scope, |s| s.class)
    }

    /// The modules of a scope.
    pub(super) fn collect(&self, ev: &mut Eval<'_>, scope: ScopeId) -> Res<Collected> {
        let (initial, special_args) = self.with_scope(scope, |s| (s.initial.clone(), s.special_args));
        let args = self.module_args(ev, scope, special_args)?;
        let modules_path = match args.known("modulesPath").map(|a| ev.force(a.value)) {
            Some(Ok(Value::Str(s))) => Some(s.text),
            Some(Ok(Value::Path(path))) => Some(path),
            _ => None,
        };
        let mut collector = Collector { modules_path, ..Collector::new(self, scope, args) };
        let mut loaded = Vec::new();
        for (i, InitialModule { thunk, file, origin, within, place }) in initial.into_iter().enumerate() {
            let key = format!(":anon-{}", i + 1).into();
            if let Some(module) = collector.load(ev, &Asked { thunk, file, key, origin, within, place })? {
                loaded.push(module);
            }
        }
        let mut disabled = FxHashSet::default();
        let mut seen = FxHashSet::default();
        for module in &loaded {
            note_disabled(module, &mut disabled, &mut seen);
        }
        let mut modules = Vec::new();
        let mut keys = FxHashSet::default();
        let mut queue: VecDeque<Rc<Loaded>> = loaded.into();
        while let Some(loaded) = queue.pop_front() {
            if disabled.contains(&loaded.module.key) || !keys.insert(loaded.module.key.clone()) {
                continue;
            }
            queue.extend(loaded.imports.iter().cloned());
            modules.push(loaded.module.clone());
        }
        modules.reverse();
        Ok(Collected { modules, troubles: collector.troubles, disabled })
    }

    /// The modules in a file of NixOS' own, as modules of a scope: the file's own and those that it imports, but for other files and
    /// for what `lib` makes. Unknown where one of them is.
    pub(super) fn collect_file(&self, ev: &mut Eval<'_>, scope: ScopeId, path: &str) -> Res<Vec<Module>> {
        let special_args = self.with_scope(scope, |s| s.special_args);
        let args = self.module_args(ev, scope, special_args)?;
        let mut collector = Collector { is_alone: true, ..Collector::new(self, scope, args) };
        let thunk = ev.ready(Value::Path(path.into()));
        let (file, key): (Rc<str>, Rc<str>) = (path.into(), path.into());
        let asked = Asked { thunk, file, key, origin: ModuleOrigin::System, within: None, place: None };
        let loaded = collector.load(ev, &asked)?;
        if let Some(trouble) = collector.troubles.pop() {
            return Err(trouble.stop);
        }
        let mut modules = Vec::new();
        let mut open: Vec<Rc<Loaded>> = loaded.into_iter().collect();
        while let Some(loaded) = open.pop() {
            open.extend(loaded.imports.iter().cloned());
            modules.push(loaded.module.clone());
        }
        Ok(modules)
    }

    /// What every module of a scope is called with, without what its own formals ask for.
    fn module_args(&self, ev: &mut Eval<'_>, scope: ScopeId, special_args: ThunkId) -> Res<Rc<Attrs>> {
        let lib = ev.lib()?;
        let config = Attrs { entries: Vec::new(), rest: Rest::Lazy(Rc::new(ConfigView::root(self, scope))) };
        let config = ev.ready(Value::Attrs(Rc::new(config)));
        let options =
            Attrs { entries: Vec::new(), rest: Rest::Lazy(Rc::new(OptionsView::root(self, scope))) };
        let options = ev.ready(Value::Attrs(Rc::new(options)));
        let extend = super::natives::extend_modules(self, scope);
        let extend = ev.ready(extend);
        let ty = super::natives::type_value(ev, scope);
        let ty = ev.ready(ty);
        let mut entries = vec![
            (Name::new_static("extendModules"), Attr::anonymous(extend)),
            (Name::new_static("moduleType"), Attr::anonymous(ty)),
            (Name::new_static("config"), Attr::anonymous(config)),
            (Name::new_static("lib"), Attr::anonymous(lib)),
            (Name::new_static("options"), Attr::anonymous(options)),
            (Name::new_static("specialArgs"), Attr::anonymous(special_args)),
        ];
        let prefix: Vec<ThunkId> =
            self.with_scope(scope, |s| s.prefix.clone()).iter().map(|n| ev.ready(Value::str(n))).collect();
        let prefix = ev.ready(Value::list(prefix));
        entries.push((Name::new_static("_prefix"), Attr::anonymous(prefix)));
        let class = match self.with_scope(scope, |s| s.class) {
            Some(class) => class,
            None => ev.ready(Value::Null),
        };
        entries.push((Name::new_static("_class"), Attr::anonymous(class)));
        let mut rest = Rest::Closed;
        match ev.force(special_args) {
            Ok(Value::Attrs(set)) => {
                rest = set.rest.clone();
                entries.extend(set.entries.iter().cloned());
            }
            Ok(_) => {}
            Err(Stop::Unknown(why)) => rest = Rest::Open(why),
            Err(stop) => return Err(stop),
        }
        let mut set = Attrs::from_entries(entries);
        set.rest = rest;
        Ok(Rc::new(set))
    }

    /// A module argument that is not given from outside: `_module.args.NAME` of the scope.
    fn module_arg(&self, ev: &mut Eval<'_>, scope: ScopeId, name: &Name, args: &Attrs) -> Res {
        // What decides which modules there are must be given from outside; `_module.args` would be infinite recursion.
        let collecting = self.with_scope(scope, |s| s.is_collecting());
        if collecting && !args.is_closed() {
            // What `specialArgs` do not have is not known.
            ev.attr(args, name)?;
        }
        if name == "name" {
            // What extends a scope as a submodule defines this argument anew.
            let root = self.root(ev, scope);
            ev.note_seen(root.0);
        }
        let node = self.find(ev, scope, &["_module", "args"]).map_err(Stop::of_any_kind)?;
        if let Some(node) = node {
            // Each argument is read by itself: another one has no part in it, but what decides which there are has.
            let (value, _) = ev.reading(|ev| ev.force(self.value(node)).map_err(Stop::of_any_kind));
            for seen in self.seen(node) {
                ev.note_seen(seen.0);
            }
            if let Value::Attrs(set) = &value?
                && let Some(attr) = set.known(name)
            {
                let value = ev.force(attr.value)?;
                // What a caller gives counts, who may give anything; but whatever packages it gives, they are nixpkgs'.
                return match &args.rest {
                    Rest::Open(why) if !is_nixpkgs(&value) => Err(Stop::Unknown(why.clone())),
                    _ => Ok(value),
                };
            }
        }
        if let Some(node) = node {
            ev.note_seen(node.0);
        }
        if let Some(attr) = ev.attr(args, name)? {
            return ev.force(attr.value);
        }
        if self.collected(ev, scope)?.troubles.iter().any(|t| matches!(t.stop, Stop::Unknown(_))) {
            return Err(Stop::unknown(format!(
                "the module argument `{name}` may come from a module that is not known"
            )));
        }
        Err(Stop::unknown(format!("nothing says what the module argument `{name}` is")))
    }
}

/// Whether a value is nixpkgs' packages.
fn is_nixpkgs(value: &Value) -> bool {
    match value {
        Value::Symbol(_) => true,
        Value::Attrs(set) => matches!(set.rest, Rest::Symbolic(_)),
        _ => false,
    }
}

fn note_disabled(
    loaded: &Rc<Loaded>,
    disabled: &mut FxHashSet<Rc<str>>,
    seen: &mut FxHashSet<*const Loaded>,
) {
    if seen.insert(Rc::as_ptr(loaded)) {
        disabled.extend(loaded.disabled.iter().cloned());
        for import in &loaded.imports {
            note_disabled(import, disabled, seen);
        }
    }
}

impl<'s> Collector<'s> {
    fn new(system: &'s ModuleSystem, scope: ScopeId, args: Rc<Attrs>) -> Self {
        Collector {
            system,
            scope,
            args,
            by_key: FxHashMap::default(),
            above: Vec::new(),
            troubles: Vec::new(),
            modules_path: None,
            is_alone: false,
            is_inner: system.is_inner(scope),
        }
    }

    /// Loads a module and what it imports; `None` if it cannot be known, which is noted.
    fn load(&mut self, ev: &mut Eval<'_>, asked: &Asked) -> Res<Option<Rc<Loaded>>> {
        // Loading a module takes as much as many expressions.
        ev.charge(MODULE_STEPS)?;
        match ev.deeper(|ev| self.try_load(ev, asked)) {
            Ok(loaded) => Ok(loaded),
            Err(Stop::Error(e)) if matches!(*e, Error::Recursion(_)) => Err(Stop::Error(e)),
            Err(stop) => {
                self.trouble(&asked.file, asked.thunk, stop);
                if let Some(trouble) = self.troubles.last_mut() {
                    trouble.foreign = is_foreign(ev, asked.thunk);
                }
                Ok(None)
            }
        }
    }

    fn trouble(&mut self, file: &Rc<str>, thunk: ThunkId, stop: Stop) {
        self.troubles.push(Trouble { file: file.clone(), thunk, stop, foreign: false, mixed: None });
    }

    fn try_load(&mut self, ev: &mut Eval<'_>, asked: &Asked) -> Res<Option<Rc<Loaded>>> {
        let value = match ev.force(asked.thunk)? {
            Value::Path(path) => return self.load_file(ev, asked, path),
            Value::Str(s) => return self.load_file(ev, asked, s.text),
            Value::Symbol(s) => return Err(Stop::unknown(format!("`{s}` is not at hand"))),
            Value::Attrs(set)
                if ev.attr(&set, &Name::new_static("outPath"))?.is_some()
                    && set.known("config").is_none() =>
            {
                let path = ev.coerce(Value::Attrs(set), Coerce::PathPart)?.text;
                return self.load_file(ev, asked, path);
            }
            value => value,
        };
        match tag(ev, &value)?.as_deref() {
            None | Some("module") => self.unify(ev, asked, value).map(|loaded| Some(Rc::new(loaded))),
            Some("if" | "override") => {
                let module = Module {
                    file: asked.file.clone(),
                    key: asked.key.clone(),
                    origin: asked.origin,
                    options: None,
                    config: vec![ev.ready(value)],
                    freeform: None,
                    within: asked.within.clone(),
                    place: asked.place,
                };
                Ok(Some(Rc::new(Loaded { module, imports: Vec::new(), disabled: Vec::new() })))
            }
            Some(other) => {
                Err(Stop::throw(format!("expected a module, but found a value of type `{other}`")))
            }
        }
    }

    /// Loads a module that is a file, unless it was loaded already; `None` if that is still under way.
    fn load_file(&mut self, ev: &mut Eval<'_>, asked: &Asked, path: Rc<str>) -> Res<Option<Rc<Loaded>>> {
        let cached = (path.clone(), asked.origin == ModuleOrigin::Inherited);
        if let Some(loaded) = self.by_key.get(&cached) {
            return Ok(Some(loaded.clone()));
        }
        if self.above.contains(&path) {
            return Ok(None);
        }
        let imported = import(ev, &path)?;
        // What is part of an option's value is its alone.
        if self.is_inner {
            ev.note_file_of(imported);
        }
        let value = ev.force(imported)?;
        self.above.push(path.clone());
        let unit = ev.origin(imported).map(|origin| ev.units()[origin.unit as usize].path.clone());
        let within = unit.map(|file| Within { file, whole: true });
        let file = Asked { file: path.clone(), key: path, within, place: None, ..*asked };
        let loaded = self.unify(ev, &file, value);
        self.above.pop();
        let loaded = Rc::new(loaded?);
        self.by_key.insert(cached, loaded.clone());
        Ok(Some(loaded))
    }

    /// Brings a module into canonical form and loads its imports.
    fn unify(&mut self, ev: &mut Eval<'_>, asked: &Asked, value: Value) -> Res<Loaded> {
        let value = self.apply(ev, value)?;
        let set = match &value {
            Value::Attrs(set) => set.clone(),
            Value::Symbol(s) => return Err(Stop::needs_nixpkgs(s)),
            other => {
                return Err(Stop::fail(format!("a module must be a set, but it is {}", other.describe())));
            }
        };
        // Whatever may be in it, a module that it imports may be.
        if !set.is_closed()
            && let Err(stop @ Stop::Unknown(_)) = ev.names(&set)
            && ev.possible_names(&set).is_none_or(|names| names.iter().any(|n| META.contains(&n.as_str())))
        {
            self.trouble(&asked.file, asked.thunk, stop);
        }
        let text = |ev: &mut Eval<'_>, name: &str, default: &Rc<str>| -> Res<Rc<str>> {
            match set.known(name) {
                Some(attr) => {
                    let value = ev.force(attr.value)?;
                    Ok(ev.coerce(value, Coerce::ToString)?.text)
                }
                None => Ok(default.clone()),
            }
        };
        let file = text(ev, "_file", &asked.file)?;
        let key = text(ev, "key", &asked.key)?;
        let explicit = set.known("config").is_some() || set.known("options").is_some();
        let mut config = Vec::new();
        if explicit {
            let settings: Vec<_> = set.entries.iter().filter(|(n, _)| !META.contains(&n.as_str())).collect();
            if let Some((name, attr)) = settings.first() {
                let message = format!(
                    "module `{key}' has an unsupported attribute `{name}'. This is caused by introducing a top-level `config' or `options' attribute"
                );
                self.trouble(&file, attr.value, Stop::throw(message));
                let top = set.known("config").or_else(|| set.known("options"));
                let mixed = MixedModule {
                    top: top.and_then(|attr| attr.place),
                    first: name.clone(),
                    settings: settings.iter().filter_map(|(_, attr)| attr.place).collect(),
                };
                if let Some(trouble) = self.troubles.last_mut() {
                    trouble.mixed = Some(Rc::new(mixed));
                }
            }
            config.extend(set.known("config").map(|a| a.value));
            if let Some((name, attr)) = set.entries.iter().find(|(n, _)| n == "meta") {
                config.push(ev.ready(Value::attrs(vec![(name.clone(), *attr)])));
            }
        } else {
            config.push(ev.ready(settings(&set)));
        }
        let disabled = self.disabled(ev, &set, &file)?;
        let mut imports = Vec::new();
        for name in ["require", "imports"] {
            let Some(attr) = set.known(name) else { continue };
            if name == "require" && explicit {
                continue;
            }
            imports.extend(self.imports(ev, attr, (&file, &key), asked)?);
        }
        let module = Module {
            file,
            key,
            origin: asked.origin,
            options: set.known("options").map(|a| a.value),
            config,
            freeform: set.known("freeformType").map(|a| a.value),
            within: asked.within.clone(),
            place: asked.place,
        };
        Ok(Loaded { module, imports, disabled })
    }

    /// Loads what a module imports.
    fn imports(
        &mut self,
        ev: &mut Eval<'_>,
        attr: Attr,
        (file, key): (&Rc<str>, &Rc<str>),
        by: &Asked,
    ) -> Res<Vec<Rc<Loaded>>> {
        let list = match ev.force(attr.value) {
            Err(stop @ Stop::Error(_)) => return Err(stop),
            other => ev.as_list(other)?,
        };
        if let Some(why) = &list.open {
            self.trouble(file, attr.value, Stop::Unknown(why.clone()));
        }
        let mut imports = Vec::new();
        for (i, item) in list.items.iter().enumerate() {
            if self.is_alone && is_elsewhere(ev, *item) {
                continue;
            }
            let key = format!("{key}:anon-{}", i + 1).into();
            let within = by.within.clone().map(Within::part);
            let asked =
                Asked { thunk: *item, file: file.clone(), key, origin: by.origin, within, place: by.place };
            if let Some(loaded) = self.load(ev, &asked)? {
                imports.push(loaded);
            }
        }
        Ok(imports)
    }

    /// The keys of the modules that a module disables.
    fn disabled(&mut self, ev: &mut Eval<'_>, set: &Attrs, file: &Rc<str>) -> Res<Vec<Rc<str>>> {
        let Some(attr) = set.known("disabledModules") else { return Ok(Vec::new()) };
        let list = ev.force(attr.value);
        let list = ev.as_list(list)?;
        let mut keys = Vec::new();
        for item in &list.items {
            let key = match ev.force(*item) {
                Ok(Value::Str(s)) if s.text.starts_with('/') => s.text,
                Ok(Value::Str(s)) => match &self.modules_path {
                    Some(path) => format!("{path}/{}", s.text).into(),
                    None => s.text,
                },
                Ok(Value::Path(path)) => path,
                Ok(Value::Attrs(module)) => match module.known("key") {
                    Some(key) => {
                        let key = ev.force(key.value)?;
                        ev.coerce(key, Coerce::ToString)?.text
                    }
                    None => ev.coerce(Value::Attrs(module), Coerce::PathPart)?.text,
                },
                Ok(_) => continue,
                Err(stop @ Stop::Unknown(_)) => {
                    self.trouble(file, *item, stop);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            keys.push(key);
        }
        Ok(keys)
    }

    /// What a module that is a function yields for the arguments of the scope.
    fn apply(&self, ev: &mut Eval<'_>, value: Value) -> Res {
        let formals: Vec<Name> = match &value {
            Value::Lambda(closure) => match closure.unit.file.expr(closure.lambda) {
                Expr::Lambda(lambda) => match &lambda.param {
                    Param::Pattern { formals, .. } => formals.iter().map(|f| f.name.clone()).collect(),
                    Param::Name(_) => Vec::new(),
                },
                _ => Vec::new(),
            },
            Value::Attrs(set) if set.known("__functor").is_some() => match set.known("__functionArgs") {
                Some(attr) => match ev.force(attr.value)? {
                    Value::Attrs(args) => ev.names(&args)?,
                    _ => Vec::new(),
                },
                None => Vec::new(),
            },
            Value::Builtin(_) | Value::Native(_) => Vec::new(),
            _ => return Ok(value),
        };
        let mut entries = self.args.entries.clone();
        for name in formals {
            if self.args.known(&name).is_none() {
                let (system, scope, args, wanted) =
                    (self.system.clone(), self.scope, self.args.clone(), name.clone());
                let thunk = ev.lazy(move |ev| system.module_arg(ev, scope, &wanted, &args));
                entries.push((name, Attr::anonymous(thunk)));
            }
        }
        let mut args = Attrs::from_entries(entries);
        args.rest = self.args.rest.clone();
        let args = ev.ready(Value::Attrs(Rc::new(args)));
        ev.call(&value, args).map_err(|stop| placed(&value, stop))
    }
}

/// What a module defines that has neither `config` nor `options`: its attributes, but for those that say something of the module.
pub(super) fn settings(module: &Attrs) -> Value {
    let skip = ["_class", "_file", "key", "disabledModules", "require", "imports", "freeformType"];
    let entries = module.entries.iter().filter(|(n, _)| !skip.contains(&n.as_str())).cloned().collect();
    Value::Attrs(Rc::new(Attrs { entries, rest: module.rest.clone() }))
}

/// A circle through nothing but what a module's function returns has that for its place.
fn placed(function: &Value, stop: Stop) -> Stop {
    if let (Value::Lambda(closure), Stop::Error(error)) = (function, &stop)
        && matches!(&**error, Error::Recursion(circle) if circle.places.is_empty())
        && let Expr::Lambda(lambda) = closure.unit.file.expr(closure.lambda)
    {
        let place = Origin { unit: closure.unit.id, expr: lambda.body };
        return Stop::Error(Rc::new(Error::Recursion(Circle { places: vec![place], is_outside: true })));
    }
    stop
}

/// Whether a module is certainly none of the configuration's own: something of an input, or a path in one.
fn is_foreign(ev: &mut Eval<'_>, module: ThunkId) -> bool {
    match ev.force(module) {
        Ok(Value::Symbol(_)) => true,
        Ok(Value::Path(path)) => prelude::is_own(&path),
        Ok(Value::Str(s)) => s.stand_in || prelude::is_own(&s.text),
        _ => false,
    }
}

/// Whether a module is another file, or one that `lib` makes.
fn is_elsewhere(ev: &mut Eval<'_>, module: ThunkId) -> bool {
    match ev.force(module) {
        Ok(Value::Path(_) | Value::Str(_)) => true,
        Ok(Value::Lambda(closure)) => prelude::is_own(&closure.unit.path),
        _ => false,
    }
}

/// A thunk of what the module at a path is. One that does not exist is not known: often it is only kept out of the repository.
fn import(ev: &mut Eval<'_>, path: &str) -> Res<ThunkId> {
    if prelude::is_own(path) && prelude::file(path).is_none() && ev.at_hand(path).is_none() {
        return Err(Stop::unknown(format!("`{}` is not at hand", sources::shown(path))));
    }
    ev.import_later(&paths::normalise(path)).map_err(|stop| match stop {
        Stop::Error(error) => Stop::unknown(error.to_string()),
        unknown => unknown,
    })
}
