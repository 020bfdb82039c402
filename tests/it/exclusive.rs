//! Every line of `lint/data/exclusive-options.tsv`, tried: what contradicts each other in parent and child is found, as the line says it; and
//! nothing where the child turns one of them off.

use crate::support::case::Case;
use serde_json::{Value as Json, json};
use speclint_lint::findings::{Finding, Severity};
use speclint_lint::render;

const RULE: &str = "incompatible-options";

/// A line, as far as it is tried.
struct Line<'l> {
    name: &'l str,
    severity: Severity,
    /// A release in which it holds.
    release: &'l str,
    conditions: Vec<Condition<'l>>,
    message: &'l str,
}

/// An option, with a value by which the condition holds, and one by which it does not.
struct Condition<'l> {
    option: &'l str,
    on: Json,
    off: Json,
}

fn condition(text: &str) -> Condition<'_> {
    let (option, rest) = text.split_once(' ').expect("an option");
    let rest = rest.trim_start_matches("plainly ");
    let value = |text: &str| serde_json::from_str::<Json>(text).expect("a value");
    let (on, off) = match rest.split_once(' ') {
        Some(("=", text)) => match value(text) {
            Json::Bool(on) => (json!(on), json!(!on)),
            on => (on, json!("another")),
        },
        Some(("has", text)) => (json!([value(text)]), json!([])),
        Some(("!=", text)) => {
            let off = value(text);
            let on = match &off {
                Json::Array(_) => json!(["x"]),
                Json::Object(_) => json!({ "x": "x" }),
                _ => json!(other_than(option, text)),
            };
            (on, off)
        }
        _ => (json!({ "x": "x" }), json!({})),
    };
    Condition { option, on, off }
}

/// A text that the option takes, and that is not this value.
fn other_than(option: &str, value: &str) -> &'static str {
    let last = option.rsplit('.').next().unwrap_or_default();
    match last {
        "intelBusId" | "amdgpuBusId" => "PCI:0:2:0",
        "scsiLinkPolicy" => "min_power",
        "dns" if value != "\"dnsmasq\"" => "dnsmasq",
        _ => "x",
    }
}

fn lines() -> Vec<Line<'static>> {
    let text = include_str!("../../lint/data/exclusive-options.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [name, severity, since, until, conditions, _unless, message, _source] = columns.as_slice() else {
            panic!("{line}")
        };
        let release = if *until == "-" { *since } else { *until };
        Line {
            name,
            severity: Severity::from_name(if *severity == "perhaps" { "warning" } else { severity })
                .expect("a severity"),
            release: if release == "-" { "25.05" } else { release },
            conditions: conditions.split(" & ").map(condition).collect(),
            message,
        }
    });
    lines.collect()
}

/// A system where the parent has all conditions but the last, which the child has, written with `how` in front, besides what
/// `more` says.
fn case(line: &Line<'_>, how: &str, more: &str) -> Case {
    let (last, others) = line.conditions.split_last().expect("a condition");
    let setting = |c: &Condition<'_>, how: &str| format!("  {} = {how}{};\n", c.option, render::nix(&c.on));
    let parent: String = others.iter().map(|c| setting(c, "")).collect();
    let text = format!(
        "#- flake.nix
{{
  inputs.nixpkgs.url = \"github:NixOS/nixpkgs/nixos-{}\";
  outputs = {{ nixpkgs, ... }}: {{ nixosConfigurations.a = nixpkgs.lib.nixosSystem {{ modules = [ ./a.nix ]; }}; }};
}}
#- a.nix
{{ lib, ... }}:
{{
{parent}  specialisation.tv.configuration = {{
    system.nixos.tags = [ \"tv\" ];
  {}{more}  }};
}}
",
        line.release,
        setting(last, how)
    );
    Case::parse(line.name, &text)
}

fn found(case: &Case) -> Vec<Finding> {
    case.analysis().findings().into_iter().filter(|finding| finding.rule == RULE).collect()
}

#[test]
fn every_line_is_found_and_turned_off() {
    let mut wrong = Vec::new();
    for line in lines() {
        let what = line.conditions.iter().map(|c| c.option).collect::<Vec<_>>().join(" & ");
        let findings = found(&case(&line, "", ""));
        let as_said = |f: &Finding| f.severity == line.severity && f.primary.message == line.message;
        if findings.len() != 1 || !findings.iter().any(as_said) {
            let found: Vec<_> = findings
                .iter()
                .map(|f| format!("{:?} {}: {}", f.severity, f.message, f.primary.message))
                .collect();
            wrong.push(format!("{} ({what}): found {found:?}", line.name));
        }
        // The child turns the other one off; what both add to the same list is replaced.
        let [.., other, last] = line.conditions.as_slice() else {
            panic!("{what}: there is nothing to contradict")
        };
        let off = format!("    {} = lib.mkForce {};\n", other.option, render::nix(&other.off));
        let findings = match other.option == last.option {
            true => found(&case(&line, "lib.mkForce ", "")),
            false => found(&case(&line, "", &off)),
        };
        for finding in findings {
            wrong.push(format!("{} ({what}): {} is off: {}", line.name, other.option, finding.message));
        }
    }
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());
}
