//! What mends do to configurations: they mend, change nothing else, and are done after once.

use crate::support::case::{Case, cases, rule_cases, short};
use crate::support::json;
use rayon::prelude::*;
use serde_json::{Value as Json, json};
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::{Applicability, Finding, Severity};
use speclint_lint::nixos::model::{DefinitionModel, System};
use std::collections::{BTreeMap, BTreeSet};

/// An option of a system, in the base or in the specialisation of that name.
type Place = (String, Option<String>, String);

/// What is predicted of every option of every scope.
fn predictions(analysis: &Analysis) -> BTreeMap<Place, Json> {
    let shown = json::shown(analysis);
    let mut predictions = BTreeMap::new();
    for system in shown["systems"].as_array().expect("a list of systems") {
        let name = system["name"].as_str().expect("a name");
        let specialisations = system["specialisations"].as_object().expect("an object");
        let children = specialisations.iter().map(|(name, scope)| (Some(name.clone()), scope));
        for (specialisation, scope) in children.chain([(None, &system["parent"])]) {
            for (option, prediction) in scope["options"].as_object().expect("an object") {
                let place = (name.to_owned(), specialisation.clone(), option.clone());
                predictions.insert(place, prediction.clone());
            }
        }
    }
    predictions
}

/// What is predicted, without how it comes about.
fn outcome(prediction: &Json) -> Json {
    json!([prediction["status"], prediction["value"], prediction["option"]])
}

/// The same with the priority.
fn whole(prediction: &Json) -> Json {
    json!([outcome(prediction), prediction["priority"]])
}

/// Whether an option had no meaning that could change: because it failed, or the set that it is in, or the whole scope.
fn failed(predictions: &BTreeMap<Place, Json>, place: &Place) -> bool {
    let says = |p: &Json, words: &str| p["reason"].as_str().is_some_and(|reason| reason.contains(words));
    let is_refused = |p: &Json| says(p, "NixOS refuses it");
    let is_misfit = |p: &Json| says(p, "which this value is not");
    let (system, scope, option) = place;
    let of = |scope: &Option<String>| {
        let (first, scope) = ((system.clone(), scope.clone(), String::new()), scope.clone());
        predictions.range(first..).take_while(move |(p, _)| p.0 == *system && p.1 == scope)
    };
    // Where the parent cannot be evaluated, nothing is known of its specialisations, or whether there are any.
    let is_whole = |place: &Place, p: &Json| place.2 == "isSpecialisation" && p["status"] == "recursion";
    if of(&None).any(|(place, p)| is_whole(place, p) || is_refused(p)) {
        return true;
    }
    let of_scope = of(scope);
    let mut failures = of_scope.filter(|(_, p)| {
        p["status"] == "conflict" || p["status"] == "recursion" || is_refused(p) || is_misfit(p)
    });
    failures.any(|((_, _, name), prediction)| is_refused(prediction) || is_below(option, name))
}

