//! `renamed-option`: a specialisation sets an option that NixOS has renamed or removed.

use super::context::is_part_of;
use super::{Check, Context, Rule};
use crate::findings::{Finding, Fix, Severity};
use crate::nixos::model::{
    DefinitionModel, DefinitionState, Existence, OptionModel, Origin, Place, Prediction, Release, Scope,
    System, World,
};
use crate::nixos::show_loc;
use crate::nixos::table::path::is_placeholder;
use crate::nixos::table::{EMBEDDED_RELEASE, Fate, Node, renaming};
use crate::syntax::hir::Name;

pub(super) const RULE: Rule = Rule {
    name: "renamed-option",
    severity: Severity::Info,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "a specialisation sets an option that NixOS has renamed or removed",
    documentation: "\
## What it finds

In a specialisation, a definition of an option that has another name now, that is deprecated, or that was removed. Where the
configuration's own nixpkgs is at hand its modules say so; otherwise a list of well-known options does, with the release that
brought each change, and only where the configuration's own release is known to have it. Where nothing tells which release
that is, the changes up to NixOS 24.11 are told. A removed option is an error if it certainly is removed in that release.

## Why it hurts

Old names work for a few releases, with a warning in the midst of a build's output:

```text
evaluation warning: The option `hardware.opengl.enable' defined in `…/hosts/atlas.nix' has been renamed to `hardware.graphics.enable'.
```

and then no longer: a definition of a removed option fails an assertion, \"The option definition `…' in `…' no longer has any effect;
please remove it\". In a specialisation that is met late: whoever tries out the base of a new release does not build it. An old and a
new name are one option, and definitions under both compete.

## Example

```nix
# before
{
  specialisation.games.configuration = {
    system.nixos.tags = [ \"games\" ];
    hardware.opengl.enable = true;
    services.xserver.layout = \"us\";
  };
}
```

```nix
# after
{
  specialisation.games.configuration = {
    system.nixos.tags = [ \"games\" ];
    hardware.graphics.enable = true;
    services.xserver.xkb.layout = \"us\";
  };
}
```

## When it is wrong

In a configuration that is meant for several releases of NixOS, the older of which know the old name only.
",
    checks: &[Check::System(check)],
};

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut found: Vec<Found<'_>> = Vec::new();
    for specialisation in &cx.system.specialisations {
        let scope = &specialisation.scope;
        for (name, option) in scope.options.iter().filter(|(_, option)| places(option).next().is_some()) {
            let Some(former) = Former::of(cx.system, option) else { continue };
            // Of an option that was taken apart, the whole is told.
            if within(scope, option).any(|whole| Former::of(cx.system, whole).is_some()) {
                continue;
            }
            for place in places(option) {
                let same = found.iter_mut().find(|f| f.place == place && f.option.path == option.path);
                match same {
                    Some(same) if same.specialisations.contains(&&specialisation.name) => {}
                    Some(same) => same.specialisations.push(&specialisation.name),
                    None => found.push(Found {
                        name,
                        option,
                        place,
                        former: former.clone(),
                        specialisations: vec![&specialisation.name],
                    }),
                }
            }
        }
    }
    findings.extend(found.iter().map(|found| finding(cx, found)));
}

/// A definition by an old name, which may be one of several specialisations.
struct Found<'s> {
    name: &'s str,
    option: &'s OptionModel,
    place: Place,
    former: Former,
    specialisations: Vec<&'s Name>,
}

/// Where a specialisation itself defines an option, so that NixOS takes notice.
fn places(option: &OptionModel) -> impl Iterator<Item = Place> {
    let counts = |definition: &&DefinitionModel| {
        definition.origin == Origin::Own
            && matches!(definition.state, DefinitionState::Wins | DefinitionState::Loses)
    };
    option.definitions.iter().filter(counts).filter_map(|definition| definition.place)
}

/// The options of which another one is a part.
fn within<'s>(scope: &'s Scope, option: &'s OptionModel) -> impl Iterator<Item = &'s OptionModel> {
    let depths = 1..option.path.len();
    depths.filter_map(|depth| scope.option(&show_loc(&option.path[..depth])))
}

/// What became of an option.
#[derive(Clone)]
struct Former {
    fate: Fate,
    /// What has taken its place.
    to: Option<Vec<Name>>,
    /// Whether that is of another type.
    changed: bool,
    /// Since which release; `None` where the system's own modules say it.
    since: Option<Since>,
    /// What whoever removed it has to say.
    advice: String,
}

#[derive(Clone)]
struct Since {
    release: u32,
    /// Whether it is certainly the first one.
    is_first: bool,
    /// Whether the system certainly has it.
    is_certain: bool,
}

