//! The judgement of mends. None is offered on the strength of its shape alone: every system that reads an edited file is evaluated
//! again, and what the rules find in it, with what was predicted and found before.

use crate::findings::{Applicability, Edit, Finding, Fix, Severity};
use crate::nixos::model::{OptionModel, Prediction, Scope, System};
use std::cell::Cell;
use std::sync::Arc;

/// A system as it would be with edits, and what the rules would find in it.
#[derive(PartialEq)]
pub struct Edited {
    /// The system.
    pub system: Arc<System>,
    /// The findings, without mends.
    pub findings: Vec<Finding>,
}

/// A system before and after edits.
pub struct Trial {
    /// The system as it is.
    pub before: Arc<System>,
    /// What the rules find in it.
    pub found: Arc<Vec<Finding>>,
    /// What becomes of it.
    pub after: Arc<Edited>,
}

/// Tries edits on the system at hand, which comes first, and on all others that read a file which they change. `None` if an edited
/// file no longer parses.
pub type Try<'f> = dyn Fn(&[Edit]) -> Option<Vec<Trial>> + 'f;

/// How much may be evaluated to judge the mends of a system, in options of scopes. Where hundreds of specialisations each have
/// several findings, the mends of the later ones have to wait until the first are applied.
const BUDGET: usize = 150_000;
/// What a scope costs besides its options.
const SCOPE: usize = 10;

/// Where Nix keeps what it has fetched and built.
const STORE: &str = "/nix/store/";

/// Makes fixes of edits, if they prove themselves.
pub struct Fixer<'f> {
    attempt: Option<Box<Try<'f>>>,
    left: Cell<usize>,
}

/// An option of a scope: the specialisation's name, or `None` for the parent.
pub type Target<'t> = (Option<&'t str>, &'t str);

impl<'f> Fixer<'f> {
    /// A fixer that tries edits with this function.
    pub fn new(attempt: Box<Try<'f>>) -> Self {
        Fixer { attempt: Some(attempt), left: Cell::new(BUDGET) }
    }

    /// A fixer that never makes a fix.
    pub fn idle() -> Self {
        Fixer { attempt: None, left: Cell::new(0) }
    }

    /// Whether it never makes a fix.
    pub fn is_idle(&self) -> bool {
        self.attempt.is_none()
    }

    /// A fix that makes these edits, if `mended` says of the system after them that what was meant is reached, the finding is
    /// gone, and nothing new fails; a specialisation is only added or lost if `may_change` allows its name with no option. It is safe
    /// if nothing is found that was not found before, and no prediction changes but those that `may_change` allows, or of which the same was
    /// found in another system.
    pub fn fix(
        &self,
        finding: &Finding,
        title: impl Into<String>,
        edits: Vec<Edit>,
        mended: impl Fn(&System) -> bool,
        may_change: impl Fn(Target<'_>) -> bool,
    ) -> Option<Fix> {
        // What is in Nix' store is not for anybody to change.
        if edits.iter().any(|edit| edit.location.file.starts_with(STORE)) {
            return None;
        }
        let trials = self.attempt(&edits)?;
        let (own, others) = trials.split_first()?;
        let count = |findings: &[Finding]| findings.iter().filter(|f| is_same_matter(f, finding)).count();
        if !mended(&own.after.system) || count(&own.after.findings) >= count(&own.found) {
            return None;
        }
        let mut change = own.change(finding, &may_change);
        for other in others {
            let is_it =
                |f: &Finding| is_same_matter(f, finding) && f.primary.location == finding.primary.location;
            let has_it = other.found.iter().any(is_it);
            let may_change =
                |target: Target<'_>| has_it && may_change(target) || other.mends_the_like(finding, target);
            change = change.max(other.change(finding, may_change));
        }
        let applicability = match change {
            Change::None => Applicability::Safe,
            // What NixOS refuses as it is, is worth that.
            Change::Trifle if finding.severity == Severity::Error => Applicability::Unsafe,
            Change::Trifle | Change::Other => Applicability::Manual,
            Change::Failure => return None,
        };
        Some(Fix { title: title.into(), applicability, edits })
    }

    /// Tries edits, if there is something left of the budget.
    fn attempt(&self, edits: &[Edit]) -> Option<Vec<Trial>> {
        let attempt = self.attempt.as_ref().filter(|_| self.left.get() > 0)?;
        let trials = attempt(edits)?;
        let scopes = trials.iter().flat_map(|trial| trial.after.system.scopes());
        let cost: usize = scopes.map(|(_, scope)| scope.options.len() + SCOPE).sum();
        self.left.set(self.left.get().saturating_sub(cost));
        Some(trials)
    }
}

/// What edits did to a system beyond what they were to do.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    None,
    /// Something is found now that could be tidier, or is worth knowing.
    Trifle,
    Other,
    Failure,
}

