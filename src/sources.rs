//! The sources of nixpkgs and Home Manager on this machine, and the options that they declare.

use crate::cache::{self, Made};
use crate::commands::shown;
use crate::disk::Disk;
use crate::problems;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use rowan::TextRange;
use speclint_lint::eval::host::SourcePlace;
use speclint_lint::nixos::declared::Source;
use speclint_lint::nixos::model::World;
use speclint_lint::nixos::table::{self, OptionTable, Tables};
use speclint_lint::settings::{self as set, Problem, Settings};
use speclint_lint::source::files::{FileSystem, read_text};
use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Which sources to take options from.
#[derive(Args, Clone, Default, PartialEq)]
pub(crate) struct Given {
    /// Take NixOS' options from this source of nixpkgs, whatever the configuration is made with.
    #[arg(long, value_name = "PATH")]
    pub(crate) nixpkgs: Option<PathBuf>,
    /// Take Home Manager's options from this source of it.
    #[arg(long, value_name = "PATH")]
    pub(crate) home_manager: Option<PathBuf>,
    /// Take options from the manual's options.json, or a table that `options build` or `options import` wrote.
    #[arg(long, value_name = "FILE")]
    pub(crate) options: Vec<PathBuf>,
}

/// The options of the sources that are given, that the configurations name, or that the search path has.
///
/// A table that is made is kept as long as the program runs, each source's once: whatever was found with it refers to it.
pub(crate) struct Sources {
    given: HashMap<World, (String, &'static OptionTable)>,
    tables: Mutex<HashMap<Source, Arc<OnceLock<Option<&'static OptionTable>>>>>,
}

/// What a file of settings says of sources.
#[derive(Clone)]
pub(crate) struct Set {
    settings: Settings,
    text: Arc<str>,
}

impl PartialEq for Set {
    fn eq(&self, other: &Self) -> bool {
        self.said().map(|(given, _)| given).eq(other.said().map(|(given, _)| given))
    }
}

impl Set {
    /// What the settings of a file or folder say, if they say something.
    pub(crate) fn of(files: &dyn FileSystem, path: &str) -> Option<Self> {
        let path = Settings::nearest(files, path)?;
        let text = read_text(files, &path).ok()?;
        let set = Set { settings: Settings::read(&path, &text), text };
        let says_something = set.said().next().is_some();
        says_something.then_some(set)
    }

    /// What several say, which must be the same: tables are those of the whole run.
    pub(crate) fn agreed(sets: Vec<Option<Set>>) -> Result<Option<Set>> {
        let mut sets = sets.into_iter();
        let Some(first) = sets.next() else { return Ok(None) };
        let Some(other) = sets.find(|set| *set != first) else { return Ok(first) };
        let name = |set: &Set| format!("`{}`", shown(Path::new(&set.settings.path)));
        let names: Vec<String> = first.iter().chain(&other).map(name).collect();
        match names.as_slice() {
            [one] => bail!(
                "{one} says where options are known from, and does not count for all that is asked about: check what is below it by itself"
            ),
            _ => bail!(
                "{} say where options are known from: check what is below them one by one",
                names.join(" and ")
            ),
        }
    }

    /// Each thing that is said, as it would be given, and where it stands.
    fn said(&self) -> impl Iterator<Item = (Given, TextRange)> {
        let path = |given: &set::Given<String>| (PathBuf::from(&given.value), given.range);
        let Settings { nixpkgs, home_manager, options, .. } = &self.settings;
        // Home Manager's options are evaluated with the `lib` of nixpkgs.
        let with = nixpkgs.as_ref().map(|given| PathBuf::from(&given.value));
        let options = options.iter().map(path);
        let options = options.map(|(path, range)| (Given { options: vec![path], ..Given::default() }, range));
        let nixpkgs = nixpkgs.iter().map(path);
        let nixpkgs = nixpkgs.map(|(path, range)| (Given { nixpkgs: Some(path), ..Given::default() }, range));
        let home_manager = home_manager.iter().map(path);
        let home_manager = home_manager.map(move |(path, range)| {
            (Given { nixpkgs: with.clone(), home_manager: Some(path), ..Given::default() }, range)
        });
        options.chain(nixpkgs).chain(home_manager)
    }

