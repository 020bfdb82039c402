//! Makes the tables of options that the analyser embeds, from lists of names and types, or from tables that
//! `speclint options build` made.
//!
//! ```sh
//! cargo run -p speclint-lint --example generate_options -- nixos nixos-options.tsv lint/data/nixos-options.txt
//! cargo run -p speclint-lint --example generate_options -- home-manager built.txt new.txt lint/data/home-manager-options.txt
//! ```
//!
//! Of a built table (`.txt`) only paths and types are taken, whether an option can be read only and whether its value is
//! changed, and only options that are always there and are not other names. A fourth argument is the table that the new one replaces: it is for releases of whatever age, so options
//! stay that there are no longer, and so does what other options may no longer be.
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
use speclint_lint::nixos::table::{Facts, Node, OptionTable, OptionTableBuilder, TypeDescription};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [world, list, out, old @ ..] = &arguments[..] else {
        return Err("usage: generate_options nixos|home-manager LIST.tsv|BUILT.txt OUT.txt [OLD.txt]".into());
    };
    let text = std::fs::read_to_string(list)?;
    let table = if list.ends_with(".txt") {
        const NO_TABLE: &str = "it is no table that speclint made";
        let old = old.first().map(std::fs::read_to_string).transpose()?;
        let old = old.map(|old| OptionTable::read(old).ok_or(NO_TABLE)).transpose()?;
        of_table(text, old.as_ref().map(|(_, old)| old)).ok_or(NO_TABLE)?
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

/// Paths and types of a table, and what another one has beside it.
fn of_table(text: String, old: Option<&OptionTable>) -> Option<OptionTableBuilder> {
    let (world, table) = OptionTable::read(text)?;
    let mut builder = OptionTableBuilder::new(world);
    let mut add = |option: Node<'_>, ty: &TypeDescription| {
        let Facts { applied, read_only, .. } = option.facts();
        let facts = Facts { applied, read_only, ..Facts::default() };
        builder.add_exactly(&option.path(), ty, facts, false);
    };
    for option in table.options().filter(|option| is_itself(*option)) {
        let Some(ty) = option.type_description() else { continue };
        let was = old.and_then(|old| old.node(&option.path())).and_then(Node::type_description);
        add(option, &was.map_or_else(|| ty.clone(), |was| as_it_was(ty, was)));
    }
    for option in old.into_iter().flat_map(OptionTable::options) {
        let path = option.path();
        let is_there = table.node(&path).is_some_and(is_itself);
        if let Some(ty) = option.type_description().filter(|_| !is_there && has_room(&table, &path)) {
            add(option, ty);
        }
    }
    Some(builder)
}

/// Whether there is an option at a place, always, and it is not another one's other name.
fn is_itself(node: Node<'_>) -> bool {
    let facts = node.facts();
    node.is_option() && !node.is_by_import() && facts.renamed_to.is_empty() && facts.removed.is_none()
}

/// A type, with what values of it may have been before.
fn as_it_was(now: &TypeDescription, before: &TypeDescription) -> TypeDescription {
    use TypeDescription::{AttrsOf, Either, Enum, ListOf, NullOr};
    let both = |now: &TypeDescription, before: &TypeDescription| Box::new(as_it_was(now, before));
    match (now, before) {
        // What is not known is told better by the manual's words than by the reason.
        (now, before) if now.has_unknown() && before.has_unknown() => before.clone(),
        (NullOr(a), NullOr(b)) => NullOr(both(a, b)),
        (NullOr(a), b) => NullOr(both(a, b)),
        (a, NullOr(b)) => NullOr(both(a, b)),
        (ListOf { elem: a, non_empty }, ListOf { elem: b, .. }) => {
            ListOf { elem: both(a, b), non_empty: *non_empty }
        }
        (AttrsOf { elem: a, lazy }, AttrsOf { elem: b, .. }) => AttrsOf { elem: both(a, b), lazy: *lazy },
        (Either(a, b), Either(c, d)) if a == c => Either(a.clone(), both(b, d)),
        (Enum(a), Enum(b)) => {
            let gone = b.iter().filter(|value| !a.contains(value));
            Enum(a.iter().chain(gone).cloned().collect())
        }
        (now, _) => now.clone(),
    }
}

/// Whether an option that a table lacks could be in it: it is not inside of one that has another form now.
fn has_room(table: &OptionTable, path: &[&str]) -> bool {
    let above = (1..path.len()).rev().find_map(|at| {
        let node = table.node(&path[..at]).filter(|node| is_itself(*node))?;
        Some((node, path[at]))
    });
    above.is_none_or(|(option, name)| {
        option.exact_child(name).is_some()
            || option.children().next().is_some_and(|child| !child.is_wildcard())
    })
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