impl Former {
    fn of(system: &System, option: &OptionModel) -> Option<Former> {
        if option.existence == Existence::Declared {
            return None;
        }
        let is_exact = system.options.is_some_and(|root| root.table().is_exact());
        let of_releases = || Former::of_releases(system, &option.path);
        Former::of_modules(option).or_else(|| (!is_exact).then(of_releases).flatten())
    }

    /// As the modules of a source say that is at hand.
    fn of_modules(option: &OptionModel) -> Option<Former> {
        /// How often an option may have been renamed.
        const MOST: usize = 8;
        let listed = option.listed.filter(|node| node.table().is_exact())?;
        // In a system, the options of a home are below others.
        let (around, own) = option.path.split_at(option.path.len().checked_sub(listed.path().len())?);
        let mut former: Option<Former> = None;
        let mut path = own.to_vec();
        for _ in 0..MOST {
            let Some(facts) = listed.table().node(&path).map(|node| node.facts()) else { break };
            let changed = facts.changed || former.as_ref().is_some_and(|former| former.changed);
            let next = Former { fate: Fate::Removed, to: None, changed, since: None, advice: String::new() };
            if let Some(advice) = facts.removed {
                return Some(Former { advice, ..next });
            }
            // What the manual shows is no old name, but a second one.
            if facts.renamed_to.is_empty() || !facts.hidden {
                break;
            }
            let to = match facts.renamed_to.as_slice() {
                [to] => target(listed, &path, &names(to)),
                _ => None,
            };
            let whole = to.as_ref().map(|to| [around, to].concat());
            former = Some(Former { fate: Fate::Renamed, to: whole, ..next });
            match to {
                Some(to) => path = to,
                None => break,
            }
        }
        former
    }

    /// As is known of the releases of NixOS.
    fn of_releases(system: &System, path: &[Name]) -> Option<Former> {
        if system.world != World::Nixos {
            return None;
        }
        let found = renaming(path)?;
        let is_certain = match system.release {
            _ if found.since == 0 => true,
            Some(release) if release.has(found.since) == Some(true) => true,
            // Where nothing tells the release, it is presumed to be the one that is known best.
            None if found.since <= EMBEDDED_RELEASE => false,
            _ => return None,
        };
        let to = found.to.as_deref().map(names);
        // It may have been renamed again, or what has taken its place may be gone.
        let next = to.as_deref().filter(|_| is_certain && found.fate == Fate::Renamed);
        if let Some(next) = next.and_then(|to| Former::of_releases(system, to)) {
            return Some(next);
        }
        let since = Since { release: found.since, is_first: found.is_stated, is_certain };
        Some(Former { fate: found.fate, to, changed: false, since: Some(since), advice: String::new() })
    }

    /// Whether the system that defines it certainly fails.
    fn is_refused(&self, option: &OptionModel) -> bool {
        let has_it = self.since.as_ref().is_none_or(|since| since.is_certain && since.is_first);
        match self.fate {
            Fate::Removed => has_it,
            Fate::Dropped => has_it && option.existence.missing().is_some_and(|missing| missing.certain),
            Fate::Renamed | Fate::Deprecated => false,
        }
    }
}

/// The path of the option that has taken the place of the one at `from`: what a submodule says of its own options is meant
/// inside of it.
fn target(listed: Node<'_>, from: &[Name], to: &[Name]) -> Option<Vec<Name>> {
    let is_option = |path: &Vec<Name>| listed.table().node(path).is_some();
    let outside = (1..from.len()).rev().map(|depth| [&from[..depth], to].concat());
    // Any name that is meant is the one that is there.
    let filled = to.iter().zip(from.iter().map(Some).chain(std::iter::repeat(None)));
    let filled = filled.map(|(name, own)| own.filter(|_| is_placeholder(name)).unwrap_or(name).clone());
    [filled.collect()].into_iter().chain(outside).find(is_option)
}

fn names(path: &[String]) -> Vec<Name> {
    path.iter().map(Name::new).collect()
}

