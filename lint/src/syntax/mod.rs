//! Nix source text lowered to an arena of expressions with names resolved.

mod difference;
pub mod hir;
mod lower;
mod parse;
mod print;

pub(crate) use difference::Difference;
pub use lower::{MAX_DEPTH, lower};
pub(crate) use parse::Comments;
pub use print::print;
