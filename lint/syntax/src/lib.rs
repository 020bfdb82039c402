//! Nix source text lowered to an arena of expressions with names resolved.
//!
//! It is a crate of its own because the analyser's own Nix files are lowered when it is built, and kept in it in that form.

pub mod hir;
mod lower;
mod parse;
mod print;

pub use lower::{Kept, MAX_DEPTH, lower, lower_edited};
pub use parse::Comments;
pub use print::print;

/// The largest file, in bytes, that is read. The largest file of nixpkgs has about 20 MB.
pub const MAX_FILE_SIZE: usize = 64 << 20;
