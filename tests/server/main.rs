//! The language server as an editor meets it: the real program, over its standard input and output.

mod actions;
mod diagnostics;
mod features;
mod lifecycle;
mod overview;
mod robust;
mod stress;
mod support;
