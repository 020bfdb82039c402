//! What the real Nix says of the fixtures of rules with mends, before and after these: what the rule says, and then no longer; and every value
//! is the one that is predicted. The module system is nixpkgs' in the words of `nix/modules.nix`.
//!
//! Runs where `nix-instantiate` is installed (Debian's nix-bin), and says so where it is not.

use crate::support::case::{Case, rule_cases, short};
use rayon::prelude::*;
use serde_json::Value as Json;
use speclint_lint::findings::{Finding, Severity};
use speclint_lint::nixos::model::{Prediction, Scope, System};
use speclint_lint::nixos::table::{Node, TypeDescription, nixos_default};
use speclint_lint::render;
use speclint_lint::rules::ALL;
use speclint_lint::syntax::lower;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

/// What is not in `modules.nix`: sources, packages, homes, other releases.
const NOT_HERE: [&str; 12] = [
    "inputs",
    "flake",
    "home-manager",
    "modulesPath",
    "fetch",
    "pkgs.",
    "<nixpkgs",
    "nesting",
    "_module",
    "host.",
    "lib.version",
    "options.",
];

/// Fixtures that are about something which `modules.nix` does not have.
const LEFT_OUT: [(&str, &str); 1] =
    [("rules/misplaced-setting/newest-nixos", "only the newest NixOS has `toplevel`")];

/// Rules with mends whose findings cannot be put to Nix here.
const NOT_ASKED: [(&str, &str); 2] = [
    ("removed-nesting", "NixOS refuses it by an assertion"),
    ("renamed-option", "old names of options are not in `modules.nix`"),
];

/// Cases of rules whose fixtures ask for more than `modules.nix` has.
const MORE: [(&str, &str); 4] = [
    (
        "captured-config",
        r#"{ config, ... }: {
  networking.hostName = "atlas";
  specialisation.tv.configuration = {
    system.nixos.tags = [ "tv" ];
    networking.hostName = (import ./force.nix) "tv";
    environment.etc.motd.text = "this is ${config.networking.hostName}";
  };
}
#- force.nix
content: { _type = "override"; priority = 50; inherit content; }
"#,
    ),
    (
        "mixed-config",
        r#"{
  imports = [ ./tv.nix ];
  config.networking.hostName = "atlas";
  services.openssh.enable = true;
}
#- tv.nix
{ specialisation.tv.configuration = { system.nixos.tags = [ "tv" ]; services.printing.enable = true; }; }
"#,
    ),
    (
        "undeclared-option",
        r#"{
  imports = [ ./own.nix ];
  specialisation.tv = {
    inheritParentConfig = false;
    configuration = { system.nixos.tags = [ "tv" ]; my.desk = true; };
  };
}
#- own.nix
{ lib, config, ... }: {
  options.my.desk = lib.mkOption { type = lib.types.bool; default = false; };
  config.services.xserver.enable = lib.mkIf config.my.desk true;
}
"#,
    ),
    (
        "unknown-option",
        r#"{ lib, ... }: {
  options.my.colour = lib.mkOption { type = lib.types.str; default = "grey"; };
  config.my.color = "red";
  config.specialisation.tv.configuration = { system.nixos.tags = [ "tv" ]; services.openssh.enable = true; };
}
"#,
    ),
];

/// What NixOS says where it refuses what a rule finds.
fn words(rule: &str) -> &'static [&'static str] {
    match rule {
        "needs-mkdefault" | "conflicting-definitions" => &["has conflicting definition values"],
        "recursive-guard" => &["infinite recursion"],
        "mixed-config" => &["has an unsupported attribute"],
        "misplaced-imports" | "misplaced-setting" | "undeclared-option" | "unknown-option" => {
            &["does not exist"]
        }
        "wrong-type" => &["is not of type"],
        "unknown-specialisation" => &["missing"],
        _ => &[],
    }
}

/// A question: an option in the base or in a specialisation, with what is predicted.
type Question = (Option<String>, Vec<String>, Prediction);

