//! Projects: the folder that a path belongs to, and where its systems may start.

use crate::eval::host::FileKind;
use crate::eval::paths;
use crate::nixos::entry::flake_file;
use crate::settings::{self, Settings};
use crate::source::files::{FileSystem, read_text};

/// A repository, or a folder with a configuration.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Project {
    /// Its folder.
    pub folder: String,
    /// What may have systems.
    pub sources: Vec<Source>,
    /// Whether the files in the folder belong to it: whether one of them that no system reads is worth a word.
    pub whole: bool,
}

/// Something that may have systems.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// The flake in a folder.
    Flake(String),
    /// A file that is a set of systems, or a module.
    File(String),
    /// A file that may be a set of systems.
    Set(String),
    /// A file that is a module.
    Module(String),
    /// A file that is a module of Home Manager's.
    Home(String),
}

impl Source {
    /// A file that somebody names, which may be anything.
    pub fn named(file: &str) -> Self {
        let file = file.to_owned();
        if paths::base_name(&file) == HOME { Source::Home(file) } else { Source::File(file) }
    }

    /// The file where it starts.
    pub fn file(&self) -> String {
        match self {
            Source::Flake(folder) => flake_file(folder),
            other => other.path().to_owned(),
        }
    }

    /// The file or the folder.
    fn path(&self) -> &str {
        match self {
            Source::Flake(path)
            | Source::File(path)
            | Source::Set(path)
            | Source::Module(path)
            | Source::Home(path) => path,
        }
    }
}

/// The hidden folder in which people keep configurations of all kinds.
const CONFIG: &str = ".config";
/// Files from which systems start, by custom, in folders that are no flake.
const CONFIGURATION: &str = "configuration.nix";
const DEFAULT: &str = "default.nix";
const HOME: &str = "home.nix";
/// How many files at the top of a folder are asked whether they are a set of systems.
const MOST_SETS: usize = 20;

impl Project {
    /// The folders that its files are in: hidden ones are no part of another.
    pub fn folders(&self) -> Vec<String> {
        let hidden = join(&self.folder, CONFIG);
        let is_hidden = |source: &Source| source.path().starts_with(&format!("{hidden}/"));
        let mut folders = vec![self.folder.clone()];
        if self.sources.iter().any(is_hidden) {
            folders.push(hidden);
        }
        folders
    }

    /// The project of a path, which exists: the flake above it, be there settings in between, or else the nearest folder that is a
    /// repository or has a `speclint.toml`. A path outside of any is a project of its own; so is a folder with a configuration in a
    /// repository that has none at its top.
    /// Where nothing starts at the top, systems start wherever they usually do below it.
    /// `None` for a folder without any Nix file that a system could start from.
    pub fn of(files: &dyn FileSystem, path: &str) -> Option<Project> {
        let is =
            |path: &str, wanted: &[FileKind]| files.kind(path).is_some_and(|kind| wanted.contains(&kind));
        let is_file = |path: &str| is(path, &[FileKind::Regular, FileKind::Symlink]);
        let is_folder = files.list(path).is_ok();
        let configured = |folder: &str| {
            [CONFIGURATION, DEFAULT].map(|name| join(folder, name)).into_iter().find(|file| is_file(file))
        };
        let own = |file: String| {
            if file.ends_with("/default.nix") { Source::File(file) } else { Source::Module(file) }
        };
        let mut folder = if is_folder { path } else { paths::parent(path) };
        let mut above = std::iter::successors(Some(folder), |folder| next_above(files, folder));
        if let Some(flake) = above.find(|folder| is_file(&flake_file(folder))) {
            let sources = vec![Source::Flake(flake.to_owned())];
            return Some(Project { folder: flake.to_owned(), sources, whole: true });
        }
        loop {
            let is_root = is_root(files, folder);
            if let (true, Some(file)) = (is_root, configured(folder)) {
                return Some(Project { folder: folder.to_owned(), sources: vec![own(file)], whole: true });
            }
            // Settings may say where systems start, besides where they usually do.
            if is_root && has_entries(files, folder) {
                let sources = scattered(files, folder);
                return Some(Project { folder: folder.to_owned(), sources, whole: true });
            }
            if is_root || folder == "/" || folder.is_empty() {
                break;
            }
            folder = paths::parent(folder);
        }
        if is_folder {
            if let Some(file) = configured(path) {
                return Some(Project { folder: path.to_owned(), sources: vec![own(file)], whole: false });
            }
            let folder = if is_root(files, folder) { folder } else { path };
            let sources = scattered(files, folder);
            let project = Project { folder: folder.to_owned(), sources, whole: true };
            return (!project.sources.is_empty()).then_some(project);
        }
        let file = path.to_owned();
        let is_home = paths::base_name(path) == HOME;
        let sources = vec![if is_home { Source::Home(file) } else { Source::Module(file) }];
        Some(Project { folder: paths::parent(path).to_owned(), sources, whole: false })
    }
}