fn finding(cx: &Context<'_>, found: &Found<'_>) -> Finding {
    let Found { name, option, former, place, specialisations } = found;
    let tags: Vec<String> = specialisations.iter().map(|tag| format!("`{tag}`")).collect();
    let tags = tags.join(", ");
    let sets = if specialisations.len() > 1 { "set" } else { "sets" };
    let who = match cx.system.world {
        World::HomeManager => "Home Manager",
        _ => "NixOS",
    };
    let since = former.since.as_ref().filter(|since| since.release > 0);
    let since = since.map_or(String::new(), |since| {
        let word = if since.is_first { "in" } else { "by" };
        format!(" {word} NixOS {}", Release::show(since.release))
    });
    let what = match (former.fate, former.to.as_deref().map(show_loc)) {
        (Fate::Renamed, Some(to)) if former.changed => {
            format!("was replaced by `{to}`, which is of another type")
        }
        (Fate::Renamed, Some(to)) => format!("was renamed to `{to}`{since}"),
        (Fate::Renamed, None) => "was replaced by others".to_owned(),
        (Fate::Deprecated, to) => instead(format!("was deprecated{since}"), to),
        (Fate::Removed | Fate::Dropped, to) => instead(format!("was removed{since}"), to),
    };
    let is_refused = former.is_refused(option);
    let label = match (former.fate, former.advice.as_str()) {
        (Fate::Renamed, _) => format!("{tags} {sets} it by its old name"),
        (_, "") => format!("{tags} {sets} it"),
        (_, advice) => shortened(advice),
    };
    let consequence = match (former.fate, is_refused) {
        (Fate::Dropped, true) => {
            format!("{who} will refuse to build {tags}: \"The option `{name}' does not exist\"")
        }
        (Fate::Removed, true) => format!("{who} will refuse to build {tags} for it"),
        (Fate::Removed | Fate::Dropped, false) => format!("{who} refuses since then to build what sets it"),
        (Fate::Renamed, _) => format!("{who} takes the old name for the new one, for some releases"),
        (Fate::Deprecated, _) => format!("{who} warns of it, and may refuse it one day"),
    };
    let finding = Finding {
        rule: RULE.name,
        severity: if is_refused { Severity::Error } else { RULE.severity },
        message: format!("`{name}` {what}"),
        primary: cx.label(place, label),
        related: Vec::new(),
        consequence,
        systems: Vec::new(),
        specialisation: match specialisations.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        },
        option: Some((*name).to_owned()),
        fixes: Vec::new(),
    };
    let fix = fix(cx, &finding, found);
    finding.with_fixes(fix)
}

fn instead(what: String, to: Option<String>) -> String {
    match to {
        Some(to) => format!("{what}: `{to}` has taken its place"),
        None => what,
    }
}

/// The first sentence of an advice, if it is not long.
fn shortened(advice: &str) -> String {
    const LONGEST: usize = 100;
    let first = advice.split_inclusive(". ").next().unwrap_or_default().trim().trim_end_matches('.');
    match first.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", first[..end].trim_end()),
        None => first.to_owned(),
    }
}

/// Writes the new name, where all that moves along has new names too and comes to the same.
fn fix(cx: &Context<'_>, finding: &Finding, found: &Found<'_>) -> Option<Fix> {
    let Found { option, former, place, .. } = found;
    let to = former.to.as_deref().filter(|_| former.fate == Fate::Renamed && !former.changed)?;
    let source = cx.source(place.file)?;
    let renamed = source.renamed(place.path, &option.path, to)?;
    let (old, new) = (&option.path[..renamed.depths.0], &to[..renamed.depths.1]);
    let moves = |definition: &DefinitionModel| {
        let place = definition.place.filter(|p| p.file == place.file);
        place.is_some_and(|place| renamed.binding.contains_range(place.range))
    };
    let has_moved = |before: &Scope, after: &Scope, name: &str, option: &OptionModel| {
        let path = [new, &option.path[old.len()..]].concat();
        let now = show_loc(&path);
        let is_free = before.options.get(now.as_str()).is_none_or(|o| o.definitions.is_empty());
        new_path(cx.system, before, option) == Some(path)
            && is_free
            && is_same(before.prediction(name), after.prediction(&now))
    };
    let mended = |after: &System| {
        cx.system.scopes().zip(after.scopes()).all(|((_, before), (_, after))| {
            let below = before.options.iter().filter(|(_, option)| option.path.starts_with(old));
            let mut moved = below.filter(|(_, option)| option.definitions.iter().any(moves));
            moved.all(|(name, option)| has_moved(before, after, name, option))
        })
    };
    let (old, new) = (show_loc(old), show_loc(new));
    let may_change = |(_, option): (Option<&str>, &str)| is_part_of(option, &old) || is_part_of(option, &new);
    let title = format!("write `{}`", show_loc(to));
    let fix = cx.fixer.fix(finding, title, vec![renamed.edit], mended, may_change)?;
    let is_certain = former.since.as_ref().is_none_or(|since| since.is_certain);
    Some(if is_certain { fix } else { fix.uncertain() })
}

/// The path that an option has by the new name of what it is or is part of.
fn new_path(system: &System, scope: &Scope, option: &OptionModel) -> Option<Vec<Name>> {
    let whole = within(scope, option).chain([option]).find_map(|whole| {
        let to = Former::of(system, whole)?.to?;
        Some((whole.path.len(), to))
    });
    let (depth, to) = whole?;
    Some([&to, &option.path[depth..]].concat())
}

/// Whether two options come to the same, as far as is known.
fn is_same(a: &Prediction, b: &Prediction) -> bool {
    matches!((a, b), (Prediction::Unknown(_), Prediction::Unknown(_))) || a == b
}
