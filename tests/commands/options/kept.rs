//! What is kept for later runs.

use super::{NIXPKGS, copy, entries};
use crate::{User, told};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

/// The type that a user's own source says an option has.
fn type_of_banner(user: &User) -> String {
    let json = user.json(0, &["options", "show", "services.greeter.banner", "--nixpkgs", "nixpkgs"]);
    json["type"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_is_kept_is_not_older_than_the_source() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    let lines = "strings concatenated with \"\\n\"";
    assert_eq!(type_of_banner(&user), lines);
    let greeter = fs::read_to_string(user.path("nixpkgs/nixos/modules/services/greeter.nix")).expect("text");
    user.write("nixpkgs/nixos/modules/services/greeter.nix", greeter.replace("types.lines", "types.str"));
    assert_eq!(type_of_banner(&user), "string");
    // A new module that nothing mentions.
    user.write(
        "nixpkgs/nixos/modules/services/other.nix",
        "{ lib, ... }: { options.other = lib.mkOption { type = lib.types.int; }; }",
    );
    let other = user.says(0, &["options", "list", "--prefix", "other", "--nixpkgs", "nixpkgs"]);
    assert_eq!(other, "other: signed integer\n");
    assert_eq!(entries(&user).len(), 1, "the entry of a source is replaced");
}

#[test]
fn what_is_no_entry_is_ignored() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    let wanted = type_of_banner(&user);
    let entry = entries(&user).pop().expect("an entry");
    let whole = fs::read_to_string(&entry).expect("text");
    let lies = whole.replace("banner lines", "banner int");
    assert_ne!(lies, whole);
    for other in [
        "",
        "\n",
        "# end 0\n",
        &whole[..whole.len() / 2],
        &lies,
        "\u{0}\u{fffd}",
        &whole.replace("form 1", "form 0"),
    ] {
        fs::write(&entry, other).expect("a file");
        assert_eq!(type_of_banner(&user), wanted);
        assert_eq!(fs::read_to_string(&entry).ok().as_ref(), Some(&whole), "it is written anew");
    }
    fs::remove_file(&entry).expect("a file");
    fs::create_dir(&entry).expect("a folder");
    assert_eq!(type_of_banner(&user), wanted);
}

#[test]
fn nothing_need_be_kept() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    // Something that is no folder stands in the way.
    user.write("cache", "");
    type_of_banner(&user);
    let output = user
        .command(&["options", "build", "--nixpkgs", "nixpkgs"])
        .env("XDG_CACHE_HOME", "/dev/null")
        .output();
    told(&output.expect("speclint runs"), 0);
}

#[test]
fn any_number_of_runs_share_what_is_kept() {
    const RUNS: usize = 12;
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    let greeter = fs::read_to_string(user.path("nixpkgs/nixos/modules/services/greeter.nix")).expect("text");
    thread::scope(|scope| {
        let runs: Vec<_> = (0..RUNS).map(|_| scope.spawn(|| type_of_banner(&user))).collect();
        // Somebody edits the source meanwhile.
        let changed = greeter.replace("types.lines", "types.str");
        fs::write(user.path("changed.nix"), changed).expect("a file");
        fs::rename(user.path("changed.nix"), user.path("nixpkgs/nixos/modules/services/greeter.nix"))
            .expect("renamed");
        for run in runs {
            let ty = run.join().expect("no panic");
            assert!(["string", "strings concatenated with \"\\n\""].contains(&ty.as_str()), "{ty}");
        }
    });
    assert_eq!(type_of_banner(&user), "string");
    let entries = entries(&user);
    assert_eq!(entries.len(), 1, "no draft is left: {entries:?}");
}

#[test]
fn few_entries_are_kept() {
    let user = User::with(&[]);
    for i in 0..20 {
        let name = format!("nixpkgs-{i}");
        copy(Path::new(NIXPKGS), &user.path(&name));
        user.says(0, &["options", "build", "--nixpkgs", &name]);
    }
    assert_eq!(entries(&user).len(), 16);
}

#[test]
fn what_another_program_kept_is_not_used() {
    let user = User::with(&[]);
    copy(Path::new(NIXPKGS), &user.path("nixpkgs"));
    type_of_banner(&user);
    let entry = entries(&user).pop().expect("an entry");
    let made = fs::metadata(&entry).and_then(|data| data.modified()).expect("a time");
    // The next release, while this one is still there.
    let other = user.path("speclint");
    // Copied by another process: what this one has open for writing, its children could keep open.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_speclint")).arg(&other).status();
    assert!(copied.expect("cp runs").success());
    let mut command = Command::new(&other);
    command.current_dir(user.path(".")).env("XDG_CACHE_HOME", user.path("cache")).env("NIX_PATH", "");
    let output = command.args(["options", "build", "--nixpkgs", "nixpkgs"]).output();
    told(&output.expect("speclint runs"), 0);
    assert_eq!(entries(&user).len(), 2);
    assert_eq!(fs::metadata(&entry).and_then(|data| data.modified()).ok(), Some(made));
}
