//! Nix source text lowered to an arena of expressions with names resolved.

pub mod hir;
mod lower;
mod parse;
mod print;

pub use lower::{MAX_DEPTH, lower};
pub(crate) use parse::Comments;
pub use print::print;
