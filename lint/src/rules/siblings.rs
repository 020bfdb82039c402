//! How a specialisation is given what tells it apart: as its siblings have it, or all of them once for all.

use super::{Context, tags};
use crate::findings::{Applicability, Edit, Finding, Fix};
use crate::fix::{Source, Target};
use crate::nixos::model::{DefinitionModel, DefinitionState, Origin, Specialisation, System};
use rowan::TextRange;
use std::cell::RefCell;

/// After how many siblings no other is looked at.
const MOST: usize = 3;

/// The functions by which specialisations are made of their names.
const MAKERS: [&str; 2] = ["mapAttrs", "genAttrs"];

/// What a specialisation is to say of itself: its name, or something made of that.
pub(super) struct Statement<'s> {
    /// The option.
    pub(super) option: &'s str,
    /// What it says.
    pub(super) text: &'s str,
    /// The binding that says it, where no sibling shows how that is written.
    pub(super) setting: String,
    /// What is added, for the titles of mends: `the tag`.
    pub(super) what: &'static str,
}

/// The mends that have a specialisation say something: in the style of a sibling that does, if that changes nothing else, or else as plainly
/// as it can be said.
pub(super) fn mends(
    cx: &Context<'_>,
    finding: &Finding,
    specialisation: &Specialisation,
    statement: &Statement<'_>,
    mended: impl Fn(&System) -> bool,
    may_change: impl Fn(Target<'_>) -> bool,
) -> Vec<Fix> {
    let (what, text) = (statement.what, statement.text);
    let mut ways: Vec<(String, Vec<Edit>)> = Vec::new();
    for sibling in siblings(cx, specialisation, statement.option).take(MOST) {
        let edits = as_sibling(cx, specialisation, statement, sibling);
        ways.extend(edits.map(|edits| (format!("add {what} as `{}` has it", sibling.name), edits)));
    }
    ways.extend(plain(cx, specialisation, &statement.setting).map(|e| (format!("add {what} `{text}`"), e)));
    ways.dedup_by(|a, b| a.1 == b.1);
    let mut fixes: Vec<Fix> = Vec::new();
    for (title, edits) in ways {
        let fix = cx.fixer.fix(finding, title, edits, &mended, &may_change);
        let is_safe = fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe);
        fixes.extend(fix);
        if is_safe {
            break;
        }
    }
    fixes
}

/// The edits that add a setting to a specialisation.
pub(super) fn plain(cx: &Context<'_>, specialisation: &Specialisation, setting: &str) -> Option<Vec<Edit>> {
    let places = specialisation.places.iter();
    places.into_iter().find_map(|p| cx.source(p.file)?.with_setting((p.value, p.path), setting))
}

/// The other specialisations that define an option themselves; those that stand in the same file first.
fn siblings<'c>(
    cx: &Context<'c>,
    specialisation: &Specialisation,
    option: &str,
) -> impl Iterator<Item = &'c Specialisation> + use<'c> {
    let file = specialisation.places.first().map(|place| place.file);
    let is_near = |sibling: &&Specialisation| sibling.places.first().map(|place| place.file) == file;
    let all = cx.system.specialisations.iter();
    let has_it = |s: &&Specialisation| s.name != specialisation.name && own(s, option).is_some();
    let (near, far): (Vec<_>, Vec<_>) = all.filter(has_it).partition(is_near);
    near.into_iter().chain(far)
}

/// The definition of an option that a specialisation itself makes.
fn own<'s>(specialisation: &'s Specialisation, option: &str) -> Option<&'s DefinitionModel> {
    let is_own = |d: &&DefinitionModel| {
        d.origin == Origin::Own && d.state == DefinitionState::Wins && d.place.is_some()
    };
    specialisation.scope.option(option)?.definitions.iter().find(is_own)
}

/// The edits that have a specialisation say it as a sibling does: by the same function, or by a binding of the same form.
fn as_sibling(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    statement: &Statement<'_>,
    sibling: &Specialisation,
) -> Option<Vec<Edit>> {
    let definition = own(sibling, statement.option)?.place?;
    // What needs escapes is written by nobody as it is.
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['"', '\\', '$', '\n']);
    if !is_plain(&sibling.name) || !is_plain(&specialisation.name) || !is_plain(statement.text) {
        return None;
    }
    let of = |source: &Source, value: TextRange, path: TextRange| {
        source.setting_at((value, path), definition.range)
    };
    for place in &sibling.places {
        let source = cx.source(place.file)?;
        let there = (place.file == definition.file).then(|| of(&source, place.value, place.path)).flatten();
        if let Some(setting) = there {
            let setting = with_name(&setting, &sibling.name, statement.text)?;
            return plain(cx, specialisation, &setting);
        }
        let names = (sibling.name.as_str(), specialisation.name.as_str());
        for own in specialisation.places.iter().filter(|own| own.file == place.file) {
            let edits = source.with_call((own.value, own.path), |content| {
                source.call_for(place.value, place.path, names, content)
            });
            if edits.is_some() {
                return edits;
            }
        }
    }
    None
}

