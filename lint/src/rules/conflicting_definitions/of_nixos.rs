//! Definitions of NixOS' own that contradict each other: the finding is at what made NixOS make them.

use super::RULE;
use crate::findings::{Finding, Fix, Label};
use crate::fix::force_in;
use crate::nixos::model::{DefinitionModel, Origin, Place, Prediction, Specialisation, System};
use crate::rules::Context;

/// Two definitions of NixOS' own contradict each other.
pub(super) fn finding(
    cx: &Context<'_>,
    specialisation: Option<&Specialisation>,
    name: &str,
    message: &str,
    winners: &[&DefinitionModel],
) -> Option<Finding> {
    let [first, rest @ ..] = winners else { return None };
    let second = rest.iter().find(|d| d.value.is_none() || d.value != first.value).or(rest.first())?;
    let mut causes = [(*first, cause(first, second)?), (*second, cause(second, first)?)];
    // What the specialisation does is what is new.
    causes.sort_by_key(|(_, (_, origin))| *origin != Origin::Own);
    let [(ours, (place, _)), (theirs, (other, _))] = causes;
    let scope = cx.scope(specialisation);
    let built = cx.built(specialisation);
    let related = (place != other).then(|| sets(cx, &other, theirs));
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("`{name}` cannot be both {} and {} in {scope}", show(cx, theirs), show(cx, ours)),
        primary: sets(cx, &place, ours),
        related: related.into_iter().collect(),
        consequence: format!("NixOS will refuse to build {built}: \"{message}\""),
        systems: Vec::new(),
        specialisation: specialisation.map(|s| s.name.clone()),
        option: Some(name.to_owned()),
        fixes: Vec::new(),
    };
    let fixes: Vec<Fix> = [ours, theirs]
        .into_iter()
        .filter_map(|winner| force(cx, specialisation?, &finding, winner))
        .collect();
    Some(finding.with_fixes(fixes))
}

/// The configuration's definition that made NixOS make one, best one that did not also make the other.
fn cause(definition: &DefinitionModel, other: &DefinitionModel) -> Option<(Place, Origin)> {
    let because = &definition.of_nixos.as_ref()?.because;
    let of_both = |place: &Place| {
        other.of_nixos.as_ref().is_some_and(|own| own.because.iter().any(|(known, _)| known == place))
    };
    let rank = |(place, origin): &&(Place, Origin)| (of_both(place), *origin != Origin::Own);
    because.iter().min_by_key(rank).copied()
}

/// What made NixOS make a definition of its own, if that is one thing in the configuration.
pub(super) fn made(cx: &Context<'_>, definition: &DefinitionModel) -> Option<Label> {
    let because = &definition.of_nixos.as_ref()?.because;
    let own = because.iter().find(|(_, origin)| *origin == Origin::Own).or(because.first());
    own.map(|(place, _)| sets(cx, place, definition))
}

/// A value of NixOS' own in a few words.
fn show(cx: &Context<'_>, definition: &DefinitionModel) -> String {
    let text = definition.of_nixos.as_ref().and_then(|own| own.text.clone());
    text.unwrap_or_else(|| cx.show(definition))
}

fn sets(cx: &Context<'_>, place: &Place, definition: &DefinitionModel) -> Label {
    let file = definition.of_nixos.as_ref().map(|own| own.file.as_str()).unwrap_or_default();
    cx.label(place, format!("this has NixOS set it to {} (`{file}`)", show(cx, definition)))
}

/// Forces one of the values in the specialisation.
fn force(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    finding: &Finding,
    winner: &DefinitionModel,
) -> Option<Fix> {
    let tag = specialisation.name.as_str();
    let name = finding.option.as_deref()?;
    let value = match &winner.value {
        Some(value) => crate::render::nix(value),
        None => winner.of_nixos.as_ref()?.text.clone()?,
    };
    // What stands as an argument of `mkForce`.
    let value = if value.starts_with('-') { format!("({value})") } else { value };
    let mended = |after: &System| {
        let child = after.specialisations.iter().find(|s| s.name == tag);
        let option = child.and_then(|s| s.scope.options.get(name));
        option.is_some_and(|option| match (&option.prediction, &winner.value) {
            (Prediction::Ok { value, .. }, Some(wanted)) => value == wanted,
            (Prediction::Ok { .. } | Prediction::Unknown(_), None) => true,
            _ => false,
        })
    };
    let may_change = |(scope, option): (Option<&str>, &str)| scope == Some(tag) && option == name;
    specialisation.places.iter().find_map(|place| {
        let source = cx.source(place.file)?;
        let edits = force_in(&source, (place.value, place.path), name, &value)?;
        let title = format!("let {value} win in `{tag}`");
        // Which of them is meant, only their author knows.
        cx.fixer.fix(finding, title, edits, mended, may_change).map(Fix::uncertain)
    })
}
