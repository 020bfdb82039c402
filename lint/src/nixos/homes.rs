//! Home Manager inside of NixOS: the homes of a system's users.

use super::model::Scope;
use super::{ModuleSystem, ScopeId, show_loc};
use crate::eval::{Eval, Res};
use crate::syntax::hir::Name;

/// The option that has the homes of users.
pub(super) const USERS: [&str; 2] = ["home-manager", "users"];

/// Makes a user's home what is asked for in the NixOS system that has it.
pub(super) fn start_at(modules: &ModuleSystem, system: ScopeId, user: &Name) {
    let [first, second] = USERS.map(Name::new_static);
    modules.start_at(system, &[first, second, user.clone()]);
}

/// The scope of a user's home in the NixOS system that has it.
pub(super) fn home(
    ev: &mut Eval<'_>,
    modules: &ModuleSystem,
    system: ScopeId,
    user: &Name,
) -> Res<Option<ScopeId>> {
    let Some(users) = modules.find(ev, system, &USERS)? else { return Ok(None) };
    ev.force(modules.value(users))?;
    let Some((_, element)) = modules.elements(users).into_iter().find(|(name, _)| name == user) else {
        return Ok(None);
    };
    ev.force(modules.value(element))?;
    Ok(modules.submodule(element))
}

/// The users whose homes have specialisations of their own, or are not known to have none, or ask whether they have any. `system` is what
/// is known of the whole system.
pub(super) fn users(ev: &mut Eval<'_>, modules: &ModuleSystem, scope: ScopeId, system: &Scope) -> Vec<Name> {
    let Ok(Some(users)) = modules.find(ev, scope, &USERS) else {
        return Vec::new();
    };
    // It has elements once it has been asked for.
    let _fails = ev.force(modules.value(users)).is_err();
    let mut homes = Vec::new();
    for (user, _) in modules.elements(users) {
        let Ok(Some(home)) = home(ev, modules, scope, &user) else { continue };
        if let Ok(Some(node)) = modules.find(ev, home, &["specialisation"])
            && (ev.force(modules.value(node)).is_err()
                || !modules.elements(node).is_empty()
                || is_asked_for(&modules.loc(node), system))
        {
            homes.push(user);
        }
    }
    homes
}

/// Whether a condition around something that is defined beside an option reads that.
fn is_asked_for(option: &[Name], system: &Scope) -> bool {
    let (name, home) = (show_loc(option), &option[..option.len() - 1]);
    let inside = system.options.values().filter(|inside| inside.path.starts_with(home));
    let mut conditions = inside.flat_map(|option| &option.definitions).flat_map(|d| &d.conditions);
    conditions.any(|c| c.guard.is_some() && c.reads.iter().any(|read| read.option == name))
}
