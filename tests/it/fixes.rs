//! What mends do to configurations: they mend, change nothing else, and are done after once.

use crate::support::case::{Case, cases, rule_cases, short};
use crate::support::json;
use expect_test::expect;
use rayon::prelude::*;
use serde_json::{Value as Json, json};
use speclint_lint::analysis::Analysis;
use speclint_lint::findings::{Applicability, Finding, Severity};
use speclint_lint::nixos::model::{DefinitionModel, System};
use speclint_lint::rules::ALL;
use speclint_lint::syntax::lower;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// The same option under another name that it has.
fn other_name(place: &Place, all: &BTreeMap<Place, Json>) -> Option<Place> {
    let of_scope =
        all.iter().filter(|(other, _)| (&other.0, &other.1) == (&place.0, &place.1) && *other != place);
    let mut same = of_scope.filter(|(_, p)| share_a_definition(all.get(place), Some(p)));
    same.next().map(|(other, _)| other.clone())
}

/// The options that findings are about, each with the specialisation if it is a single one.
fn subjects(systems: &[Arc<System>], findings: &[Finding]) -> BTreeSet<(Option<String>, String)> {
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
        for (system, definition, option) in definitions(systems) {
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

/// The specialisations that mends give another name, with that.
fn renamed(mended: &[Finding]) -> BTreeMap<String, String> {
    let of_names = mended.iter().filter(|finding| finding.rule == "invalid-name");
    let pair = |finding: &Finding| {
        let title = &finding.fixes.first()?.title;
        let new = title.strip_prefix("call it `")?.strip_suffix('`')?;
        Some((finding.specialisation.as_ref()?.to_string(), new.to_owned()))
    };
    of_names.filter_map(pair).collect()
}

/// Predictions as they are if specialisations have other names and nothing else changes.
fn under_new_names(all: BTreeMap<Place, Json>, names: &BTreeMap<String, String>) -> BTreeMap<Place, Json> {
    let new = |name: String| new_name(name, names);
    all.into_iter().map(|((system, scope, option), p)| ((system, scope.map(new), option), p)).collect()
}

fn new_name(name: String, names: &BTreeMap<String, String>) -> String {
    names.get(&name).cloned().unwrap_or(name)
}

/// All definitions of all scopes.
fn definitions(systems: &[Arc<System>]) -> impl Iterator<Item = (&System, &DefinitionModel, &str)> {
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
fn key(
    finding: &Finding,
    names: &BTreeMap<String, String>,
) -> (&'static str, String, Option<String>, Option<String>) {
    let file = short(&finding.primary.location.file).to_owned();
    let specialisation = finding.specialisation.as_ref().map(|name| new_name(name.to_string(), names));
    (finding.rule, file, specialisation, finding.option.clone())
}

/// What came of the mends of a case.
struct Mending {
    /// What is wrong with them.
    wrong: Vec<String>,
    /// The rules of which something was mended.
    mended: BTreeSet<&'static str>,
    /// The errors that are left.
    errors: Vec<&'static str>,
}

fn fixed(case: &Case, unsafe_too: bool) -> Mending {
    let mut analysis = case.analysis();
    let findings = analysis.findings();
    let before = predictions(&analysis);
    let most = if unsafe_too { Applicability::Unsafe } else { Applicability::Safe };
    let is_applied = |f: &&Finding| f.fixes.iter().any(|fix| fix.applicability <= most);
    let with_mends: Vec<Finding> = findings.iter().filter(is_applied).cloned().collect();
    let systems = analysis.systems();
    let fixed = analysis.fix(unsafe_too, |_| true);
    // Some are only found once others are mended.
    let mended: Vec<Finding> = fixed.mended.iter().map(|mended| mended.finding.clone()).collect();
    let subjects = subjects(&systems, &mended);
    let after = predictions(&analysis);
    let left = analysis.findings();
    let errors = left.iter().filter(|finding| finding.severity == Severity::Error).map(|f| f.rule).collect();
    let rules = mended.iter().map(|finding| finding.rule).collect();
    let mut mending = Mending { wrong: Vec::new(), mended: rules, errors };
    let mut tell = |what| mending.wrong.push(format!("{} (unsafe too: {unsafe_too}): {what}", case.name));
    if fixed.texts.is_empty() != with_mends.is_empty() {
        tell(format!("{} findings with a mend, {} files changed", with_mends.len(), fixed.texts.len()));
    }

    let names = if unsafe_too { renamed(&mended) } else { BTreeMap::new() };
    let mut old: BTreeMap<_, usize> = BTreeMap::new();
    for finding in &findings {
        *old.entry(key(finding, &names)).or_default() += 1;
    }
    for finding in &left {
        if is_applied(&finding) {
            tell(format!("still there, and has a mend: {finding:?}"));
        }
        let place = |system: &String| {
            let scope = finding.specialisation.as_ref().map(ToString::to_string);
            (system.clone(), scope, finding.option.clone().unwrap_or_default())
        };
        // What could not be evaluated may have hidden something.
        let was_hidden = finding.systems.iter().any(|system| failed(&before, &place(system)));
        // Each of the old ones stands for one that is left.
        let was_there = old.get_mut(&key(finding, &names)).filter(|count| **count > 0);
        let is_new = was_there.map(|count| *count -= 1).is_none();
        if is_new && !was_hidden {
            tell(format!("new: {}: {}", finding.rule, finding.message));
        }
    }

    // What gets another name is looked at under that; before there were specialisations there was nothing to look at.
    let before = under_new_names(before, &names);
    let subjects = subjects.into_iter().map(|(of, option)| (of.map(|n| new_name(n, &names)), option));
    let subjects: BTreeSet<(Option<String>, String)> = subjects.collect();
    let was_nesting = unsafe_too && mended.iter().any(|finding| finding.rule == "removed-nesting");
    let had_scope = |of: &Place| before.keys().any(|place| (&place.0, &place.1) == (&of.0, &of.1));
    let is_about_name = |place: &Place| {
        (was_nesting || !names.is_empty()) && is_below(&place.2, "specialisation")
            || was_nesting && (is_below(&place.2, "nesting") || !had_scope(place))
    };

    // What did not inherit and lacked something has more than that now: all that is in the modules which it imports.
    let was_bare = |of: &Place| {
        let is_it = |f: &&Finding| f.rule == "bare-system" && f.specialisation.as_deref() == of.1.as_deref();
        unsafe_too && mended.iter().any(|finding| is_it(&finding))
    };

    let nothing = json!({ "status": "undefined" });
    let places: BTreeSet<&Place> = before.keys().chain(after.keys()).collect();
    for place in places {
        // What is shown of it by one name only is looked at by that.
        let by_name = |all: &BTreeMap<Place, Json>, other: &BTreeMap<Place, Json>| {
            all.get(place).or_else(|| all.get(&other_name(place, other)?)).unwrap_or(&nothing).clone()
        };
        let (was, is) = (&by_name(&before, &after), &by_name(&after, &before));
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
        if is_about_name(place) || was_bare(place) {
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

    for (path, text) in &fixed.texts {
        if lower(text).errors.len() > lower(&case.files[path]).errors.len() {
            tell(format!("{path} no longer parses"));
        }
    }

    if fixed.texts.is_empty() {
        return mending;
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
    mending
}

fn all() -> Vec<Case> {
    let mut all = rule_cases();
    for folder in ["machines", "pitfalls", "oracle", "patterns", "traps", "partial", "repositories"] {
        let cases = cases(folder);
        assert!(folder != "oracle" || cases.len() == 450, "{} cases of the oracle", cases.len());
        all.extend(cases);
    }
    all.push(Case::load(&crate::support::case::fixtures().join("readme")));
    all
}

/// Fixing changes nothing else and is done after once; every mended file parses. Whether a rule has mends is what it says, and the
/// errors that no mend takes away are these: there, only the author knows what was meant.
#[test]
fn mends_mend_and_change_nothing_else() {
    let cases = all();
    let mendings: Vec<(&Case, Mending)> = cases
        .par_iter()
        .flat_map_iter(|case| [false, true].map(|unsafe_too| (case, fixed(case, unsafe_too))))
        .collect();
    let wrong: Vec<&str> = mendings.iter().flat_map(|(_, of)| &of.wrong).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{}\n{} in all", wrong.join("\n"), wrong.len());

    let mended: BTreeSet<&str> = mendings.iter().flat_map(|(_, of)| of.mended.iter().copied()).collect();
    let said: BTreeSet<&str> = ALL.iter().filter(|rule| rule.fixable).map(|rule| rule.name).collect();
    assert_eq!(said, mended);

    let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (case, mending) in mendings.iter().skip(1).step_by(2) {
        for rule in &mending.errors {
            left.entry(rule).or_default().insert(&case.name);
        }
    }
    let lines = left
        .iter()
        .map(|(rule, cases)| format!("{rule}: {}\n", cases.iter().copied().collect::<Vec<_>>().join(" ")));
    expect![[r#"
        incompatible-options: rules/incompatible-options/by-what-nixos-defines rules/incompatible-options/power rules/incompatible-options/prime
        invalid-name: rules/invalid-name/of-a-home
        invalid-tag: rules/invalid-tag/from-the-name
        misplaced-imports: rules/misplaced-imports/in-a-value rules/misplaced-imports/in-an-own-namespace rules/misplaced-imports/in-the-specialisation
        mixed-config: rules/mixed-config/in-an-imported-file rules/mixed-config/options-at-the-top
        needs-mkdefault: repositories/helpers
        recursive-guard: pitfalls/guarded-imports pitfalls/self-guarded-definition rules/recursive-guard/imports rules/recursive-guard/specialisations-of-themselves rules/recursive-guard/within-a-namespace
        removed-nesting: rules/removed-nesting/in-a-set
        renamed-option: rules/renamed-option/by-the-release rules/renamed-option/in-a-home rules/renamed-option/one-module-for-two rules/renamed-option/own-nixpkgs
        syntax-error: patterns/no-module rules/syntax-error/defined-twice rules/syntax-error/in-an-imported-file rules/syntax-error/missing-semicolon rules/syntax-error/unbalanced rules/unreached-specialisation/no-flake
        undeclared-option: rules/undeclared-option/home-manager
        unknown-option: rules/misplaced-imports/in-an-own-namespace rules/unknown-option/own-nixpkgs rules/unknown-option/own-options
        unknown-specialisation: rules/unknown-specialisation/in-other-outputs rules/unknown-specialisation/misspelled rules/unknown-specialisation/removed
        wrong-type: rules/wrong-type/condition-without-content rules/wrong-type/elements-of-lists rules/wrong-type/not-switched-on rules/wrong-type/own-options rules/wrong-type/property-without-content rules/wrong-type/text-for-truth
    "#]].assert_eq(&lines.collect::<String>());
}
