//! Options that NixOS may never look at: those of a service or program that is not switched on. What is wrong with them fails nothing
//! until it is.

use super::model::{OptionModel, Prediction, Scope, World};
use super::show_loc;
use super::table::OptionTable;
use crate::syntax::hir::Name;

/// Where the options of services and programs are.
const SWITCHED: [&str; 2] = ["programs", "services"];

/// The switch of the service or program that an option belongs to, unless it is certainly on.
pub(crate) fn switch(world: World, scope: &Scope, option: &OptionModel) -> Option<String> {
    let path = option.path.as_slice();
    // Homes in NixOS have their options behind `home-manager.users.NAME`.
    let (world, start) = match path {
        [first, second, ..] if first == "home-manager" && second == "users" => (World::HomeManager, 3),
        _ => (world, 0),
    };
    let first = path.get(start)?;
    if !SWITCHED.contains(&first.as_str()) || path.last().is_some_and(|name| name == "enable") {
        return None;
    }
    (start + 2..path.len())
        .rev()
        .find_map(|end| {
            let switch: Vec<Name> = path[..end].iter().cloned().chain([Name::new_static("enable")]).collect();
            let shown = show_loc(&switch);
            let is_there = scope.options.contains_key(shown.as_str())
                || OptionTable::embedded(world).node(&switch[start..]).is_some_and(|node| node.is_option());
            is_there.then_some(shown)
        })
        .filter(|switch| !matches!(scope.prediction(switch), Prediction::Ok { value, .. } if value == true))
}
