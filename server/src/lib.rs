//! The language server of speclint: the analyser behind an editor.

pub mod ide;
