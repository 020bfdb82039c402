//! `guard-by-name`: `config.specialisation` used as if it told which specialisation is running.

use super::context::is_part_of;
use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Severity};
use crate::fix::{Named, Source, Target};
use crate::nixos::model::{Asked, DefinitionState, Origin, Read, Span, Specialisation, System};
use crate::nixos::show_loc;
use crate::syntax::hir::Name;

pub(super) const RULE: Rule = Rule {
    name: "guard-by-name",
    severity: Severity::Warning,
    default: true,
    fixable: true,
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

What is meant for one specialisation belongs in its `configuration`, which is the mend where the comparison stands in the file that has it.
Where several modules must know, declare an option of your
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
    let text = cx.text(span.file, span.range);
    // What is moved is told without a mend as well, so that it is the same finding.
    let source = Source::open(cx.texts, cx.path(span.file)).filter(|_| asked == Asked::Compared);
    let named = source.and_then(|source| Some((source.named(span.range)?, source)));
    let option = named.as_ref().map(|(named, _)| path_of(named));
    // The names of specialisations have neither in them.
    let is_equal = text.find("==").is_some_and(|at| text.find("!=").is_none_or(|other| at < other));
    let (message, label, consequence) = match asked {
        Asked::Compared => (
            "this compares the set of all specialisations with a text",
            "it is never the name of the one that is running",
            if is_equal {
                "this is false in the base and in every specialisation"
            } else {
                "this is true in the base and in every specialisation"
            },
        ),
        _ => (
            "this asks the set of all specialisations for a name",
            "it has no name, in the base as in every specialisation",
            "what stands behind `or` is taken in the base and in every specialisation",
        ),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: message.into(),
        primary: Label { location: cx.location(span), message: label.into() },
        related: Vec::new(),
        consequence: format!("{consequence}, and {} says nothing", cx.who()),
        systems: Vec::new(),
        specialisation: None,
        option,
        fixes: Vec::new(),
    };
    let fix = named.and_then(|(named, source)| fix(cx, &finding, span.file, named, &source));
    finding.with_fixes(fix)
}

/// The path of the option that a setting defines, as NixOS prints it.
fn path_of(named: &Named) -> String {
    show_loc(&named.path.iter().map(|name| Name::new(name.trim_matches('"'))).collect::<Vec<_>>())
}

/// Moves a setting into the specialisation whose name it asks for. What it was meant to be is not what it is.
fn fix(cx: &Context<'_>, finding: &Finding, file: u32, named: Named, source: &Source) -> Option<Fix> {
    let name = &named.specialisation;
    let specialisation = cx.system.specialisations.iter().find(|s| s.name == *name)?;
    // What is written in another file may mean something else there.
    let mut places = specialisation.places.iter().filter(|place| place.file == file);
    let added = places.find_map(|place| source.with_setting((place.value, place.path), &named.setting))?;
    let path = path_of(&named);
    let is_it = |option: &str| is_part_of(option, &path);
    let sets_it = |specialisation: &Specialisation| {
        let mut options = specialisation.scope.options.iter().filter(|(option, _)| is_it(option));
        options.any(|(_, option)| {
            option.definitions.iter().any(|d| d.origin == Origin::Own && d.state == DefinitionState::Wins)
        })
    };
    let mended = |after: &System| {
        let keeps = |scope: Option<&str>, option: &str| {
            let of = |system: &System| {
                let mut scopes = system.scopes().filter(|(s, _)| s.map(|s| s.name.as_str()) == scope);
                scopes.next().and_then(|(_, scope)| scope.prediction(option).value().cloned())
            };
            of(cx.system) == of(after)
        };
        let mut others = cx.system.scopes().filter(|(s, _)| s.is_none_or(|s| s.name != *name));
        after.specialisations.iter().any(|s| s.name == *name && sets_it(s))
            && others.all(|(s, scope)| {
                let options = scope.options.keys().filter(|option| is_it(option));
                options.into_iter().all(|option| keeps(s.map(|s| s.name.as_str()), option))
            })
    };
    let may_change = |(_, option): Target<'_>| is_it(option);
    let edits = named.edits.into_iter().chain(added).collect();
    cx.fixer.fix(finding, format!("set it in `{name}`"), edits, mended, may_change).map(Fix::uncertain)
}