/// The options of a system that are predicted, as far as Nix can be asked.
fn questions(system: &System, declared: &Declared) -> Vec<Question> {
    let mut questions = Vec::new();
    for (specialisation, scope) in system.scopes() {
        // What is refused as a whole has no values.
        if scope.is_refused() || system.parent.is_refused() {
            continue;
        }
        for option in scope.options.values().filter(|option| !option.has_parts) {
            let is_known = option.listed.is_some_and(|node| declared.types.get(&path(node)) == Some(&true));
            let is_plain = !option.path.iter().any(|name| name == "specialisation");
            if is_known && is_plain && !matches!(option.prediction, Prediction::Unknown(_)) {
                let path = option.path.iter().map(ToString::to_string).collect();
                questions.push((specialisation.map(|s| s.name.to_string()), path, option.prediction.clone()));
            }
        }
    }
    questions
}

fn path(node: Node<'_>) -> Vec<String> {
    node.path().into_iter().map(str::to_owned).collect()
}

/// The options of NixOS that a case has to do with.
#[derive(Default)]
struct Declared {
    /// Those that are asked for, with whether their types are told in full.
    types: BTreeMap<Vec<String>, bool>,
    /// All of them, and what they are in.
    nodes: BTreeMap<Vec<String>, Node<'static>>,
}

impl Declared {
    fn add(&mut self, system: &System) {
        for (_, scope) in system.scopes() {
            for node in scope.options.values().filter_map(|option| option.listed) {
                if node.path().first() == Some(&"specialisation") {
                    continue;
                }
                for above in node.and_above() {
                    self.nodes.insert(path(above), above);
                }
            }
        }
    }

    /// The options that a text reads.
    fn add_read(&mut self, text: &str, root: Node<'static>) {
        for path in text.split("config.").skip(1).chain(text.split("configuration.").skip(1)) {
            let end = path.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
            let mut node = root;
            for name in path[..end.unwrap_or(path.len())].split('.') {
                let Some(below) = node.child(name) else { break };
                node = below;
            }
            for above in node.and_above().filter(|_| node.path().first() != Some(&"specialisation")) {
                self.nodes.insert(self::path(above), above);
            }
        }
    }

    /// The options below a node as Nix, and whether any is there.
    fn options(&mut self, node: Node<'static>) -> String {
        let mut text = String::new();
        for child in node.children() {
            if !self.nodes.contains_key(&path(child)) || child.is_wildcard() {
                continue;
            }
            let inner = if child.is_option() {
                self.declaration(child)
            } else {
                format!("{{ {} }}", self.options(child))
            };
            text.push_str(&format!("\"{}\" = {inner}; ", child.name()));
        }
        text
    }

    fn declaration(&mut self, node: Node<'static>) -> String {
        let known = node.type_description().and_then(|ty| self.written(ty, node));
        self.types.insert(path(node), known.is_some() && node.applied().is_none());
        let default = nixos_default(&node.path());
        let default = default.map(|default| format!(" default = {};", render::nix(default.value)));
        let known = known.as_deref().unwrap_or("unspecified");
        format!("lib.mkOption {{ type = types.{known};{} }}", default.unwrap_or_default())
    }