impl Trial {
    fn change(&self, finding: &Finding, may_change: impl Fn(Target<'_>) -> bool) -> Change {
        let (before, after) = (&*self.before, &self.after.system);
        let is_wanted = |name: &str| may_change((Some(name), ""));
        if !has_its_specialisations(before, after, is_wanted) || refusals(after) > refusals(before) {
            return Change::Failure;
        }
        let mut change = Change::None;
        for fate @ Fate { target, failed, old, new, .. } in fates(before, after) {
            if new.fails() && !failed {
                return Change::Failure;
            }
            // What failed before and no longer does had no meaning that could change.
            if failed || is_wholly_same(old, new) {
                continue;
            }
            // Of the option itself, another priority is what mends it.
            let is_it = fate.names().any(|name| finding.option.as_deref() == Some(name));
            let same = is_it && is_same(old, new);
            if !same && !fate.names().any(|name| may_change((target.0, name))) {
                change = Change::Other;
            }
        }
        for new in self.new_findings().filter(|new| !self.is_moved(new, is_wanted)) {
            change =
                change.max(if new.severity < Severity::Warning { Change::Trifle } else { Change::Other });
        }
        change
    }

    /// Whether the same was found of an option of another specialisation, and is not any more.
    fn mends_the_like(&self, finding: &Finding, (specialisation, option): Target<'_>) -> bool {
        let is_like = |f: &Finding| {
            f.rule == finding.rule
                && f.option.as_deref() == Some(option)
                && f.specialisation.as_deref() == specialisation
        };
        finding.option.as_deref() == Some(option)
            && self.found.iter().any(is_like)
            && !self.after.findings.iter().any(is_like)
    }

    /// Whether a finding is about a specialisation that has another name now, and was found under that.
    fn is_moved(&self, new: &Finding, is_wanted: impl Fn(&str) -> bool) -> bool {
        let has = |system: &System, name: &str| system.specialisations.iter().any(|s| s.name == name);
        let Some(name) = new.specialisation.as_deref() else { return false };
        let was_found = |old: &Finding| {
            let is_gone = old.specialisation.as_deref().is_some_and(|old| !has(&self.after.system, old));
            is_gone && (old.rule, &old.option) == (new.rule, &new.option)
        };
        is_wanted(name) && !has(&self.before, name) && self.found.iter().any(was_found)
    }

    /// What is found that was not found before, unless the failure of the option that it is about hid it.
    fn new_findings(&self) -> impl Iterator<Item = &Finding> {
        self.after.findings.iter().filter(|new| {
            !self.found.iter().any(|old| is_same_matter(old, new))
                && !was_hidden(&self.before, &self.after.system, new)
        })
    }

    /// Whether edits do no more together than each of them does alone.
    pub fn is_sum_of(&self, alone: &[Arc<Edited>]) -> bool {
        let (before, after) = (&*self.before, &self.after.system);
        let is_alone_too = |name: &str| {
            let has = |system: &System| system.specialisations.iter().any(|s| s.name == name);
            alone.iter().any(|edited| has(&edited.system) != has(before))
        };
        if !has_its_specialisations(before, after, is_alone_too) || refusals(after) > refusals(before) {
            return false;
        }
        let alone_too = |(scope, option): Target<'_>, new: &Prediction| {
            alone.iter().any(|edited| {
                let scope = edited.system.scopes().find(|(s, _)| s.map(|s| s.name.as_str()) == scope);
                scope.is_some_and(|(_, scope)| is_wholly_same(scope.prediction(option), new))
            })
        };
        let found_alone = |new: &Finding| {
            alone.iter().any(|edited| edited.findings.iter().any(|old| is_same_matter(old, new)))
        };
        let mut fates = fates(before, after);
        fates.all(|Fate { target, failed, old, new, .. }| {
            failed || !new.fails() && (is_wholly_same(old, new) || alone_too(target, new))
        }) && self.new_findings().all(found_alone)
    }
}

/// Whether two findings, perhaps of different versions of a text, are about the same.
fn is_same_matter(a: &Finding, b: &Finding) -> bool {
    (a.rule, &a.specialisation, &a.option) == (b.rule, &b.specialisation, &b.option)
}

