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
//! - "open submodule of": until 24.11 a free-form submodule described itself as its free-form type alone, which
//!   options below it give away, and parentheses that the type would not need ([`open`], [`open_in_group`]).

use speclint_lint::nixos::model::World;
use speclint_lint::nixos::table::{Facts, OptionTable, OptionTableBuilder, TypeDescription};
use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [world, list, out] = &arguments[..] else {
        return Err("usage: generate_options nixos|home-manager LIST.tsv|BUILT.txt OUT.txt".into());
    };
    let text = std::fs::read_to_string(list)?;
    let table = if list.ends_with(".txt") { of_table(text, world) } else { of_list(&text, world) };
    let comment = format!(
        "The options of {world} and their types. Made by lint/examples/generate_options.rs; not to be edited."
    );
    std::fs::write(out, table.to_text(&comment))?;
    eprintln!("{} options", table.count());
    Ok(())
}

/// Paths and types of a table.
fn of_table(text: String, world: &str) -> OptionTableBuilder {
    let world = if world == "nixos" { World::Nixos } else { World::HomeManager };
    let mut builder = OptionTableBuilder::new();
    for option in OptionTable::read(text, world).options() {
        let facts = option.facts();
        let plain = !option.is_by_import() && facts.renamed_to.is_empty() && facts.removed.is_none();
        if let Some(ty) = option.type_description().filter(|_| plain) {
            builder.add_exactly(&option.path(), ty, Facts::default(), false);
        }
    }
    builder
}

/// The paths and types of a list, and what is to be added.
fn of_list(list: &str, world: &str) -> OptionTableBuilder {
    let extra = include_str!("../data/options-extra.tsv");
    let extra = extra.lines().filter_map(|line| line.strip_prefix(world)?.strip_prefix('\t'));
    let mut root = Node::default();
    for line in list.lines().chain(extra) {
        let mut columns = line.split('\t');
        let (Some(path), Some(description)) = (columns.next(), columns.next()) else { continue };
        // A row that lost its name.
        if path == "none" {
            continue;
        }
        root.add(&restore_names(path), &description.replace(['“', '”'], "\""));
    }
    root.open_submodules();
    let mut builder = OptionTableBuilder::new();
    root.build(&mut Vec::new(), &mut builder);
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

#[derive(Default)]
struct Node {
    description: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn add(&mut self, path: &[String], description: &str) {
        match path.split_first() {
            Some((name, rest)) => self.children.entry(name.clone()).or_default().add(rest, description),
            None => self.description = Some(description.to_owned()),
        }
    }

    fn open_submodules(&mut self) {
        if let Some(description) = &self.description {
            let opened = match declares(&self.children, 0) {
                Some(inside) => open(description, inside),
                None => description.clone(),
            };
            self.description = Some(open_in_group(&opened));
        }
        self.children.values_mut().for_each(Node::open_submodules);
    }

    fn build<'n>(&'n self, path: &mut Vec<&'n str>, builder: &mut OptionTableBuilder) {
        if let Some(description) = &self.description {
            builder.add(path, description);
        }
        for (name, child) in &self.children {
            path.push(name);
            child.build(path, builder);
            path.pop();
        }
    }
}

/// How many elements deep the options begin that are declared below an option.
fn declares(below: &BTreeMap<String, Node>, inside: usize) -> Option<usize> {
    match below.get("*").or_else(|| below.get("<name>")) {
        _ if below.is_empty() => None,
        Some(element) if element.description.is_some() => None,
        Some(element) => declares(&element.children, inside + 1),
        None => Some(inside),
    }
}

/// The description of an option with declared options below it, `inside` elements deep: what describes the set of
/// these options is an open submodule, where it is no closed one.
fn open(description: &str, inside: usize) -> String {
    let group = |rest: &'_ str| {
        let text = rest.strip_prefix('(')?;
        (closing(text)? + 1 == text.len()).then(|| text[..text.len() - 1].to_owned())
    };
    if let Some(inner) = description.strip_prefix("null or ").and_then(group) {
        return format!("null or ({})", open(&inner, inside));
    }
    if inside > 0 {
        for prefix in ["list of ", "attribute set of ", "lazy attribute set of "] {
            if let Some(rest) = description.strip_prefix(prefix) {
                return match group(rest) {
                    Some(inner) => format!("{prefix}({})", open(&inner, inside - 1)),
                    None => format!("{prefix}{}", open(rest, inside - 1)),
                };
            }
        }
        return description.to_owned();
    }
    use TypeDescription::{AttrTag, CoercedTo, OpenSubmodule, Submodule};
    match TypeDescription::parse(description) {
        Submodule | OpenSubmodule(_) | CoercedTo { .. } | AttrTag(_) => description.to_owned(),
        _ => format!("open submodule of {}", element(description)),
    }
}

/// As the element of something: in parentheses where it must be.
fn element(description: &str) -> String {
    let shown = TypeDescription::OpenSubmodule(Box::new(TypeDescription::parse(description))).to_string();
    if shown.starts_with("open submodule of (") { format!("({description})") } else { description.to_owned() }
}

/// A description of an element in parentheses that its type would not need, as an open submodule.
fn open_in_group(description: &str) -> String {
    let mut description = description.to_owned();
    loop {
        let parsed = TypeDescription::parse(&description);
        let shown = parsed.to_string();
        let differs = description.bytes().zip(shown.bytes()).position(|(a, b)| a != b);
        let Some(at) = differs.filter(|&at| description.as_bytes()[at] == b'(') else { return description };
        let is_element = description[..at].ends_with(" of ") || description[..at].ends_with("null or ");
        let Some(end) = closing(&description[at + 1..]) else { return description };
        if parsed.has_unknown() || !is_element {
            return description;
        }
        let inside = element(&description[at + 1..at + 1 + end]);
        description =
            format!("{}(open submodule of {inside}){}", &description[..at], &description[at + end + 2..]);
    }
}

/// Where the parenthesis that is open at the beginning of `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0;
    text.bytes().position(|byte| {
        open += i32::from(byte == b'(') - i32::from(byte == b')');
        open < 0
    })
}
