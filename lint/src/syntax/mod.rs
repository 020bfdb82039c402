//! Nix source text lowered to an arena of expressions with names resolved.

pub mod hir;
pub mod lower;