/// The folder above one, unless that is the top of a repository or says itself where systems start.
fn next_above<'f>(files: &dyn FileSystem, folder: &'f str) -> Option<&'f str> {
    let is_top = folder == "/" || folder.is_empty() || files.kind(&join(folder, ".git")).is_some();
    (!is_top && !has_entries(files, folder)).then(|| paths::parent(folder))
}

/// Whether a folder is the top of something.
fn is_root(files: &dyn FileSystem, folder: &str) -> bool {
    [".git", settings::NAME].iter().any(|name| files.kind(&join(folder, name)).is_some())
}

/// Whether the settings in a folder say where systems start.
fn has_entries(files: &dyn FileSystem, folder: &str) -> bool {
    let path = join(folder, settings::NAME);
    read_text(files, &path).is_ok_and(|text| !Settings::read(&path, &text).entries.is_empty())
}

/// What may have systems below a folder at whose top none starts: flakes, and files that are called as configurations usually are;
/// without any, the files at its top.
fn scattered(files: &dyn FileSystem, folder: &str) -> Vec<Source> {
    let mut all = files.nix_files(folder);
    // Hidden folders are not walked into otherwise.
    let hidden = join(folder, CONFIG);
    if all.iter().all(|file| !file.starts_with(&hidden)) {
        all.extend(files.nix_files(&hidden));
    }
    let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
    let mut flakes: Vec<String> = Vec::new();
    let is_in = |file: &str, flakes: &[String]| flakes.iter().any(|f| file.starts_with(&format!("{f}/")));
    for file in all.iter().filter(|file| name(file) == "flake.nix") {
        let flake = paths::parent(file);
        if !is_in(file, &flakes) {
            flakes.retain(|inner| !is_in(inner, &[flake.to_owned()]));
            flakes.push(flake.to_owned());
        }
    }
    let mut sources: Vec<Source> = flakes.iter().cloned().map(Source::Flake).collect();
    for file in all.iter().filter(|file| !is_in(file, &flakes)) {
        match name(file).as_str() {
            CONFIGURATION => sources.push(Source::Module(file.clone())),
            HOME => sources.push(Source::Home(file.clone())),
            _ => {}
        }
    }
    if sources.is_empty() {
        let at_top = all.iter().filter(|file| paths::parent(file) == folder).take(MOST_SETS);
        sources.extend(at_top.cloned().map(Source::Set));
    }
    sources
}

