//! `speclint options` as a user meets it, and the tables that it makes in use.

mod commands;
mod kept;
mod of_nixos;
mod used;

use crate::User;
use std::fs;
use std::path::{Path, PathBuf};

const NIXPKGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/nixpkgs");
const HOME_MANAGER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/home-manager");

/// The tables that are kept for a user.
fn entries(user: &User) -> Vec<PathBuf> {
    let files = fs::read_dir(user.path("cache/speclint")).into_iter().flatten().flatten();
    files.map(|file| file.path()).collect()
}

/// A copy of a fixture that may be changed.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}
