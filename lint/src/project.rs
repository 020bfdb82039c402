//! Projects: the folder that a path belongs to, and where its systems may start.

use crate::eval::host::FileKind;
use crate::eval::paths;
use crate::nixos::entry::flake_file;
use crate::source::files::FileSystem;

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
    /// A file that is a module.
    Module(String),
}

/// Files from which systems start, by custom, in folders that are no flake.
const CONFIGURATION: &str = "configuration.nix";
const DEFAULT: &str = "default.nix";

impl Project {
    /// The project of a path, which exists: the nearest folder above it that is a flake, a repository or has a `speclint.toml`. A
    /// path outside of any is a project of its own; so is a folder with a configuration in a repository that has none.
    /// `None` for a folder in which no system starts.
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
        loop {
            if is_file(&flake_file(folder)) {
                let sources = vec![Source::Flake(folder.to_owned())];
                return Some(Project { folder: folder.to_owned(), sources, whole: true });
            }
            let is_root =
                [".git", "speclint.toml"].iter().any(|name| files.kind(&join(folder, name)).is_some());
            if let (true, Some(file)) = (is_root, configured(folder)) {
                return Some(Project { folder: folder.to_owned(), sources: vec![own(file)], whole: true });
            }
            if is_root || folder == "/" || folder.is_empty() {
                break;
            }
            folder = paths::parent(folder);
        }
        if is_folder {
            let file = configured(path)?;
            return Some(Project { folder: path.to_owned(), sources: vec![own(file)], whole: false });
        }
        let sources = vec![Source::Module(path.to_owned())];
        Some(Project { folder: paths::parent(path).to_owned(), sources, whole: false })
    }
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
        assert_eq!(project(&files, "/r"), None);
    }
}
