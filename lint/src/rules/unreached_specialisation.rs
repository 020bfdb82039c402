//! `unreached-specialisation`: a file that defines specialisations, which no system imports.

use super::{Check, ProjectContext, Rule};
use crate::findings::{Finding, Label, Severity};

pub(super) const RULE: Rule = Rule {
    name: "unreached-specialisation",
    severity: Severity::Warning,
    default: true,
    fixable: false,
    since: "0.1.0",
    summary: "a file defines a specialisation, and no system imports it",
    documentation: "\
## What it finds

A module in the repository that defines a specialisation, and that neither a system nor a home imports.

## Why it hurts

The specialisation is not built: it has no boot entry, and exists nowhere but in the text. Nix does not read the file at all, so that no
error in it is ever told. Mostly its import was commented out, or was forgotten when the file was written or a host was removed. In a
flake, a file that git does not know is not there either.

## Example

```nix
# before: hosts/atlas.nix, with specialisations in hosts/variants.nix
{
  networking.hostName = \"atlas\";
}
```

```nix
# after
{
  imports = [ ./variants.nix ];
  networking.hostName = \"atlas\";
}
```

## When it is wrong

When something imports the file that is not in the repository. Modules that a flake has for others (`nixosModules` and
the like) and templates are no such files. It does not speak where some system cannot be evaluated.
",
    checks: &[Check::Project(check)],
};

fn check(cx: &ProjectContext<'_>, findings: &mut Vec<Finding>) {
    for file in cx.unreached.iter().filter(|file| file.certain) {
        for (name, location) in &file.specialisations {
            findings.push(Finding {
                rule: RULE.name,
                severity: RULE.severity,
                message: format!("specialisation `{name}` is in no system: none imports this file"),
                primary: Label { location: location.clone(), message: "never read".into() },
                related: Vec::new(),
                consequence: "NixOS will not build it and say nothing".into(),
                systems: Vec::new(),
                specialisation: Some(name.clone()),
                option: None,
                fixes: Vec::new(),
            });
        }
    }
}
