//! `undeclared-option`: a specialisation that does not inherit sets an option that only its parent's modules declare.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{Missing, OptionModel, Place, Specialisation, System};
use crate::nixos::show_loc;

pub(super) const RULE: Rule = Rule {
    name: "undeclared-option",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation that does not inherit sets an option that only the parent's modules declare",
    documentation: "\
## What it finds

In a specialisation with `inheritParentConfig = false`, an option that a module of the parent declares and none of its
own.

## Why it hurts

Such a specialisation has none of the parent's modules, and so none of the options that they declare. NixOS' own options, `specialArgs`
and what `nixosSystem` was given as `extraModules` are there. NixOS refuses to build it:

```text
error: The option `my.theme' does not exist. Definition values:
- In `…/hosts/atlas.nix':
    {
      colour = \"red\";
    }
```

## Example

```nix
# before
{
  imports = [ ./theme.nix ]; # declares my.theme.colour
  specialisation.rescue = {
    inheritParentConfig = false;
    configuration = {
      system.nixos.tags = [ \"rescue\" ];
      my.theme.colour = \"red\";
    };
  };
}
```

```nix
# after
{
  imports = [ ./theme.nix ]; # declares my.theme.colour
  specialisation.rescue = {
    inheritParentConfig = false;
    configuration = {
      imports = [ ./theme.nix ];
      system.nixos.tags = [ \"rescue\" ];
      my.theme.colour = \"red\";
    };
  };
}
```

## When it is wrong

It is certain: it speaks only where all modules of the specialisation are known.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for specialisation in cx.system.specialisations.iter().filter(|s| s.inherits == Some(false)) {
        let mut told: Vec<&Missing> = Vec::new();
        for (name, option) in &specialisation.scope.options {
            let Some(missing) = missing(cx.system, option) else { continue };
            // NixOS names what all of them have in common.
            if !told.contains(&missing)
                && let Some(finding) = finding(cx, specialisation, name, option, missing)
            {
                told.push(missing);
                findings.push(finding);
            }
        }
    }
}

/// What is missing of an option that the parent has.
fn missing<'s>(system: &System, option: &'s OptionModel) -> Option<&'s Missing> {
    option.existence.missing().filter(|missing| missing.is_only_in(&system.parent, option))
}

fn finding(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    name: &str,
    option: &OptionModel,
    missing: &Missing,
) -> Option<Finding> {
    let place = option.definitions.iter().find_map(|d| d.place)?;
    let tag = &specialisation.name;
    let declaration = cx.system.parent.declared(&option.path).and_then(|o| o.declaration);
    let others = specialisation.scope.options.values().filter(|o| o.existence.missing() == Some(missing));
    let others = others.count() - 1;
    let more = match others {
        0 => String::new(),
        n => format!(" (nor {n} more)"),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!(
            "`{name}` does not exist in specialisation `{tag}`{more}: only its parent declares it"
        ),
        primary: cx.label(&place, format!("`{tag}` does not inherit the parent's modules")),
        related: declaration.iter().map(|place| cx.label(place, "declared here")).collect(),
        consequence: format!(
            "NixOS will refuse to build `{tag}`: \"The option `{}' does not exist\"",
            show_loc(&missing.path)
        ),
        systems: Vec::new(),
        specialisation: Some(tag.clone()),
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fix = declaration.and_then(|place| import(cx, &finding, specialisation, &place));
    Some(finding.with_fixes(fix))
}

/// Imports the module that declares it. What else that module does, only its author knows to be wanted.
fn import(
    cx: &Context<'_>,
    finding: &Finding,
    specialisation: &Specialisation,
    declaration: &Place,
) -> Option<Fix> {
    let name = finding.option.as_deref()?;
    let module = cx.path(declaration.file);
    let tag = specialisation.name.as_str();
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        let option = child.and_then(|s| s.scope.options.get(name));
        option.is_some_and(|option| option.existence.missing().is_none())
    };
    specialisation
        .places
        .iter()
        .find_map(|place| {
            let source = cx.source(place.file)?;
            let edit = source.import(place.value, place.path, &[module])?;
            let title = format!("import the module that declares it: {}", edit.text.trim());
            cx.fixer.fix(finding, title, vec![edit], mended, |_| true)
        })
        .map(Fix::uncertain)
}
