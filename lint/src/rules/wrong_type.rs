//! `wrong-type`: a value that its option's type can never accept.

use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Label, Severity};
use crate::fix::Source;
use crate::nixos::model::{DefinitionModel, Kinds, Misfit, Prediction, Scope, Span, Specialisation, System};
use crate::nixos::switches;
use serde_json::Value as Json;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    name: "wrong-type",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a value is not of its option's type",
    documentation: "\
## What it finds

A definition whose value, or an element of it, is not of the type that its option was declared with: of options that the
configuration declares itself, and of those of NixOS and Home Manager.

## Why it hurts

NixOS refuses to build, when it comes to that option:

```text
error: A definition for option `services.xserver.enable' is not of type `boolean'. Definition values:
- In `…/hosts/atlas.nix': \"true\"
```

In a specialisation it comes to it late, after the base was evaluated.

## Example

```nix
# before
{
  networking.firewall.allowedTCPPorts = 8080;
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = \"true\";
  };
}
```

```nix
# after
{
  networking.firewall.allowedTCPPorts = [ 8080 ];
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

## When it is wrong

It is certain for options that the configuration declares. Of NixOS' and Home Manager's own options the types are known as
of one release; another may accept more words or numbers, so there it speaks only of values of another kind: a string
where there must be a boolean. NixOS refuses a value when it looks at it: what belongs to a service or program that is not
switched on is a warning.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: HashSet<(Option<Span>, &str)> = HashSet::new();
    for (specialisation, scope) in cx.system.scopes() {
        for (name, definition, misfit) in misfits(scope) {
            // What specialisations inherit is said of the parent.
            let place = misfit.span.or(definition.place.map(|p| p.span()));
            if told.contains(&(place, misfit.option.as_str())) {
                continue;
            }
            if let Some(finding) = finding(cx, specialisation, name, definition, misfit) {
                told.insert((place, misfit.option.as_str()));
                findings.push(finding);
            }
        }
    }
}

/// What is of a wrong type in a scope, with the option and the definition that it is of.
fn misfits(scope: &Scope) -> impl Iterator<Item = (&str, &DefinitionModel, &Misfit)> {
    let definitions = scope.options_once().flat_map(|(name, option)| {
        option.definitions.iter().map(move |definition| (name.as_str(), definition))
    });
    definitions.flat_map(|(name, definition)| definition.misfits.iter().map(move |m| (name, definition, m)))
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    name: &str,
    definition: &DefinitionModel,
    misfit: &Misfit,
) -> Option<Finding> {
    let place = definition.place?;
    let Misfit { option, type_name, .. } = misfit;
    let value = shown(cx, definition, misfit);
    // An element is marked by itself, where it stands in the definition.
    let inside = misfit.span.filter(|s| {
        s.file == place.file && place.value.contains_range(s.range) && definition.expression != Some(*s)
    });
    let is_bare = |s: Span| {
        cx.text(s.file, s.range).contains("mkIf")
            && Source::open(cx.texts, cx.path(s.file)).is_some_and(|source| source.is_bare_condition(s.range))
    };
    let is_bare = misfit.value.is_none() && misfit.span.is_some_and(is_bare);
    let label = if is_bare { "`mkIf` lacks what the condition is for" } else { "not of that type" };
    let primary = match inside {
        Some(span) => Label { location: cx.location(span), message: label.into() },
        None => cx.label(&place, label),
    };
    let what = if option == name { format!("`{name}`") } else { format!("an element of `{name}`") };
    let built = cx.built(specialisation);
    let scope = specialisation.map_or(&cx.system.parent, |s| &s.scope);
    let switch = scope.options.get(name).and_then(|o| switches::switch(cx.system.world, scope, o));
    let when = switch.as_ref().map_or_else(String::new, |switch| format!(" once `{switch}` holds"));
    let finding = Finding {
        rule: RULE.name,
        severity: if switch.is_some() { Severity::Warning } else { RULE.severity },
        message: format!("{what} cannot be {value}: its type is `{type_name}`"),
        primary,
        related: Vec::new(),
        consequence: format!(
            "NixOS will refuse to build {built}{when}: \"A definition for option `{option}' is not of type `{type_name}'\""
        ),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, specialisation, name, misfit, is_bare);
    Some(finding.with_fixes(fix))
}

fn shown(cx: &Context<'_>, definition: &DefinitionModel, misfit: &Misfit) -> String {
    let part = DefinitionModel { value: misfit.value.clone(), expression: misfit.span, ..definition.clone() };
    cx.show(&part)
}

/// The value without its quotation marks, with some, or as the only element of a list, where that is what the type asks for; `true` under
/// a condition without anything.
fn fix(
    cx: &Context<'_>,
    finding: &Finding,
    specialisation: Option<&Specialisation>,
    name: &str,
    misfit: &Misfit,
    is_bare: bool,
) -> Option<Fix> {
    let span = misfit.span?;
    let text = cx.text(span.file, span.range);
    let written = match &misfit.value {
        Some(Json::String(s)) if matches!(s.as_str(), "true" | "false") => Some((s.clone(), Kinds::BOOL)),
        Some(Json::String(s)) if is_number(s) => Some((s.clone(), Kinds::NUMBER)),
        Some(Json::Number(n)) => Some((format!("\"{n}\""), Kinds::STRING)),
        Some(Json::Bool(b)) => Some((format!("\"{b}\""), Kinds::STRING)),
        _ => None,
    };
    // What cannot be of the type is not tried.
    let takes = |kind: Kinds| !misfit.takes.disjoint(kind);
    let written = written.filter(|(_, kind)| takes(*kind)).map(|(text, _)| text);
    // What stands there must be the value itself, not what computes it.
    let literal = match &misfit.value {
        Some(value @ (Json::Bool(_) | Json::Number(_) | Json::String(_))) => {
            crate::render::nix(value) == text
        }
        _ => false,
    };
    let in_a_list = (misfit.takes != Kinds::ANY && takes(Kinds::LIST) && !is_bare)
        .then(|| cx.source(span.file))
        .flatten();
    let in_a_list =
        in_a_list.and_then(|source| source.as_argument(span.range)).map(|argument| format!("[ {argument} ]"));
    let meant = (is_bare && takes(Kinds::BOOL)).then(|| format!("{text} true"));
    let candidates = written.into_iter().filter(|_| literal).chain(in_a_list).chain(meant);
    let scope = specialisation.map(|s| s.name.as_str());
    let mended = |after: &System| {
        let scope = match scope {
            None => Some(&after.parent),
            Some(name) => after.specialisations.iter().find(|s| s.name == name).map(|s| &s.scope),
        };
        scope.is_some_and(|scope| {
            let left = || misfits(scope).filter(|(option, ..)| *option == name);
            let refused = matches!(
                scope.options.get(name).map(|o| &o.prediction),
                None | Some(Prediction::Refused(_) | Prediction::Conflict { .. })
            );
            left().all(|(_, _, m)| m.option != misfit.option) && (!refused || left().next().is_some())
        })
    };
    candidates.into_iter().find_map(|candidate| {
        let title = format!("write `{candidate}`");
        let edit = Edit { location: cx.location(span), text: candidate };
        let may_change = |(_, option): (Option<&str>, &str)| misfit.option.starts_with(option);
        let fix = cx.fixer.fix(finding, title, vec![edit], mended, may_change);
        // The condition alone is true or false as well, and then never loses to a default.
        if is_bare { fix.map(Fix::uncertain) } else { fix }
    })
}

fn is_number(text: &str) -> bool {
    text.len() <= 18 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
