//! What of a configuration lies outside of its project: inputs whose source is at hand, and files that paths lead to.

use super::Analysis;
use crate::db::Db;
use crate::eval::{paths, source_path};
use crate::project::{Project, Source};
use std::collections::BTreeSet;

/// Files that note where sources are, seen from the folder of a project: those of flakes and of npins.
const LOCKS: [&str; 2] = ["flake.lock", "npins/sources.json"];
/// How a text in `flake.nix` begins that is a path to an input.
const SCHEMES: [&str; 5] = ["path:", "git+file:", "./", "../", "/"];
/// How far sources are followed from one to the next.
const MOST: usize = 200;

impl Analysis {
    /// Whether something outside of a project that may be part of its systems has to do with specialisations.
    pub(super) fn reaches_specialisations(&self, project: &Project) -> bool {
        let is_flake = project.sources.iter().all(|source| matches!(source, Source::Flake(_)));
        let mut open: Vec<String> = project.folders();
        open.extend(project.sources.iter().filter_map(|source| match source {
            Source::Flake(folder) => Some(folder.clone()),
            _ => None,
        }));
        let mut seen: BTreeSet<String> = open.iter().cloned().collect();
        let own = seen.clone();
        while let Some(folder) = open.pop() {
            let is_own = own.contains(&folder);
            if !is_own && self.is_well_known(&folder) {
                continue;
            }
            for file in self.db.tree(&folder).files(&self.db).iter() {
                // Nix does not let a flake read what lies outside of it, but for its inputs.
                let leaves = || self.text(file).is_some_and(|text| leaves(&text, below(&folder, file)));
                if !is_own && self.is_about_specialisations(file) || is_own && !is_flake && leaves() {
                    return true;
                }
            }
            for source in self.sources_of(&folder) {
                if seen.len() < MOST && seen.insert(source.clone()) {
                    open.push(source);
                }
            }
        }
        false
    }

    /// The folders of sources that what lies in a folder names, and that are at hand.
    fn sources_of(&self, folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        let files = self.db.tree(folder).files(&self.db).clone();
        let locks = LOCKS.map(|name| paths::normalise(&format!("{folder}/{name}")));
        for file in files.iter().chain(&locks) {
            if file.ends_with(".nix") || self.db.state(file).kind(&self.db).is_some() {
                let Some(text) = self.text(file) else { continue };
                found.extend(texts(&text).filter_map(source_path));
                let is_of_flake = file.ends_with("/flake.nix") || file.ends_with("/flake.lock");
                let named = texts(&text).filter(|_| is_of_flake).filter_map(local);
                found.extend(named.map(|path| match path.strip_prefix('/') {
                    Some(_) => paths::normalise(path),
                    None => paths::normalise(&format!("{}/{path}", paths::parent(file))),
                }));
            }
        }
        found.retain(|path| {
            !path.starts_with(&format!("{folder}/")) && self.db.state(path).kind(&self.db).is_some()
        });
        found
    }

    /// Whether a folder is nixpkgs or Home Manager, of whose modules none is part of a system before it is imported.
    fn is_well_known(&self, folder: &str) -> bool {
        let has = |file: &str| self.db.state(&format!("{folder}/{file}")).kind(&self.db).is_some();
        has("nixos/modules/module-list.nix") || has("modules/lib/stdlib-extended.nix")
    }
}

/// What stands between quotation marks, and between what no hash or path has in it, in a text.
fn texts(text: &str) -> impl Iterator<Item = &str> {
    text.split(['"', '\n', ';'])
}

/// The path to a flake's input that a text is.
fn local(text: &str) -> Option<&str> {
    let scheme = SCHEMES.iter().find(|scheme| text.starts_with(**scheme))?;
    let path = if scheme.ends_with(':') { &text[scheme.len()..] } else { text };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    Some(path.strip_prefix("//").unwrap_or(path))
}

/// How many folders below a folder a file is in.
fn below(folder: &str, file: &str) -> usize {
    file.strip_prefix(folder).map_or(0, |rest| rest.trim_start_matches('/').matches('/').count())
}

/// Whether a path in the text of a file may lead out of the project, in which it is so many folders deep.
fn leaves(text: &str, depth: usize) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/._-+~".contains(c);
    text.split(|c| !is_part(c)).any(|word| {
        let up = word.split('/').filter(|name| *name == "..").count();
        up > depth || word.starts_with(['/', '~']) && word.ends_with(".nix")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out() {
        for (text, depth, expected) in [
            ("imports = [ ./a.nix ../b.nix ];", 1, false),
            ("imports = [ ./a.nix ../b.nix ];", 0, true),
            ("imports = [ ../../common ];", 1, true),
            ("imports = [ (./. + \"/../..\") ];", 1, true),
            ("imports = [ /home/me/common.nix ];", 0, true),
            ("imports = [ ~/common.nix ];", 0, true),
            ("device = \"/dev/sda1\"; # ...", 0, false),
        ] {
            assert_eq!(leaves(text, depth), expected, "{text}");
        }
    }

    #[test]
    fn inputs_by_path() {
        for (text, expected) in [
            ("path:./shared", Some("./shared")),
            ("git+file:///home/me/x?ref=main", Some("/home/me/x")),
            ("../x", Some("../x")),
            ("github:NixOS/nixpkgs", None),
            ("sha256-AAAA", None),
        ] {
            assert_eq!(local(text), expected, "{text}");
        }
    }
}
