//! `syntax-error`: what Nix cannot parse.

use super::{Check, Context, ProjectContext, Rule, Texts};
use crate::findings::{Finding, Label, Location, Severity};

pub(super) const RULE: Rule = Rule {
    name: "syntax-error",
    severity: Severity::Error,
    default: true,
    fixable: false,
    since: "0.1.0",
    summary: "Nix cannot parse the file",
    documentation: "\
## What it finds

What Nix cannot parse. The rest of the file is still judged.

## Why it hurts

Nix stops at the first syntax error of any file that it reads, before anything is built:

```text
error: syntax error, unexpected '}', expecting ';'
```

It reads a file only when something imports it: an error in a module that one host imports is met there.

## Example

```nix
# before
{
  networking.hostName = \"atlas\"
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

```nix
# after
{
  networking.hostName = \"atlas\";
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

## When it is wrong

It is certain, unless the file uses a syntax that is newer than this version.
",
    checks: &[Check::System(check), Check::Project(check_project)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    for path in cx.system.own_files() {
        in_file(cx.texts, path, findings);
    }
}

fn check_project(cx: &ProjectContext<'_>, findings: &mut Vec<Finding>) {
    for file in cx.unreached.iter().filter(|file| file.certain) {
        in_file(cx.texts, &file.file, findings);
    }
}

fn in_file(texts: &dyn Texts, path: &str, findings: &mut Vec<Finding>) {
    let Some(file) = texts.lowered(path) else { return };
    for error in &file.errors {
        findings.push(Finding {
            rule: RULE.name,
            severity: RULE.severity,
            message: error.message.clone(),
            primary: Label { location: Location::new(path, error.range), message: String::new() },
            related: Vec::new(),
            consequence: "Nix will not read the file".into(),
            systems: Vec::new(),
            specialisation: None,
            option: None,
            fixes: Vec::new(),
        });
    }
}