    /// Adds the tables of what is said and not given.
    fn add_to(
        &self,
        given: &Given,
        tables: &mut HashMap<World, (String, &'static OptionTable)>,
    ) -> Result<()> {
        for (said, range) in self.said() {
            let is_given = match (&said.home_manager, &said.nixpkgs) {
                (Some(_), _) => given.home_manager.is_some(),
                (None, Some(_)) => given.nixpkgs.is_some(),
                (None, None) => false,
            };
            if is_given {
                continue;
            }
            let mut made = HashMap::new();
            said.add_to(&mut made).map_err(|error| {
                let (start, end) = (range.start().into(), range.end().into());
                let problem = Problem { start, end, message: format!("{error:#}"), help: None };
                problems::error(&[(self.settings.path.clone(), problem)], |_| self.text.to_string())
            })?;
            made.retain(|world, _| said.home_manager.is_none() || *world == World::HomeManager);
            tables.extend(made);
        }
        Ok(())
    }
}

impl Given {
    /// The sources that are given.
    pub(crate) fn sources(&self) -> Result<Vec<Source>> {
        let nixpkgs = self.nixpkgs.as_deref().map(folder).transpose()?;
        let home_manager = self.home_manager.as_deref().map(folder).transpose()?;
        let of_nixos = nixpkgs.as_deref().map(Source::nixpkgs);
        let of_homes = home_manager.map(|folder| Source::home_manager(&folder, nixpkgs.as_deref()));
        let sources: Vec<Source> = of_nixos.into_iter().chain(of_homes).collect();
        for source in &sources {
            if !source.is_there(&Disk) {
                let kind = if source.world == World::Nixos { "nixpkgs" } else { "Home Manager" };
                bail!(
                    "`{}` is not a source of {kind}: there is no `{}`; give the folder of a checkout or channel",
                    shown(Path::new(&source.folder)),
                    shown(Path::new(&source.list()))
                );
            }
        }
        Ok(sources)
    }

    /// Adds the tables of all that is given, in place of others for the same world.
    fn add_to(&self, tables: &mut HashMap<World, (String, &'static OptionTable)>) -> Result<()> {
        for file in &self.options {
            let path = shown(file);
            let text = fs::read_to_string(file).with_context(|| format!("cannot read `{path}`"))?;
            let read = if text.trim_start().starts_with('{') {
                table::import(&text, None).ok().and_then(|table| OptionTable::read(table.to_text("")))
            } else {
                OptionTable::read(text)
            };
            let Some((world, table)) = read else {
                bail!(
                    "`{path}` is no options.json, and no table that `speclint options build` or `options import` wrote"
                )
            };
            tables.insert(world, (String::new(), kept(table)));
        }
        for source in self.sources()? {
            let made = cache::options(&source).map_err(anyhow::Error::msg)?;
            let table = self::table(made).context("the options were written wrongly")?;
            tables.insert(source.world, (source.folder, table));
        }
        Ok(())
    }
}

/// A folder's path, as text.
fn folder(path: &Path) -> Result<String> {
    let real =
        path.canonicalize().with_context(|| format!("cannot read options from `{}`", path.display()))?;
    let text = real.to_str().with_context(|| format!("the path `{}` is not UTF-8", real.display()))?;
    Ok(text.to_owned())
}

impl Sources {
    /// Those that are given, or else set, and whatever else is found. Fails if the options of one of them cannot be read.
    pub(crate) fn new(given: &Given, set: Option<&Set>) -> Result<Self> {
        let mut tables = HashMap::new();
        if let Some(set) = set {
            set.add_to(given, &mut tables)?;
        }
        given.add_to(&mut tables)?;
        Ok(Sources { given: tables, tables: Mutex::default() })
    }

