//! `incompatible-options`: options that exclude each other, one of which a specialisation has from its parent.

use super::{Check, Context, Rule, data};
use crate::findings::{Edit, Finding, Fix, Severity};
use crate::fix::guard;
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Prediction, Scope, Specialisation, System, World,
};
use crate::nixos::show_loc;
use crate::nixos::table::{Fate, renaming};
use crate::syntax::hir::Name;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule {
    name: "incompatible-options",
    severity: Severity::Error,
    default: true,
    since: "0.1.0",
    summary: "options that exclude each other, one of them inherited",
    documentation: "\
## What it finds

In a specialisation, two options that must not be on together, such as two display managers or two modes of PRIME, of which it sets
one and inherits the other. It is an error where NixOS certainly refuses the system, and a warning where it builds one that
misbehaves.

## Why it hurts

The specialisation turns its own on and does not turn the parent's off. NixOS fails an assertion after minutes of evaluation, or
with a conflict in an option that nobody has written.

## Example

```nix
# before
{
  services.displayManager.gdm.enable = true;
  specialisation.plasma.configuration = {
    system.nixos.tags = [ \"plasma\" ];
    services.displayManager.sddm.enable = true;
  };
}
```

```nix
# after
{ lib, ... }:
{
  services.displayManager.gdm.enable = true;
  specialisation.plasma.configuration = {
    system.nixos.tags = [ \"plasma\" ];
    services.displayManager.gdm.enable = lib.mkForce false;
    services.displayManager.sddm.enable = true;
  };
}
```

Or guard the parent's: `lib.mkIf (config.specialisation != { }) true`.

## When it is wrong

Where the configuration mends with a module of its own what NixOS objects to. Only options that the configuration itself defines are
looked at.
",
    checks: &[Check::System(check)],
};

/// What contradicts each other: `lint/data/exclusive-options.tsv`.
const OPTIONS: &str = include_str!("../../data/exclusive-options.tsv");

/// A line of it.
struct Exclusion {
    severity: Severity,
    since: Option<u32>,
    until: Option<u32>,
    conditions: Vec<Condition>,
    unless: Vec<Condition>,
    message: &'static str,
}

/// Something about an option.
struct Condition {
    option: &'static str,
    asks: Asks,
    value: Json,
}

enum Asks {
    Is,
    IsNot,
    Has,
}

static EXCLUSIONS: LazyLock<Vec<Exclusion>> = LazyLock::new(|| {
    let lines = data::lines(OPTIONS).filter_map(|columns| {
        let [_name, severity, since, until, all, unless, message, _source] = columns.as_slice() else {
            return None;
        };
        let conditions = |text: &'static str, separator: &str| -> Option<Vec<Condition>> {
            text.split(separator).filter(|text| *text != "-").map(Condition::read).collect()
        };
        Some(Exclusion {
            severity: Severity::from_name(severity)?,
            since: data::release(since),
            until: data::release(until),
            conditions: conditions(all, " & ")?,
            unless: conditions(unless, " | ")?,
            message,
        })
    });
    lines.collect()
});

impl Condition {
    fn read(text: &'static str) -> Option<Condition> {
        let (option, rest) = text.split_once(' ')?;
        let (asks, value) = rest.split_once(' ')?;
        let asks = match asks {
            "=" => Asks::Is,
            "!=" => Asks::IsNot,
            "has" => Asks::Has,
            _ => return None,
        };
        Some(Condition { option, asks, value: serde_json::from_str(value).ok()? })
    }

    /// Whether it holds; `None` if that is not known.
    fn holds(&self, options: &Options<'_>) -> Option<bool> {
        // What nobody defines fulfils no condition.
        let Some(option) = options.0.get(self.option) else { return Some(false) };
        match (&option.prediction, &self.asks) {
            (Prediction::Ok { value, .. }, Asks::Is) => Some(*value == self.value),
            (Prediction::Ok { value, .. }, Asks::IsNot) => Some(*value != self.value),
            (Prediction::Ok { value: Json::Array(list), .. }, Asks::Has) => Some(list.contains(&self.value)),
            (Prediction::Undefined, _) => Some(false),
            _ => None,
        }
    }
}

impl Exclusion {
    /// Whether it is one in the release of a system.
    fn is_one(&self, system: &System) -> bool {
        let has = |release: u32| system.release.and_then(|r| r.has(release));
        // Releases come in May and November.
        let next = |release: u32| if release % 100 == 5 { release + 6 } else { release + 94 };
        self.since.is_none_or(|since| has(since) == Some(true))
            && self.until.is_none_or(|until| has(next(until)) == Some(false))
    }

    /// Whether it is certain that all conditions hold.
    fn is_met(&self, options: &Options<'_>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(options) == Some(true))
            && self.unless.iter().all(|condition| condition.holds(options) == Some(false))
    }
}

/// The options that a configuration defines, by the newest names that they have.
struct Options<'s>(FxHashMap<Cow<'s, str>, &'s OptionModel>);

