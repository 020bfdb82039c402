//! The analyser of speclint: from Nix source text to a model of a NixOS system and its specialisations,
//! and from that model to findings and fixes. It runs no Nix.
//!
//! The layers, each knowing only those above it:
//!
//! - [`source`]: files, text, positions
//! - [`syntax`]: rnix's tree lowered to an arena of expressions with names resolved, a crate of its own
//! - [`eval`]: lazy evaluation of lowered expressions
//! - [`nixos`]: the module system

pub mod analysis;
pub mod db;
pub mod eval;
pub mod findings;
pub mod fix;
pub mod nixos;
pub mod project;
pub mod render;
pub mod rules;
pub mod settings;
pub mod source;
pub mod suppress;

pub use speclint_syntax as syntax;
