//! Which systems a flake or a file has.

use super::{Start, configurations, file_value, scope_of};
use crate::eval::host::Host;
use crate::eval::{Attrs, Closure, Eval, Rest, Stop, Value};
use crate::nixos::ModuleSystem;
use crate::nixos::model::World;
use crate::syntax::hir::{Expr, Name, Param};
use std::rc::Rc;

/// How many steps may be taken to find the systems; each is evaluated by itself afterwards.
const BUDGET: u64 = 6_000_000;
/// How deep in the value of a file systems are looked for.
const DEPTH: usize = 3;
/// How many attributes of a file's value are looked at.
const WIDTH: usize = 200;

/// The outputs of a flake that are configurations.
const OUTPUTS: &[(&str, World)] = &[
    ("nixosConfigurations", World::Nixos),
    ("colmena", World::Nixos),
    ("homeConfigurations", World::HomeManager),
    ("darwinConfigurations", World::Darwin),
];

/// What kind of configurations an output has.
pub(super) fn world_of_output(name: Option<&Name>) -> World {
    let output = OUTPUTS.iter().find(|(output, _)| name.is_some_and(|name| name == output));
    output.map_or(World::Nixos, |(_, world)| *world)
}

/// What was found in a flake or a file.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Found {
    /// The systems: what they are called, where they start, and what they are.
    pub systems: Vec<(String, Start, World)>,
    /// Why there may be others.
    pub incomplete: Vec<String>,
    /// The files that were read to find them.
    pub files: Vec<String>,
}

/// The systems of a flake, given its folder, or of a file.
pub fn discover(host: &dyn Host, path: &str, is_flake: bool) -> Found {
    let mut ev = Eval::new(host, BUDGET);
    ModuleSystem::new(&mut ev);
    let mut found = Found::default();
    if is_flake {
        of_flake(&mut ev, path, &mut found)
    } else {
        of_file(&mut ev, path, &mut found)
    }
    found.files = ev.units().iter().map(|unit| unit.path.to_string()).collect();
    found
}

fn of_flake(ev: &mut Eval<'_>, folder: &str, found: &mut Found) {
    let outputs = match configurations(ev, folder) {
        Ok(outputs) => outputs,
        Err(stop) => return found.incomplete.push(stop.to_string()),
    };
    for (output, world) in OUTPUTS {
        let name = Name::new_static(output);
        let set = match member(ev, &outputs, &name) {
            Ok(Some(Value::Attrs(set))) => set,
            Ok(_) => continue,
            Err(stop) => {
                found.incomplete.push(format!("`{output}`: {stop}"));
                continue;
            }
        };
        let names = match ev.names(&set) {
            Ok(names) => names,
            Err(stop) => {
                found.incomplete.push(format!("`{output}`: {stop}"));
                set.entries.iter().map(|(name, _)| name.clone()).collect()
            }
        };
        for system in names {
            // A hive often has the same systems once more.
            if found.systems.iter().any(|(known, _, of)| *known == *system && of == world) {
                continue;
            }
            let start = Start::Output { flake: folder.to_owned(), path: vec![name.clone(), system.clone()] };
            found.systems.push((system.to_string(), start, *world));
        }
    }
}

/// The attribute `name`; `None` if there is certainly none.
fn member(ev: &mut Eval<'_>, value: &Value, name: &Name) -> Result<Option<Value>, Stop> {
    let Value::Attrs(set) = value else { return Ok(None) };
    match ev.attr(set, name)? {
        Some(attr) => ev.force(attr.value).map(Some),
        None => Ok(None),
    }
}

fn of_file(ev: &mut Eval<'_>, file: &str, found: &mut Found) {
    match file_value(ev, file) {
        Ok(value) => inside(ev, file, &value, &mut Vec::new(), found),
        Err(stop) => found.incomplete.push(stop.to_string()),
    }
}

/// Looks for systems in a value.
fn inside(ev: &mut Eval<'_>, file: &str, value: &Value, path: &mut Vec<Name>, found: &mut Found) {
    if let Ok(Some(_)) = scope_of(ev, value) {
        let shown: Vec<&str> = match path.as_slice() {
            // As in a flake, they are called after the attribute below.
            [set, rest @ ..] if OUTPUTS.iter().any(|(output, _)| set == output) => rest,
            path => path,
        }
        .iter()
        .map(Name::as_str)
        .collect();
        let name = if shown.is_empty() { file.to_owned() } else { shown.join(".") };
        let start = Start::Attribute { file: file.to_owned(), path: path.clone() };
        found.systems.push((name, start, World::Nixos));
        return;
    }
    let Value::Attrs(set) = value else { return };
    if path.len() >= DEPTH || !is_plain(set) {
        return;
    }
    for (name, attr) in set.entries.iter().take(WIDTH) {
        if let Ok(value) = ev.force(attr.value) {
            path.push(name.clone());
            ev.deeper(|ev| {
                inside(ev, file, &value, path, found);
                Ok(())
            })
            .unwrap_or_default();
            path.pop();
        }
    }
}

/// Whether a set is one that somebody wrote to hold others: no packages, no module.
fn is_plain(set: &Rc<Attrs>) -> bool {
    let none_of = ["_type", "type", "outPath", "imports", "options", "config"];
    !matches!(set.rest, Rest::Symbolic(_)) && none_of.iter().all(|name| set.known(name).is_none())
}

/// Whether a function can be called with an empty set.
pub(super) fn needs_nothing(closure: &Closure) -> bool {
    match closure.unit.file.expr(closure.lambda) {
        Expr::Lambda(lambda) => match &lambda.param {
            Param::Pattern { formals, .. } => formals.iter().all(|formal| formal.default.is_some()),
            Param::Name(_) => false,
        },
        _ => false,
    }
}
