//! `unknown-option`: a definition of an option that nothing declares.

use super::{Check, Context, Rule};
use crate::eval::show::attr_name;
use crate::findings::{Edit, Finding, Fix, Label, Location, Severity};
use crate::fix::Source;
use crate::nixos::model::{Missing, OptionModel, Place, Scope, Span, Specialisation, System, World};
use crate::nixos::show_loc;
use crate::nixos::table::path::show_option_path;
use crate::nixos::table::{nearest, renaming};
use crate::syntax::hir::Name;
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "unknown-option",
    severity: Severity::Error,
    default: false,
    fixable: true,
    since: "0.1.0",
    summary: "a definition of an option that nothing declares",
    documentation: "\
## What it finds

A definition of an option that does not exist: a misspelled name, or an option of a module that is not imported. What is wrong around
`specialisation` itself is told by `misplaced-setting`. It speaks only where all modules that may declare the option are known, and
where the options are those of one's own nixpkgs; of a namespace that the configuration's modules make themselves, no nixpkgs is needed.

## Why it hurts

NixOS refuses to build the system, or the specialisation, even where the definition is under a condition that does not hold:

```text
error: The option `my.theme.color' does not exist. Definition values:
- In `…/hosts/atlas.nix': \"red\"

Did you mean `my.theme.colour'?
```

## Example

```nix
# before
{
  imports = [ ./theme.nix ]; # declares my.theme.colour
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    my.theme.color = \"red\";
  };
}
```

```nix
# after
{
  imports = [ ./theme.nix ]; # declares my.theme.colour
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    my.theme.colour = \"red\";
  };
}
```

## When it is wrong

It is certain: where a module is not known, or the options are those of another release, it is silent.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Location> = Vec::new();
    for (specialisation, scope) in cx.system.scopes() {
        for (option, missing) in strangers(scope) {
            if !missing.is_refused(&option.definitions)
                || is_of_parent(cx.system, specialisation, option, missing)
                || super::misplaced_setting::is_told(cx.system.world, option, missing)
            {
                continue;
            }
            for place in option.definitions.iter().filter_map(|d| d.place) {
                // The name alone, where it is plainly written: several definitions may have it in common.
                let location = name(cx, &place, option, missing).unwrap_or_else(|| cx.location(place.span()));
                if !told.contains(&location) {
                    told.push(location.clone());
                    findings.push(finding(cx, specialisation, missing, location));
                }
            }
        }
    }
}

/// What is defined in a scope and declared nowhere.
fn strangers(scope: &Scope) -> impl Iterator<Item = (&OptionModel, &Missing)> {
    let all = scope.options.values().chain(&scope.intruders).map(Arc::as_ref);
    all.filter_map(|option| Some((option, option.existence.missing()?)))
}

/// Whether it is `undeclared-option` that tells.
fn is_of_parent(
    system: &System,
    specialisation: Option<&Specialisation>,
    option: &OptionModel,
    missing: &Missing,
) -> bool {
    specialisation.is_some_and(|s| s.inherits == Some(false)) && missing.is_only_in(&system.parent, option)
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    missing: &Missing,
    location: Location,
) -> Finding {
    let path = show_loc(&missing.path);
    let near = missing.path.last().and_then(|name| {
        let beside = missing.beside.iter().map(Name::as_str);
        nearest(name, beside, 1).first().copied()
    });
    let label = match (renaming(&missing.path).and_then(|r| r.to), near) {
        (Some(to), _) => format!("`{}` has taken its place", show_option_path(&to)),
        (None, Some(near)) => format!("did you mean `{}`?", attr_name(near)),
        (None, None) => known(&missing.beside),
    };
    let who = match cx.system.world {
        World::HomeManager => "Home Manager",
        _ => "NixOS",
    };
    let built = cx.built(specialisation);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("there is no option `{path}`"),
        primary: Label { location, message: label },
        related: Vec::new(),
        consequence: format!("{who} will refuse to build {built}: \"The option `{path}' does not exist\""),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(path),
        fixes: Vec::new(),
    };
    let fix = near.and_then(|near| rename(cx, &finding, &missing.path, near));
    finding.with_fixes(fix)
}

/// Where the name stands that is not known.
fn name(cx: &Context<'_>, place: &Place, option: &OptionModel, missing: &Missing) -> Option<Location> {
    let source = Source::open(cx.texts, cx.path(place.file))?;
    let range = source.name_of(place.path, &option.path, missing.path.len().checked_sub(1)?)?;
    Some(cx.location(Span { range, ..place.span() }))
}

/// Writes another name, wherever this one stands. Only the author knows what is meant.
fn rename(cx: &Context<'_>, finding: &Finding, path: &[Name], better: &str) -> Option<Fix> {
    let mut edits: Vec<Edit> = Vec::new();
    for (option, missing) in cx.system.scopes().flat_map(|(_, scope)| strangers(scope)) {
        for place in option.definitions.iter().filter(|_| missing.path == path).filter_map(|d| d.place) {
            let location = name(cx, &place, option, missing)?;
            edits.push(Edit { location, text: attr_name(better).into() });
        }
    }
    edits.sort();
    edits.dedup();
    let title = format!("write `{better}`");
    cx.fixer.fix(finding, title, edits, |_| true, |_| true).map(Fix::uncertain)
}

/// Which names there are, if they are known to be few.
fn known(names: &[Name]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", attr_name(name))).collect();
    match names.as_slice() {
        [] => "nothing declares it".to_owned(),
        [only] => format!("there is only {only}"),
        [most @ .., last] => format!("there are {} and {last}", most.join(", ")),
    }
}
