//! The names of options and of specialisations.

use super::place::{NamePlace, ReadPlace};
use super::{Completion, CompletionKind, goes_with};
use crate::ide::names::table_root;
use crate::ide::view::{OptionAt, View, options_all_below};
use rowan::TextRange;
use speclint_lint::eval::show::attr_name;
use speclint_lint::nixos::model::{DefinitionModel, Existence, OptionModel, Origin, Scope, System, World};
use speclint_lint::nixos::show_loc;
use speclint_lint::nixos::table::Node;
use speclint_lint::render;
use speclint_lint::syntax::hir::Name;
use std::collections::BTreeMap;

/// How many systems are asked.
const MOST_SYSTEMS: usize = 4;
/// How many options of the parent are told.
const MOST_OF_PARENT: usize = 200;

/// What may stand as the name of an attribute.
pub(super) fn of_name(view: &View<'_>, name: &NamePlace) -> Vec<Completion> {
    let mut items = Vec::new();
    for place in first_systems(&name.places) {
        let system = &*view.systems[place.scope.system];
        match (place.scope.specialisation, place.path.as_slice()) {
            (None, [first]) if first == "specialisation" => items.extend(names(view, system, name.word)),
            (None, [first, _]) if first == "specialisation" => items.extend(own_options(system, name)),
            (None, [first, _, ..]) if first == "specialisation" => {}
            (specialisation, _) => {
                if specialisation.is_some() {
                    items.extend(of_parent(view, system, place, name));
                }
                items.extend(children(view, system, place, name.word, name.is_alone));
            }
        }
    }
    items
}

/// What may stand as the name of what is read.
pub(super) fn of_read(view: &View<'_>, read: &ReadPlace) -> Vec<Completion> {
    let places = first_systems(&read.places);
    let items = places.flat_map(|place| {
        let system = &*view.systems[place.scope.system];
        match place.path.as_slice() {
            [first] if first == "specialisation" => {
                let all = system.specialisations.iter();
                let names = all.filter(|s| goes_with(&s.name, view.text_of(read.word)));
                names.map(|s| named(&s.name, &system.name, read.word)).collect()
            }
            _ => children(view, system, place, read.word, false),
        }
    });
    items.collect()
}

fn first_systems(places: &[OptionAt]) -> impl Iterator<Item = &OptionAt> {
    places.iter().take(MOST_SYSTEMS)
}

/// Names that specialisations of other systems have.
fn names(view: &View<'_>, system: &System, word: TextRange) -> Vec<Completion> {
    let others = view.systems.iter().filter(|other| other.world == system.world);
    let all = others.flat_map(|other| other.specialisations.iter().map(move |s| (&s.name, &other.name)));
    let is_new = |name: &Name| system.specialisations.iter().all(|s| s.name != *name);
    all.filter(|(name, _)| is_new(name) && goes_with(name, view.text_of(word)))
        .map(|(name, of)| named(name, of, word))
        .collect()
}

fn named(name: &Name, system: &str, replaces: TextRange) -> Completion {
    Completion {
        label: name.to_string(),
        detail: Some(format!("specialisation of {system}")),
        documentation: None,
        kind: CompletionKind::Specialisation,
        replaces,
        text: attr_name(name).into_owned(),
        snippet: None,
        rank: 0,
    }
}

/// The options of a specialisation itself.
fn own_options(system: &System, name: &NamePlace) -> Vec<Completion> {
    let option = |label: &str, detail: &str, snippet: &str, rank: u8| Completion {
        label: label.to_owned(),
        detail: Some(detail.to_owned()),
        documentation: None,
        kind: CompletionKind::Option,
        replaces: name.word,
        text: label.to_owned(),
        snippet: name.is_alone.then(|| snippet.to_owned()),
        rank,
    };
    let mut options =
        vec![option("configuration", "what it changes: a module", "configuration = { $0 };", 0)];
    if system.world != World::HomeManager {
        let detail = "whether it has its parent's configuration (by default it has)";
        options.push(option("inheritParentConfig", detail, "inheritParentConfig = $0;", 1));
    }
    options
}

