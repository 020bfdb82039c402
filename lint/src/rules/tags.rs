//! The tags of specialisations, for the rules that ask for them.

use super::Context;
use crate::findings::Edit;
use crate::fix::Source;
use crate::nixos::model::{DefinitionModel, DefinitionState, Origin, Scope, Span, Specialisation, World};
use crate::render;
use serde_json::Value as Json;

/// The option.
pub(super) const TAGS: &str = "system.nixos.tags";
/// What is made of them, unless somebody says something else.
pub(super) const LABEL: &str = "system.nixos.label";

/// Whether tags show anywhere: those of a scope whose label is not its own.
pub(super) fn count(cx: &Context<'_>, scope: &Scope) -> bool {
    let is_own = |d: &DefinitionModel| d.place.is_some() && d.state != DefinitionState::Off;
    cx.system.world == World::Nixos
        && !scope.options.get(LABEL).is_some_and(|label| label.definitions.iter().any(is_own))
}

/// The definitions of tags that a scope itself makes and that take part.
pub(super) fn own(scope: &Scope) -> impl Iterator<Item = &DefinitionModel> {
    let option = scope.options.get(TAGS);
    let definitions = option.into_iter().flat_map(|option| &option.definitions);
    definitions.filter(|d| d.origin == Origin::Own && d.state == DefinitionState::Wins)
}

/// The tags that a definition has, as far as they are known.
pub(super) fn of(definition: &DefinitionModel) -> impl Iterator<Item = &str> {
    let tags = definition.value.as_ref().and_then(Json::as_array);
    tags.into_iter().flatten().filter_map(Json::as_str)
}

/// All tags of a specialisation, sorted as in the label; `None` if they are not known, or none of them is its own.
pub(super) fn all(specialisation: &Specialisation) -> Option<Vec<&str>> {
    let tags = specialisation.scope.options.get(TAGS)?.prediction.value()?.as_array()?;
    let mut tags: Vec<&str> = tags.iter().filter_map(Json::as_str).collect();
    tags.sort_unstable();
    own(&specialisation.scope).next()?;
    Some(tags)
}

/// The edit that writes another tag in a definition.
pub(super) fn replaced(cx: &Context<'_>, definition: &DefinitionModel, tag: &str, by: &str) -> Option<Edit> {
    let place = definition.place?;
    let source: Source = cx.source(place.file)?;
    let range = source.string(place.value, tag)?;
    let text = render::nix(&Json::from(by));
    Some(Edit { location: cx.location(Span { file: place.file, range }), text })
}

/// A name in the characters that a tag may have.
pub fn valid(name: &str) -> String {
    name.chars().map(|c| if is_valid(c) { c } else { '-' }).collect()
}

/// Whether a label may have a character (`system.nixos.label`, `nixos/modules/misc/label.nix`).
pub(super) fn is_valid(character: char) -> bool {
    character.is_ascii_alphanumeric() || ":_.-".contains(character)
}

/// Where a text has a name as a word of its own: `tv` in `sp:tv`, and not in `hdtv`.
pub(super) fn words<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_end = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    text.match_indices(name).map(|(at, _)| at).filter(move |at| {
        is_end(text[..*at].chars().next_back()) && is_end(text[at + name.len()..].chars().next())
    })
}
