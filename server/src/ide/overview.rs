//! Systems as a client lays them out by itself, in trees and tables: what each scope makes of each option, and which definitions do.

use super::hover::{changes, conflicts};
use super::lenses::title;
use super::names::{maker_as, written};
use speclint_lint::findings::Location;
use speclint_lint::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Place, Prediction, Scope, Span, Specialisation,
    System, World,
};
use speclint_lint::render;
use speclint_lint::rules::Texts;
use std::collections::{BTreeMap, BTreeSet};

/// How many characters of what a definition sets are told.
const MOST_OF_VALUE: usize = 200;

/// A system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Overview {
    /// Its name.
    pub name: String,
    /// The file where it starts.
    pub entry: String,
    /// What kind of configuration it is.
    pub kind: &'static str,
    /// What NixOS refuses of it, or what is not known.
    pub troubles: Vec<Told>,
    /// Its specialisations.
    pub specialisations: Vec<Described>,
    /// Its options, in the order of their paths.
    pub options: Vec<Row>,
}

/// Something of which NixOS refuses a module, or that is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// What is the matter.
    pub message: String,
    /// Whether NixOS refuses it.
    pub is_refused: bool,
    /// Where.
    pub location: Option<Location>,
}

/// What there is to say of a specialisation itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// Whether it has its parent's configuration; `None` if that is not known.
    pub inherits: Option<bool>,
    /// Whether it is known that it exists.
    pub is_certain: bool,
    /// What it does, in a few words.
    pub summary: String,
    /// How many of its options contradict themselves.
    pub conflicts: usize,
    /// What NixOS refuses of it, or what is not known.
    pub troubles: Vec<Told>,
    /// Where something of it is defined.
    pub locations: Vec<Location>,
}

/// An option in all scopes of a system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its path, as NixOS prints it.
    pub path: String,
    /// What the parent makes of it.
    pub base: Cell,
    /// What each specialisation makes of it, in their order.
    pub specialisations: Vec<Cell>,
}

/// What a scope makes of an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// What kind of answer this is: `ok`, `conflict`, `recursion`, `undefined`, `unknown` or `refused`.
    pub status: &'static str,
    /// The answer in a few words.
    pub text: String,
    /// The priority of the definitions that make it.
    pub priority: Option<i64>,
    /// Whether a specialisation makes something else of it than the parent.
    pub changes: bool,
    /// Whether a definition stands in the scope's own modules.
    pub is_own: bool,
    /// The definitions, in the order in which they merge.
    pub definitions: Vec<Definition>,
}

/// A definition of an option.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definition {
    /// Who makes it: a file and a line, or NixOS.
    pub maker: String,
    /// What it sets: the value, or how it is written; `None` where neither is known.
    pub value: Option<String>,
    /// Its priority.
    pub priority: i64,
    /// What became of it: `wins`, `loses`, `off` or `maybe`.
    pub state: &'static str,
    /// Where it stands, if it is in a file at hand.
    pub location: Option<Location>,
}

/// The systems; of their options those that a specialisation changes or defines, or all.
pub(super) fn overviews<'s>(
    texts: &dyn Texts,
    systems: impl Iterator<Item = &'s System>,
    all: bool,
) -> Vec<Overview> {
    systems.map(|system| Teller { texts, system }.overview(all)).collect()
}

/// Tells of a system.
struct Teller<'t> {
    texts: &'t dyn Texts,
    system: &'t System,
}

