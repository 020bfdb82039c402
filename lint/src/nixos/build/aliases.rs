//! Options of several names. What is defined by an old name is a definition of the new one, which NixOS merges with those by the new
//! name: an option that is defined by both has one value.

use super::Builder;
use crate::eval::Eval;
use crate::nixos::model::{DefinitionState, Existence, OptionModel, OptionPath, Prediction, Scope, World};
use crate::nixos::system::{NodeKind, ScopeId, show_loc};
use crate::nixos::table::{EMBEDDED_RELEASE, Fate, renaming};
use crate::syntax::hir::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The path of an option, as NixOS prints it, and the one of an option that has taken its place.
pub(super) type Renamed = (OptionPath, Vec<Name>);

impl Builder<'_> {
    /// What has taken the place of options that are defined.
    pub(super) fn renamed_among<'o>(
        &self,
        options: impl Iterator<Item = (&'o OptionPath, &'o Arc<OptionModel>)>,
    ) -> Vec<Renamed> {
        let defined = options.filter(|(_, option)| is_defined(option));
        let renamed = defined.flat_map(|(old, option)| {
            new_names(self.world, option).into_iter().map(move |new| (old.clone(), new))
        });
        renamed.filter(|(old, new)| show_loc(new) != *old).collect()
    }

    /// Gives options that are defined by an old name what becomes of them by the new one. Where that cannot be told, what is defined by
    /// both names is not known.
    pub(super) fn unite_names(
        &self,
        ev: &mut Eval<'_>,
        id: ScopeId,
        renamed: Vec<Renamed>,
        scope: &mut Scope,
    ) {
        for (old, path) in renamed {
            let new = show_loc(&path);
            if scope.option(&new).is_some_and(is_defined) {
                if !unite(scope, &old, &new) {
                    doubt(scope, &old, &new);
                }
            } else if scope.option(&old).is_some_and(is_not_known)
                && let Some(option) = self.renamed(ev, id, &path)
                && is_by(&option, &old)
            {
                // Only the new name has a type by which several definitions can be judged.
                if option.prediction.fails() {
                    scope.insert(new.clone(), option);
                    unite(scope, &old, &new);
                } else if let Some(by_old) = scope.options.get_mut(old.as_str()) {
                    Arc::make_mut(by_old).prediction = option.prediction;
                }
            }
        }
    }

    /// An option that is defined by its new name in one of these scopes has it in all of them.
    pub(super) fn name_alike(&self, ev: &mut Eval<'_>, scopes: Vec<(Option<ScopeId>, &mut Scope)>) {
        let united = scopes.iter().flat_map(|(_, scope)| scope.options.values());
        let united = united.filter(|o| o.definitions.iter().any(|d| d.old_name.is_some()));
        let united: BTreeSet<Vec<Name>> = united.map(|o| o.path.clone()).collect();
        for (id, scope) in scopes {
            let Some(id) = id else { continue };
            for path in &united {
                let new = show_loc(path);
                if scope.options.contains_key(new.as_str()) {
                    continue;
                }
                let Some(option) = self.renamed(ev, id, path).filter(is_defined) else { continue };
                let names: BTreeSet<String> =
                    option.definitions.iter().filter_map(|d| d.old_name.clone()).collect();
                scope.insert(new.clone(), option);
                for old in names {
                    unite(scope, &old, &new);
                }
            }
        }
    }

    /// The option of a new name, which nothing defines by that.
    fn renamed(&self, ev: &mut Eval<'_>, id: ScopeId, path: &[Name]) -> Option<OptionModel> {
        let node = self.modules.find(ev, id, path).ok()??;
        if !matches!(self.modules.kind(node), NodeKind::Option(declaration) if !declaration.by_module) {
            return None;
        }
        let mut aside = Builder {
            modules: self.modules.clone(),
            world: self.world,
            prefix: self.prefix.clone(),
            scopes: self.scopes.clone(),
            missing: None,
            walk: None,
            of: self.of.clone(),
            base: None,
            keeps: false,
            holds: None,
            children: BTreeMap::new(),
            unchanged: BTreeMap::new(),
        };
        let mut scope = Scope::default();
        aside.option(ev, node, &mut scope, 0);
        let option =
            scope.options.shift_remove(show_loc(&self.path(node)).as_str()).map(Arc::unwrap_or_clone)?;
        (!option.has_parts).then_some(option)
    }
}

/// Makes an option by its old name the one that it is by the new name; false if its definitions are not among those of that.
fn unite(scope: &mut Scope, old: &str, new: &str) -> bool {
    let Some(option) = scope.options.get(new).filter(|option| is_by(option, old)) else { return false };
    let definitions = option.definitions.iter().filter(|d| d.old_name.as_deref() == Some(old));
    let definitions = definitions.cloned().collect();
    let prediction = option.prediction.clone();
    if let Some(option) = scope.options.get_mut(old).map(Arc::make_mut) {
        option.definitions = definitions;
        option.prediction = prediction;
        option.is_old_name = true;
    }
    true
}

/// Makes what is defined by two names unknown.
fn doubt(scope: &mut Scope, old: &str, new: &str) {
    let reason = format!("`{old}` is an old name of `{new}`, and both are defined");
    for name in [old, new] {
        if let Some(option) = scope.options.get_mut(name) {
            Arc::make_mut(option).prediction = Prediction::Unknown(reason.clone());
        }
    }
}

/// Whether an option is defined by this old name.
fn is_by(option: &OptionModel, old: &str) -> bool {
    option.definitions.iter().any(|d| d.old_name.as_deref() == Some(old))
}

/// Whether a configuration defines it.
fn is_defined(option: &OptionModel) -> bool {
    option.definitions.iter().any(|d| d.place.is_some() && d.state != DefinitionState::Off)
}

/// Whether it has a value that is not known.
fn is_not_known(option: &OptionModel) -> bool {
    matches!(option.prediction, Prediction::Unknown(_))
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
