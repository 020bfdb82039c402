//! nixpkgs' `lib`, in this project's own words: Nix files that are part of the program.

use crate::syntax::{hir::File, lower};
use std::sync::{Arc, OnceLock};

/// The folder in which the prelude's files seem to lie.
pub const ROOT: &str = "/«speclint»/lib/";
/// The module that declares the module system's own options.
pub const INTERNAL_MODULE: &str = "/«speclint»/lib/module-system.nix";
/// The module that stands for NixOS: it declares specialisations.
pub const NIXOS_MODULE: &str = "/«speclint»/lib/nixos.nix";
/// The file that is `lib`.
pub const ENTRY: &str = "/«speclint»/lib/default.nix";

macro_rules! files {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("prelude/", $name)))),*]
    };
}

/// Name and text of each file.
const FILES: &[(&str, &str)] = files! {
    "asserts.nix"
    "attrsets.nix"
    "cli.nix"
    "customisation.nix"
    "debug.nix"
    "default.nix"
    "derivations.nix"
    "fetchers.nix"
    "fileset.nix"
    "filesystem.nix"
    "fixed-points.nix"
    "generators.nix"
    "gvariant.nix"
    "kernel.nix"
    "licenses.nix"
    "lists.nix"
    "meta.nix"
    "misc.nix"
    "module-options.nix"
    "module-system.nix"
    "modules.nix"
    "network.nix"
    "nixos.nix"
    "options.nix"
    "path.nix"
    "sources.nix"
    "strings-with-deps.nix"
    "strings.nix"
    "systems-inspect.nix"
    "systems-parse.nix"
    "systems-tables.nix"
    "systems.nix"
    "trivial.nix"
    "types.nix"
    "versions.nix"
};

/// The prelude's file at `path`, if there is one. It is lowered when it is first asked for.
pub fn file(path: &str) -> Option<Arc<File>> {
    static LOWERED: [OnceLock<Arc<File>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let name = path.strip_prefix(ROOT)?;
    let i = FILES.iter().position(|(n, _)| *n == name)?;
    Some(LOWERED[i].get_or_init(|| Arc::new(lower(FILES[i].1))).clone())
}