impl Teller<'_> {
    fn overview(&self, all: bool) -> Overview {
        let system = self.system;
        let specialisations: Vec<_> = system.specialisations.iter().collect();
        let changed: Vec<BTreeSet<&str>> = specialisations
            .iter()
            .map(|specialisation| changes(system, specialisation).into_iter().map(|d| d.path).collect())
            .collect();
        // Of each option, whether it is shown only if all are.
        let mut paths: BTreeMap<&str, bool> = BTreeMap::new();
        for (specialisation, changed) in specialisations.iter().zip(&changed) {
            for difference in render::differences(system, specialisation) {
                let is_wanted = difference.own || changed.contains(difference.path);
                *paths.entry(difference.path).or_default() |= is_wanted;
            }
        }
        let fails = |path: &str| system.parent.option(path).is_some_and(|option| option.prediction.fails());
        let wanted = paths.into_iter().filter(|(path, is_wanted)| all || *is_wanted || fails(path));
        let row = |(path, _): (&str, bool)| Row {
            path: path.to_owned(),
            base: self.cell(&system.parent, path, false),
            specialisations: specialisations
                .iter()
                .zip(&changed)
                .map(|(specialisation, changed)| {
                    self.cell(&specialisation.scope, path, changed.contains(path))
                })
                .collect(),
        };
        Overview {
            name: system.name.clone(),
            entry: system.entry.clone(),
            kind: match system.world {
                World::Nixos => "nixos",
                World::HomeManager => "home-manager",
                World::Darwin => "darwin",
                World::Other => "other",
            },
            troubles: self.troubles(&system.parent),
            specialisations: specialisations
                .iter()
                .map(|specialisation| self.described(specialisation))
                .collect(),
            options: wanted.map(row).collect(),
        }
    }

    fn described(&self, specialisation: &Specialisation) -> Described {
        let place = |place: &Place| self.location(Span { file: place.file, range: place.path });
        Described {
            name: specialisation.name.to_string(),
            inherits: specialisation.inherits,
            is_certain: specialisation.certain,
            summary: title(specialisation, self.system),
            conflicts: conflicts(specialisation),
            troubles: self.troubles(&specialisation.scope),
            locations: specialisation.places.iter().filter_map(place).collect(),
        }
    }

    fn troubles(&self, scope: &Scope) -> Vec<Told> {
        let told = scope.troubles.iter().map(|trouble| Told {
            message: trouble.message.clone(),
            is_refused: trouble.refused,
            location: trouble.span.and_then(|span| self.location(span)),
        });
        told.collect()
    }

    fn cell(&self, scope: &Scope, path: &str, changes: bool) -> Cell {
        let text = render::summary_of(scope, path);
        let option = scope.option(path).filter(|option| !option.has_parts);
        let option = option.or_else(|| scope.failed_above(path));
        let (status, priority) = match option.map(|option| &option.prediction) {
            _ if scope.is_refused() => ("refused", None),
            Some(Prediction::Ok { priority, .. }) => ("ok", Some(*priority)),
            Some(Prediction::Conflict { .. }) => ("conflict", None),
            Some(Prediction::Recursion(_)) => ("recursion", None),
            Some(Prediction::Unknown(_)) => ("unknown", None),
            Some(Prediction::Refused(_)) => ("refused", None),
            None if scope.unevaluated().is_some() => ("unknown", None),
            Some(Prediction::Undefined) | None => ("undefined", None),
        };
        let definitions = option.map_or(&[][..], |option| &option.definitions);
        let is_shown = |definition: &&DefinitionModel| is_told(definition);
        Cell {
            status,
            text,
            priority,
            changes,
            is_own: option.is_some_and(is_own),
            definitions: definitions.iter().filter(is_shown).map(|found| self.definition(found)).collect(),
        }
    }

    fn definition(&self, definition: &DefinitionModel) -> Definition {
        Definition {
            maker: maker_as(self.texts, self.system, definition, str::to_owned),
            value: written(self.texts, self.system, definition).map(|value| in_short(&value)),
            priority: definition.priority,
            state: match definition.state {
                DefinitionState::Wins => "wins",
                DefinitionState::Loses => "loses",
                DefinitionState::Off => "off",
                DefinitionState::Maybe => "maybe",
            },
            location: definition.place.and_then(|place| self.location(place.span())),
        }
    }

    fn location(&self, span: Span) -> Option<Location> {
        Some(Location::new(self.system.files.get(span.file as usize)?, span.range))
    }
}

/// Whether a definition is worth telling: what NixOS adds only where it counts.
fn is_told(definition: &DefinitionModel) -> bool {
    let is_written = definition.place.is_some() && definition.origin != Origin::Default;
    definition.state == DefinitionState::Wins || is_written
}

/// Whether a scope itself has to do with an option, and not only what it inherits.
fn is_own(option: &OptionModel) -> bool {
    option.definitions.iter().any(|definition| definition.origin == Origin::Own)
}

/// A text in one line, and not too long.
fn in_short(text: &str) -> String {
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(MOST_OF_VALUE) {
        words.truncate(end);
        words.push('…');
    }
    words
}
