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

/// Path and lowered form of each file.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/prelude.rs"));

/// The program's own file at `path`, if there is one: of the prelude, or of a source that is not at hand. With its path, which is
/// another one for a folder.
pub fn file(path: &str) -> Option<(Cow<'_, str>, Arc<File>)> {
    static LOWERED: [OnceLock<Arc<File>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let Some(name) = path.strip_prefix(ROOT) else { return sources::file(path) };
    let i = FILES.iter().position(|(n, _)| *n == name)?;
    Some((Cow::Borrowed(path), LOWERED[i].get_or_init(|| lowered(FILES[i].1)).clone()))
}

/// A file that was lowered when the program was built. One that cannot be read is lowered as an empty text is: as one with an error.
pub(super) fn lowered(bytes: &[u8]) -> Arc<File> {
    Arc::new(postcard::from_bytes(bytes).unwrap_or_else(|_| lower("")))
}

/// Whether a path is one of the program's own.
pub fn is_own(path: &str) -> bool {
    path.starts_with(ROOT) || sources::is_stand_in(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read() {
        for (name, bytes) in FILES {
            let file: File = postcard::from_bytes(bytes).expect(name);
            assert!(file.errors.is_empty(), "{name}");
        }
    }
}
