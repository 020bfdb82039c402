//! Systems as JSON, for clients that lay them out by themselves: trees and tables.

use super::features::location;
use crate::engine::View;
use crate::ide::{Cell, Definition, Described, Ide, Overview, Row, Told};
use serde_json::{Map, Value as Json, json};
use speclint_lint::findings::Location;
use speclint_lint::nixos::model::System;
use std::sync::Arc;

/// The systems; of their options those that a specialisation changes or defines, or all.
pub(super) fn json(view: &View, systems: &[Arc<System>], all: bool) -> Json {
    let overviews = Ide::new(systems, view).overviews(all);
    json!({ "systems": overviews.iter().map(|overview| system(view, overview)).collect::<Vec<Json>>() })
}

fn system(view: &View, overview: &Overview) -> Json {
    let described = overview.specialisations.iter().map(|found| described(view, found));
    let options = overview.options.iter().map(|row| option(view, row, overview));
    json!({
        "name": overview.name,
        "entry": view.editor.uri(&overview.entry),
        "kind": overview.kind,
        "troubles": troubles(view, &overview.troubles),
        "specialisations": described.collect::<Vec<Json>>(),
        "options": options.collect::<Vec<Json>>(),
    })
}

fn described(view: &View, found: &Described) -> Json {
    json!({
        "name": found.name,
        "inherits": found.inherits,
        "certain": found.is_certain,
        "summary": found.summary,
        "conflicts": found.conflicts,
        "troubles": troubles(view, &found.troubles),
        "locations": found.locations.iter().map(|at| place(view, Some(at))).collect::<Vec<Json>>(),
    })
}

fn troubles(view: &View, troubles: &[Told]) -> Vec<Json> {
    let told = |told: &Told| {
        json!({
            "message": told.message,
            "refused": told.is_refused,
            "location": place(view, told.location.as_ref()),
        })
    };
    troubles.iter().map(told).collect()
}

fn option(view: &View, row: &Row, overview: &Overview) -> Json {
    let names = overview.specialisations.iter().map(|found| found.name.clone());
    let cells = row.specialisations.iter().map(|found| cell(view, found));
    json!({
        "path": row.path,
        "base": cell(view, &row.base),
        "specialisations": names.zip(cells).collect::<Map<String, Json>>(),
    })
}

fn cell(view: &View, cell: &Cell) -> Json {
    json!({
        "status": cell.status,
        "text": cell.text,
        "priority": cell.priority,
        "changes": cell.changes,
        "own": cell.is_own,
        "definitions": cell.definitions.iter().map(|found| definition(view, found)).collect::<Vec<Json>>(),
    })
}

fn definition(view: &View, found: &Definition) -> Json {
    json!({
        "by": found.maker,
        "value": found.value,
        "priority": found.priority,
        "state": found.state,
        "location": place(view, found.location.as_ref()),
    })
}

/// A place in a file, or nothing.
fn place(view: &View, at: Option<&Location>) -> Json {
    let found = at.and_then(|at| location(view, at));
    found.map_or(Json::Null, |at| json!({ "uri": at.uri, "range": at.range }))
}
