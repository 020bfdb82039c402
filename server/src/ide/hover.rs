//! What is shown of what stands at a place.

use super::Ide;
use super::names::{cell, code, list};
use super::table::option_table;
use super::target::{Known, Target, TargetKind, configuration_of, known, target};
use super::view::{OptionAt, View, options_below};
use rowan::{TextRange, TextSize};
use speclint_lint::eval::Release;
use speclint_lint::nixos::model::{Existence, OptionModel, Prediction, Specialisation, System, World};
use speclint_lint::nixos::show_loc;
use speclint_lint::nixos::table::Node;
use speclint_lint::render;
use speclint_lint::render::option_path;
use speclint_lint::syntax::hir::Name;
use std::fmt::Write;

/// How many systems are told of one by one.
const MOST_SYSTEMS: usize = 3;
/// How many options are listed that a specialisation changes, or that lie in a set.
const MOST_CHANGES: usize = 10;

/// What is shown of a piece of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// The piece.
    pub range: TextRange,
    /// What is shown, in Markdown.
    pub markdown: String,
}

pub(super) fn hover(ide: &Ide<'_>, view: &View<'_>, offset: TextSize) -> Option<Hover> {
    let Target { range, kind } = target(view, offset)?;
    let markdown = match kind {
        TargetKind::Rule(rule) => {
            format!(
                "**{}** ({}): {}\n\n{}",
                rule.name,
                rule.severity.name(),
                rule.summary,
                rule.documentation
            )
        }
        TargetKind::Specialisation { name, systems } => specialisation(view, &name, &systems)?,
        TargetKind::Option { places } => match configuration_of(&places) {
            Some((name, systems)) => specialisation(view, &name, &systems)?,
            None => of_options(ide, view, &places)?,
        },
    };
    Some(Hover { range, markdown })
}

/// What is told of a specialisation.
fn specialisation(view: &View<'_>, name: &Name, systems: &[usize]) -> Option<String> {
    let told = systems.iter().filter_map(|system| {
        let system = &*view.systems[*system];
        let specialisation = system.specialisations.iter().find(|s| s.name == *name)?;
        Some((system, of_specialisation(system, specialisation)))
    });
    Some(format!("specialisation **{name}**\n\n{}", by_system(view, told.collect())?))
}

/// The same told of several systems is told once, with their names where there are others.
fn by_system(view: &View<'_>, told: Vec<(&System, String)>) -> Option<String> {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    for (system, text) in told {
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((names, _)) => names.push(&system.name),
            None => groups.push((vec![&system.name], text)),
        }
    }
    let more: Vec<&str> = groups.iter().skip(MOST_SYSTEMS).flat_map(|(names, _)| names.clone()).collect();
    groups.truncate(MOST_SYSTEMS);
    let named = |(names, text): (Vec<&str>, String)| {
        if view.systems.len() > 1 { format!("In **{}**:\n\n{text}", list(&names)) } else { text }
    };
    let mut shown = groups.into_iter().map(named).collect::<Vec<_>>().join("\n");
    if !more.is_empty() {
        let _ = write!(shown, "\nIt differs in {}.\n", list(&more));
    }
    (!shown.is_empty()).then_some(shown)
}

/// What is told of an option: what it is, and what becomes of it in systems.
struct Told<'t> {
    path: &'t [Name],
    head: String,
    tables: Vec<(&'t System, String)>,
}

/// What is told of an option, which may be one of several.
fn of_options(ide: &Ide<'_>, view: &View<'_>, places: &[OptionAt]) -> Option<String> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for place in places {
        let system = &*view.systems[place.scope.system];
        let Some(known) = known(system, &place.path) else { continue };
        let (end, head, table) = match known {
            _ if place.path == ["specialisation"] => (1, String::new(), all_specialisations(system)),
            Known::Modelled(option, end) => {
                let path = &place.path[..end];
                (end, head_of(option, &place.path[..end]), option_table(ide.texts, system, path))
            }
            Known::Namespace => (place.path.len(), String::new(), namespace(system, &place.path)),
            Known::Listed(node, end) if node.is_option() => {
                (end, head_of_listed(node), option_table(ide.texts, system, &place.path[..end]))
            }
            Known::Listed(_, end) => (end, String::new(), namespace(system, &place.path)),
        };
        let path = &place.path[..end];
        match told.iter_mut().find(|told| told.path == path) {
            None => told.push(Told { path, head, tables: vec![(system, table)] }),
            Some(known) if known.tables.iter().any(|(known, _)| known.name == system.name) => {}
            Some(known) => known.tables.push((system, table)),
        }
    }
    let shown = told.into_iter().filter_map(|Told { path, head, tables }| {
        let body = by_system(view, tables)?;
        Some(format!("**{}**{head}\n\n{body}", option_path(path)))
    });
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| shown.join("\n---\n\n"))
}