impl<'s> Options<'s> {
    fn of(scope: &'s Scope) -> Self {
        let is_defined =
            |option: &OptionModel| option.definitions.iter().any(|d| d.place.is_some() && takes_part(d));
        let defined = scope.options.iter().filter(|(_, option)| is_defined(option));
        let named = defined.map(|(name, option)| {
            let newest = newest(&option.path).map(Cow::Owned);
            (newest.unwrap_or(Cow::Borrowed(name.as_str())), option.as_ref())
        });
        Options(named.collect())
    }
}

fn takes_part(definition: &DefinitionModel) -> bool {
    matches!(definition.state, DefinitionState::Wins | DefinitionState::Maybe)
}

/// The name that an option of an old name has now.
fn newest(path: &[Name]) -> Option<String> {
    let renamed = renaming(path).filter(|renaming| renaming.fate == Fate::Renamed)?;
    let to: Vec<Name> = renamed.to?.iter().map(Name::new).collect();
    Some(newest(&to).unwrap_or_else(|| show_loc(&to)))
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    if cx.system.world != World::Nixos {
        return;
    }
    let mut parent = None;
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)) {
        let parent = parent.get_or_insert_with(|| Options::of(&cx.system.parent));
        for met in met(cx.system, parent, specialisation) {
            findings.extend(finding(cx, specialisation, &met));
        }
    }
}

/// Options that exclude each other in a specialisation, and not in its parent.
struct Met<'s> {
    exclusion: &'static Exclusion,
    own: (&'s OptionModel, &'s DefinitionModel),
    inherited: (&'s OptionModel, &'s DefinitionModel),
}

fn met<'s>(system: &System, parent: &Options<'_>, specialisation: &'s Specialisation) -> Vec<Met<'s>> {
    let child = Options::of(&specialisation.scope);
    let wanted = EXCLUSIONS.iter().filter(|e| e.is_one(system) && e.is_met(&child) && !e.is_met(parent));
    let met = wanted.filter_map(|exclusion| {
        let of = |origin: Origin| {
            // The last condition is what an exclusion is about; those in front of it say where it is one.
            let options = exclusion.conditions.iter().rev().filter_map(|c| child.0.get(c.option).copied());
            let mut definitions =
                options.flat_map(|option| option.definitions.iter().map(move |d| (option, d)));
            definitions
                .find(|(_, d)| d.origin == origin && d.state == DefinitionState::Wins && d.place.is_some())
        };
        let (own, inherited) = (of(Origin::Own)?, of(Origin::Inherited)?);
        Some(Met { exclusion, own, inherited })
    });
    met.collect()
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation, met: &Met<'_>) -> Option<Finding> {
    let Met { exclusion, own, inherited } = met;
    let tag = &specialisation.name;
    let name = show_loc(&own.0.path);
    let consequence = match exclusion.severity {
        Severity::Error => format!("NixOS will refuse to build `{tag}`: {}", exclusion.message),
        _ => format!("NixOS builds `{tag}` all the same, but {}", exclusion.message),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: exclusion.severity,
        message: format!(
            "`{name} = {}` in specialisation `{tag}` does not go with the parent's `{} = {}`",
            cx.show(own.1),
            show_loc(&inherited.0.path),
            cx.show(inherited.1)
        ),
        primary: cx.label(&own.1.place?, exclusion.message),
        related: vec![cx.label(&inherited.1.place?, format!("`{tag}` inherits this"))],
        consequence,
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(name),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, met);
    Some(finding.with_fixes(fix))
}

/// Keeps what the parent has to the parent: other specialisations may want it.
fn fix(cx: &Context<'_>, finding: &Finding, met: &Met<'_>) -> Option<Fix> {
    let (option, definition) = met.inherited;
    let place = definition.place?;
    let edits: Vec<Edit> = guard(&cx.source(place.file)?, place.value)?;
    let (tag, inherited) = (finding.specialisation.as_deref()?, show_loc(&option.path));
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        child.is_some_and(|child| {
            let met = self::met(after, &Options::of(&after.parent), child);
            met.iter().all(|met| Some(show_loc(&met.own.0.path)) != finding.option)
        })
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == inherited;
    let title = format!("set `{inherited}` in the base only: `lib.mkIf (config.specialisation != {{ }})`");
    cx.fixer.fix(finding, title, edits, mended, may_change).map(Fix::uncertain)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some have got their name since, and are there under the old one.
    #[test]
    fn all_lines_are_read_and_all_options_exist() {
        assert_eq!(EXCLUSIONS.len(), data::lines(OPTIONS).count());
        let renamed = include_str!("../../data/renamed-options.tsv");
        let targets: Vec<&str> = data::lines(renamed).filter_map(|columns| columns.get(2).copied()).collect();
        let is_new = |option: &&str| {
            targets.contains(option)
                || targets.iter().any(|to| to.strip_suffix(".*").is_some_and(|to| option.starts_with(to)))
        };
        let conditions =
            EXCLUSIONS.iter().flat_map(|exclusion| exclusion.conditions.iter().chain(&exclusion.unless));
        let unknown = data::strangers(conditions.map(|condition| condition.option));
        assert_eq!(
            unknown.into_iter().filter(|option| !is_new(option)).collect::<Vec<_>>(),
            Vec::<&str>::new()
        );
    }
}