    /// A type as Nix, behind `types.`; `None` if it is none of those in `modules.nix`.
    fn written(&mut self, ty: &TypeDescription, node: Node<'static>) -> Option<String> {
        use TypeDescription::*;
        let mut inside = |ty: &TypeDescription, node| Some(format!("(types.{})", self.written(ty, node)?));
        Some(match ty {
            Bool => "bool".into(),
            Int => "int".into(),
            IntBetween { lowest, highest } if *lowest > i64::MIN && *highest < i64::MAX => {
                format!("ints.between ({lowest}) {highest}")
            }
            Float => "float".into(),
            Number => "number".into(),
            Str => "str".into(),
            NonEmptyStr => "nonEmptyStr".into(),
            StrMatching(pattern) => format!("strMatching {}", Json::from(pattern.as_str())),
            SeparatedString(separator) => format!("separatedString {}", Json::from(separator.as_str())),
            Path { .. } => "path".into(),
            Package => "package".into(),
            Enum(values) => {
                let values = values.iter().map(|value| value.to_string()).collect::<Vec<_>>();
                format!("enum [ {} ]", values.join(" "))
            }
            NullOr(inner) => format!("nullOr {}", inside(inner, node)?),
            Either(a, b) => format!("either {} {}", inside(a, node)?, inside(b, node)?),
            ListOf { elem, .. } => format!("listOf {}", inside(elem, node.wildcard().unwrap_or(node))?),
            AttrsOf { elem, .. } => format!("attrsOf {}", inside(elem, node.wildcard().unwrap_or(node))?),
            Attrs => "attrs".into(),
            Anything => "anything".into(),
            Raw => "raw".into(),
            Unspecified => "unspecified".into(),
            Submodule => format!("submodule {{ options = {{ {} }}; }}", self.options(node)),
            Unique(inner) => return self.written(inner, node),
            _ => return None,
        })
    }
}

/// A folder with the files of a case and what Nix needs besides.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(case: &Case, declared: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &Path, text: &str| {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
            std::fs::write(path, text).expect("a file in a temporary folder");
        };
        for (path, text) in &case.files {
            write(&folder.path().join("case").join(short(path)), text);
        }
        write(&folder.path().join("modules.nix"), include_str!("nix/modules.nix"));
        write(&folder.path().join("lib.nix"), include_str!("nix/lib.nix"));
        write(&folder.path().join("declared.nix"), declared);
        Folder(folder)
    }

    /// What Nix makes of an expression in which `config` is the system that starts at `entry`.
    fn eval(&self, entry: &str, check: bool, expression: &str) -> Output {
        let text = format!(
            "let config = import ./modules.nix {{ declared = import ./declared.nix; file = ./case/{entry}; check = {check}; }};\n\
             at = path: set: builtins.foldl' (set: name: set.${{name}} or (throw \"there is no such attribute\")) set path;\n\
             plain = value: if builtins.isPath value then toString value else if builtins.isList value then map plain value\n\
             else if builtins.isAttrs value then builtins.mapAttrs (_: plain) value else value;\n\
             try = value: let tried = builtins.tryEval (builtins.deepSeq value value); in\n\
             if tried.success then {{ value = plain tried.value; }} else {{ }};\n\
             in {expression}\n"
        );
        let file = self.0.path().join("question.nix");
        std::fs::write(&file, text).expect("a file in a temporary folder");
        let mut nix = Command::new("nix-instantiate");
        nix.args(["--eval", "--strict", "--json"]).arg(&file).current_dir(self.0.path());
        nix.output().expect("nix-instantiate ran before")
    }

    /// The same as JSON; `None` if Nix stops with an error.
    fn json(&self, entry: &str, expression: &str) -> Option<Json> {
        let output = self.eval(entry, false, expression);
        output.status.success().then(|| serde_json::from_slice(&output.stdout).expect("Nix prints JSON"))
    }
}

/// An option of a scope as Nix.
fn select(specialisation: Option<&str>, path: &[String]) -> String {
    let mut names: Vec<Json> = Vec::new();
    if let Some(name) = specialisation {
        names.extend(["specialisation", name, "configuration"].map(Json::from));
    }
    names.extend(path.iter().map(|name| Json::from(name.as_str())));
    let names: Vec<String> = names.iter().map(|name| name.to_string().replace("${", "\\${")).collect();
    format!("(at [ {} ] config)", names.join(" "))
}

