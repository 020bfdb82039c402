//! `misplaced-imports`: `imports` where NixOS takes it for an option.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Place, Scope, Specialisation, System,
};
use crate::nixos::show_loc;
use std::sync::Arc;

pub(super) const RULE: Rule = Rule {
    name: "misplaced-imports",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "`imports` inside of `config`, of `lib.mkIf` or of an option",
    documentation: "\
## What it finds

`imports` that does not stand at the top of a module: inside of `config`, of `lib.mkIf` or `lib.mkMerge`, among options, or in
the value of an option such as `users.users.NAME`, unless that is a function.

## Why it hurts

There it is no list of modules, but a setting like any other, and NixOS stops:

```text
error: The option `imports' does not exist. Definition values:
- In `…/hosts/atlas.nix':
    {
      _type = \"if\";
```

Modules cannot be imported under a condition: which modules there are must be known before any condition can be asked.

## Example

```nix
# before
{ config, lib, ... }:
{
  config = lib.mkMerge [
    (lib.mkIf (!config.isSpecialisation) {
      imports = [ ./theme.nix ];
      services.openssh.enable = true;
    })
    {
      specialisation.tv.configuration = {
        system.nixos.tags = [ \"tv\" ];
        services.xserver.enable = true;
      };
    }
  ];
}
```

```nix
# after
{ config, lib, ... }:
{
  imports = [ ./theme.nix ];
  config = lib.mkMerge [
    (lib.mkIf (!config.isSpecialisation) {
      services.openssh.enable = true;
    })
    {
      specialisation.tv.configuration = {
        system.nixos.tags = [ \"tv\" ];
        services.xserver.enable = true;
      };
    }
  ];
}
```

What the imported module defines is then there always: the condition belongs inside of it.

## When it is wrong

It is certain: where a module is not known that may declare an option of that name, it is silent.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Place> = Vec::new();
    for (specialisation, scope) in cx.system.scopes() {
        for option in misplaced(scope) {
            for (definition, place) in option.definitions.iter().filter_map(|d| Some((d, d.place?))) {
                if definition.state != DefinitionState::Maybe && !told.contains(&place) {
                    told.push(place);
                    findings.push(finding(cx, specialisation, option, definition, place));
                }
            }
        }
    }
}

/// The options of a scope that were meant as imports.
fn misplaced(scope: &Scope) -> impl Iterator<Item = &OptionModel> {
    let options = scope.options.values().chain(&scope.intruders).map(Arc::as_ref);
    options.filter(|option| {
        // Directly in a specialisation, it is a setting that belongs in the configuration.
        if matches!(option.path.as_slice(), [.., above, _, _] if above == "specialisation") {
            return false;
        }
        // At the top of a system, NixOS has no option of that name in any release.
        let is_certain = |certain: bool| certain || option.path.len() == 1;
        let is_imports = option.path.last().is_some_and(|name| name == "imports");
        is_imports
            && option.existence.missing().is_some_and(|m| m.path == option.path && is_certain(m.certain))
    })
}

fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    option: &OptionModel,
    definition: &DefinitionModel,
    place: Place,
) -> Finding {
    let path = show_loc(&option.path);
    let above = &option.path[..option.path.len() - 1];
    let message = match above {
        [] if !definition.conditions.is_empty() => "modules cannot be imported under a condition".to_owned(),
        [] => "modules cannot be imported inside of `config`".to_owned(),
        above => format!("modules cannot be imported inside of `{}`", show_loc(above)),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message,
        primary: cx.label(&place, "`imports` belongs at the top of a module"),
        related: Vec::new(),
        consequence: format!(
            "{} will refuse to build {}: \"The option `{path}' does not exist\"",
            cx.who(),
            cx.built(specialisation)
        ),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(path),
        fixes: Vec::new(),
    };
    let fix = if above.is_empty() { fix(cx, &finding, place) } else { None };
    finding.with_fixes(fix)
}

/// Moves it to the top of the module, where it is no longer under any condition: whether that is meant, only the author knows.
fn fix(cx: &Context<'_>, finding: &Finding, place: Place) -> Option<Fix> {
    let edits = cx.source(place.file)?.imports_at_top(place.range)?;
    let count = |system: &System| -> usize {
        let options = system.scopes().flat_map(|(_, scope)| misplaced(scope));
        options.map(|option| option.definitions.len()).sum()
    };
    let mended = |after: &System| count(after) < count(cx.system);
    let title = "import it at the top of the module, always";
    cx.fixer.fix(finding, title, edits, mended, |_| true).map(Fix::uncertain)
}
