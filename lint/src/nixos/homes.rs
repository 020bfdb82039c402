//! Home Manager inside of NixOS: the homes of a system's users.

use super::{ModuleSystem, ScopeId};
use crate::eval::{Eval, Res};
use crate::syntax::hir::Name;

/// The scope of a user's home in the NixOS system that has it.
pub(super) fn home(
    ev: &mut Eval<'_>,
    modules: &ModuleSystem,
    system: ScopeId,
    user: &Name,
) -> Res<Option<ScopeId>> {
    let Some(users) = modules.find(ev, system, &["home-manager", "users"])? else { return Ok(None) };
    ev.force(modules.value(users))?;
    let Some((_, element)) = modules.elements(users).into_iter().find(|(name, _)| name == user) else {
        return Ok(None);
    };
    ev.force(modules.value(element))?;
    Ok(modules.submodule(element))
}

/// The users whose homes have specialisations of their own, or are not known to have none.
pub(super) fn users(ev: &mut Eval<'_>, modules: &ModuleSystem, scope: ScopeId) -> Vec<Name> {
    let Ok(Some(users)) = modules.find(ev, scope, &["home-manager", "users"]) else {
        return Vec::new();
    };
    let mut homes = Vec::new();
    for (user, _) in modules.elements(users) {
        let Ok(Some(home)) = home(ev, modules, scope, &user) else { continue };
        if let Ok(Some(node)) = modules.find(ev, home, &["specialisation"])
            && (ev.force(modules.value(node)).is_err() || !modules.elements(node).is_empty())
        {
            homes.push(user);
        }
    }
    homes
}
