//! `guard-by-name`: `config.specialisation` used as if it told which specialisation is running.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Label, Severity};
use crate::nixos::model::{Asked, Read, Span, System};

pub(super) const RULE: Rule = Rule {
    name: "guard-by-name",
    severity: Severity::Warning,
    default: true,
    fixable: false,
    since: "0.1.0",
    summary: "`config.specialisation` is used as if it were the name of the one that is running",
    documentation: "\
## What it finds

`config.specialisation` compared with a text, and `config.specialisation.name or …`.

## Why it hurts

`config.specialisation` is the set of all specialisations in the base, and empty in each of them. It is no text, so that
`config.specialisation == \"tv\"` is false everywhere and `!= \"tv\"` is true everywhere; and it has no `name`, so that
`config.specialisation.name or \"base\"` is always `\"base\"`. Nothing tells a module which specialisation it is evaluated for. NixOS
reports none of it: below, the service is off in `tv` too.

## Example

```nix
# before
{ config, lib, ... }:
{
  specialisation.tv.configuration.system.nixos.tags = [ \"tv\" ];
  services.openssh.enable = lib.mkIf (config.specialisation == \"tv\") true;
}
```

```nix
# after
{ config, lib, ... }:
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.openssh.enable = true;
  };
}
```

What is meant for one specialisation belongs in its `configuration`. Where several modules must know, declare an option of your
own (`options.my.variant = lib.mkOption { default = \"base\"; … }`), set it in each specialisation, and ask that.

## When it is wrong

It is certain that the comparison always has the same result. A specialisation that is called `name` is no mistake, and
`config.specialisation.name or …` is then not told.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Span> = Vec::new();
    for (_, scope) in cx.system.scopes() {
        for definition in scope.options.values().flat_map(|option| &option.definitions) {
            let conditions = definition.conditions.iter().flat_map(|condition| &condition.reads);
            for read in definition.reads.iter().chain(conditions) {
                let Some((asked, span)) = taken_for_name(cx.system, read) else { continue };
                if cx.is_written(span) && !told.contains(&span) {
                    told.push(span);
                    findings.push(finding(cx, asked, span));
                }
            }
        }
    }
}

/// Where something takes the set of all specialisations for a name, or for something that has one.
fn taken_for_name(system: &System, read: &Read) -> Option<(Asked, Span)> {
    let (asked, span) = read.missing?;
    let (above, name) = read.option.split_once('.')?;
    let is_name =
        || name == "name" && system.named.iter().all(|(specialisation, _)| specialisation != "name");
    let is_it = match asked {
        Asked::Compared => true,
        Asked::OrElse => is_name(),
        Asked::Needed => false,
    };
    (above == "specialisation" && is_it).then_some((asked, span))
}

fn finding(cx: &Context<'_>, asked: Asked, span: Span) -> Finding {
    let (message, label, consequence) = match asked {
        Asked::Compared => (
            "this compares the set of all specialisations with a text",
            "it is never the name of the one that is running",
            "takes it for another value each time: it is the same in the base and in every specialisation",
        ),
        _ => (
            "this asks the set of all specialisations for a name",
            "it has no name, in the base as in every specialisation",
            "takes what stands behind `or`, each time",
        ),
    };
    Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: message.into(),
        primary: Label { location: cx.location(span), message: label.into() },
        related: Vec::new(),
        consequence: format!("{} {consequence}", cx.who()),
        systems: Vec::new(),
        specialisation: None,
        option: None,
        fixes: Vec::new(),
    }
}