fn join(folder: &str, name: &str) -> String {
    paths::normalise(&format!("{folder}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::MemoryFiles;

    /// The project of `path` among these files: its folder and sources.
    fn project(files: &[&str], path: &str) -> Option<(String, Vec<Source>)> {
        let files = MemoryFiles(files.iter().map(|f| ((*f).to_owned(), String::new())).collect());
        Project::of(&files, path).map(|project| (project.folder, project.sources))
    }

    #[test]
    fn flakes_are_found_from_anywhere_inside() {
        let files = ["/home/x/flake.nix", "/home/x/.git/HEAD", "/home/x/hosts/a/default.nix"];
        let wanted = Some(("/home/x".to_owned(), vec![Source::Flake("/home/x".into())]));
        for path in ["/home/x", "/home/x/flake.nix", "/home/x/hosts", "/home/x/hosts/a/default.nix"] {
            assert_eq!(project(&files, path), wanted, "{path}");
        }
    }

    /// Settings for a part of a flake do not make it a project of its own, unless they say where systems start.
    #[test]
    fn settings_inside_of_flakes() {
        let mut files = MemoryFiles::default();
        for path in ["/x/flake.nix", "/x/.git/HEAD", "/x/hosts/a/default.nix", "/x/hosts/a/speclint.toml"] {
            files.0.insert(path.to_owned(), String::new());
        }
        let of =
            |files: &MemoryFiles| Project::of(files, "/x/hosts/a/default.nix").map(|project| project.folder);
        assert_eq!(of(&files).as_deref(), Some("/x"));
        let entries = "entries = [\"default.nix\"]";
        files.0.insert("/x/hosts/a/speclint.toml".to_owned(), entries.to_owned());
        assert_eq!(of(&files).as_deref(), Some("/x/hosts/a"));
    }

    #[test]
    fn repositories_without_a_flake() {
        let files = ["/r/.git/HEAD", "/r/default.nix", "/r/hosts/a.nix"];
        let wanted = Some(("/r".to_owned(), vec![Source::File("/r/default.nix".into())]));
        assert_eq!(project(&files, "/r/hosts/a.nix"), wanted);
        assert_eq!(project(&files, "/r"), wanted);
        // Nothing starts at the top of this one: what is named is what is meant.
        let files = ["/r/.git/HEAD", "/r/hosts/a/configuration.nix"];
        let own = "/r/hosts/a/configuration.nix".to_owned();
        let wanted = Some(("/r/hosts/a".to_owned(), vec![Source::Module(own.clone())]));
        assert_eq!(project(&files, "/r/hosts/a"), wanted);
        assert_eq!(project(&files, &own), wanted);
        let wanted = Some(("/r".to_owned(), vec![Source::Module(own.clone())]));
        assert_eq!(project(&files, "/r"), wanted);
        assert_eq!(project(&files, "/r/hosts"), wanted);
        assert_eq!(project(&["/r/.git/HEAD", "/r/README.md"], "/r"), None);
        // Home Manager's own file is called like this.
        let wanted = Some(("/h".to_owned(), vec![Source::Home("/h/home.nix".into())]));
        assert_eq!(project(&["/h/home.nix"], "/h/home.nix"), wanted);
    }

    #[test]
    fn systems_start_anywhere_below() {
        let files = [
            "/r/.config/home-manager/home.nix",
            "/r/nixos/flake.nix",
            "/r/nixos/configuration.nix",
            "/r/nixos/templates/flake.nix",
            "/r/old/configuration.nix",
            "/r/shell.nix",
        ];
        let wanted = vec![
            Source::Flake("/r/nixos".into()),
            Source::Module("/r/old/configuration.nix".into()),
            Source::Home("/r/.config/home-manager/home.nix".into()),
        ];
        assert_eq!(
            project(&files, "/r").map(|(_, mut sources)| {
                sources.sort_by_key(|s| wanted.iter().position(|w| w == s));
                sources
            }),
            Some(wanted)
        );
        let files = ["/r/nixos.nix", "/r/shell.nix", "/r/modules/a.nix"];
        let wanted = vec![Source::Set("/r/nixos.nix".into()), Source::Set("/r/shell.nix".into())];
        assert_eq!(project(&files, "/r"), Some(("/r".to_owned(), wanted)));
    }
}
