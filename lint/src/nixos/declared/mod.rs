//! The options that the modules of a source declare: NixOS' in a tree of nixpkgs, Home Manager's in a tree of its own.
//!
//! The modules are evaluated without a configuration, in parallel, and no further than an option's name and type ask
//! for. What depends on a configuration, or on what is not at hand, is unknown, and does not keep its neighbours from
//! being known.

mod defined;
mod describe;
mod host;
mod module;
mod option;
#[cfg(test)]
mod tests;
mod union;

use super::ModuleSystem;
use super::model::World;
use super::table::{Definers, OptionTableBuilder};
use crate::eval::host::FileKind;
use crate::eval::{Attrs, Eval, Res, Stop, ThunkId, Value, paths, prelude};
use crate::source::files::FileSystem;
use crate::syntax::hir::Name;
use host::SourceHost;
use module::{Batch, Reader};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use union::{Found, Union};

/// Where options are declared.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Source {
    /// Whose options: NixOS' or Home Manager's.
    pub world: World,
    /// The folder of the source: of nixpkgs, or of Home Manager.
    pub folder: String,
    /// The folder of nixpkgs, where it is at hand.
    pub nixpkgs: Option<String>,
}

/// What a source declares.
#[derive(Debug)]
pub struct Declared {
    /// The options.
    pub options: OptionTableBuilder,
    /// What could not be known, each as a sentence with the place that it is about.
    pub troubles: Vec<String>,
    /// Which modules define which options; `None` where not all modules are known.
    pub definers: Option<Definers>,
    /// The files that were read.
    pub files: BTreeSet<String>,
}

/// How many steps a batch of modules may take.
const BUDGET: u64 = 40_000_000;
/// How many modules are evaluated together: few enough to keep all processors busy, enough to share `lib`.
const BATCH: usize = 24;

impl Source {
    /// A tree of nixpkgs.
    pub fn nixpkgs(folder: &str) -> Source {
        Source { world: World::Nixos, folder: folder.to_owned(), nixpkgs: Some(folder.to_owned()) }
    }

    /// A tree of Home Manager's, and one of nixpkgs if it is at hand.
    pub fn home_manager(folder: &str, nixpkgs: Option<&str>) -> Source {
        Source { world: World::HomeManager, folder: folder.to_owned(), nixpkgs: nixpkgs.map(str::to_owned) }
    }

    /// The file that lists the modules.
    pub fn list(&self) -> String {
        let below = match self.world {
            World::HomeManager => "modules/modules.nix",
            _ => "nixos/modules/module-list.nix",
        };
        format!("{}/{below}", self.folder)
    }

    /// The folder that the modules lie in.
    fn modules(&self) -> String {
        paths::parent(&self.list()).to_owned()
    }

    /// A file's path as it is told: seen from the source.
    fn shown(&self, file: &str) -> String {
        let folders = [Some(self.folder.as_str()), self.nixpkgs.as_deref()];
        let below = folders.into_iter().flatten().find_map(|folder| file.strip_prefix(folder));
        below.unwrap_or(file).trim_start_matches('/').to_owned()
    }

    /// Whether the folder looks like such a source.
    pub fn is_there(&self, files: &dyn FileSystem) -> bool {
        matches!(files.kind(&self.list()), Some(FileKind::Regular | FileKind::Symlink))
    }
}

