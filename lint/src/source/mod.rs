//! Files, their text, and positions in it.

pub mod files;
