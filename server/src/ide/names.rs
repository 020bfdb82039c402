//! How things are called in what is told: files, scopes, priorities, values.

use rowan::TextRange;
use speclint_lint::nixos::model::{DefinitionModel, Origin, Place, Specialisation, System, World};
use speclint_lint::nixos::priority;
use speclint_lint::nixos::table::{Node, OptionTable};
use speclint_lint::render;
use speclint_lint::rules::Texts;
use speclint_lint::syntax::hir::Name;

/// How many characters of a value are shown.
const MOST_OF_VALUE: usize = 60;

/// Where the table starts that has the options below a path, and the path from there on: that of Home Manager in a home.
pub(super) fn table_root<'p>(system: &System, path: &'p [Name]) -> Option<(Node<'static>, &'p [Name])> {
    let Some(home) = home(system, path) else { return Some((system.options?, path)) };
    let start = speclint_lint::nixos::show_loc(&path[..home]);
    let listed = system.parent.options_from(&start).find_map(|(_, option)| option.listed);
    let root = listed.and_then(|node| node.and_above().last());
    let of_home = root.filter(|root| Some(*root) != system.options);
    Some((of_home.unwrap_or_else(|| OptionTable::embedded(World::HomeManager).root()), &path[home..]))
}

/// How many names of a path lead to the home of a user, if it lies in one.
pub(super) fn home(system: &System, path: &[Name]) -> Option<usize> {
    let is_home = system.world == World::Nixos
        && matches!(path, [first, users, _, ..] if first == "home-manager" && users == "users");
    is_home.then_some(3)
}

/// What a scope is called.
pub(super) fn scope(specialisation: Option<&Specialisation>) -> String {
    specialisation.map_or_else(
        || "base".to_owned(),
        |s| if s.certain { s.name.to_string() } else { format!("{} (perhaps)", s.name) },
    )
}

/// A file as it is called beside the others of its system: seen from the folder of its entry, where it lies below that.
pub(super) fn file(system: &System, path: &str) -> String {
    let folder = system.entry.rfind('/').map_or("", |slash| &system.entry[..=slash]);
    match path.strip_prefix(folder) {
        Some(below) if !below.is_empty() => below.to_owned(),
        _ => {
            let mut slashes = path.rmatch_indices('/').map(|(at, _)| at + 1);
            let start = if path.ends_with("/default.nix") { slashes.nth(1) } else { slashes.next() };
            path[start.unwrap_or(0)..].to_owned()
        }
    }
}

/// The file and line of a place.
pub(super) fn spot(texts: &dyn Texts, system: &System, place: &Place) -> String {
    let path = system.files.get(place.file as usize).map_or("", String::as_str);
    let text = texts.text(path);
    let before = text.as_deref().and_then(|text| text.get(..usize::from(place.range.start())));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("{}:{line}", file(system, path))
}

/// Where a definition stands, or who makes it, in Markdown.
pub(super) fn maker(texts: &dyn Texts, system: &System, definition: &DefinitionModel) -> String {
    maker_as(texts, system, definition, |place| format!("`{place}`"))
}

/// The same, with places as a function writes them.
pub(super) fn maker_as(
    texts: &dyn Texts,
    system: &System,
    definition: &DefinitionModel,
    quote: impl Fn(&str) -> String,
) -> String {
    let who = if system.world == World::HomeManager { "Home Manager" } else { "NixOS" };
    match (&definition.place, &definition.of_nixos, definition.origin) {
        (Some(place), _, Origin::Default) => format!("default at {}", quote(&spot(texts, system, place))),
        (Some(place), _, _) => quote(&spot(texts, system, place)),
        (None, Some(own), _) => format!("{who}, {}", quote(&own.file)),
        (None, None, Origin::Default) => "default".to_owned(),
        (None, None, _) => who.to_owned(),
    }
}

/// A priority and how it is written.
pub(super) fn level(number: i64) -> String {
    match number {
        priority::OPTION_DEFAULT => "1500 (default)".to_owned(),
        priority::DEFAULT => "1000 (`mkDefault`)".to_owned(),
        priority::FORCE => "50 (`mkForce`)".to_owned(),
        priority::VM => "10 (`mkVMOverride`)".to_owned(),
        other => other.to_string(),
    }
}

/// A text as code within a Markdown table: in one line, and not too long.
pub(super) fn code(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().take(MOST_OF_VALUE).collect();
    if shown.len() < line.len() {
        shown.push('…');
    }
    let ticks = if shown.contains('`') { "``" } else { "`" };
    let blank = if ticks.len() > 1 { " " } else { "" };
    format!("{ticks}{blank}{}{blank}{ticks}", shown.replace('|', "\\|"))
}

/// A text within a Markdown table.
pub(super) fn cell(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|").replace('<', "&lt;")
}

/// What a definition sets, in a few words and in Markdown.
pub(super) fn value_of(texts: &dyn Texts, system: &System, definition: &DefinitionModel) -> String {
    let written = written(texts, system, definition);
    written.map_or_else(|| "a value that is not known".to_owned(), |value| code(&value))
}

/// What a definition sets: the value where it is known, else how it is written.
pub(super) fn written(texts: &dyn Texts, system: &System, definition: &DefinitionModel) -> Option<String> {
    if let Some(value) = &definition.value {
        return Some(render::nix(value));
    }
    let span = definition.expression?;
    let text = texts.text(system.files.get(span.file as usize)?)?;
    slice(&text, span.range).map(str::to_owned)
}

/// The text of a range.
pub(super) fn slice(text: &str, range: TextRange) -> Option<&str> {
    text.get(std::ops::Range::<usize>::from(range))
}

/// Several names in a sentence.
pub(super) fn list<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}