/// What follows the path of an option: its type.
fn head_of(option: &OptionModel, path: &[Name]) -> String {
    let mut head = String::new();
    if let Existence::Missing(missing) = &option.existence {
        let what =
            if missing.certain && missing.exact { "no such option" } else { "no option that is known" };
        let near = missing
            .beside
            .first()
            .map(|near| [&path[..path.len().saturating_sub(1)], std::slice::from_ref(near)].concat());
        let near = near.map(|near| format!(", did you mean `{}`?", show_loc(&near)));
        let _ = write!(head, ": {what}{}", near.unwrap_or_default());
    } else if !option.type_name.is_empty() {
        let _ = write!(head, ": {}", cell(&option.type_name));
    }
    if option.is_old_name {
        head.push_str(", an old name of another option");
    }
    head
}

fn head_of_listed(node: Node<'_>) -> String {
    let ty = node.type_description().map_or_else(String::new, |ty| format!(": {}", cell(&ty.to_string())));
    let default =
        node.facts().default.map(|default| format!(", by default {}", code(&render::nix(&default))));
    ty + &default.unwrap_or_default()
}

/// What is told of all specialisations of a system.
fn all_specialisations(system: &System) -> String {
    let all = system.specialisations.iter();
    let told = all.map(|s| format!("- {}: {}\n", s.name, super::lenses::title(s, system)));
    let told: String = told.collect();
    if told.is_empty() { "It has no specialisations.\n".to_owned() } else { told }
}

/// What is told of a set of options.
fn namespace(system: &System, path: &[Name]) -> String {
    let shown = show_loc(path);
    let options = |scope: &speclint_lint::nixos::model::Scope| -> Vec<String> {
        let set = options_below(scope, &shown).filter(|(_, option)| {
            !option.has_parts && option.definitions.iter().any(|definition| definition.place.is_some())
        });
        set.map(|(path, _)| format!("`{path} = {}`", render::summary_of(scope, path))).collect()
    };
    let of_parent = options(&system.parent);
    let mut out = String::new();
    for (specialisation, scope) in system.scopes() {
        let all = options(scope);
        let name = super::names::scope(specialisation);
        let more = all.len().saturating_sub(MOST_CHANGES);
        let _ = match specialisation {
            // The parent's are listed; of a specialisation only what differs is.
            None if all.is_empty() => writeln!(out, "{name}: nothing is set here"),
            None => writeln!(
                out,
                "{name} sets\n\n{}{}",
                all.iter().take(MOST_CHANGES).map(|line| format!("- {line}\n")).collect::<String>(),
                if more > 0 { format!("- and {more} more\n") } else { String::new() }
            ),
            Some(_) => {
                let other = all.iter().filter(|line| !of_parent.contains(line)).count();
                match other {
                    0 => Ok(()),
                    1 => writeln!(out, "{name}: 1 option differs"),
                    _ => writeln!(out, "{name}: {other} options differ"),
                }
            }
        };
    }
    out
}

/// What is told of a specialisation of a system.
fn of_specialisation(system: &System, specialisation: &Specialisation) -> String {
    let mut out = String::new();
    let inherits = match specialisation.inherits {
        Some(true) => "inherits its parent's configuration",
        Some(false) => "**does not inherit** its parent's configuration",
        None => "it is not known whether it inherits its parent's configuration",
    };
    let _ = writeln!(out, "- {inherits}");
    if !specialisation.certain {
        let _ = writeln!(out, "- it is not known whether it exists: its condition is not known");
    }
    if system.world == World::Nixos {
        let _ = writeln!(out, "- {}", label(system, specialisation));
    }
    if let Some(trouble) = specialisation.scope.refusal() {
        let _ = writeln!(out, "- NixOS refuses it: {}", cell(&trouble.message));
        return out;
    }
    if let Some(trouble) = specialisation.scope.unevaluated() {
        let _ = writeln!(out, "- what it changes is not known: {}", cell(&trouble.message));
        return out;
    }
    let changes = changes(system, specialisation);
    let conflicts = conflicts(specialisation);
    if conflicts > 0 {
        let _ = writeln!(out, "- **{}**", count(conflicts, "conflict", "conflicts"));
    }
    if changes.is_empty() {
        let _ = writeln!(out, "- changes no option that is known");
        return out;
    }
    let _ = writeln!(out, "- changes {}\n", count(changes.len(), "option", "options"));
    let _ = writeln!(out, "| option | base | {} |\n|---|---|---|", specialisation.name);
    for change in changes.iter().take(MOST_CHANGES) {
        let [base, here] = [&change.base, &change.here].map(|value| shown(value));
        let _ = writeln!(out, "| `{}` | {base} | {here} |", change.path);
    }
    if changes.len() > MOST_CHANGES {
        let _ = writeln!(out, "\nand {} more", changes.len() - MOST_CHANGES);
    }
    out
}

