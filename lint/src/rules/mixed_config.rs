//! `mixed-config`: a module with `config` or `options` at its top and settings beside it.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Severity};
use crate::nixos::model::{Cause, Mixed, Place, Scope, Span, Specialisation, System};
use crate::syntax::hir::EntryKind;

pub(super) const RULE: Rule = Rule {
    name: "mixed-config",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a module has `config` or `options`, and settings beside it",
    documentation: "\
## What it finds

A module, such as the configuration of a specialisation, in which settings stand beside `config` or `options`.

## Why it hurts

A module is either short, and all that it has are settings; or it has `config` or `options`, and then all settings belong under
`config`. NixOS refuses both at once:

```text
error: Module `…' has an unsupported attribute `system'. This is caused by introducing a top-level
`config' or `options' attribute. Add configuration attributes immediately on the top level instead,
or move all of them (namely: system) into the explicit `config' attribute.
```

## Example

```nix
# before
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    config.services.xserver.enable = true;
  };
}
```

```nix
# after
{
  specialisation.tv.configuration = {
    config.system.nixos.tags = [ \"tv\" ];
    config.services.xserver.enable = true;
  };
}
```

## When it is wrong

It is certain.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Place> = Vec::new();
    for (specialisation, scope) in cx.system.scopes() {
        for mixed in mixed(scope) {
            let Some(place) = mixed.settings.first().filter(|place| cx.is_written(place.span())) else {
                continue;
            };
            if !told.contains(place) {
                told.push(*place);
                findings.push(finding(cx, specialisation, mixed, *place));
            }
        }
    }
}

/// The modules of a scope in which both stand.
fn mixed(scope: &Scope) -> impl Iterator<Item = &Mixed> {
    scope.troubles.iter().filter_map(|trouble| match &trouble.cause {
        Cause::Mixed(mixed) => Some(mixed),
        _ => None,
    })
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    mixed: &Mixed,
    place: Place,
) -> Finding {
    let top = mixed.top.map(|top| (cx.text(top.file, top.path), top));
    let word = |path: &str| path.split('.').next().unwrap_or_default().to_owned();
    let word = top.as_ref().map_or("config".to_owned(), |(path, _)| word(path));
    let others = mixed.settings[1..].iter().map(|place| cx.label(place, "and so does this"));
    let top = top.map(|(_, top)| Label {
        location: cx.location(Span { file: top.file, range: top.path }),
        message: format!("with `{word}` here, all settings belong under `config`"),
    });
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("`{}` stands beside `{word}`, and not under `config`", mixed.first),
        primary: cx.label(&place, "this belongs under `config`"),
        related: top.into_iter().chain(others).collect(),
        consequence: format!(
            "{} will refuse to build {}: \"Module has an unsupported attribute `{}'\"",
            cx.who(),
            cx.built(specialisation),
            mixed.first
        ),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: None,
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, mixed, place);
    finding.with_fixes(fix)
}

fn fix(cx: &Context<'_>, finding: &Finding, mixed: &Mixed, place: Place) -> Option<Fix> {
    let is_plain = |other: &Place| other.kind == EntryKind::Plain && other.file == place.file;
    if !mixed.settings.iter().all(is_plain) {
        return None;
    }
    let ranges: Vec<_> = mixed.settings.iter().map(|place| place.range).collect();
    let edits = cx.source(place.file)?.under_config(&ranges)?;
    // Only now are the specialisations there that the module defines, with mistakes of their own.
    let count = |system: &System| -> usize {
        let scopes = system.scopes().filter(|(s, _)| s.map(|s| &s.name) == finding.specialisation.as_ref());
        scopes.map(|(_, scope)| self::mixed(scope).count()).sum()
    };
    let mended = |after: &System| count(after) < count(cx.system);
    cx.fixer.fix(finding, "put the settings under `config`", edits, mended, |_| true)
}
