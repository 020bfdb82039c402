//! Makes the tables of options that the analyser embeds, from lists of names and types, or from tables that
//! `speclint options build` made.
//!
//! ```sh
//! cargo run -p speclint-lint --example generate_options -- nixos nixos-options.tsv lint/data/nixos-options.txt
//! cargo run -p speclint-lint --example generate_options -- home-manager built.txt lint/data/home-manager-options.txt
//! ```
//!
//! Of a built table (`.txt`) only paths and types are taken, and only of options that are always there and have no
//! other name.
//!
//! A list has one option a line: `path<TAB>type as the manual describes it`. Of the paths, `<name>` and `*` stand for
//! any name and any element; a name that needs quotation marks is shown with `_` in their place. To them come the
//! lines of `lint/data/options-extra.tsv` for the world that the first argument names. What the table's file looks
//! like is told in `lint/src/nixos/table/text.rs`; it holds facts only, and depends on nothing but the input.
//!
//! Two things are restored that the lists do not have:
//!
//! - quoted names, by the rules of [`restore_names`];
//! - "open submodule of" ([`OptionTableBuilder::open_submodules`]).

use speclint_lint::nixos::model::World;
use speclint_lint::nixos::table::{Facts, OptionTable, OptionTableBuilder};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [world, list, out] = &arguments[..] else {
        return Err("usage: generate_options nixos|home-manager LIST.tsv|BUILT.txt OUT.txt".into());
    };
    let text = std::fs::read_to_string(list)?;
    let table = if list.ends_with(".txt") {
        of_table(text).ok_or("it is no table that speclint made")?
    } else {
        of_list(&text, world)
    };
    let comment = format!(
        "The options of {world} and their types. Made by lint/examples/generate_options.rs; not to be edited."
    );
    std::fs::write(out, table.to_text(&comment))?;
    eprintln!("{} options", table.count());
    Ok(())
}

/// Paths and types of a table.
fn of_table(text: String) -> Option<OptionTableBuilder> {
    let (world, table) = OptionTable::read(text)?;
    let mut builder = OptionTableBuilder::new(world);
    for option in table.options() {
        let facts = option.facts();
        let plain = !option.is_by_import() && facts.renamed_to.is_empty() && facts.removed.is_none();
        if let Some(ty) = option.type_description().filter(|_| plain) {
            builder.add_exactly(&option.path(), ty, Facts::default(), false);
        }
    }
    Some(builder)
}

/// The paths and types of a list, and what is to be added.
fn of_list(list: &str, world: &str) -> OptionTableBuilder {
    let extra = include_str!("../data/options-extra.tsv");
    let extra = extra.lines().filter_map(|line| line.strip_prefix(world)?.strip_prefix('\t'));
    let of = if world == "nixos" { World::Nixos } else { World::HomeManager };
    let mut builder = OptionTableBuilder::new(of);
    for line in list.lines().chain(extra) {
        let mut columns = line.split('\t');
        let (Some(path), Some(description)) = (columns.next(), columns.next()) else { continue };
        // A row that lost its name.
        if path == "none" {
            continue;
        }
        builder.add(&restore_names(path), description);
    }
    builder.open_submodules();
    builder
}

/// The names of a path of the list, with quoted names as they are: `sysctl._net.core.rmem_max_` is the two names
/// `sysctl` and `net.core.rmem_max`. What other characters the `_` stand for is known from the modules:
/// atoms of Elixir begin with `:`, sections of sourcehut have `::` in them, and two options of Samba a space.
fn restore_names(path: &str) -> Vec<String> {
    let shown: Vec<&str> = path.split('.').collect();
    let mut names = Vec::new();
    let mut at = 0;
    while at < shown.len() {
        let end =
            (at..shown.len()).find(|&end| shown[at..=end].join(".").len() > 2 && shown[end].ends_with('_'));
        match end.filter(|_| shown[at].starts_with('_')) {
            Some(end) => {
                let joined = shown[at..=end].join(".");
                let name = &joined[1..joined.len() - 1];
                names.push(match (name, name.strip_prefix('_')) {
                    ("invalid_users" | "passwd_program", _) => name.replace('_', " "),
                    (_, Some(atom)) => format!(":{atom}"),
                    _ => name.replace("__", "::"),
                });
                at = end + 1;
            }
            None => {
                names.push(shown[at].to_owned());
                at += 1;
            }
        }
    }
    names
}
