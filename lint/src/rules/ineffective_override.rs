//! `ineffective-override`: a specialisation's definition that loses to a stronger one of the parent's.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::fix::{Level, set_priority};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Prediction, Specialisation, System,
};
use crate::nixos::priority;

pub(super) const RULE: Rule = Rule {
    name: "ineffective-override",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation's definition loses to a stronger one of the parent's",
    documentation: "\
## What it finds

A definition inside a specialisation that has a weaker priority than one that the parent makes of the same option, and
says something else.

## Why it hurts

Being in a specialisation gives a definition no precedence: the priority alone decides, and the lower number wins. `lib.mkForce` is 50, a
plain value 100, `lib.mkDefault` 1000, an option's own default 1500. The weaker definition vanishes without a word, and the
specialisation keeps the parent's value: below, `tty` starts the X server.

## Example

```nix
# before
{ lib, ... }:
{
  services.xserver.enable = true;
  specialisation.tty.configuration = {
    system.nixos.tags = [ \"tty\" ];
    services.xserver.enable = lib.mkDefault false;
  };
}
```

```nix
# after
{ lib, ... }:
{
  services.xserver.enable = true;
  specialisation.tty.configuration = {
    system.nixos.tags = [ \"tty\" ];
    services.xserver.enable = lib.mkForce false;
  };
}
```

## When it is wrong

When the definition is meant as a fallback for another parent, in a module that several systems share.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(true)) {
        for (name, option) in specialisation.scope.options_once() {
            judge(cx, specialisation, name, option, findings);
        }
    }
}

fn judge(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    name: &str,
    option: &OptionModel,
    findings: &mut Vec<Finding>,
) {
    // Attributes of a set that loses as a whole have no definitions here: that is `dropped-default`.
    // A value that only a build could tell is no obstacle: which definition wins is decided by the priorities alone.
    let value = match &option.prediction {
        Prediction::Ok { value, .. } => Some(value),
        Prediction::Unknown(_) if option.definitions.iter().all(|d| d.state != DefinitionState::Maybe) => {
            None
        }
        _ => return,
    };
    let winners: Vec<&DefinitionModel> =
        option.definitions.iter().filter(|d| d.state == DefinitionState::Wins).collect();
    if option.has_parts || winners.iter().any(|d| d.origin == Origin::Own) {
        return;
    }
    let Some(winner) = winners.iter().find(|d| d.origin == Origin::Inherited && d.place.is_some()) else {
        return;
    };
    for definition in &option.definitions {
        if definition.origin != Origin::Own || definition.state != DefinitionState::Loses {
            continue;
        }
        let (Some(place), Some(winner_place)) = (definition.place, winner.place) else { continue };
        // What is not known of the stronger value may well be the same.
        let same = definition.value.is_some() && (value.is_none() || definition.value.as_ref() == value);
        if same || cx.show(definition) == cx.show(winner) {
            continue;
        }
        let tag = &specialisation.name;
        let (weak, strong) = (level(definition.priority), level(winner.priority));
        let written = Context::written(name, &[definition]);
        let finding = Finding {
            rule: RULE.name,
            severity: RULE.severity,
            message: format!(
                "`{written} = {}` has no effect in specialisation `{tag}`: the parent's {} is stronger",
                cx.show(definition),
                cx.show(winner)
            ),
            primary: cx.label(&place, format!("{weak} loses")),
            related: vec![cx.label(&winner_place, format!("{strong} wins{}", Context::by(written, winner)))],
            consequence: format!("NixOS will build `{tag}` with {} and say nothing", cx.show(winner)),
            systems: Vec::new(),
            specialisation: Some(tag.clone()),
            option: Some(name.to_owned()),
            fixes: Vec::new(),
        };
        let fix = fix(cx, &finding, definition, winner);
        findings.push(finding.with_fixes(fix));
    }
}

fn level(priority: i64) -> String {
    Level::of(priority).describe()
}

fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    definition: &DefinitionModel,
    winner: &DefinitionModel,
) -> Option<Fix> {
    let (tag, name) = (finding.specialisation.as_deref()?, finding.option.as_deref()?);
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        match (child.and_then(|c| c.scope.options.get(name)).map(|o| &o.prediction), &definition.value) {
            (Some(Prediction::Ok { value, .. }), Some(wanted)) => value == wanted,
            (Some(Prediction::Ok { .. } | Prediction::Unknown(_)), None) => true,
            _ => false,
        }
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == name;
    let stronger = if winner.priority > priority::PLAIN {
        Level::Plain
    } else if winner.priority > priority::FORCE {
        Level::Force
    } else {
        Level::Number(winner.priority - 1)
    };
    let place = definition.place?;
    let edits = set_priority(&cx.source(place.file)?, place.value, stronger)?;
    let title = format!("make it stronger in `{tag}`: {}", stronger.describe());
    // That the weaker value is the one that is wanted is likely, not certain.
    cx.fixer.fix(finding, title, edits, mended, may_change).map(Fix::uncertain)
}
