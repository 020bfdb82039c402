//! What stands above the definitions of specialisations: how much each changes.

use super::hover::{changes, conflicts, count};
use super::names::list;
use super::view::View;
use rowan::TextRange;
use speclint_lint::nixos::model::{Specialisation, System};
use std::collections::BTreeMap;

/// How many specialisations are told of above one place.
const MOST_AT_ONE_PLACE: usize = 4;

/// A line above a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lens {
    /// What it is about: the attribute path of the definition.
    pub range: TextRange,
    /// What it says.
    pub title: String,
    /// What it shows when it is chosen.
    pub shows: Option<Shown>,
}

/// A system, or a specialisation of it, that is shown as a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The name of the system.
    pub system: String,
    /// The name of the specialisation; `None` for all of them.
    pub specialisation: Option<String>,
}

pub(super) fn lenses(view: &View<'_>) -> Vec<Lens> {
    let mut places: BTreeMap<(u32, u32), Vec<(&System, &Specialisation)>> = BTreeMap::new();
    for (system, file) in &view.read_by {
        let system = &*view.systems[*system];
        for specialisation in &system.specialisations {
            for place in specialisation.places.iter().filter(|place| place.file == *file) {
                let range = (place.path.start().into(), place.path.end().into());
                places.entry(range).or_default().push((system, specialisation));
            }
        }
    }
    let mut lenses = above_all(view, &places);
    for ((start, end), here) in places {
        let range = TextRange::new(start.into(), end.into());
        // What several systems share is told once.
        let mut told: Vec<(&str, String, Vec<&str>)> = Vec::new();
        for (system, specialisation) in here {
            let (name, title) = (specialisation.name.as_str(), title(specialisation, system));
            match told.iter_mut().find(|(known, same, _)| *known == name && *same == title) {
                Some((_, _, systems)) => systems.push(&system.name),
                None => told.push((name, title, vec![&system.name])),
            }
        }
        let more = told.len().saturating_sub(MOST_AT_ONE_PLACE);
        for (name, title, systems) in told.iter().take(MOST_AT_ONE_PLACE) {
            let differs = told.iter().filter(|(other, ..)| other == name).count() > 1;
            let of = if differs { format!(" in {}", list(systems)) } else { String::new() };
            let shows = Shown { system: systems[0].to_owned(), specialisation: Some((*name).to_owned()) };
            let title = format!("{name}{of}: {title} | show as table");
            lenses.push(Lens { range, title, shows: Some(shows) });
        }
        if more > 0 {
            lenses.push(Lens { range, title: format!("and {more} more"), shows: None });
        }
    }
    lenses
}

/// Above the first specialisation of the file: how many there are in each system, and the table of all.
fn above_all(view: &View<'_>, places: &BTreeMap<(u32, u32), Vec<(&System, &Specialisation)>>) -> Vec<Lens> {
    let Some((start, end)) = places.keys().next() else { return Vec::new() };
    let range = TextRange::new((*start).into(), (*end).into());
    let mut titles: Vec<(String, Vec<&str>)> = Vec::new();
    for (system, _) in &view.read_by {
        let system = &*view.systems[*system];
        if system.specialisations.is_empty() {
            continue;
        }
        let conflicts: usize = system.specialisations.iter().map(conflicts).sum();
        let mut title = count(system.specialisations.len(), "specialisation", "specialisations");
        if conflicts > 0 {
            title.push_str(&format!(", {}", count(conflicts, "conflict", "conflicts")));
        }
        match titles.iter_mut().find(|(known, _)| *known == title) {
            Some((_, systems)) => systems.push(&system.name),
            None => titles.push((title, vec![&system.name])),
        }
    }
    let lens = |(title, systems): (String, Vec<&str>)| {
        let of = if view.systems.len() > 1 { format!(" in {}", list(&systems)) } else { String::new() };
        let shows = Shown { system: systems[0].to_owned(), specialisation: None };
        Lens { range, title: format!("{title}{of} | show as table"), shows: Some(shows) }
    };
    titles.into_iter().map(lens).collect()
}

/// What a specialisation of a system does, in a few words.
pub(super) fn title(specialisation: &Specialisation, system: &System) -> String {
    if specialisation.scope.is_refused() {
        return "refused".to_owned();
    }
    if specialisation.scope.unevaluated().is_some() {
        return "not known".to_owned();
    }
    let changes = changes(system, specialisation).len();
    let conflicts = match conflicts(specialisation) {
        0 => String::new(),
        number => format!(", {}", count(number, "conflict", "conflicts")),
    };
    format!("changes {}{conflicts}", count(changes, "option", "options"))
}
