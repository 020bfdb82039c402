//! `conflicting-definitions`: two definitions within one scope that contradict each other.

mod of_nixos;

use super::needs_mkdefault::{opponents, says};
use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::fix::Level;
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Merging, OptionModel, Origin, Prediction, Scope, Specialisation, System,
};
use crate::nixos::priority;

pub(super) const RULE: Rule = Rule {
    name: "conflicting-definitions",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "two definitions of an option in the same configuration contradict each other",
    documentation: "\
## What it finds

An option that two modules of the same configuration define differently, at the same priority: two modules of the base,
or two of a specialisation, or two of the base that meet only inside a specialisation, because a guard keeps one of
them out of the base.

Where the source of nixpkgs is at hand, what NixOS' own modules define takes part, as far as it is certain that they do:
two desktops may each set an option that only one value is possible for.

## Why it hurts

Of an option that takes one value, definitions of equal priority must be equal. NixOS refuses to build:

```text
error: The option `networking.hostName' has conflicting definition values:
- In `…/hosts/atlas.nix': \"borealis\"
- In `<unknown-file>': \"atlas\"
Use `lib.mkForce value` or `lib.mkDefault value` to change the priority on any of these definitions.
```

The name may be one that nobody has written, where both are made by modules of NixOS.

## Example

```nix
# before
{
  imports = [ { networking.hostName = \"atlas\"; } ];
  networking.hostName = \"borealis\";
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

```nix
# after
{ lib, ... }:
{
  imports = [ { networking.hostName = lib.mkDefault \"atlas\"; } ];
  networking.hostName = \"borealis\";
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

## When it is wrong

It is certain: it speaks only where both values are known to contradict each other.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    scope(cx, None, &cx.system.parent, findings);
    for specialisation in &cx.system.specialisations {
        scope(cx, Some(specialisation), &specialisation.scope, findings);
    }
}

fn scope(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    scope: &Scope,
    findings: &mut Vec<Finding>,
) {
    for (name, option) in &scope.options {
        let Prediction::Conflict { option: culprit, message } = &option.prediction else { continue };
        if culprit != name {
            continue;
        }
        if let Some(specialisation) = specialisation
            && specialisation.inherits == Some(true)
        {
            // What the parent contradicts itself in is said of the parent, what it contradicts the child in by `needs-mkdefault`.
            let of_parent = cx.system.parent.options.get(name).map(|o| &o.prediction);
            if matches!(of_parent, Some(Prediction::Conflict { .. })) || is_with_parent(option) {
                continue;
            }
        }
        if let Some(finding) = finding(cx, specialisation, name, option, message) {
            findings.push(finding);
        }
    }
}

/// Whether `needs-mkdefault` speaks of it.
fn is_with_parent(option: &OptionModel) -> bool {
    opponents(option).is_some_and(|(own, inherited)| own.place.is_some() && inherited.place.is_some())
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    name: &str,
    option: &OptionModel,
    message: &str,
) -> Option<Finding> {
    let winners: Vec<&DefinitionModel> =
        option.definitions.iter().filter(|d| d.state == DefinitionState::Wins).collect();
    let placed = || winners.iter().copied().filter(|d| d.place.is_some());
    let Some(first) = placed().next() else {
        return of_nixos::finding(cx, specialisation, name, message, &winners);
    };
    let other = placed().find(|d| d.value != first.value).or(placed().nth(1));
    // The option's own default stands nowhere.
    let rival = other.or_else(|| winners.iter().copied().find(|d| d.place.is_none()));
    let written = Context::written(name, &winners);
    let scope = cx.scope(specialisation);
    let values = match rival {
        Some(rival) if cx.show(rival) != cx.show(first) => {
            let its = match (rival.place, rival.origin) {
                (Some(_), _) => "",
                (None, Origin::System) => "NixOS' own ",
                (None, _) => "its default ",
            };
            let told = rival.of_nixos.as_ref().map(|own| format!(" (`{}`)", own.file)).unwrap_or_default();
            let (one, other) = (cx.show(first), cx.show(rival));
            format!("`{written}` cannot be both {one} and {its}{other}{told} in {scope}")
        }
        Some(_) => format!("`{written}` takes one definition only, but has two alike in {scope}"),
        None => format!("`{written}` takes one definition only, but has several in {scope}"),
    };
    let built = cx.built(specialisation);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: values,
        primary: says(cx, written, first)?,
        related: other
            .and_then(|o| says(cx, written, o))
            .or_else(|| of_nixos::made(cx, rival?))
            .into_iter()
            .collect(),
        consequence: format!("NixOS will refuse to build {built}: \"{message}\""),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(written.to_owned()),
        fixes: Vec::new(),
    };
    let fixes = Mends { cx, finding: &finding, name, option, winners: &winners }.all(first, other);
    Some(finding.with_fixes(fixes))
}

/// The ways to mend a finding.
struct Mends<'m> {
    cx: &'m Context<'m>,
    finding: &'m Finding,
    /// The option's name, which may not be the one that is written.
    name: &'m str,
    option: &'m OptionModel,
    winners: &'m [&'m DefinitionModel],
}

impl Mends<'_> {
    fn all(&self, first: &DefinitionModel, other: Option<&DefinitionModel>) -> Vec<Fix> {
        let both = || other.into_iter().flat_map(|other| [other, first]);
        let fixes: Vec<Fix> = both().filter_map(|winner| self.weaken_all_but(winner)).collect();
        if fixes.is_empty() {
            return std::iter::once(first)
                .chain(other)
                .filter_map(|winner| self.strengthen(winner))
                .collect();
        }
        fixes
    }

    /// Lets one definition win by weakening those that contradict it.
    fn weaken_all_but(&self, winner: &DefinitionModel) -> Option<Fix> {
        let (level, how) = match winner.priority {
            priority::PLAIN => (Level::Default, "`lib.mkDefault`"),
            p => (Level::Number(p + 1), "a weaker priority"),
        };
        let contradicts = |d: &DefinitionModel| {
            d.place != winner.place
                && (self.option.merging == Merging::Single || d.value.is_none() || d.value != winner.value)
        };
        let rivals: Vec<&DefinitionModel> = self.winners.iter().copied().filter(|d| contradicts(d)).collect();
        let ours = self.cx.show(winner);
        let title = match rivals.as_slice() {
            [rival] if self.cx.show(rival) != ours => {
                format!("give {} {how}, so that {ours} wins", self.cx.show(rival))
            }
            [rival] => {
                format!("give the one at {} {how}, so that the other counts", self.cx.spot(&rival.place?))
            }
            _ => format!("give the others {how}, so that {ours} wins"),
        };
        self.level(&rivals, level, title)
    }

    /// Lets one definition win by making it stronger.
    fn strengthen(&self, winner: &DefinitionModel) -> Option<Fix> {
        let level = match winner.priority {
            priority::OPTION_DEFAULT => Level::Default,
            p if p > priority::PLAIN => Level::Plain,
            priority::PLAIN => Level::Force,
            p => Level::Number(p - 1),
        };
        self.level(&[winner], level, format!("make {} stronger: {}", self.cx.show(winner), level.describe()))
    }

    fn level(&self, definitions: &[&DefinitionModel], level: Level, title: String) -> Option<Fix> {
        let edits = self.cx.prioritised(definitions, level)?;
        let written = self.finding.option.as_deref()?;
        let tag = self.finding.specialisation.as_deref();
        let mended = |after: &System| {
            let scope = match tag {
                None => Some(&after.parent),
                Some(tag) => after.specialisations.iter().find(|s| s.name == tag).map(|s| &s.scope),
            };
            let prediction = scope.and_then(|s| s.options.get(written)).map(|o| &o.prediction);
            // Module arguments are told of only where they fail.
            prediction.is_none_or(|p| matches!(p, Prediction::Ok { .. } | Prediction::Unknown(_)))
        };
        // What is a conflict in the parent is one in every child too.
        let may_change = |(scope, option): (Option<&str>, &str)| {
            (option == written || option == self.name) && (tag.is_none() || scope == tag)
        };
        // Which of them is meant, only their author knows.
        self.cx.fixer.fix(self.finding, title, edits, mended, may_change).map(Fix::uncertain)
    }
}