/// A binding whose value names something once, in a string: with another name.
fn with_name(setting: &str, name: &str, other: &str) -> Option<String> {
    let (path, value) = setting.split_once('=')?;
    let is_in_string = |at: &usize| value[..*at].matches('"').count() % 2 == 1;
    let mut found = tags::words(value, name).filter(is_in_string);
    let at = found.next().filter(|_| found.next().is_none())?;
    Some(format!("{path}={}{other}{}", &value[..at], &value[at + name.len()..]))
}

/// Adds to findings, in front of their other mends, the one that has what makes several specialisations say something of each: `path` and
/// `value` are what that sets, by what the name is called there. `mended` says whether a specialisation of that name says it.
pub(super) fn put_where_made(
    cx: &Context<'_>,
    findings: &mut [Finding],
    title: &str,
    (path, value): (&str, impl Fn(&str) -> String),
    mended: impl Fn(&System, &str) -> bool,
    may_change: impl Fn(Target<'_>) -> bool,
) {
    if findings.is_empty() || cx.fixer.is_idle() {
        return;
    }
    let is_made =
        |text: &str| text.contains("specialisation") && MAKERS.iter().any(|maker| text.contains(maker));
    let files =
        (0..).zip(&cx.system.files).filter(|(_, path)| cx.texts.text(path).is_some_and(|t| is_made(&t)));
    let makers = files.filter_map(|(file, _)| cx.source(file)).flat_map(|source| {
        let edits = source.makers().into_iter().filter_map(|maker| {
            let setting = format!("{path} = {};", value(&maker.name));
            Some([maker.edits, source.with_setting(maker.configuration, &setting)?].concat())
        });
        edits.collect::<Vec<_>>()
    });
    for edits in makers.take(MOST) {
        let made = RefCell::new(Vec::new());
        let mended = |after: &System| {
            let names = findings.iter().filter_map(|f| f.specialisation.as_deref());
            made.replace(names.filter(|name| mended(after, name)).map(str::to_owned).collect());
            !made.borrow().is_empty()
        };
        // Which of them it makes is seen by what becomes of them.
        let lacking = findings.iter().filter(|f| f.fixes.iter().all(|fix| fix.title != title)).take(MOST);
        let mut fixes = lacking.filter_map(|f| cx.fixer.fix(f, title, edits.clone(), mended, &may_change));
        let Some(fix) = fixes.next() else { continue };
        let made = made.take();
        let is_made = |finding: &&mut Finding| {
            finding.specialisation.as_ref().is_some_and(|s| made.iter().any(|name| name == s))
        };
        for finding in findings.iter_mut().filter(is_made) {
            let at = finding.fixes.partition_point(|other| other.applicability < fix.applicability);
            finding.fixes.insert(at, fix.clone());
        }
    }
}

/// Adds to findings the mend that has every specialisation say its name, by a module that extends the option. `path` and `value` are what that
/// sets in a configuration, where `name` is the specialisation's. Nobody but the author knows whether that is wanted: it is never applied
/// unseen.
pub(super) fn offer_once_for_all(
    cx: &Context<'_>,
    findings: &mut [Finding],
    title: &str,
    (path, value): (&str, &str),
    mended: impl Fn(&System) -> bool,
    may_change: impl Fn(&str) -> bool,
) {
    let setting = format!("      configuration.{path} = lib.mkDefault {value};");
    let module = [
        "({ lib, ... }: {",
        "  options.specialisation = lib.mkOption {",
        "    type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {",
        &setting,
        "    }));",
        "  };",
        "})",
    ];
    // For one alone it is not worth a module.
    if cx.system.specialisations.len() < 2 {
        return;
    }
    // The module of the first one has it for all of them.
    let mut places = cx.system.specialisations.iter().flat_map(|s| &s.places);
    let edit = places.find_map(|place| cx.source(place.file)?.with_module(place.path, &module));
    let (Some(edit), Some(first)) = (edit, findings.first()) else { return };
    let may_change = |(scope, option): Target<'_>| scope.is_some() && may_change(option);
    let Some(fix) = cx.fixer.fix(first, title, vec![edit], &mended, may_change) else { return };
    let fix = Fix { applicability: Applicability::Manual, ..fix };
    for finding in findings {
        finding.fixes.push(fix.clone());
    }
}