/// The options that the parent defines, with their values.
fn of_parent(view: &View<'_>, system: &System, place: &OptionAt, name: &NamePlace) -> Vec<Completion> {
    let word = view.text_of(name.word);
    let is_written =
        |d: &&DefinitionModel| d.place.is_some() && matches!(d.origin, Origin::Own | Origin::Inherited);
    let options = options_all_below(&system.parent, &place.path);
    let written = options.filter(|(_, option)| {
        !option.has_parts
            && option.path.first().is_some_and(|first| first != "specialisation")
            && option.definitions.iter().any(|d| is_written(&d))
    });
    let items = written.filter_map(|(path, option)| {
        let rest = render::option_path(option.path.get(place.path.len()..)?);
        let value = render::summary_of(&system.parent, path);
        goes_with(&rest, word).then(|| Completion {
            detail: Some(format!("base: {}", cut(&value))),
            documentation: (!option.type_name.is_empty()).then(|| option.type_name.clone()),
            rank: 1,
            ..option_named(&rest, name.word, name.is_alone)
        })
    });
    items.take(MOST_OF_PARENT).collect()
}

/// A text that is not too long.
fn cut(text: &str) -> String {
    let shown: String = text.chars().take(60).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

fn option_named(label: &str, replaces: TextRange, is_alone: bool) -> Completion {
    Completion {
        label: label.to_owned(),
        detail: None,
        documentation: None,
        kind: CompletionKind::Option,
        replaces,
        text: label.to_owned(),
        snippet: is_alone.then(|| format!("{} = $0;", label.replace('$', "\\$"))),
        rank: 2,
    }
}

/// The options and sets of options directly below a place: those that the system has or declares, and those of the table.
fn children(
    view: &View<'_>,
    system: &System,
    place: &OptionAt,
    word: TextRange,
    is_alone: bool,
) -> Vec<Completion> {
    let written = view.text_of(word);
    let mut found: BTreeMap<Name, Completion> = BTreeMap::new();
    let depth = place.path.len();
    let scope = place.scope.specialisation.map_or(&system.parent, |at| &system.specialisations[at].scope);
    for (_, option) in options_all_below(scope, &place.path) {
        let Some(name) = option.path.get(depth).filter(|name| goes_with(name, written)) else { continue };
        // What is defined and is no option is only worth telling where it is read.
        if matches!(option.existence, Existence::Missing(_)) || is_internal(name) || found.contains_key(name)
        {
            continue;
        }
        found.insert(name.clone(), modelled(scope, option, depth, word, is_alone));
    }
    let table = table_root(system, &place.path)
        .and_then(|(root, path)| path.iter().try_fold(root, |node, name| node.child(name)));
    for child in table.into_iter().flat_map(Node::children) {
        if !child.is_wildcard() && !is_internal(child.name()) && goes_with(child.name(), written) {
            found.entry(Name::new(child.name())).or_insert_with(|| listed(child, word, is_alone));
        }
    }
    found.into_values().map(|item| nearest_first(item, written)).collect()
}

/// Whether an option is one of the module system's own.
fn is_internal(name: &str) -> bool {
    name.starts_with("_module")
}

/// What starts with the word comes before what only has its letters.
fn nearest_first(item: Completion, word: &str) -> Completion {
    let is_prefix = item.label.to_lowercase().starts_with(&word.to_lowercase());
    Completion { rank: item.rank + u8::from(!is_prefix), ..item }
}

fn modelled(
    scope: &Scope,
    option: &OptionModel,
    depth: usize,
    word: TextRange,
    is_alone: bool,
) -> Completion {
    let name = attr_name(&option.path[depth]).into_owned();
    if option.path.len() > depth + 1 || option.has_parts {
        return set_named(&name, word);
    }
    let value = render::summary_of(scope, &show_loc(&option.path));
    let documentation = (value != "undefined").then(|| format!("`{}`", cut(&value)));
    let detail = Some(option.type_name.clone()).filter(|name| !name.is_empty());
    Completion { detail, documentation, ..option_named(&name, word, is_alone) }
}

fn listed(node: Node<'static>, word: TextRange, is_alone: bool) -> Completion {
    let name = attr_name(node.name()).into_owned();
    if !node.is_option() {
        return set_named(&name, word);
    }
    let detail = node.type_description().map(ToString::to_string);
    // A set that has options of its own is gone on with.
    let goes_on = node.children().len() > 0;
    let item = option_named(&name, word, is_alone && !goes_on);
    Completion { detail, ..item }
}

fn set_named(name: &str, replaces: TextRange) -> Completion {
    Completion { kind: CompletionKind::Set, snippet: None, rank: 2, ..option_named(name, replaces, false) }
}
