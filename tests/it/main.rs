//! Tests of the whole: what NixOS does, what the rules find in real configurations, what the mends do to them, and the
//! command line.

mod documentation;
mod edits;
mod exclusive;
mod fixes;
mod mends;
mod moves;
mod oracle;
mod partial;
mod patterns;
mod pitfalls;
mod real_nix;
mod robust;
mod rules;
mod settings;
mod styles;
mod support;
mod suppressions;
