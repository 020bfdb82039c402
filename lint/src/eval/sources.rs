//! Sources that configurations are built with and that are rarely at hand: nixpkgs, flake-parts and their like. What a
//! configuration needs of them is written down in this project's own words, in files that lie where theirs lie.
//!
//! A source that is not at hand has a stand-in for a folder, `/nix/store/«KIND#NAME»`: which source it is, and as what the
//! configuration has it.

use super::{paths, prelude};
use crate::syntax::hir::File;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// How every path into a source begins that is not at hand.
const STAND_IN: &str = "/nix/store/«";

/// Path and lowered form of each file; a path begins with the kind of source.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// What well-known sources are called otherwise: the names of their repositories, and of channels.
const ALIASES: &[(&str, &str)] =
    &[("nixpkgs-channels", "nixpkgs"), ("nixos-stable", "nixpkgs"), ("snowfallorg/lib", "snowfall-lib")];

/// The folder that stands for a source of a kind, under a name.
pub fn root(kind: &str, name: &str) -> String {
    if kind == name { format!("{STAND_IN}{kind}»") } else { format!("{STAND_IN}{kind}#{name}»") }
}

/// Whether a path lies in a source that is not at hand.
pub fn is_stand_in(path: &str) -> bool {
    path.starts_with(STAND_IN)
}

/// Of a path in a source that is not at hand: the folder that stands for the source, its kind, and the path below.
pub(super) fn parts(path: &str) -> Option<(&str, &str, &str)> {
    let (id, below) = path.strip_prefix(STAND_IN)?.split_once('»')?;
    let kind = id.split('#').next().unwrap_or(id);
    Some((&path[..path.len() - below.len()], kind, below))
}

/// A path as it is printed: without the folder of the store in front of a stand-in.
pub fn shown(path: &str) -> &str {
    if is_stand_in(path) { path.trim_start_matches("/nix/store/") } else { path }
}

/// The file at a path, or its `default.nix` if it is a folder, if it is one of ours: with its path.
pub fn file(path: &str) -> Option<(Cow<'_, str>, Arc<File>)> {
    static LOWERED: [OnceLock<Arc<File>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let (_, kind, below) = parts(path)?;
    let at = |path: &str| FILES.iter().position(|(name, _)| *name == path);
    let (path, i) = match at(&format!("{kind}{below}")) {
        Some(i) => (Cow::Borrowed(path), i),
        None => (Cow::Owned(format!("{path}/default.nix")), at(&format!("{kind}{below}/default.nix"))?),
    };
    Some((path, LOWERED[i].get_or_init(|| prelude::lowered(FILES[i].1)).clone()))
}

/// The kind of source that a URL is about: of a flake's input, of a tarball, or the name of a channel.
pub fn identify(url: &str) -> Option<&'static str> {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let plain = url.split_once(':').map_or(url, |(scheme, rest)| if scheme == "path" { "" } else { rest });
    // Channels are archives of nixpkgs, under the channel's name.
    if plain.ends_with("/nixexprs.tar.xz") || plain.ends_with("/nixexprs.tar.bz2") {
        return known("nixpkgs");
    }
    let on_a_host = plain.starts_with("//");
    let mut names = plain.split('/').filter(|name| !name.is_empty());
    let (owner, repository) = match url.split_once(':').map(|(scheme, _)| scheme) {
        // OWNER/NAME, perhaps with what is to be checked out.
        Some("github" | "gitlab" | "sourcehut") => (names.next(), names.next()),
        // An entry of the registry, perhaps with a branch.
        None | Some("flake") => (None, names.next()),
        _ if on_a_host => {
            // FlakeHub: /f/OWNER/NAME/VERSION, and /f/pinned/OWNER/NAME/…
            let is_hub = matches!(names.next()?, "flakehub.com" | "api.flakehub.com");
            let mut names = names.filter(|name| !is_hub || *name != "f" && *name != "pinned");
            (names.next(), names.next())
        }
        _ => return None,
    };
    let repository = repository?.to_ascii_lowercase();
    let repository = repository.strip_suffix(".git").unwrap_or(&repository);
    // A name may only say something together with its owner's.
    let full = owner.map(|owner| format!("{}/{repository}", owner.to_ascii_lowercase()));
    full.and_then(|full| known(&full)).or_else(|| known(repository))
}

/// The kind of that name, if it is a kind of source.
fn known(name: &str) -> Option<&'static str> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, kind)| kind);
    FILES.iter().map(|(path, _)| path.split('/').next().unwrap_or(path)).find(|kind| *kind == name)
}

/// Where `<NAME>` leads if it is about a well-known source.
pub(super) fn searched(name: &str) -> Option<String> {
    let (source, below) = name.split_once('/').map_or((name, ""), |(source, below)| (source, below));
    let kind = known(source)?;
    Some(paths::normalise(&format!("{}/{below}", root(kind, kind))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_nixpkgs() {
        for url in [
            "github:NixOS/nixpkgs/nixos-unstable",
            "github:nixos/nixpkgs",
            "nixpkgs",
            "nixpkgs/nixos-24.05",
            "flake:nixpkgs",
            "https://channels.nixos.org/nixos-unstable/nixexprs.tar.xz",
            "https://github.com/NixOS/nixpkgs/archive/abc.tar.gz",
            "git+https://github.com/NixOS/nixpkgs.git?ref=master&shallow=1",
            "https://flakehub.com/f/NixOS/nixpkgs/0.1.*.tar.gz",
            "https://api.flakehub.com/f/pinned/NixOS/nixpkgs/0.1.1/0000/source.tar.gz",
        ] {
            assert_eq!(identify(url), Some("nixpkgs"), "{url}");
        }
        assert_eq!(identify("github:snowfallorg/lib/dev"), Some("snowfall-lib"));
        assert_eq!(identify("https://flakehub.com/f/snowfallorg/lib/3"), Some("snowfall-lib"));
        for url in ["github:nixpkgs/other", "path:./nixpkgs", "./nixpkgs", "github:NixOS", "", ":", "github:"]
        {
            assert_eq!(identify(url), None, "{url}");
        }
    }

    #[test]
    fn files_and_folders() {
        let path = |below: &str| format!("{}{below}", root("nixpkgs", "inputs.stable"));
        assert_eq!(path("/nixos"), "/nix/store/«nixpkgs#inputs.stable»/nixos");
        assert_eq!(file(&path("/nixos")).map(|(p, _)| p.into_owned()), Some(path("/nixos/default.nix")));
        assert_eq!(file(&path("/flake.nix")).map(|(p, _)| p.into_owned()), Some(path("/flake.nix")));
        assert!(file(&path("/nixos/modules")).is_none());
        assert!(file("/nix/store/«none»/flake.nix").is_none());
        assert_eq!(shown(&path("/nixos")), "«nixpkgs#inputs.stable»/nixos");
    }

    #[test]
    fn every_file_can_be_read() {
        for (name, bytes) in FILES {
            let file: File = postcard::from_bytes(bytes).expect(name);
            assert!(file.errors.is_empty(), "{name}");
        }
    }
}
