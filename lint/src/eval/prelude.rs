//! nixpkgs' `lib`, in this project's own words: Nix files that are part of the program.

use super::sources;
use crate::syntax::{hir::File, lower};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The folder in which the prelude's files seem to lie.
pub const ROOT: &str = "/«speclint»/lib/";
/// The module that declares the module system's own options.
pub const INTERNAL_MODULE: &str = "/«speclint»/lib/module-system.nix";
/// The function that makes a NixOS system of modules.
pub const EVAL_CONFIG: &str = "/nix/store/«nixpkgs»/nixos/lib/eval-config.nix";
/// The same for a home by itself.
pub const EVAL_HOME: &str = "/«speclint»/lib/home.nix";
/// The file that says what a flake is.
pub const FLAKES: &str = "/«speclint»/lib/flakes.nix";
/// The file that says what a source's modules are called with.
pub const DECLARATIONS: &str = "/«speclint»/lib/declarations.nix";
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
    "declarations.nix"
    "default.nix"
    "derivations.nix"
    "fetchers.nix"
    "fileset.nix"
    "filesystem.nix"
    "fixed-points.nix"
    "flakes.nix"
    "generators.nix"
    "home.nix"
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

/// The program's own file at `path`, if there is one: of the prelude, or of a source that is not at hand. With its path, which is
/// another one for a folder. It is lowered when it is first asked for.
pub fn file(path: &str) -> Option<(Cow<'_, str>, Arc<File>)> {
    static LOWERED: [OnceLock<Arc<File>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let Some(name) = path.strip_prefix(ROOT) else { return sources::file(path) };
    let i = FILES.iter().position(|(n, _)| *n == name)?;
    Some((Cow::Borrowed(path), LOWERED[i].get_or_init(|| Arc::new(lower(FILES[i].1))).clone()))
}

/// Whether a path is one of the program's own.
pub fn is_own(path: &str) -> bool {
    path.starts_with(ROOT) || sources::is_stand_in(path)
}
