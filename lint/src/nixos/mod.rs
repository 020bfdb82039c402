//! The module system of nixpkgs: import closure, option declarations, definitions with their priorities, and merging by type.
//!
//! What it does is what `lib/modules.nix` and `lib/types.nix` of nixpkgs do (26.05, June 2026), with two additions: an unknown
//! module, condition or value leaves everything that does not depend on it known, and every definition keeps its place in the text.

pub mod build;
mod check;
mod collect;
mod conversions;
pub mod declared;
pub mod defaults;
mod definitions;
mod difference;
pub mod entry;
mod guards;
mod homes;
mod merge;
mod misfits;
pub mod model;
mod natives;
mod own_modules;
pub(crate) mod switches;
mod system;
pub mod table;
mod table_types;
mod type_names;
mod types;
mod views;

pub use definitions::{Candidate, Condition, DefState, Definition, priority};
pub use guards::Guard;
pub use system::{
    Declaration, InitialModule, Merged, Module, ModuleOrigin, ModuleSystem, NodeId, NodeKind, ScopeId,
    Trouble, Within, show_loc,
};
pub use types::Type;

/// How many names the path of an option may have: a set may be in itself, and so have no end.
const MOST_NAMES: usize = 200;
