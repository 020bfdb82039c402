//! What NixOS' own modules define by default, invisibly to a configuration.

use crate::syntax::hir::Name;

/// Options that NixOS' own modules define with `mkDefault` when something is on (one a line). A user's `mkDefault` of another value
/// contradicts that. From the modules of nixpkgs of 2026.
const DEFAULTS: &str = include_str!("../../data/module-defaults.txt");

/// Whether NixOS itself defines the option by default, under some condition.
pub fn is_default_of_nixos(path: &[Name]) -> bool {
    let path = super::show_loc(path);
    DEFAULTS.lines().any(|line| line == path)
}