    fn cell(&self, source: &Source) -> Arc<OnceLock<Option<&'static OptionTable>>> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.entry(source.clone()).or_default().clone()
    }
}

/// A table that stays. There is one for each source.
fn kept(table: OptionTable) -> &'static OptionTable {
    Box::leak(Box::new(table))
}

fn table(made: Made) -> Option<&'static OptionTable> {
    let (_, table) = OptionTable::read(made.text)?;
    Some(kept(match made.definers {
        Some(definers) => table.with_definers(definers),
        None => table,
    }))
}

impl Tables for Sources {
    fn table(&self, world: World, place: &SourcePlace) -> Option<&'static OptionTable> {
        let source = match (self.given.get(&world), place) {
            (Some((_, table)), _) => return Some(table),
            (None, SourcePlace::Elsewhere) => return None,
            (None, SourcePlace::Folder(folder)) => of_world(world, folder.clone())?,
            (None, SourcePlace::Searched) => of_world(world, search(kind(world)?)?)?,
        };
        let cell = self.cell(&source);
        *cell.get_or_init(|| {
            let made = source.is_there(&Disk).then(|| cache::options(&source).ok());
            made.flatten().and_then(table)
        })
    }

    fn search(&self, kind: &str) -> Option<String> {
        let given = self.given.iter().find(|(world, _)| self::kind(**world) == Some(kind));
        match given {
            Some((_, (folder, _))) => Some(folder.clone()).filter(|folder| !folder.is_empty()),
            None => search(kind),
        }
    }
}

fn of_world(world: World, folder: String) -> Option<Source> {
    match world {
        World::Nixos => Some(Source::nixpkgs(&folder)),
        World::HomeManager => Some(Source::home_manager(&folder, None)),
        World::Darwin | World::Other => None,
    }
}

/// What the source of a world is called in the search path.
fn kind(world: World) -> Option<&'static str> {
    match world {
        World::Nixos => Some("nixpkgs"),
        World::HomeManager => Some("home-manager"),
        World::Darwin | World::Other => None,
    }
}

/// The folder that `<NAME>` means to Nix on this machine.
fn search(name: &str) -> Option<String> {
    let path = env::var("NIX_PATH").ok();
    let home = env::home_dir();
    let folders = match path {
        Some(path) => named(&path, name),
        None => channels(home.as_deref(), name),
    };
    let folder = folders.into_iter().find(|folder| folder.is_dir())?;
    folder.canonicalize().ok()?.to_str().map(str::to_owned)
}

/// The folders that a search path may mean by a name. What is not on this machine is left out.
fn named(path: &str, name: &str) -> Vec<PathBuf> {
    let entry = |entry: &str| match entry.split_once('=') {
        Some((prefix, folder)) => (prefix == name).then(|| PathBuf::from(folder)),
        None => Some(Path::new(entry).join(name)),
    };
    path.split(':').filter_map(entry).filter(|folder| folder.is_absolute()).collect()
}

/// The folders that may have a channel of that name, where no search path is set.
fn channels(home: Option<&Path>, name: &str) -> Vec<PathBuf> {
    const OF_ALL: &str = "/nix/var/nix/profiles/per-user/root/channels";
    let own = home.map(|home| home.join(".nix-defexpr/channels"));
    let state = home.map(|home| home.join(".local/state/nix/profiles/channels"));
    let mut folders = Vec::new();
    for folder in own.into_iter().chain(state).chain([PathBuf::from(OF_ALL)]) {
        folders.push(folder.join(name));
        // The channel of a NixOS is called after it.
        if name == "nixpkgs" {
            folders.push(folder.join("nixos"));
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_paths() {
        let found =
            |path: &str| named(path, "nixpkgs").iter().map(|p| p.display().to_string()).collect::<Vec<_>>();
        assert_eq!(found("nixpkgs=/a:nixos-config=/b:/c"), ["/a", "/c/nixpkgs"]);
        assert_eq!(found("nixpkgs=flake:nixpkgs:/c"), ["/c/nixpkgs"]);
        assert_eq!(found(""), Vec::<String>::new());
    }
}
