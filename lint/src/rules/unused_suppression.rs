//! `unused-suppression`: a comment that is to suppress something, and suppresses nothing.

use super::{Check, Rule, SuppressionContext};
use crate::findings::{Applicability, Edit, Finding, Fix, Label, Location, Severity};
use crate::suppress::{Directive, Flaw, Kind, Named, Part};
use rowan::{TextRange, TextSize};

pub(super) const RULE: Rule = Rule {
    name: NAME,
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a comment suppresses nothing, or names a rule that does not exist",
    documentation: "\
## What it finds

A comment `# speclint: ignore[…]`, `ignore-file`, `off` or `on` that no finding needs, that names a rule which does not exist, or that is
written so that it means nothing.

## Why it hurts

Such a comment tells the reader of a pitfall that is not there, and hides the next one that comes to this place. One that is misspelled
hides nothing, and its author thinks that it does.

## Example

```nix
# before
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true; # speclint: ignore[needs-mkdefault] the base has a screen too
  };
}
```

```nix
# after
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
  };
}
```

## When it is wrong

Where the finding depends on something that this machine does not have, such as the source of an input. Of files of systems that are
not wholly known it says nothing, and nothing of rules that are off. `# speclint: ignore-file[unused-suppression]` keeps the comments
of a file.
",
    checks: &[Check::Suppressions(check)],
};

/// Its name, which the suppression of it must have: `ignore` for all rules does not hide that it is not needed.
pub const NAME: &str = "unused-suppression";

/// The rule that finds more where the source of NixOS is at hand.
const OF_SOURCE: &str = "conflicting-definitions";

fn check(cx: &SuppressionContext<'_>, findings: &mut Vec<Finding>) {
    for (index, directive) in cx.suppressions.directives().enumerate() {
        let first = findings.len();
        if let Some(flaw) = &directive.flaw {
            findings.push(flawed(cx, directive, flaw));
        }
        let rules = directive.rules.as_deref().unwrap_or_default();
        findings.extend(rules.iter().enumerate().filter_map(|(at, named)| unknown(cx, directive, at, named)));
        if findings.len() == first {
            unused(cx, index, directive, findings);
        }
    }
}

/// What is told of a directive, at this range.
fn finding(cx: &SuppressionContext<'_>, range: TextRange, message: String, label: &str) -> Finding {
    Finding {
        rule: NAME,
        severity: RULE.severity,
        message,
        primary: Label { location: Location::new(cx.file, range), message: label.to_owned() },
        related: Vec::new(),
        consequence: "what it is there for is not suppressed".into(),
        systems: cx.systems.to_vec(),
        specialisation: None,
        option: None,
        fixes: Vec::new(),
    }
}

fn flawed(cx: &SuppressionContext<'_>, directive: &Directive, flaw: &Flaw) -> Finding {
    let word = &cx.text[directive.word];
    let (range, message, label) = match flaw {
        Flaw::Word(near) => {
            let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            let words = "`ignore`, `ignore-file`, `off` and `on` are understood";
            (directive.word, format!("a suppression is not called `{word}`{near}"), words)
        }
        Flaw::Unclosed => {
            (directive.range, format!("the bracket of `{word}` is not closed"), "`]` is missing")
        }
        Flaw::Empty => (directive.range, format!("`{word}` names no rule"), "nothing stands in the brackets"),
        Flaw::Unbracketed(named) => {
            let message = format!("`{word}` is about all rules: `{}` is not in brackets", named.name);
            (named.range, message, "this is read as a reason")
        }
    };
    let finding = finding(cx, range, message, label);
    let fix = match flaw {
        Flaw::Word(Some(near)) => replace(cx, directive.word, near, format!("write `{near}`")),
        Flaw::Unbracketed(named) if super::find(&named.name).is_some() => {
            let between = TextRange::new(directive.word.end(), named.range.end());
            let list = format!("[{}]", named.name);
            replace(cx, between, &list, format!("put `{}` in brackets", named.name))
        }
        _ => remove(cx, directive),
    };
    finding.with_fixes(fix)
}

/// A rule that does not exist.
fn unknown(cx: &SuppressionContext<'_>, directive: &Directive, at: usize, named: &Named) -> Option<Finding> {
    let name = &named.name;
    if super::find(name).is_some() {
        return None;
    }
    let near = super::nearest(name);
    let told = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
    let finding =
        finding(cx, named.range, format!("there is no rule `{name}`{told}"), "not the name of a rule");
    let is_there = |near: &str| directive.rules.iter().flatten().any(|other| other.name == near);
    let fix = match near {
        Some(near) if !is_there(near) => replace(cx, named.range, near, format!("write `{near}`")),
        _ => without(cx, directive, at),
    };
    Some(finding.with_fixes(fix))
}

