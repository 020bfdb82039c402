//! `unknown-specialisation`: a reference to a specialisation that does not exist.

use super::{Check, Context, ProjectContext, Rule};
use crate::eval::show::attr_name;
use crate::findings::{Applicability, Edit, Finding, Fix, Label, Location, Severity};
use crate::fix::{Source, guard};
use crate::nixos::model::{
    Asked, DefinitionModel, DefinitionState, OptionModel, Place, Prediction, Read, ReadScope, Scope, Span,
    Specialisation, System,
};
use crate::nixos::table::nearest;

pub(super) const RULE: Rule = Rule {
    name: "unknown-specialisation",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a reference to a specialisation that does not exist",
    documentation: "\
## What it finds

`config.specialisation.NAME` where the system has no specialisation of that name, in its modules or elsewhere in the flake
(`self.nixosConfigurations.atlas.config.specialisation.NAME`); and where a module of the parent reads one that exists, but
does so in the specialisations too.

## Why it hurts

Nix stops as soon as the value is needed:

```text
error: attribute 'gamin' missing
```

A module of the parent is evaluated anew in each specialisation, where `config.specialisation` is always empty, so that a reference that
is right in the base fails there.

## Example

```nix
# before
{ config, ... }:
{
  specialisation.gaming.configuration.system.nixos.tags = [ \"gaming\" ];
  environment.etc.games.text = config.specialisation.gamin.configuration.networking.hostName;
}
```

```nix
# after
{ config, lib, ... }:
{
  specialisation.gaming.configuration.system.nixos.tags = [ \"gaming\" ];
  environment.etc.games.text = lib.mkIf (config.specialisation != { })
    config.specialisation.gaming.configuration.networking.hostName;
}
```

## When it is wrong

It is certain: it speaks only where all specialisations of the system are known. `config.specialisation.NAME or …` and
`config.specialisation ? NAME` are no such references.
",
    checks: &[Check::System(check), Check::Project(check_project)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Span> = Vec::new();
    for (within, scope) in cx.system.scopes() {
        for missed in missed(scope) {
            if told.contains(&missed.span) {
                continue;
            }
            let finding = match (&missed.read.scope, within) {
                (ReadScope::Parent, _) | (ReadScope::Own, None) => unknown(cx, within, &missed),
                _ => out_of_sight(cx, within, &missed),
            };
            if let Some(finding) = finding {
                told.push(missed.span);
                findings.push(finding);
            }
        }
    }
}

fn check_project(cx: &ProjectContext<'_>, findings: &mut Vec<Finding>) {
    for reference in cx.references {
        let names: Vec<&str> = reference.names.iter().map(|name| name.as_str()).collect();
        let near = nearest(&reference.name, names.iter().copied(), 1).first().copied();
        let Some(file) = cx.texts.lowered(&reference.file) else { continue };
        let range = file.range(reference.expr);
        let location = Location::new(&reference.file, range);
        let renamed = near.and_then(|near| {
            let source = Source::open(cx.texts, &reference.file)?;
            Some((near, source.selected(range, &reference.name)?))
        });
        // Nothing here evaluates outputs again.
        let fix = renamed.map(|(near, range)| Fix {
            title: format!("write `{near}`"),
            applicability: Applicability::Unsafe,
            edits: vec![Edit {
                location: Location::new(&reference.file, range),
                text: attr_name(near).into(),
            }],
        });
        findings.push(Finding {
            rule: RULE.name,
            severity: RULE.severity,
            message: format!("there is no specialisation `{}`", reference.name),
            primary: Label { location, message: known(&names) },
            related: Vec::new(),
            consequence: format!(
                "Nix will stop when it evaluates this: \"attribute '{}' missing\"",
                reference.name
            ),
            systems: Vec::new(),
            specialisation: None,
            option: None,
            fixes: fix.into_iter().collect(),
        });
    }
}

/// Which specialisations there are, in a sentence.
fn known(names: &[&str]) -> String {
    match names {
        [] => "the system has none".to_owned(),
        names => format!("the system has {}", names.join(", ")),
    }
}

/// A specialisation that a definition reads and that does not exist where it is read.
struct Missed<'s> {
    option: &'s str,
    definition: &'s DefinitionModel,
    read: &'s Read,
    /// The name that it does not have.
    name: &'s str,
    span: Span,
}

