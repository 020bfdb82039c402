//! Options of two names. What is defined by an old name is a definition of the new one, which NixOS merges with those by the new name;
//! that is not followed here, so what an option becomes that is defined by both is not known.

use crate::nixos::model::{DefinitionState, Existence, OptionModel, Prediction, Scope, World};
use crate::nixos::show_loc;
use crate::nixos::table::{EMBEDDED_RELEASE, Fate, renaming};
use crate::syntax::hir::Name;

/// Makes what is defined by two names unknown.
pub(super) fn doubt(world: World, scope: &mut Scope) {
    let mut doubted: Vec<(String, String)> = Vec::new();
    for (old, option) in scope.options.iter().filter(|(_, option)| is_defined(option)) {
        for new in new_names(world, option).iter().map(|path| show_loc(path)) {
            if new != *old && scope.options.get(&new).is_some_and(is_defined) {
                doubted.push((old.clone(), new));
            }
        }
    }
    for (old, new) in doubted {
        let reason = format!("`{old}` is an old name of `{new}`, and both are defined");
        for name in [&old, &new] {
            if let Some(option) = scope.options.get_mut(name) {
                option.prediction = Prediction::Unknown(reason.clone());
            }
        }
    }
}

/// Whether a configuration defines it.
fn is_defined(option: &OptionModel) -> bool {
    option.definitions.iter().any(|d| d.place.is_some() && d.state != DefinitionState::Off)
}

/// The options that have taken the place of one: as a source at hand says, or as is known of NixOS' releases up to the one whose options
/// are embedded.
fn new_names(world: World, option: &OptionModel) -> Vec<Vec<Name>> {
    let path = &option.path;
    if let Some(listed) = option.listed.filter(|node| node.table().is_exact()) {
        let Some(around) = path.len().checked_sub(listed.path().len()) else { return Vec::new() };
        let names =
            |to: &Vec<String>| path[..around].iter().cloned().chain(to.iter().map(Name::new)).collect();
        return listed.facts().renamed_to.iter().map(names).collect();
    }
    if world != World::Nixos || option.existence == Existence::Declared {
        return Vec::new();
    }
    let renamed = renaming(path).filter(|renaming| {
        matches!(renaming.fate, Fate::Renamed | Fate::Deprecated) && renaming.since <= EMBEDDED_RELEASE
    });
    let to = renamed.and_then(|renaming| renaming.to);
    to.into_iter().map(|to| to.iter().map(Name::new).collect()).collect()
}
