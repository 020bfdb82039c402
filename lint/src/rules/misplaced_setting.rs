//! `misplaced-setting`: a setting beside the `configuration` of a specialisation, or a misspelled name there.

use super::{Check, Context, Rule};
use crate::eval::show::attr_name;
use crate::findings::{Edit, Finding, Fix, Label, Location, Severity};
use crate::fix::Source;
use crate::nixos::model::{Missing, OptionModel, Place, Scope, Span, Specialisation, System, World};
use crate::nixos::show_loc;
use crate::nixos::table::nearest;
use crate::syntax::hir::Name;
use rowan::TextRange;
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "misplaced-setting",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a setting beside `configuration`, or a misspelled `specialisation`",
    documentation: "\
## What it finds

Settings that stand directly in `specialisation.NAME` and not in its `configuration`; and `specialisation`, `configuration` or
`inheritParentConfig` misspelled, such as `specialization` in NixOS.

## Why it hurts

A specialisation has two options, `configuration` and `inheritParentConfig`, and the newest NixOS has `toplevel`. All else is refused:

```text
error: The option `specialisation.tv.services' does not exist. Definition values:
- In `…/hosts/atlas.nix':
    {
      xserver = {
```

## Example

```nix
# before
{
  specialisation.tv = {
    services.xserver.enable = true;
    configuration.system.nixos.tags = [ \"tv\" ];
  };
}
```

```nix
# after
{
  specialisation.tv.configuration = {
    services.xserver.enable = true;
    system.nixos.tags = [ \"tv\" ];
  };
}
```

## When it is wrong

It is certain. Home Manager takes `specialization` too, with a warning; there it is silent.
",
    checks: &[Check::System(check)],
};

/// The options of a specialisation that people write.
const OPTIONS: [&str; 2] = ["configuration", "inheritParentConfig"];

/// What is meant by something that no option is.
enum Meant<'m> {
    /// A setting of this specialisation.
    Setting(&'m Name),
    /// Another name.
    Name(&'static str),
}

/// What is meant by something that is certainly no option, if it has to do with specialisations.
fn meant<'m>(world: World, option: &OptionModel, missing: &'m Missing) -> Option<Meant<'m>> {
    let certain = missing.is_refused(&option.definitions);
    match missing.path.as_slice() {
        _ if !certain => None,
        [.., above, specialisation, name] if above == "specialisation" => {
            let near = nearest(name, OPTIONS.into_iter(), 1).first().copied();
            Some(near.map_or(Meant::Setting(specialisation), Meant::Name))
        }
        [_] if world == World::Nixos => {
            let is_it = missing.beside.first().is_some_and(|name| name == "specialisation");
            is_it.then_some(Meant::Name("specialisation"))
        }
        _ => None,
    }
}

/// Whether this rule tells of something that is no option.
pub(super) fn is_told(world: World, option: &OptionModel, missing: &Missing) -> bool {
    meant(world, option, missing).is_some()
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Location> = Vec::new();
    for (within, scope) in cx.system.scopes() {
        for (option, missing, meant) in strangers(cx.system.world, scope) {
            for place in option.definitions.iter().filter_map(|d| d.place) {
                let name = name(cx, &place, option, missing);
                let location =
                    name.map_or_else(|| cx.location(place.span()), |range| location(cx, &place, range));
                if !told.contains(&location) {
                    told.push(location.clone());
                    findings.push(finding(cx, within, missing, &meant, location, place));
                }
            }
        }
    }
}

fn strangers(world: World, scope: &Scope) -> impl Iterator<Item = (&OptionModel, &Missing, Meant<'_>)> {
    let all = scope.options.values().chain(&scope.intruders).map(Arc::as_ref);
    all.filter_map(move |option| {
        let missing = option.existence.missing()?;
        Some((option, missing, meant(world, option, missing)?))
    })
}

/// Where the name stands that is not known.
fn name(cx: &Context<'_>, place: &Place, option: &OptionModel, missing: &Missing) -> Option<TextRange> {
    let source = Source::open(cx.texts, cx.path(place.file))?;
    source.name_of(place.path, &option.path, missing.path.len().checked_sub(1)?)
}

fn location(cx: &Context<'_>, place: &Place, range: TextRange) -> Location {
    cx.location(Span { range, ..place.span() })
}

fn finding(
    cx: &Context<'_>,
    within: Option<&Specialisation>,
    missing: &Missing,
    meant: &Meant<'_>,
    location: Location,
    place: Place,
) -> Finding {
    let path = show_loc(&missing.path);
    let last = missing.path.last().map_or_else(String::new, |name| attr_name(name).into_owned());
    let (message, label) = match meant {
        Meant::Setting(specialisation) => (
            format!("`{last}` stands beside the `configuration` of specialisation `{specialisation}`"),
            "settings belong in `configuration`".to_owned(),
        ),
        Meant::Name(better) => (format!("there is no option `{path}`"), format!("did you mean `{better}`?")),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message,
        primary: Label { location, message: label },
        related: Vec::new(),
        consequence: format!(
            "{} will refuse to build {}: \"The option `{path}' does not exist\"",
            cx.who(),
            cx.built(within)
        ),
        systems: Vec::new(),
        specialisation: match meant {
            Meant::Setting(specialisation) => Some((*specialisation).clone()),
            Meant::Name(_) => within.map(|s| s.name.clone()),
        },
        option: Some(path),
        fixes: Vec::new(),
    };
    let fix = match meant {
        Meant::Setting(specialisation) => moved(cx, &finding, specialisation, place),
        Meant::Name(better) => renamed(cx, &finding, missing, better),
    };
    finding.with_fixes(fix)
}

/// Whether something of that path is still no option.
fn is_left(system: &System, path: &str) -> bool {
    let strangers = system.scopes().flat_map(|(_, scope)| strangers(system.world, scope));
    strangers.into_iter().any(|(_, missing, _)| show_loc(&missing.path) == path)
}

/// Moves a setting into the configuration.
fn moved(cx: &Context<'_>, finding: &Finding, tag: &Name, place: Place) -> Option<Fix> {
    let source = cx.source(place.file)?;
    let path = finding.option.as_deref()?;
    let start = finding.primary.location.start.into();
    let specialisation = cx.system.specialisations.iter().find(|s| s.name == *tag);
    let places = specialisation.iter().flat_map(|s| &s.places).filter(|p| p.file == place.file);
    let places: Vec<(TextRange, TextRange)> = places.map(|p| (p.value, p.path)).collect();
    let edits = source.moved_into_configuration(start, &places)?;
    let may_change = |(scope, option): (Option<&str>, &str)| {
        scope == Some(tag.as_str()) || option.split('.').any(|name| name == "specialisation")
    };
    let mended = |after: &System| !is_left(after, path);
    cx.fixer.fix(finding, "move it into `configuration`", edits, mended, may_change)
}

/// Writes another name, wherever this one stands. It is likely, not certain, that it is meant.
fn renamed(cx: &Context<'_>, finding: &Finding, missing: &Missing, better: &str) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    for (option, other, _) in cx.system.scopes().flat_map(|(_, scope)| strangers(cx.system.world, scope)) {
        for place in option.definitions.iter().filter(|_| other.path == missing.path).filter_map(|d| d.place)
        {
            let location = location(cx, &place, name(cx, &place, option, other)?);
            edits.push(Edit { location, text: attr_name(better).into() });
        }
    }
    edits.sort();
    edits.dedup();
    let path = show_loc(&missing.path);
    let mended = |after: &System| !is_left(after, &path);
    cx.fixer.fix(finding, format!("write `{better}`"), edits, mended, |_| true).map(Fix::uncertain)
}
