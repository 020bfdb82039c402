//! `recursive-guard`: which modules or options there are depends on what the options are.

use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Label, Severity};
use crate::nixos::model::{Cause, OptionModel, Prediction, Scope, Span, Specialisation, System};
use rowan::TextRange;

pub(super) const RULE: Rule = Rule {
    name: "recursive-guard",
    severity: Severity::Error,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "what a module imports or defines depends on `config`",
    documentation: "\
## What it finds

`imports`, or the names of the settings that a module has, that depend on `config`: under `if`, `lib.optionalAttrs`, `//` or
`lib.optional`. And an option that is only defined if it has a value already: `specialisation` above all, under
`lib.mkIf (config.specialisation != { })` or `lib.mkIf (config.specialisation ? tv)`. (`lib.mkIf (!config.isSpecialisation)` is no circle.)

## Why it hurts

To know what `config` is, NixOS must know all modules and the names of all that they define. If those depend on `config`, Nix stops with
a trace that does not name the place:

```text
error: infinite recursion encountered
```

`lib.mkIf` is made for this: NixOS looks at the names inside of it before it asks whether the condition holds.

## Example

```nix
# before
{ config, lib, ... }:
{
  imports = [ ./variants.nix ];
  config = lib.optionalAttrs (config.specialisation != { }) {
    services.openssh.enable = true;
  };
}
```

```nix
# after
{ config, lib, ... }:
{
  imports = [ ./variants.nix ];
  config = lib.mkIf (config.specialisation != { }) {
    services.openssh.enable = true;
  };
}
```

## When it is wrong

It is certain. Imports cannot depend on `config` at all: import the module always, and let `lib.mkIf` decide inside of it.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut told: Vec<Span> = Vec::new();
    for (specialisation, scope) in cx.system.scopes() {
        for chain in recursions(scope) {
            let written: Vec<Span> = chain.iter().copied().filter(|span| cx.is_written(*span)).collect();
            let (Some(start), Some(end)) = (written.first(), written.last()) else { continue };
            if !told.contains(start) {
                told.push(*start);
                findings.push(finding(cx, specialisation, *start, *end));
            }
        }
    }
}

/// Where a scope, a set of its options, or the condition of an option depends on itself.
fn recursions(scope: &Scope) -> impl Iterator<Item = &[Span]> {
    let of_scope = scope.troubles.iter().filter_map(|trouble| match &trouble.cause {
        Cause::Recursion(chain) => Some(chain.as_slice()),
        _ => None,
    });
    of_scope.chain(scope.options.values().filter_map(|option| guards_itself(scope, option)))
}

/// The circle through the condition of an option, if there is one; or through what specialisations there are.
fn guards_itself<'s>(scope: &Scope, option: &'s OptionModel) -> Option<&'s [Span]> {
    let Prediction::Recursion(chain) = &option.prediction else { return None };
    if is_all(option) && !scope.is_refused() {
        return Some(chain);
    }
    let mut conditions = option.definitions.iter().flat_map(|d| &d.conditions).filter_map(|c| c.span);
    conditions.any(|condition| chain.contains(&condition)).then_some(chain)
}

fn finding(cx: &Context<'_>, specialisation: Option<&Specialisation>, start: Span, end: Span) -> Finding {
    let what = decided(cx, start);
    let (message, label) = match what {
        "imports" => ("the imports of a module depend on `config`", "this decides what is imported"),
        "specialisations" => ("the specialisations depend on whether there are any", "this asks for them"),
        "condition" => ("an option is only defined if it has a value already", "this asks for that value"),
        _ => ("what a module defines depends on `config`", "this decides which settings there are"),
    };
    let condition = condition(cx, end).unwrap_or(end);
    let related = Label { location: cx.location(start), message: "which must be known first".into() };
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: message.into(),
        primary: Label { location: cx.location(condition), message: label.into() },
        related: if start == condition { Vec::new() } else { vec![related] },
        consequence: format!(
            "{} will refuse to build {}: \"infinite recursion encountered\"",
            cx.who(),
            cx.built(specialisation)
        ),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: None,
        fixes: Vec::new(),
    };
    let fix = if what == "config" { fix(cx, &finding, start) } else { None };
    finding.with_fixes(fix)
}

/// What depends on itself: `imports`, the `specialisations`, a `condition`, or the settings of a module, `config`.
fn decided(cx: &Context<'_>, start: Span) -> &'static str {
    let Some(file) = cx.texts.lowered(cx.path(start.file)) else { return "config" };
    let is_import = |range: TextRange| cx.text(start.file, range) == "imports";
    if file.entries.iter().any(|e| e.value.contains_range(start.range) && is_import(e.name)) {
        return "imports";
    }
    let mut troubles = cx.system.scopes().flat_map(|(_, scope)| &scope.troubles);
    if troubles.any(|trouble| matches!(&trouble.cause, Cause::Recursion(chain) if chain.contains(&start))) {
        return "config";
    }
    let mut options = cx.system.scopes().flat_map(|(_, scope)| {
        let is_it =
            |option: &&OptionModel| guards_itself(scope, option).is_some_and(|chain| chain.contains(&start));
        scope.options.values().map(AsRef::as_ref).filter(is_it)
    });
    match options.next() {
        Some(option) if is_all(option) => "specialisations",
        Some(_) => "condition",
        None => "config",
    }
}

/// Whether an option is the set of all specialisations.
fn is_all(option: &OptionModel) -> bool {
    option.path.as_slice() == ["specialisation"]
}

/// The condition of the `if` that an expression is.
fn condition(cx: &Context<'_>, span: Span) -> Option<Span> {
    let file = cx.texts.lowered(cx.path(span.file))?;
    let mut conditions = file.exprs.iter().zip(&file.ranges).filter_map(|(expr, range)| match expr {
        crate::syntax::hir::Expr::If { condition, .. } if *range == span.range => Some(*condition),
        _ => None,
    });
    conditions.next_back().map(|condition| Span { range: file.range(condition), ..span })
}

fn fix(cx: &Context<'_>, finding: &Finding, start: Span) -> Option<Fix> {
    let source = cx.source(start.file)?;
    let edits = source.with_properties(start.range)?;
    let mended = |after: &System| {
        after.scopes().all(|(_, scope)| recursions(scope).all(|chain| !chain.contains(&start)))
    };
    // Nothing of the system had a meaning before.
    cx.fixer.fix(finding, "let the module system decide: `lib.mkIf`", edits, mended, |_| true)
}