/// Whether what a finding is about could not be evaluated before.
fn was_hidden(before: &System, after: &System, finding: &Finding) -> bool {
    let mut scopes = before.scopes().filter(|(s, _)| s.map(|s| &s.name) == finding.specialisation.as_ref());
    let failed = scopes.any(|(_, scope)| {
        scope.is_refused() || finding.option.as_ref().is_some_and(|option| scope.prediction(option).fails())
    });
    // What is worth knowing of all specialisations is not told where one of them is refused.
    let is_one_refused = |system: &System| system.scopes().any(|(_, scope)| scope.is_refused());
    failed || finding.specialisation.is_none() && is_one_refused(before) && !is_one_refused(after)
}

/// Whether a system still has its specialisations and no others, but for those of which that is wanted.
fn has_its_specialisations(before: &System, after: &System, is_wanted: impl Fn(&str) -> bool) -> bool {
    let has = |system: &System, name: &str| system.specialisations.iter().any(|s| s.name == name);
    before.specialisations.iter().all(|s| has(after, &s.name) || is_wanted(&s.name))
        && after.specialisations.iter().all(|s| has(before, &s.name) || is_wanted(&s.name))
}

/// How many modules NixOS refuses.
fn refusals(system: &System) -> usize {
    system.scopes().map(|(_, scope)| scope.troubles.iter().filter(|t| t.refused).count()).sum()
}

/// What becomes of an option.
struct Fate<'s> {
    target: Target<'s>,
    /// Whether it had no value before.
    failed: bool,
    old: &'s Prediction,
    new: &'s Prediction,
    /// What is known of it besides, before and after.
    models: [Option<&'s OptionModel>; 2],
}

impl<'s> Fate<'s> {
    /// The names by which it is defined.
    fn names(&self) -> impl Iterator<Item = &'s str> {
        let definitions = self.models.into_iter().flatten().flat_map(|option| &option.definitions);
        std::iter::once(self.target.1).chain(definitions.filter_map(|d| d.old_name.as_deref()))
    }
}

/// Every option of two versions of a system, with what becomes of it.
fn fates<'s>(before: &'s System, after: &'s System) -> impl Iterator<Item = Fate<'s>> {
    let pairs = before.scopes().filter_map(|(specialisation, old)| {
        let name = specialisation.map(|s| s.name.as_str());
        let mut scopes = after.scopes().filter(|(s, _)| s.map(|s| s.name.as_str()) == name);
        Some((name, old, scopes.next()?.1))
    });
    pairs.flat_map(|(name, old, new)| {
        // Of an option by several names one tells what becomes of it.
        let is_told = |scope: &Scope, name: &str| scope.options.get(name).is_some_and(|o| !o.is_old_name);
        let added = new.options.keys().filter(|option| !old.options.contains_key(*option));
        let names = old.options.keys().chain(added);
        names.filter(move |name| is_told(old, name) || is_told(new, name)).map(move |option| Fate {
            target: (name, option.as_str()),
            failed: old.is_refused() || old.prediction(option).fails(),
            old: told(old, new, option),
            new: told(new, old, option),
            models: [old, new].map(|scope| scope.options.get(option).map(AsRef::as_ref)),
        })
    })
}

/// What is predicted of an option, be it by another name that it has in the other version.
fn told<'s>(scope: &'s Scope, other: &'s Scope, option: &'s str) -> &'s Prediction {
    let definitions = other.options.get(option).into_iter().flat_map(|option| &option.definitions);
    let mut names = definitions.filter_map(|d| d.old_name.as_deref());
    let is_by_another =
        |name: &&str| !scope.options.contains_key(option) && scope.options.contains_key(*name);
    scope.prediction(names.find(is_by_another).unwrap_or(option))
}

/// Whether an option has the same value, or is without one for the same reason.
fn is_same(a: &Prediction, b: &Prediction) -> bool {
    match (a, b) {
        (Prediction::Ok { value: x, .. }, Prediction::Ok { value: y, .. }) => x == y,
        (Prediction::Unknown(_), Prediction::Unknown(_)) => true,
        (Prediction::Recursion(_), Prediction::Recursion(_)) => true,
        (Prediction::Conflict { option: x, .. }, Prediction::Conflict { option: y, .. }) => x == y,
        (Prediction::Refused(_), Prediction::Refused(_)) => true,
        (a, b) => a == b,
    }
}

/// The same, and at the same priority.
fn is_wholly_same(a: &Prediction, b: &Prediction) -> bool {
    match (a, b) {
        (Prediction::Ok { priority: x, .. }, Prediction::Ok { priority: y, .. }) => x == y && is_same(a, b),
        (a, b) => is_same(a, b),
    }
}