/// The options that a source declares.
///
/// # Errors
///
/// Where there is no list of modules to start from, or none that is whole.
pub fn declared(files: &dyn FileSystem, source: &Source) -> Result<Declared, String> {
    let host = SourceHost::new(files, source.nixpkgs.as_deref());
    let listed = Batch::Listed(0..usize::MAX);
    let count = with_reader(&host, source, |reader, ev| Ok(reader.items(ev, &listed)?.len()))
        .map_err(|stop| stop.to_string());
    let count = count.and_then(|count| match count {
        _ if host.broken().contains(&source.list()) => Err("Nix cannot parse it".to_owned()),
        0 => Err("there are none".to_owned()),
        count => Ok(count),
    });
    let count =
        count.map_err(|why| format!("`{}` does not tell which modules there are: {why}", source.list()))?;
    let batches: Vec<Batch> =
        (0..count).step_by(BATCH).map(|start| Batch::Listed(start..count.min(start + BATCH))).collect();
    let mut union = Union::default();
    read(&host, source, &batches, &mut union);
    for file in host.broken() {
        union.failed(format!("the options: Nix cannot parse `{}`", source.shown(&file)));
    }
    // Modules that no other mentions, but that a configuration may import.
    let reached = host.lowered();
    let others = files.nix_files(&source.modules()).into_iter().filter(|file| !reached.contains(file));
    let others: Vec<String> = others.collect();
    let batches: Vec<Batch> = others.chunks(BATCH).map(|files| Batch::Others(files.to_vec())).collect();
    read(&host, source, &batches, &mut union);
    let (options, troubles, definers) = union.finish(source);
    Ok(Declared { options, troubles, definers, files: host.lowered() })
}

/// Evaluates batches of modules in parallel, and adds what they declare in their order.
///
/// The threads are its own: it is asked for in the middle of evaluations that wait for it, and a pool that they share
/// would begin another of them in the meantime, which may wait for the same.
fn read(host: &SourceHost<'_>, source: &Source, batches: &[Batch], union: &mut Union) {
    let next = AtomicUsize::new(0);
    let results: Vec<OnceLock<Result<Found, String>>> = batches.iter().map(|_| OnceLock::new()).collect();
    let work = || {
        while let Some((batch, result)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            batches.get(at).zip(results.get(at))
        } {
            let found = with_reader(host, source, |reader, ev| {
                reader.batch(ev, batch)?;
                Ok(std::mem::take(&mut reader.found))
            });
            // Nobody else has this batch.
            let _ = result.set(found.map_err(|stop| stop.to_string()));
        }
    };
    let others = std::thread::available_parallelism().map_or(1, usize::from).min(batches.len());
    std::thread::scope(|scope| {
        for _ in 1..others {
            scope.spawn(work);
        }
        work();
    });
    for result in results {
        match result.into_inner() {
            Some(Ok(found)) => union.add(found),
            Some(Err(why)) => union.failed(why),
            None => union.failed("a batch of modules was not read".to_owned()),
        }
    }
}

/// Runs `f` in an evaluation of its own.
fn with_reader<T>(
    host: &SourceHost<'_>,
    source: &Source,
    f: impl FnOnce(&mut Reader<'_>, &mut Eval<'_>) -> Res<T>,
) -> Res<T> {
    let mut ev = Eval::new(host, BUDGET);
    ModuleSystem::new(&mut ev);
    let world = source.world.table_name().unwrap_or("nixos");
    let function = ev.import(prelude::DECLARATIONS)?;
    let folder = ev.ready(Value::str(&source.folder));
    let nixpkgs = source.nixpkgs.as_deref().map_or(Value::Null, Value::str);
    let nixpkgs = ev.ready(nixpkgs);
    let given = ev.ready(Value::set([("folder", folder), ("nixpkgs", nixpkgs)]));
    let worlds = ev.call(&function, given)?;
    let set = member(&mut ev, &worlds, world)?;
    let set = ev.force(set)?;
    let modules = member(&mut ev, &set, "modules")?;
    let arguments = member(&mut ev, &set, "arguments")?;
    let arguments: Rc<Attrs> = match ev.force(arguments)? {
        Value::Attrs(set) => set,
        other => return Err(Stop::fail(format!("the arguments are {}", other.describe()))),
    };
    let mut reader = Reader::new(source, modules, arguments);
    f(&mut reader, &mut ev)
}

fn member(ev: &mut Eval<'_>, value: &Value, name: &'static str) -> Res<ThunkId> {
    Ok(ev.select(value, &Name::new_static(name))?.value)
}