fn missed(scope: &Scope) -> impl Iterator<Item = Missed<'_>> {
    let counts = |option: &OptionModel, definition: &DefinitionModel| {
        definition.state == DefinitionState::Wins
            || definition.state == DefinitionState::Maybe
                && matches!(option.prediction, Prediction::Refused(_))
    };
    let definitions =
        scope.options.iter().filter(|(_, option)| !option.has_parts).flat_map(move |(name, option)| {
            let definitions = option.definitions.iter().filter(move |d| counts(option, d));
            definitions.map(move |definition| (name.as_str(), definition))
        });
    definitions.flat_map(|(option, definition)| {
        definition.reads.iter().filter_map(move |read| {
            let (Asked::Needed, span) = read.missing? else { return None };
            let (above, name) = read.option.rsplit_once('.')?;
            let is_specialisation = above == "specialisation" || above.ends_with(".specialisation");
            is_specialisation.then_some(Missed { option, definition, read, name, span })
        })
    })
}

/// There is no such specialisation at all.
fn unknown(cx: &Context<'_>, within: Option<&Specialisation>, missed: &Missed<'_>) -> Option<Finding> {
    let names: Vec<&str> = cx.system.specialisations.iter().map(|s| s.name.as_str()).collect();
    let near = nearest(missed.name, names.iter().copied(), 1).first().copied();
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("there is no specialisation `{}`", missed.name),
        primary: Label { location: cx.location(missed.span), message: known(&names) },
        related: Vec::new(),
        consequence: format!("Nix will stop at `{}`: \"attribute '{}' missing\"", missed.option, missed.name),
        systems: Vec::new(),
        specialisation: within.map(|s| s.name.clone()),
        option: Some(missed.option.to_owned()),
        fixes: Vec::new(),
    };
    let fix = near.and_then(|name| rename(cx, &finding, missed, name));
    Some(finding.with_fixes(fix))
}

/// The name that is likely meant, which only the author knows.
fn rename(cx: &Context<'_>, finding: &Finding, missed: &Missed<'_>, better: &str) -> Option<Fix> {
    let source = cx.source(missed.span.file)?;
    let range = source.selected(missed.span.range, missed.name)?;
    let edit = Edit { location: cx.location(Span { range, ..missed.span }), text: attr_name(better).into() };
    let title = format!("write `{better}`");
    let gone =
        |after: &System| after.scopes().all(|(_, scope)| self::missed(scope).all(|m| m.name != missed.name));
    cx.fixer.fix(finding, title, vec![edit], gone, |_| true).map(Fix::uncertain)
}

/// The specialisation exists, but not inside of one.
fn out_of_sight(cx: &Context<'_>, within: Option<&Specialisation>, missed: &Missed<'_>) -> Option<Finding> {
    let within = within?;
    let name = missed.name;
    let contains =
        |place: &Place| place.file == missed.span.file && place.range.contains_range(missed.span.range);
    let related = missed
        .definition
        .place
        .filter(contains)
        .map(|place| cx.label(&place, format!("`{}` sets `{}` too", within.name, missed.option)));
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("there is no specialisation `{name}` to read inside of `{}`", within.name),
        primary: Label {
            location: cx.location(missed.span),
            message: "`config.specialisation` is empty inside of every specialisation".into(),
        },
        related: related.into_iter().collect(),
        consequence: format!(
            "Nix will stop when it evaluates `{}`: \"attribute '{name}' missing\"",
            within.name
        ),
        systems: Vec::new(),
        specialisation: Some(within.name.clone()),
        option: Some(missed.option.to_owned()),
        fixes: Vec::new(),
    };
    let fix = guarded(cx, &finding, missed);
    Some(finding.with_fixes(fix))
}

fn guarded(cx: &Context<'_>, finding: &Finding, missed: &Missed<'_>) -> Option<Fix> {
    let place = missed.definition.place?;
    let source = cx.source(place.file)?;
    let edits = guard(&source, place.value)?;
    let mended = |after: &System| {
        after.scopes().all(|(_, scope)| self::missed(scope).all(|m| m.option != missed.option))
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope.is_some() && option == missed.option;
    let title = "set it in the base only: `lib.mkIf (config.specialisation != { })`";
    cx.fixer.fix(finding, title, edits, mended, may_change)
}
