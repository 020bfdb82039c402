//! What NixOS' own modules define, where the source that they are of is at hand.
//!
//! Most of their conditions and many of their values depend on what cannot be known without building. So only those definitions
//! take part that are certainly made; of the others it is told how strong the strongest may be. A module is read when an option is
//! asked for that it may define ([`Definers`]), and evaluated in each scope like one of the user's.

use super::scope::Module;
use super::{ModuleSystem, NodeId, NodeKind, ScopeId, TableNode, show_loc};
use crate::eval::{Eval, Res, Stop, ThunkId};
use crate::nixos::definitions::{self, Candidate, DefState, Definition, priority};
use crate::nixos::table::Definers;
use crate::nixos::types::Type;
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The numbers of NixOS' own modules in a scope begin here; before are those that the scope starts from.
const FIRST: u32 = 1 << 30;
/// How many steps all of a system's may take.
const STEPS: u64 = 2_000_000;
/// How many steps one option may take.
const OPTION_STEPS: u64 = 200_000;

/// NixOS' own modules in a scope, as far as they were asked for.
#[derive(Default)]
pub(super) struct ModulesOfNixos {
    modules: Vec<Module>,
    /// Where those of each file are; `None` where they are not known.
    of_file: FxHashMap<u32, Option<Rc<[u32]>>>,
}

/// What NixOS' own modules define an option as.
pub(in crate::nixos) struct DefinitionsOfNixos {
    /// The definitions that are certainly made.
    pub(super) certain: Vec<Candidate>,
    /// The priority of the strongest that may be made besides, if there is one.
    pub(super) doubt: Option<i64>,
}

impl DefinitionsOfNixos {
    const NONE: Self = DefinitionsOfNixos { certain: Vec::new(), doubt: None };
    /// There may be any.
    const ANY: Self = DefinitionsOfNixos { certain: Vec::new(), doubt: Some(i64::MIN) };

    fn is_there(&self) -> bool {
        !self.certain.is_empty() || self.doubt.is_some()
    }

    fn may_be(&mut self, priority: i64) {
        self.doubt = Some(self.doubt.map_or(priority, |doubt| doubt.min(priority)));
    }
}

impl ModuleSystem {
    /// Lets NixOS' own modules take part where their source is at hand.
    pub(in crate::nixos) fn with_nixos(self) -> Self {
        self.0.borrow_mut().nixos_steps = STEPS;
        self
    }

    /// A module of a scope, by the number that its definitions have; `None` for a default.
    pub(in crate::nixos) fn module(
        &self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        number: u32,
    ) -> Res<Option<Module>> {
        if number < FIRST {
            return Ok(self.collected(ev, scope)?.modules.get(number as usize).cloned());
        }
        Ok(self.with_scope(scope, |s| s.of_nixos.modules.get((number - FIRST) as usize).cloned()))
    }

    /// Whether a definition is one that NixOS' own modules make, in a source at hand.
    pub(in crate::nixos) fn is_of_nixos(definition: &Definition) -> bool {
        (FIRST..u32::MAX).contains(&definition.module)
    }