/// Whether what Nix answered is what is predicted.
fn agrees(prediction: &Prediction, answer: &Json, folder: &str) -> bool {
    match (prediction, answer.get("value")) {
        (Prediction::Ok { value, .. }, Some(answer)) => same(answer, value, folder),
        (Prediction::Conflict { .. } | Prediction::Refused(_) | Prediction::Recursion(_), None) => true,
        // It has its default then, or none.
        (Prediction::Undefined, _) => true,
        _ => false,
    }
}

/// Whether two values are the same; a folder is called otherwise in memory.
fn same(answer: &Json, value: &Json, folder: &str) -> bool {
    match (answer, value) {
        (Json::String(a), Json::String(b)) => a.replace(folder, "/case") == *b,
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, folder))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same(a, b, folder)))
        }
        (a, b) => a == b,
    }
}

/// Where what Nix says of a version of a case is not what is predicted.
fn ask(case: &Case, what: &str, folder: &Folder, system: &System, declared: &Declared) -> Vec<String> {
    let mut wrong = Vec::new();
    let entry = short(&system.entry);
    let questions = questions(system, declared);
    let expressions: Vec<String> =
        questions.iter().map(|(of, path, _)| format!("(try {})", select(of.as_deref(), path))).collect();
    // An error that cannot be caught ends the whole process: then each is asked alone.
    let all = folder.json(entry, &format!("[ {} ]", expressions.join(" ")));
    let alone = |expression: &String| folder.json(entry, expression).unwrap_or_else(|| serde_json::json!({}));
    let found: Vec<Json> = match all {
        Some(Json::Array(all)) => all,
        _ => expressions.iter().map(alone).collect(),
    };
    let root = folder.0.path().join("case").display().to_string();
    for ((of, path, prediction), answer) in questions.into_iter().zip(found) {
        if !agrees(&prediction, &answer, &root) {
            wrong.push(format!(
                "{} {what}: {of:?} {}: predicted {prediction:?}, Nix says {answer}",
                case.name,
                path.join(".")
            ));
        }
    }
    wrong
}

/// The scope that a finding is about.
fn scope_of<'s>(system: &'s System, finding: &Finding) -> &'s Scope {
    let mut scopes = system.scopes();
    let scope = scopes.find(|(s, _)| s.map(|s| &s.name) == finding.specialisation.as_ref());
    scope.map_or(&system.parent, |(_, scope)| scope)
}

/// Whether Nix refuses what a finding is about in the way that the rule says.
fn is_refused(folder: &Folder, system: &System, finding: &Finding, name: &str) -> bool {
    let path: Vec<String> = match &finding.option {
        Some(option) => option.split('.').map(str::to_owned).collect(),
        None => Vec::new(),
    };
    let whole = format!("(builtins.deepSeq {} 0)", select(finding.specialisation.as_deref(), &[]));
    let names =
        scope_of(system, finding).options.values().map(|o| o.path.iter().map(ToString::to_string).collect());
    let each =
        names.map(|path: Vec<String>| format!("(try {})", select(finding.specialisation.as_deref(), &path)));
    let each = format!("[ {} ]", each.collect::<Vec<_>>().join(" "));
    let option = format!("(builtins.deepSeq {} 0)", select(finding.specialisation.as_deref(), &path));
    [option, whole, each].iter().any(|expression| {
        let output = folder.eval(short(&system.entry), true, expression);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        !output.status.success()
            && said.contains(name)
            && words(finding.rule).iter().any(|words| said.contains(words))
    })
}

