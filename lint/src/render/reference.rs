//! The reference of the rules: a page for each, and a table of all, in Markdown and as JSON.

use crate::rules::{ALL, Rule};
use serde_json::{Value as Json, json};

/// The page of a rule: what it is, its documentation, and how it is silenced.
pub fn page(rule: &Rule) -> String {
    let Rule { name, severity, summary, documentation, since, .. } = rule;
    let default = if rule.default { "" } else { ", off unless it is selected" };
    let mend = if rule.fixable { "for some of what it finds, or all" } else { "none" };
    let silence = silence(rule);
    format!(
        "# {name}\n\n{summary}.\n\n\
         - Severity: {}{default}\n- Mend: {mend}\n- Since: {since}\n\n\
         {documentation}\n{silence}",
        severity.name(),
        summary = capitalised(summary)
    )
}

/// How a rule is silenced, which is the same for all.
fn silence(rule: &Rule) -> String {
    let name = rule.name;
    let select = if rule.default {
        format!(
            "`ignore = [\"{name}\"]` in `speclint.toml` turns the\nrule off, and `speclint check --ignore {name}` leaves it out of a run."
        )
    } else {
        format!(
            "The rule is off by default: it takes\n`speclint check --select {name}`, or `{name} = \"{}\"` under `[severity]` in `speclint.toml`.",
            rule.severity.name()
        )
    };
    format!(
        "## How to silence it\n\n\
         Say why, in a comment at the end of the line, or on a line of its own above the binding:\n\n\
         ```nix\n# speclint: ignore[{name}] the reason\n```\n\n\
         `# speclint: ignore-file[{name}]` is about a whole file, and `# speclint: off[{name}]` about all that follows,\n\
         up to `# speclint: on[{name}]`. {select}\n"
    )
}

/// The table of all rules; each name leads to the page beside it.
pub fn index() -> String {
    let mut table = String::from(
        "# The rules\n\n\
         Each page says what the rule finds, why that hurts, how it is mended, when it is wrong and how it is silenced.\n\
         `speclint explain RULE` prints it.\n\n\
         | rule | severity | mend | since | finds |\n| --- | --- | --- | --- | --- |\n",
    );
    for rule in ALL {
        let off = if rule.default { "" } else { ", off by default" };
        let mend = if rule.fixable { "yes" } else { "" };
        table.push_str(&format!(
            "| [`{name}`]({name}.md) | {}{off} | {mend} | {} | {} |\n",
            rule.severity.name(),
            rule.since,
            rule.summary,
            name = rule.name
        ));
    }
    table.push_str(
        "\n**error**: NixOS will refuse it. **warning**: NixOS will silently not do what is written. **info**: worth knowing.\n\
         **hint**: tidier. An error is certain, or it is not reported.\n",
    );
    table
}

/// What a rule is, for programs.
pub fn json(rule: &Rule) -> Json {
    json!({
        "name": rule.name,
        "severity": rule.severity.name(),
        "default": rule.default,
        "fixable": rule.fixable,
        "since": rule.since,
        "summary": rule.summary,
    })
}

/// A sentence of a phrase; one that begins with code stays as it is.
fn capitalised(phrase: &str) -> String {
    let mut characters = phrase.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
