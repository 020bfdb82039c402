//! The command line of speclint.
fn main() {}
