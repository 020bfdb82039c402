//! NixOS as the analyser knows it: which options there are, of which types, and how definitions of them merge.

pub mod table;