    /// Which modules define NixOS' options in a scope, where these are at hand and take part.
    pub(in crate::nixos) fn definers(&self, scope: ScopeId) -> Option<&'static Definers> {
        if self.0.borrow().nixos_steps == 0 {
            return None;
        }
        let TableNode(root) = self.with_scope(scope, |s| s.table)?;
        root.table().definers().filter(|_| root.parent().is_none())
    }

    /// What [`Self::of_nixos`] remembers.
    pub(super) fn compute_of_nixos(&self, ev: &mut Eval<'_>, id: NodeId) -> DefinitionsOfNixos {
        let scope = self.scope_of(id);
        let Some(definers) = self.definers(scope) else { return DefinitionsOfNixos::ANY };
        let Some((path, option)) = self.option_of_nixos(id) else { return DefinitionsOfNixos::ANY };
        let by_old_name =
            definers.old_names(&option).iter().any(|old| self.may_be_defined(ev, scope, definers, old));
        if by_old_name {
            return DefinitionsOfNixos::ANY;
        }
        let modules = definers.of_option(&option);
        if modules.is_empty() {
            return DefinitionsOfNixos::NONE;
        }
        if self.with_scope(scope, |s| s.is_collecting()) {
            return DefinitionsOfNixos::ANY;
        }
        let left = self.0.borrow().nixos_steps;
        let (found, taken) = ev.beside_budget(left.min(OPTION_STEPS), |ev| {
            let mut found = DefinitionsOfNixos::NONE;
            for module in modules {
                if self.definitions_of_nixos(ev, scope, definers, module, &path, &mut found).is_err() {
                    found.may_be(i64::MIN);
                }
            }
            found
        });
        // None left would mean that they take no part at all.
        let left = self.0.borrow().nixos_steps;
        self.0.borrow_mut().nixos_steps = left.saturating_sub(taken).max(1);
        found
    }

    /// The path of an option that NixOS' own modules may define, and how it is told.
    fn option_of_nixos(&self, id: NodeId) -> Option<(Rc<[Name]>, String)> {
        let TableNode(listed) = self.table_of(id)?;
        let by_module = matches!(self.kind(id), NodeKind::Option(declaration) if declaration.by_module);
        let is_told = listed.type_description().is_some_and(Definers::are_of);
        if by_module || !is_told || listed.and_above().any(|node| node.is_wildcard()) {
            return None;
        }
        let prefix = self.with_scope(self.scope_of(id), |s| s.prefix.len());
        let path: Rc<[Name]> = self.loc(id).get(prefix..)?.into();
        let option = show_loc(&path);
        Some((path, option))
    }

    /// Whether something may be defined by a name.
    fn may_be_defined(&self, ev: &mut Eval<'_>, scope: ScopeId, definers: &Definers, option: &str) -> bool {
        if !definers.of_option(option).is_empty() {
            return true;
        }
        let Ok(path) = crate::nixos::table::path::parse_option_path(option) else { return true };
        match self.find(ev, scope, &path) {
            Ok(Some(node)) => {
                ev.note_seen(node.0);
                self.raw(ev, node).map_or(true, |raw| !raw.is_empty())
            }
            Ok(None) => false,
            Err(_) => true,
        }
    }

    /// Adds what the modules in a file define an option as.
    fn definitions_of_nixos(
        &self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        definers: &Definers,
        file: u32,
        path: &[Name],
        found: &mut DefinitionsOfNixos,
    ) -> Res<()> {
        let Some(modules) = self.modules_of_nixos(ev, scope, definers, file)? else {
            return Err(Stop::unknown("what a module of NixOS' own is"));
        };
        let mut definitions = Vec::new();
        for number in modules.iter() {
            let module = self.module(ev, scope, *number)?;
            let config = module.map(|module| module.config).unwrap_or_default();
            definitions.extend(config.into_iter().map(|config| Definition::new(*number, config, None)));
        }
        for name in path {
            let mut pushed = Vec::new();
            for definition in definitions {
                definitions::push_down(ev, definition, &mut pushed)?;
            }
            definitions = definitions::descend(ev, &pushed, name, &|| show_loc(path))?;
        }
        let mut candidates = Vec::new();
        for definition in &definitions {
            definitions::discharge(ev, definition, &mut candidates)?;
        }
        for mut candidate in candidates {
            let fails = matches!(ev.force(candidate.value), Err(Stop::Error(_)));
            match candidate.state {
                DefState::Off => {}
                DefState::Wins if is_settled(ev, &candidate) && !fails => {
                    // It stands in no file of the configuration.
                    candidate.definition.place = None;
                    found.certain.push(candidate);
                }
                DefState::Maybe if is_settled(ev, &candidate) && candidate.definition.maybe.is_none() => {
                    found.may_be(candidate.priority);
                }
                _ => found.may_be(i64::MIN),
            }
        }
        Ok(())
    }

    /// The numbers of the modules in a file of NixOS' own; `None` where they are not known.
    fn modules_of_nixos(
        &self,
        ev: &mut Eval<'_>,
        scope: ScopeId,
        definers: &Definers,
        file: u32,
    ) -> Res<Option<Rc<[u32]>>> {
        if let Some(known) = self.with_scope(scope, |s| s.of_nixos.of_file.get(&file).cloned()) {
            return Ok(known);
        }
        // Whoever asks for it while it is evaluated is not told.
        self.set_scope(scope, |s| s.of_nixos.of_file.insert(file, None));
        let below = definers.file(file);
        let collected = self.collected(ev, scope)?;
        let is_it = |key: &Rc<str>| key.strip_suffix(below).is_some_and(|rest| rest.ends_with('/'));
        let is_there = collected.modules.iter().any(|module| is_it(&module.key));
        let modules = if is_there || collected.disabled.iter().any(is_it) {
            Vec::new()
        } else {
            self.collect_file(ev, scope, &format!("{}/{below}", definers.folder()))?
        };
        let numbers: Rc<[u32]> = self.set_scope(scope, |s| {
            let first = FIRST + s.of_nixos.modules.len() as u32;
            s.of_nixos.modules.extend(modules);
            (first..FIRST + s.of_nixos.modules.len() as u32).collect()
        });
        self.set_scope(scope, |s| s.of_nixos.of_file.insert(file, Some(numbers.clone())));
        Ok(Some(numbers))
    }

    /// Adds what NixOS' own modules certainly define an option as to the configuration's definitions, unless what they may define
    /// besides leaves open what comes of it: then all is as if they defined nothing.
    pub(super) fn add_those_of_nixos(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        candidates: &mut Vec<Candidate>,
    ) -> Res<()> {
        if self.definers(self.scope_of(id)).is_none() || self.option_of_nixos(id).is_none() {
            return Ok(());
        }
        let own = self.of_nixos(ev, id)?;
        let Some(strongest) = own.certain.iter().map(|own| own.priority).min() else { return Ok(()) };
        let user = candidates.iter().filter(|c| c.state == DefState::Wins).map(|c| c.priority).min();
        let doubted = own.doubt.filter(|doubt| *doubt < strongest);
        match user {
            Some(user) if user == strongest && doubted.is_some() => return Ok(()),
            Some(user) if user <= strongest => {}
            // Nothing of the configuration's counts: it is NixOS' own that does, or something stronger of NixOS' own.
            _ => candidates.extend(doubted.map(|doubt| self.doubtful(ev, id, doubt))),
        }
        let takes_one = matches!(*self.type_of(id), Type::Package | Type::Raw | Type::Unique(_));
        let beside: Vec<ThunkId> = candidates
            .iter()
            .filter(|c| c.state == DefState::Wins && Some(c.priority) == user && user == Some(strongest))
            .map(|c| c.value)
            .collect();
        for certain in &own.certain {
            let same = |ev: &mut Eval<'_>, value: &ThunkId| match (ev.force(certain.value), ev.force(*value))
            {
                (Err(Stop::Unknown(_)), _) | (_, Err(Stop::Unknown(_))) => false,
                (a, b) => ev.equal_results(a, b).is_ok(),
            };
            // Whether it is the same as the configuration's value is not known: if not, NixOS would refuse it.
            if certain.priority != strongest || takes_one || beside.iter().all(|value| same(ev, value)) {
                candidates.push(certain.clone());
            }
        }
        Ok(())
    }

    /// A definition that may be made, of which nothing but its priority is known.
    fn doubtful(&self, ev: &mut Eval<'_>, id: NodeId, priority: i64) -> Candidate {
        let why = super::unknown(format!("what NixOS' own modules define `{}` as", show_loc(&self.loc(id))));
        let value = ev.stopped(Stop::Unknown(why.clone()));
        Candidate {
            definition: Definition { maybe: Some(why.clone()), ..Definition::without_module(value, None) },
            conditions: Vec::new(),
            priority,
            order: priority::ORDER,
            value,
            state: DefState::Maybe,
            maybe: Some(why),
        }
    }

    /// The default that the source at hand gives an option, where nothing else defines it: no module of the source does under a
    /// condition that may hold, and all of the configuration's are known.
    pub(in crate::nixos) fn default_of_nixos(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
    ) -> Res<Option<serde_json::Value>> {
        let scope = self.scope_of(id);
        if self.definers(scope).is_none() || self.is_incomplete(scope) {
            return Ok(None);
        }
        let Some((path, _)) = self.option_of_nixos(id) else { return Ok(None) };
        // What the function that makes a system adds is in no module.
        if path.first().is_some_and(|name| name == "nixpkgs")
            || path.starts_with(&["system".into(), "nixos".into()])
        {
            return Ok(None);
        }
        let Some(TableNode(listed)) = self.table_of(id) else { return Ok(None) };
        if listed.applied().is_some() || self.of_nixos(ev, id)?.is_there() {
            return Ok(None);
        }
        Ok(listed.facts().default)
    }
}

/// Whether no property may be hidden in a value that is not known.
fn is_settled(ev: &mut Eval<'_>, candidate: &Candidate) -> bool {
    candidate.priority != priority::PLAIN || !matches!(ev.force(candidate.value), Err(Stop::Unknown(_)))
}
