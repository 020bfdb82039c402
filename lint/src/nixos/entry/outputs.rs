//! What a flake has besides its configurations: modules and templates for others, and outputs of any kind that may refer to files of
//! the repository and to the configurations.

use super::{configuration_of, file_value, scope_of};
use crate::eval::host::Host;
use crate::eval::{Asked, Eval, Kinds, Met, Missed, Rest, Stop, ThunkId, Unknown, Value, paths, prelude};
use crate::eval::{Attrs, Res};
use crate::nixos::{ModuleSystem, NodeId};
use crate::syntax::hir::{ExprId, Name};
use std::collections::HashSet;
use std::rc::Rc;

/// What was found among the outputs of a flake.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Outputs {
    /// The files that were read for them: those of modules for others, and of modules that are handed to functions of inputs.
    pub files: Vec<String>,
    /// The folders of templates.
    pub templates: Vec<String>,
    /// References to specialisations that do not exist.
    pub references: Vec<Reference>,
    /// Whether all of them are known, as far as files matter.
    pub complete: bool,
}

/// A reference to a specialisation that a system does not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The file.
    pub file: String,
    /// The expression in it. That tells where it stands, which changes when nothing else does.
    pub expr: ExprId,
    /// The name that it selects.
    pub name: Name,
    /// The specialisations that the system has.
    pub names: Vec<Name>,
}

/// How many steps may be taken.
const BUDGET: u64 = 3_000_000;
/// How deep in the outputs something is looked for.
const DEPTH: usize = 6;
/// How many attributes of a set are looked at.
const WIDTH: usize = 200;
/// How many values are looked at.
const MOST: usize = 20_000;
/// The outputs that are modules for others, or sets of such.
const MODULES: &[&str] = &[
    "darwinModules",
    "flakeModule",
    "flakeModules",
    "hmModules",
    "homeManagerModule",
    "homeManagerModules",
    "homeModule",
    "homeModules",
    "modules",
    "nixosModule",
    "nixosModules",
];
/// The outputs that are evaluated as systems, or as functions only.
const OTHERS: &[&str] = &[
    "nixosConfigurations",
    "homeConfigurations",
    "darwinConfigurations",
    "colmena",
    "colmenaHive",
    "lib",
    "overlays",
];

/// What a flake, given its folder, or the value of a file has besides its configurations.
pub fn outputs(host: &dyn Host, path: &str, is_flake: bool) -> Outputs {
    let mut ev = Eval::new(host, BUDGET);
    let modules = ModuleSystem::new(&mut ev);
    let mut walk =
        Walk { modules, seen: HashSet::new(), found: Outputs { complete: true, ..Outputs::default() } };
    let value = if is_flake { flake(&mut ev, path) } else { file_value(&mut ev, path) };
    if let Err(stop) = value.and_then(|value| walk.outputs(&mut ev, &value)) {
        walk.found.complete &= matches!(stop, Stop::Error(_));
    }
    // Out of steps, anything may be missing.
    walk.found.complete &= ev.charge(1).is_ok();
    walk.found.files = ev.units().iter().map(|unit| unit.path.to_string()).collect();
    walk.found
}

/// The outputs of the flake in a folder.
fn flake(ev: &mut Eval<'_>, folder: &str) -> Res {
    let flakes = ev.import(prelude::FLAKES)?;
    let call = ev.select(&flakes, &Name::new_static("flake"))?;
    let call = ev.force(call.value)?;
    let folder = ev.ready(Value::str(folder));
    let flake = ev.call(&call, folder)?;
    let outputs = ev.select(&flake, &Name::new_static("outputs"))?;
    ev.force(outputs.value)
}

/// Whether something may be a module.
#[derive(Clone, Copy, PartialEq)]
enum Maybe {
    /// It is one, or a set of such.
    Module,
    /// It was handed to a function that may take it for one.
    Handed,
    No,
}

struct Walk {
    modules: ModuleSystem,
    seen: HashSet<ThunkId>,
    found: Outputs,
}