/// Asks Nix about a case before its mends and after. What is wrong, and the rules of which something was mended and refused before.
fn compared(case: &Case) -> (Vec<String>, BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let mut analysis = case.analysis();
    let findings = analysis.findings();
    let before = analysis.systems();
    let has_old_names = |system: &System| {
        let mut options = system.scopes().flat_map(|(_, scope)| scope.options.values());
        options.any(|option| option.is_old_name || option.definitions.iter().any(|d| d.old_name.is_some()))
    };
    // Old names of options are not in `modules.nix`, and what cannot be parsed is nothing to Nix.
    let is_text = |text: &String| !text.starts_with('\u{feff}') && lower(text).errors.is_empty();
    if !case.files.values().all(is_text) || before.iter().any(|system| has_old_names(system)) {
        return Default::default();
    }
    let fixed = analysis.fix(true, |_| true);
    let after = analysis.systems();
    let left: BTreeSet<&str> = analysis.findings().iter().map(|finding| finding.rule).collect();
    let mended: Vec<&Finding> = fixed.mended.iter().map(|mended| &mended.finding).collect();
    let (mut wrong, mut rules, mut refused) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let ([old], [new]) = (before.as_slice(), after.as_slice()) else { return (wrong, rules, refused) };
    let mut declared = Declared::default();
    declared.add(old);
    declared.add(new);
    let Some(root) = declared.nodes.get(&Vec::new()).copied() else { return (wrong, rules, refused) };
    for text in case.files.values() {
        declared.add_read(text, root);
    }
    let text = format!(
        "{{ lib, ... }}: let inherit (lib) types; in {{ options = {{ {} }}; }}",
        declared.options(root)
    );
    let folders = [Folder::new(case, &text), Folder::new(&case.edited(&fixed.texts), &text)];
    let [was, is] = [("before", old, &folders[0]), ("after", new, &folders[1])]
        .map(|(what, system, folder)| ask(case, what, folder, system, &declared));
    wrong.extend(was);
    wrong.extend(is);
    for finding in mended.iter().filter(|f| findings.iter().any(|g| g == **f)) {
        rules.insert(finding.rule);
        if finding.severity != Severity::Error || words(finding.rule).is_empty() {
            continue;
        }
        // Of several options Nix tells one.
        let name = finding.option.as_deref().unwrap_or_default();
        match (is_refused(&folders[0], old, finding, ""), is_refused(&folders[1], new, finding, name)) {
            (true, false) => _ = refused.insert(finding.rule),
            (false, _) => wrong.push(format!("{}: Nix does not refuse: {}", case.name, finding.message)),
            // Where several are refused for the same reason, Nix cannot tell which.
            (true, true) if left.contains(finding.rule) => {}
            (true, true) => wrong.push(format!("{}: Nix still refuses: {}", case.name, finding.message)),
        }
    }
    (wrong, rules, refused)
}

#[test]
fn nix_agrees_with_the_mends() {
    let works = Command::new("nix-instantiate").args(["--eval", "-E", "1 + 1"]).output();
    if !works.is_ok_and(|output| output.stdout.starts_with(b"2")) {
        println!("skipped: there is no working nix-instantiate here");
        return;
    }
    let is_here = |case: &Case| {
        !case.files.values().any(|text| NOT_HERE.iter().any(|word| text.contains(word)))
            && !LEFT_OUT.iter().any(|(name, _)| case.name == *name)
    };
    let mut cases: Vec<Case> = rule_cases().into_iter().filter(is_here).collect();
    cases.extend(MORE.iter().map(|(rule, text)| Case::parse(rule, text)));
    let results: Vec<_> = cases.par_iter().map(compared).collect();
    let wrong: Vec<&str> = results.iter().flat_map(|(wrong, ..)| wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());

    // Of each rule with mends something was mended; of each that says what NixOS refuses, Nix refused it.
    let mut rules: BTreeSet<&str> = results.iter().flat_map(|(_, rules, _)| rules.iter().copied()).collect();
    let refused: BTreeSet<&str> = results.iter().flat_map(|(.., refused)| refused.iter().copied()).collect();
    rules.extend(NOT_ASKED.map(|(rule, _)| rule));
    let fixable: BTreeSet<&str> = ALL.iter().filter(|rule| rule.fixable).map(|rule| rule.name).collect();
    assert_eq!(rules, fixable);
    let errors: BTreeSet<&str> = fixable.into_iter().filter(|rule| !words(rule).is_empty()).collect();
    assert_eq!(refused, errors);
}