/// What an option is, as [`render::summary_of`] tells it.
fn shown(summary: &str) -> String {
    match summary {
        "undefined" => "not set".to_owned(),
        "conflict" | "infinite recursion" | "refused" => format!("**{summary}**"),
        _ if summary.starts_with("unknown (") || summary.starts_with("refused (") => cell(summary),
        value => code(value),
    }
}

/// So many of something.
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How many options contradict themselves in a specialisation.
pub(super) fn conflicts(specialisation: &Specialisation) -> usize {
    let options = specialisation.scope.options_once();
    options
        .filter(|(path, option)| {
            matches!(&option.prediction, Prediction::Conflict { option, .. } if option == *path)
        })
        .count()
}

/// The options that a specialisation makes others, as far as the configuration's own files have to do with it.
pub(super) fn changes<'s>(
    system: &'s System,
    specialisation: &'s Specialisation,
) -> Vec<render::Difference<'s>> {
    let is_own = |path: &str| {
        let scopes = [&system.parent, &specialisation.scope];
        let options = scopes.into_iter().filter_map(|scope| scope.option(path));
        options.flat_map(|option| &option.definitions).any(|definition| definition.place.is_some())
    };
    let differences = render::differences(system, specialisation);
    let changes = differences.filter(|d| d.base != d.here && !d.path.starts_with("specialisation."));
    changes.filter(|d| is_own(d.path)).collect()
}

/// The tags of a specialisation, and the label of its entry in the boot menu.
fn label(system: &System, specialisation: &Specialisation) -> String {
    let scope = &specialisation.scope;
    let tags = scope.prediction("system.nixos.tags");
    let own_label = scope.option("system.nixos.label").filter(|o| !o.definitions.is_empty());
    let shown_tags = match tags {
        Prediction::Ok { value, .. } => match value.as_array().map(Vec::as_slice) {
            None | Some([]) => "no tags".to_owned(),
            Some(tags) => {
                let tags: Vec<String> =
                    tags.iter().filter_map(|tag| tag.as_str()).map(|tag| format!("`{tag}`")).collect();
                format!("tags: {}", list(&tags))
            }
        },
        Prediction::Undefined if scope.complete => "no tags".to_owned(),
        Prediction::Undefined => "no tags in what is known".to_owned(),
        Prediction::Unknown(reason) => format!("tags: unknown: {}", cell(reason)),
        _ => "tags: NixOS refuses them".to_owned(),
    };
    let label = match own_label.map(|label| &label.prediction) {
        Some(Prediction::Ok { value, .. }) => value.as_str().map(str::to_owned),
        Some(_) => None,
        None => {
            let mut tags: Vec<&str> = match tags {
                Prediction::Ok { value, .. } => {
                    value.as_array().into_iter().flatten().filter_map(|tag| tag.as_str()).collect()
                }
                Prediction::Undefined if scope.complete => Vec::new(),
                _ => return shown_tags,
            };
            if tags.is_empty() {
                return format!("{shown_tags}; the label in the boot menu is the version alone");
            }
            tags.sort_unstable();
            let release = system.release.filter(|release| release.exact);
            let version =
                release.map_or_else(|| "…".to_owned(), |r| format!("{}…", Release::show(r.at_least)));
            Some(tags.into_iter().map(str::to_owned).chain([version]).collect::<Vec<_>>().join("-"))
        }
    };
    match label {
        Some(label) => format!("{shown_tags}; label in the boot menu: `{label}`"),
        None => format!("{shown_tags}; the label in the boot menu is not known"),
    }
}