impl Walk {
    fn outputs(&mut self, ev: &mut Eval<'_>, outputs: &Value) -> Res<()> {
        let Value::Attrs(outputs) = outputs else { return Ok(()) };
        let names = match ev.names(outputs) {
            Ok(names) => names,
            Err(_) => {
                self.found.complete = false;
                outputs.entries.iter().map(|(name, _)| name.clone()).collect()
            }
        };
        for name in names.iter().filter(|name| !OTHERS.contains(&name.as_str())) {
            let Ok(Some(attr)) = ev.attr(outputs, name) else { continue };
            let is = if MODULES.contains(&name.as_str()) { Maybe::Module } else { Maybe::No };
            if name == "templates" {
                self.templates(ev, attr.value);
            }
            self.value(ev, attr.value, is, 0);
        }
        Ok(())
    }

    fn templates(&mut self, ev: &mut Eval<'_>, templates: ThunkId) {
        let Ok(Value::Attrs(templates)) = ev.force(templates) else { return };
        for (_, template) in &templates.entries {
            let Ok(Value::Attrs(template)) = ev.force(template.value) else { continue };
            if let Some(Ok(Value::Path(path))) = template.known("path").map(|attr| ev.force(attr.value)) {
                self.found.templates.push(paths::normalise(&path));
            }
        }
    }

    fn value(&mut self, ev: &mut Eval<'_>, thunk: ThunkId, is: Maybe, depth: usize) {
        if depth > DEPTH || self.seen.len() > MOST || !self.seen.insert(thunk) {
            return;
        }
        let value = ev.force(thunk);
        for met in ev.met_by(thunk) {
            match met {
                Met::Missed(missed) if missed.asked == Asked::Needed => self.reference(ev, &missed),
                Met::Handed(argument) => self.value(ev, argument, Maybe::Handed, depth + 1),
                Met::Missed(_) | Met::Read(_) => {}
            }
        }
        match value {
            Ok(Value::Path(_)) if is != Maybe::No => self.module(ev, thunk, is),
            Ok(Value::Lambda(closure)) if is != Maybe::No && !prelude::is_own(&closure.unit.path) => {
                self.module(ev, thunk, is);
            }
            Ok(Value::List(list)) => {
                for item in &list.items {
                    self.value(ev, *item, is, depth + 1);
                }
            }
            Ok(value @ Value::Attrs(_)) if matches!(scope_of(ev, &value), Ok(Some(_))) => {}
            Ok(Value::Attrs(set)) => {
                if is != Maybe::No && set.known("imports").is_some() {
                    self.module(ev, thunk, is);
                }
                if set.known("outPath").is_none() {
                    for (_, attr) in set.entries.iter().take(WIDTH) {
                        self.value(ev, attr.value, is, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads what a module imports.
    fn module(&mut self, ev: &mut Eval<'_>, module: ThunkId, is: Maybe) {
        let why = Rc::new(Unknown { reason: "what the module is called with".into(), kinds: Kinds::ANY });
        let special_args =
            ev.ready(Value::Attrs(Rc::new(Attrs { entries: Vec::new(), rest: Rest::Open(why) })));
        let configuration = configuration_of(ev, module, "<an output>", special_args, prelude::EVAL_CONFIG);
        let scope = configuration.and_then(|value| scope_of(ev, &value));
        let Ok(Some(scope)) = scope else { return };
        let Ok(troubles) = self.modules.troubles(ev, scope) else { return };
        let is_known = |stop: &Stop| matches!(stop, Stop::Error(_));
        // What is handed on may be no module at all.
        let complete = is == Maybe::Handed || troubles.iter().all(|t| t.foreign || is_known(&t.stop));
        self.found.complete &= complete;
    }

    fn reference(&mut self, ev: &mut Eval<'_>, missed: &Missed) {
        let node = NodeId(missed.of);
        if self.modules.loc(node).last().is_none_or(|name| name != "specialisation") {
            return;
        }
        let unit = &ev.units()[missed.origin.unit as usize];
        let reference = Reference {
            file: unit.path.to_string(),
            expr: missed.origin.expr,
            name: missed.name.clone(),
            names: self.modules.elements(node).into_iter().map(|(name, _)| name).collect(),
        };
        if !prelude::is_own(&reference.file) && !self.found.references.contains(&reference) {
            self.found.references.push(reference);
        }
    }
}