/// Whether `option` is `other` or an attribute in it.
fn is_below(option: &str, other: &str) -> bool {
    option.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether two options are made of the same definition: one that is written under an old name is one of the new name too.
fn share_a_definition(a: Option<&Json>, b: Option<&Json>) -> bool {
    let places = |p: Option<&Json>| -> Vec<Json> {
        let definitions = p.and_then(|p| p["definitions"].as_array()).cloned().unwrap_or_default();
        let placed = definitions.into_iter().filter(|d| !d["range"].is_null());
        placed.map(|d| json!([d["file"], d["range"]])).collect()
    };
    let (a, b) = (places(a), places(b));
    a.iter().any(|place| b.contains(place))
}

/// The options that findings are about, each with the specialisation if it is a single one.
fn subjects(analysis: &Analysis, findings: &[Finding]) -> BTreeSet<(Option<String>, String)> {
    let systems = analysis.systems();
    let mut subjects = BTreeSet::new();
    for finding in findings {
        let of = finding.specialisation.as_ref().map(ToString::to_string);
        subjects.extend(finding.option.iter().map(|option| (of.clone(), option.clone())));
        // An option that gets its new name is about what has that name.
        let titles = finding.fixes.iter().filter(|_| finding.rule == "renamed-option").map(|fix| &fix.title);
        let new = titles.filter_map(|title| title.strip_prefix("write `")?.strip_suffix('`'));
        subjects.extend(new.map(|option| (of.clone(), option.to_owned())));
        // What is kept to the base, for all specialisations alike, is named in the mend; a misspelled file is one of the files.
        let kept = finding.fixes.iter().filter(|_| finding.rule == "incompatible-options");
        let kept = kept.filter_map(|fix| fix.title.split('`').nth(1));
        subjects.extend(kept.map(|option| (None, option.to_owned())));
        if finding.rule == "switch-marker" {
            subjects.insert((of.clone(), "environment.etc".to_owned()));
        }
        // A guard is about everything that is under it.
        for (system, definition, option) in definitions(&systems) {
            let is_under = definition.conditions.iter().any(|c| {
                c.guard.is_some_and(|(_, span)| {
                    system.files[span.file as usize] == *finding.primary.location.file
                        && u32::from(span.range.start()) == finding.primary.location.start
                })
            });
            if is_under {
                subjects.insert((of.clone(), option.to_owned()));
            }
        }
    }
    subjects
}

/// All definitions of all scopes.
fn definitions(
    systems: &[std::sync::Arc<System>],
) -> impl Iterator<Item = (&System, &DefinitionModel, &str)> {
    systems.iter().flat_map(|system| {
        let scopes = system.scopes();
        scopes.flat_map(move |(_, scope)| {
            scope.options.iter().flat_map(move |(name, option)| {
                option.definitions.iter().map(move |d| (&**system, d, name.as_str()))
            })
        })
    })
}

/// What makes a finding another one.
fn key(finding: &Finding) -> (&'static str, String, Option<String>, Option<String>) {
    let file = short(&finding.primary.location.file).to_owned();
    let specialisation = finding.specialisation.as_ref().map(ToString::to_string);
    (finding.rule, file, specialisation, finding.option.clone())
}

/// The rules of severity error whose findings need not have a mend: only the author knows what was meant.
const NO_MEND: [&str; 14] = [
    "bare-system",
    "incompatible-options",
    "invalid-name",
    "invalid-tag",
    "misplaced-imports",
    "mixed-config",
    "recursive-guard",
    "removed-nesting",
    "renamed-option",
    "syntax-error",
    "undeclared-option",
    "unknown-option",
    "unknown-specialisation",
    "wrong-type",
];

/// What is wrong with the mends of a case.
fn wrongs(case: &Case, unsafe_too: bool) -> Vec<String> {
    let mut analysis = case.analysis();
    let findings = analysis.findings();
    let before = predictions(&analysis);
    let most = if unsafe_too { Applicability::Unsafe } else { Applicability::Safe };
    let is_applied = |f: &&Finding| f.fixes.iter().any(|fix| fix.applicability <= most);
    let mended: Vec<Finding> = findings.iter().filter(is_applied).cloned().collect();
    let subjects = subjects(&analysis, &findings);
    let fixed = analysis.fix(unsafe_too, |_| true);
    let after = predictions(&analysis);
    let left = analysis.findings();
    let mut wrong = Vec::new();
    let mut tell = |what| wrong.push(format!("{} (unsafe too: {unsafe_too}): {what}", case.name));
    if fixed.texts.is_empty() != mended.is_empty() {
        tell(format!("{} findings with a mend, {} files changed", mended.len(), fixed.texts.len()));
    }

    let old: BTreeSet<_> = findings.iter().map(key).collect();
    for finding in &left {
        if is_applied(&finding) {
            tell(format!("still there, and has a mend: {finding:?}"));
        } else if finding.severity == Severity::Error && unsafe_too && !NO_MEND.contains(&finding.rule) {
            tell(format!("error left: {}: {}", finding.rule, finding.message));
        }
        let place = |system: &String| {
            let scope = finding.specialisation.as_ref().map(ToString::to_string);
            (system.clone(), scope, finding.option.clone().unwrap_or_default())
        };
        // What could not be evaluated may have hidden something.
        let was_hidden = finding.systems.iter().any(|system| failed(&before, &place(system)));
        if !old.contains(&key(finding)) && !was_hidden {
            tell(format!("new: {}: {}", finding.rule, finding.message));
        }
    }

    // A mend may be that there is a specialisation, or that it has another name.
    let about_names = ["invalid-name", "removed-nesting"];
    let is_renamed = unsafe_too && mended.iter().any(|finding| about_names.contains(&finding.rule));
    let has = |all: &BTreeMap<Place, Json>, of: &Place| all.keys().any(|p| (&p.0, &p.1) == (&of.0, &of.1));
    let is_about_name =
        |place: &Place| is_below(&place.2, "specialisation") || has(&before, place) != has(&after, place);

    let nothing = json!({ "status": "undefined" });
    let places: BTreeSet<&Place> = before.keys().chain(after.keys()).collect();
    for place in places {
        let [was, is] = [&before, &after].map(|all| all.get(place).unwrap_or(&nothing));
        let (system, scope, option) = place;
        // An option may have two names.
        let is_of = |subject: &str| {
            let other = (system.clone(), scope.clone(), subject.to_owned());
            let alike = |all: &BTreeMap<Place, Json>| share_a_definition(all.get(place), all.get(&other));
            is_below(option, subject) || alike(&before) || alike(&after)
        };
        // What is safe changes nothing in the base, whatever it is about.
        let about = |of: &Option<String>, subject: &str| {
            (of == scope || of.is_none() && scope.is_some())
                && is_of(subject)
                && (unsafe_too || scope.is_some())
        };
        if is_renamed && is_about_name(place) {
            continue;
        }
        if failed(&before, place) || subjects.iter().any(|(of, subject)| about(of, subject)) {
            continue;
        }
        // What an option becomes elsewhere may be for another reason, if it is the same.
        let elsewhere = subjects.iter().any(|(_, subject)| is_of(subject));
        if outcome(was) != outcome(is) || !elsewhere && whole(was) != whole(is) {
            tell(format!("{place:?}: was {was}, is {is}"));
        }
    }

    for path in fixed.texts.keys() {
        let errors = |findings: &[Finding]| {
            findings.iter().filter(|f| f.rule == "syntax-error" && *f.primary.location.file == **path).count()
        };
        if errors(&left) > errors(&findings) {
            tell(format!("{path} no longer parses"));
        }
    }

    if fixed.texts.is_empty() {
        return wrong;
    }
    // Not only in what is remembered: the same from the new texts alone.
    let again = case.edited(&fixed.texts);
    let mut anew = again.analysis();
    if format!("{:?}", anew.findings()) != format!("{left:?}") || predictions(&anew) != after {
        tell("what is found anew is not what is remembered".into());
    }
    let second = anew.fix(unsafe_too, |_| true);
    if !second.mended.is_empty() || !second.texts.is_empty() {
        tell(format!("fixing again changes {:?}", second.texts.keys()));
    }
    wrong
}

fn all() -> Vec<Case> {
    let mut all = rule_cases();
    for folder in ["machines", "pitfalls", "oracle"] {
        all.extend(cases(folder));
    }
    all.push(Case::load(&crate::support::case::fixtures().join("readme")));
    all
}

#[test]
fn mends_mend_and_change_nothing_else() {
    let cases = all();
    let wrong: Vec<String> =
        cases.par_iter().flat_map(|c| [wrongs(c, false), wrongs(c, true)].concat()).collect();
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());
}
