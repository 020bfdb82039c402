//! The language server of speclint: the analyser behind an editor.
//!
//! - `engine`: one thread owns what is open and what is known, takes in edits in order and has snapshots of it analysed
//! - [`ide`]: what is asked at a place in a file, answered by the model
//! - `actions`, `show`: what can be done about findings, and a page of the model
//! - `lsp`: the protocol, and the only place that knows it
//!
//! `engine` and `ide` know nothing of each other, and nothing of `lsp`.

mod actions;
mod engine;
mod environment;
pub mod ide;
mod lsp;
mod show;

pub use environment::{Environment, Level, Watch};
pub use lsp::{Channel, serve};