/// What of a directive nothing is found for.
fn unused(cx: &SuppressionContext<'_>, index: usize, directive: &Directive, findings: &mut Vec<Finding>) {
    let Some(rules) = &directive.rules else {
        let whole = Part { directive: index, rule: None };
        if !cx.used.contains(&whole) && (directive.kind == Some(Kind::On) || cx.is_known) {
            let message = match directive.kind {
                Some(Kind::On) => "nothing is off here",
                _ => "nothing is found here that could be suppressed",
            };
            findings.push(useless(cx, directive, directive.range, message.to_owned(), remove(cx, directive)));
        }
        return;
    };
    let is_unused = |(at, named): &(usize, &Named)| {
        let is_certain = directive.kind == Some(Kind::On) || cx.is_known && is_judged(cx, &named.name);
        is_certain && !cx.used.contains(&Part { directive: index, rule: Some(*at) })
    };
    let unused: Vec<(usize, &Named)> = rules.iter().enumerate().filter(is_unused).collect();
    let message = |name: &str| match directive.kind {
        Some(Kind::On) => format!("`{name}` is not off here"),
        _ => format!("`{name}` is not found here"),
    };
    for (at, named) in &unused {
        let is_all = rules.len() == 1;
        let range = if is_all { directive.range } else { named.range };
        let fix = if is_all { remove(cx, directive) } else { without(cx, directive, *at) };
        let mut finding = useless(cx, directive, range, message(&named.name), fix);
        // Of two places that a finding is about, the other one may have been taken for the first.
        let missed = cx.missed.get(&Part { directive: index, rule: Some(*at) });
        let label = |there: &&Finding| {
            let message = format!("`{}` is told of this place", there.rule);
            Label { location: there.primary.location.clone(), message }
        };
        finding.related.extend(missed.map(label));
        findings.push(finding);
    }
}

/// Whether nothing being found of a rule means that there is nothing.
fn is_judged(cx: &SuppressionContext<'_>, rule: &str) -> bool {
    rule != NAME && (cx.is_reported)(rule) && (rule != OF_SOURCE || cx.has_source)
}

fn useless(
    cx: &SuppressionContext<'_>,
    directive: &Directive,
    range: TextRange,
    message: String,
    fix: Option<Fix>,
) -> Finding {
    let finding = finding(cx, range, message, "not needed");
    let consequence = match directive.kind {
        Some(Kind::On) => "it does nothing",
        _ => "it would hide what comes to this place later",
    };
    Finding { consequence: consequence.into(), ..finding }.with_fixes(fix)
}

fn replace(cx: &SuppressionContext<'_>, range: TextRange, text: &str, title: String) -> Option<Fix> {
    // What was replaced because it is no text cannot be written back.
    if cx.text.contains(char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let edit = Edit { location: Location::new(cx.file, range), text: text.to_owned() };
    Some(Fix { title, applicability: Applicability::Safe, edits: vec![edit] })
}

/// Takes a name out of the list, or the whole directive with the last.
fn without(cx: &SuppressionContext<'_>, directive: &Directive, at: usize) -> Option<Fix> {
    let rules = directive.rules.as_deref().unwrap_or_default();
    let named = rules.get(at)?;
    let range = match (at.checked_sub(1).and_then(|before| rules.get(before)), rules.get(at + 1)) {
        (None, None) => return remove(cx, directive),
        (_, Some(after)) => TextRange::new(named.range.start(), after.range.start()),
        (Some(before), None) => TextRange::new(before.range.end(), named.range.end()),
    };
    replace(cx, range, "", format!("remove `{}`", named.name))
}

/// Takes a directive out: with its line, if nothing else stands in that.
fn remove(cx: &SuppressionContext<'_>, directive: &Directive) -> Option<Fix> {
    let size = |text: &str| TextSize::of(text);
    let (before, after) =
        (&cx.text[..usize::from(directive.range.start())], &cx.text[usize::from(directive.range.end())..]);
    let blank = |c: char| c == ' ' || c == '\t';
    let head = before.trim_end_matches(blank);
    let tail = after.trim_start_matches(blank);
    let starts_line = head.is_empty() || head.ends_with(['\n', '\r']);
    let line_end = match tail {
        "" => Some(""),
        _ => ["\r\n", "\n", "\r"].into_iter().find(|end| tail.starts_with(end)),
    };
    let behind = directive.range.end() + size(&after[..after.len() - tail.len()]);
    let range = match line_end {
        Some(end) if starts_line => TextRange::new(size(head), behind + size(end)),
        // Something else that the comment says follows.
        _ if starts_line => TextRange::new(directive.range.start(), behind),
        _ => TextRange::new(size(head), directive.range.end()),
    };
    replace(cx, range, "", "remove the comment".to_owned())
}
