//! `missing-tag`: a specialisation without `system.nixos.tags`.

use super::{Context, Rule};
use crate::findings::{Edit, Finding, Fix, Label, Location, Severity};
use crate::fix::Source;
use crate::nixos::model::{Prediction, Specialisation, System, World};
use rnix::ast;
use rowan::TextRange;
use rowan::ast::AstNode;

pub(super) const RULE: Rule = Rule {
    name: "missing-tag",
    severity: Severity::Info,
    since: "0.1.0",
    summary: "a specialisation has no tag that tells it apart in the boot menu",
    documentation: "\
## What it finds

A specialisation in which `system.nixos.tags` is empty.

## Why it hurts

Tags are the front of the label that boot menus and `nixos-version` show. Without one, a generation of the
specialisation looks like one of the base: the list of generations does not tell what is running.

## Example

```nix
# before
{
  specialisation.tv.configuration = {
    services.xserver.enable = true;
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

When a module of an input sets the tags, or when the name of the specialisation in the boot menu is enough.
",
    check,
};

const TAGS: &str = "system.nixos.tags";

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    // Homes are not in the boot menu.
    if cx.system.world != World::Nixos {
        return;
    }
    for specialisation in &cx.system.specialisations {
        if specialisation.certain && !has_tags(cx.system, specialisation) {
            findings.extend(finding(cx, specialisation));
        }
    }
}

/// Whether there are tags, or might be.
fn has_tags(system: &System, specialisation: &Specialisation) -> bool {
    let scope = &specialisation.scope;
    if scope.options.contains_key("system.nixos.label") || specialisation.inherits.is_none() {
        return true;
    }
    match scope.options.get(TAGS).map(|o| &o.prediction) {
        // A module that is not known may set them, but one that the base has too would tag the base as well.
        None | Some(Prediction::Undefined) => {
            scope.troubles.iter().any(|t| !system.parent.troubles.contains(t))
        }
        Some(Prediction::Ok { value, .. }) => value.as_array().is_some_and(|tags| !tags.is_empty()),
        Some(_) => true,
    }
}

fn finding(cx: &Context<'_>, specialisation: &Specialisation) -> Option<Finding> {
    let place = specialisation.places.first()?;
    let name = &specialisation.name;
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{name}` has no tag"),
        primary: Label {
            location: Location::new(cx.path(place.file), place.path),
            message: "its generations look like the base's".into(),
        },
        related: Vec::new(),
        consequence: "the label of the boot entry will not tell it from the base".into(),
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: Some(TAGS.into()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, specialisation);
    Some(finding.with_fixes(fix))
}

/// Adds the name as a tag at the top of the configuration, where that is written as a set.
fn fix(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation) -> Option<Fix> {
    let name = specialisation.name.as_str();
    let tag: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || ":_.-".contains(c) { c } else { '-' }).collect();
    let mended = |after: &System| after.specialisations.iter().any(|s| s.name == name && has_tags(after, s));
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(name) && option == TAGS;
    specialisation.places.iter().find_map(|place| {
        let source = cx.source(place.file)?;
        let edit = insertion(&source, place.value, place.path, cx.path(place.file), &tag)?;
        cx.fixer.fix(finding, format!("add the tag `{tag}`"), vec![edit], mended, may_change)
    })
}

fn insertion(source: &Source, value: TextRange, path: TextRange, file: &str, tag: &str) -> Option<Edit> {
    let set = source.configuration_set(value, path)?;
    let open = set.l_curly_token()?.text_range().end();
    let text = set.syntax().text().to_string();
    let first = set.syntax().children().next();
    let inserted = match first {
        Some(first) if text.contains('\n') => {
            let (newline, indent) = (source.newline(), crate::fix::indentation(&first)?);
            format!("{newline}{indent}system.nixos.tags = [ \"{tag}\" ];")
        }
        Some(_) => format!(" system.nixos.tags = [ \"{tag}\" ];"),
        None => {
            let close = set.r_curly_token()?.text_range().start();
            let location = Location::new(file, TextRange::new(open, close));
            let blank = set.syntax().text().to_string();
            if blank.contains('#') || blank.contains("/*") {
                return None;
            }
            return Some(Edit { location, text: format!(" system.nixos.tags = [ \"{tag}\" ]; ") });
        }
    };
    Some(Edit { location: Location::new(file, TextRange::empty(open)), text: inserted })
}

impl Source {
    /// The set that is the configuration of a specialisation whose binding has this path and value.
    fn configuration_set(&self, value: TextRange, path: TextRange) -> Option<ast::AttrSet> {
        let names = self.text(path);
        let value = self.expression_at(value)?;
        if names.ends_with("configuration") {
            return body_set(value);
        }
        if names.contains(".configuration.") {
            return None;
        }
        // `specialisation.tv = { configuration = …; }` or the like.
        let set = match value {
            ast::Expr::AttrSet(set) => set,
            _ => return None,
        };
        ast::HasEntry::attrpath_values(&set).find_map(|binding| {
            let path = binding.attrpath()?.to_string();
            (path == "configuration").then(|| body_set(binding.value()?)).flatten()
        })
    }
}

/// The set that a module is, or returns.
fn body_set(value: ast::Expr) -> Option<ast::AttrSet> {
    match value {
        ast::Expr::AttrSet(set) => Some(set),
        ast::Expr::Paren(paren) => body_set(paren.expr()?),
        ast::Expr::Lambda(lambda) => body_set(lambda.body()?),
        ast::Expr::LetIn(it) => body_set(it.body()?),
        ast::Expr::With(with) => body_set(with.body()?),
        _ => None,
    }
}
