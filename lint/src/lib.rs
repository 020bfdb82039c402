//! The analyser of speclint: from Nix source text to a model of a NixOS system and its specialisations,
//! and from that model to findings and fixes. It runs no Nix.
//!
//! The layers, each knowing only those above it:
//!
//! - [`source`]: files, text, positions
//! - [`syntax`]: rnix's tree lowered to an arena of expressions with names resolved
//! - [`eval`]: lazy evaluation of lowered expressions
//! - [`nixos`]: the options and types of NixOS, and the module system over them

pub mod analysis;
pub mod db;
pub mod eval;
pub mod nixos;
pub mod source;
pub mod syntax;
