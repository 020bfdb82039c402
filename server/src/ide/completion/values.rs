//! Values by the type of their option, and what may stand around them.

use super::place::ValuePlace;
use super::{Completion, CompletionKind, goes_with};
use crate::ide::target::{Known, known};
use crate::ide::view::{OptionAt, View};
use speclint_lint::eval::show::quoted;
use speclint_lint::nixos::model::System;
use speclint_lint::nixos::show_loc;
use speclint_lint::nixos::table::{EnumValue, TypeDescription};
use speclint_lint::rules;

/// The functions of `lib` that stand around a value, and what they do.
const FUNCTIONS: [(&str, &str); 8] = [
    ("mkDefault", "weaker than a plain value: specialisations may override it (priority 1000)"),
    ("mkForce", "stronger than a plain value (priority 50)"),
    ("mkIf", "only where a condition holds"),
    ("mkOverride", "with the priority of a number"),
    ("mkMerge", "several definitions at once"),
    ("mkBefore", "before the other elements of a list, or lines"),
    ("mkAfter", "behind the other elements of a list, or lines"),
    ("mkOrder", "in the order of a number"),
];

/// Those of them that are for what several definitions are put one behind the other in.
const ORDERING: [&str; 3] = ["mkBefore", "mkAfter", "mkOrder"];

/// The options whose value is, or has, the name of the specialisation.
const NAMED_AFTER: [&str; 3] = [
    "system.nixos.tags",
    "environment.etc.specialisation.text",
    "xdg.dataFile.\"home-manager/specialisation\".text",
];

pub(super) fn completions(view: &View<'_>, value: &ValuePlace) -> Vec<Completion> {
    let word = view.text_of(value.word);
    let item = |text: String, detail: &str, kind: CompletionKind, rank: u8| Completion {
        label: text.clone(),
        detail: Some(detail.to_owned()).filter(|detail| !detail.is_empty()),
        documentation: None,
        kind,
        replaces: value.word,
        text,
        snippet: None,
        rank,
    };
    let mut items = Vec::new();
    let types: Vec<TypeDescription> =
        value.places.iter().filter_map(|place| type_of(&view.systems[place.scope.system], place)).collect();
    if !value.of_lib {
        for place in &value.places {
            let system = &*view.systems[place.scope.system];
            for (name, detail) in names(system, place) {
                let name = if value.in_string { name } else { quoted(&name) };
                items.push(item(name, &detail, CompletionKind::Specialisation, 0));
            }
        }
        let mut of_types = Vec::new();
        types.iter().for_each(|ty| values_of(ty, value.in_list, &mut of_types));
        for text in of_types.iter().filter_map(|known| written(known, value.in_string)) {
            items.push(item(text, "", CompletionKind::Value, 1));
        }
    }
    if value.is_whole && !value.places.is_empty() {
        let prefix = if value.of_lib || has_with_lib(view) { "" } else { "lib." };
        let is_ordered = types.iter().any(has_order);
        for (name, detail) in FUNCTIONS {
            if ORDERING.contains(&name) && !is_ordered {
                continue;
            }
            let text = format!("{prefix}{name}");
            let snippet = match name {
                "mkIf" => format!("{text} (${{1:condition}}) $0"),
                "mkOverride" | "mkOrder" => format!("{text} ${{1:900}} $0"),
                "mkMerge" => format!("{text} [ $0 ]"),
                _ => format!("{text} $0"),
            };
            items.push(Completion {
                snippet: Some(snippet),
                ..item(text, detail, CompletionKind::Function, 2)
            });
        }
    }
    items.retain(|item| goes_with(&item.label, word));
    items
}

/// Whether the functions of `lib` are called by their names alone.
fn has_with_lib(view: &View<'_>) -> bool {
    view.text.contains("with lib;")
}

/// The names of specialisations that go with an option.
fn names(system: &System, place: &OptionAt) -> Vec<(String, String)> {
    let path = show_loc(&place.path);
    if !NAMED_AFTER.contains(&path.as_str()) {
        return Vec::new();
    }
    let is_tag = path == NAMED_AFTER[0];
    let name = |name: &str| if is_tag { rules::valid_tag(name) } else { name.to_owned() };
    let detail = || "the specialisation's name".to_owned();
    match place.scope.specialisation {
        Some(at) => vec![(name(&system.specialisations[at].name), detail())],
        None => Vec::new(),
    }
}

/// The type of an option.
fn type_of(system: &System, place: &OptionAt) -> Option<TypeDescription> {
    match known(system, &place.path)? {
        Known::Modelled(option, end) if end == place.path.len() => {
            // What a module of the configuration declares is told by its type alone.
            let listed = option.listed.and_then(|node| node.type_description().cloned());
            listed.or_else(|| Some(TypeDescription::parse(&option.type_name)))
        }
        Known::Listed(node, end) if end == place.path.len() => node.type_description().cloned(),
        _ => None,
    }
}

/// Whether the order of several definitions counts.
fn has_order(ty: &TypeDescription) -> bool {
    match ty {
        TypeDescription::ListOf { .. }
        | TypeDescription::SeparatedString(_)
        | TypeDescription::Unspecified
        | TypeDescription::Unknown(_) => true,
        TypeDescription::NullOr(inner) | TypeDescription::Checked { base: inner, .. } => has_order(inner),
        TypeDescription::CoercedTo { to, .. } => has_order(to),
        TypeDescription::Either(left, right) => has_order(left) || has_order(right),
        _ => false,
    }
}

/// The values that a type has, where they are few; those of the elements, for a list.
fn values_of(ty: &TypeDescription, in_list: bool, values: &mut Vec<EnumValue>) {
    match ty {
        TypeDescription::Bool | TypeDescription::BoolByOr if !in_list => {
            values.extend([EnumValue::Bool(true), EnumValue::Bool(false)]);
        }
        TypeDescription::Enum(all) if !in_list => values.extend(all.iter().cloned()),
        TypeDescription::NullOr(inner) => {
            if !in_list {
                values.push(EnumValue::Null);
            }
            values_of(inner, in_list, values);
        }
        TypeDescription::Either(left, right) => {
            values_of(left, in_list, values);
            values_of(right, in_list, values);
        }
        TypeDescription::CoercedTo { to, from } => {
            values_of(to, in_list, values);
            values_of(from, in_list, values);
        }
        TypeDescription::Unique(inner) | TypeDescription::Checked { base: inner, .. } => {
            values_of(inner, in_list, values);
        }
        TypeDescription::ListOf { elem, .. } if in_list => values_of(elem, false, values),
        _ => {}
    }
}

/// A value as it is written, or its text alone in a string; `None` for what is no text there.
fn written(value: &EnumValue, in_string: bool) -> Option<String> {
    match value {
        EnumValue::Str(text) if in_string => Some(text.to_string()),
        EnumValue::Str(text) => Some(quoted(text)),
        _ if in_string => None,
        EnumValue::Int(number) => Some(number.to_string()),
        EnumValue::Bool(value) => Some(value.to_string()),
        EnumValue::Null => Some("null".to_owned()),
        EnumValue::Hidden(_) => None,
    }
}
