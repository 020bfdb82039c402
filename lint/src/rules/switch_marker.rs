//! `switch-marker`: the file in which a specialisation tells `nh` its name, where it is wrong, misspelled or missing.

use super::siblings::{self, Statement};
use super::{Check, Context, Rule};
use crate::findings::{Edit, Finding, Fix, Label, Location, Severity};
use crate::fix::Target;
use crate::nixos::model::{
    DefinitionModel, DefinitionState, OptionModel, Origin, Place, Prediction, Scope, Span, Specialisation,
    System, World,
};
use crate::nixos::show_loc;
use crate::nixos::table::nearest;
use crate::render;
use crate::syntax::hir::Name;
use serde_json::Value as Json;

pub(super) const RULE: Rule = Rule {
    name: "switch-marker",
    severity: Severity::Warning,
    default: true,
    fixable: true,
    since: "0.1.0",
    summary: "the file that tells `nh` which specialisation is running is wrong or missing",
    documentation: "\
## What it finds

A specialisation whose `/etc/specialisation` says another name, is misspelled, or is missing while others have theirs; where the system has
`programs.nh.enable`, also a base that has one, and, as an information, that all specialisations lack it. In Home Manager it is the file
`home-manager/specialisation` of `xdg.dataFile`.

## Why it hurts

`nh os switch` reads that file to stay in the specialisation that is running. Without it, `nh` activates the base, and the machine leaves
the specialisation. With a name that does not exist, `nh` stops:

```text
Specialisation 'television' does not exist in the built configuration
```

NixOS itself knows nothing of the file.

## Example

```nix
# before
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    environment.etc.\"specialisation\".text = \"television\";
  };
}
```

```nix
# after
{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    environment.etc.\"specialisation\".text = \"tv\";
  };
}
```

A module that extends the option sets it once for all (one that says it itself is not overruled):

```nix
{ lib, ... }:
{
  options.specialisation = lib.mkOption {
    type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: {
      configuration.environment.etc.\"specialisation\".text = lib.mkDefault name;
    }));
  };
}
```

## When it is wrong

When the file is for a program of one's own. That specialisations inherit the marker of a base is told by `unguarded-default`.
",
    checks: &[Check::System(check)],
};

/// The name of the file and of what it is an attribute of.
fn marker(world: World) -> Option<(&'static [&'static str], &'static str)> {
    match world {
        World::Nixos => Some((&["environment", "etc"], "specialisation")),
        World::HomeManager => Some((&["xdg", "dataFile"], "home-manager/specialisation")),
        World::Darwin | World::Other => None,
    }
}

/// The path of the text of a file.
fn text_of(above: &[&str], file: &str) -> String {
    let path: Vec<Name> = above.iter().chain([&file, &"text"]).map(Name::new).collect();
    show_loc(&path)
}

/// What is known of a specialisation's marker.
enum Marker<'s> {
    /// It says this.
    Says(&'s str),
    /// There is none.
    Missing,
    Unknown,
}

fn state<'s>(system: &System, specialisation: &'s Specialisation, path: &str) -> Marker<'s> {
    let scope = &specialisation.scope;
    match scope.prediction(path) {
        Prediction::Ok { value: Json::String(text), .. } => Marker::Says(text.trim()),
        // A module that is not known may have it, but one that the base has too would mark the base as well.
        Prediction::Undefined
            if specialisation.certain
                && specialisation.inherits == Some(true)
                && scope.troubles.iter().all(|t| system.parent.troubles.contains(t)) =>
        {
            Marker::Missing
        }
        _ => Marker::Unknown,
    }
}

fn check(cx: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some((above, file)) = marker(cx.system.world) else { return };
    let path = text_of(above, file);
    let mut missing: Vec<&Specialisation> = Vec::new();
    let mut marked: Option<&Specialisation> = None;
    let before = findings.len();
    for specialisation in &cx.system.specialisations {
        match state(cx.system, specialisation, &path) {
            Marker::Says(text) => {
                if text == specialisation.name {
                    marked = marked.or(Some(specialisation));
                } else {
                    findings.extend(wrong(cx, specialisation, &path, text));
                }
            }
            Marker::Missing => match misspelled(specialisation, above, file) {
                Some((option, place)) => {
                    findings.push(renamed(cx, specialisation, &path, (above.len(), file), option, place));
                }
                // One that has nothing of its own is the parent as it comes.
                None if has_own(specialisation) => missing.push(specialisation),
                None => {}
            },
            Marker::Unknown => {}
        }
    }
    let has_nh = matches!(cx.system.parent.prediction("programs.nh.enable"), Prediction::Ok { value, .. } if *value == true);
    if has_nh && !cx.system.specialisations.is_empty() {
        findings.extend(of_base(cx, &path));
    }
    let (first, mended) = (findings.len(), |after: &System| {
        missing.iter().all(|specialisation| says_its_name(after, &specialisation.name, &path))
    });
    if let Some(marked) = marked {
        findings.extend(missing.iter().filter_map(|s| lacking(cx, s, &path, marked)));
    } else if first == before && has_nh && missing.len() == cx.system.specialisations.len() {
        findings.extend(all_lacking(cx, &missing, &path));
    }
    // One mend for all of them.
    let title = "give every specialisation its marker, by a module that extends the option";
    let (setting, may_change) = (written(&path), |option: &str| is_file_of(&path, option));
    let setting = (setting.as_str(), "name");
    siblings::offer_once_for_all(cx, &mut findings[first..], title, setting, mended, may_change);
}

fn has_own(specialisation: &Specialisation) -> bool {
    let mut definitions = specialisation.scope.options.values().flat_map(|option| &option.definitions);
    definitions.any(|d| d.origin == Origin::Own)
}

/// The definition of a specialisation's own that says what its marker is.
fn own<'s>(scope: &'s Scope, path: &str) -> Option<&'s DefinitionModel> {
    let is_own = |d: &&DefinitionModel| d.origin == Origin::Own && d.state == DefinitionState::Wins;
    scope.options.get(path)?.definitions.iter().filter(is_own).find(|d| d.place.is_some())
}

/// A marker of the base's own, where `nh` looks for a specialisation of that name.
fn of_base(cx: &Context<'_>, path: &str) -> Option<Finding> {
    let Prediction::Ok { value: Json::String(text), .. } = cx.system.parent.prediction(path) else {
        return None;
    };
    let definition = own(&cx.system.parent, path)?;
    let place = definition.place?;
    let text = text.trim();
    let consequence = consequence(cx, "the base", text);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("the base has a marker, which says {}", render::nix(&Json::from(text))),
        primary: cx.label(&place, "`nh` takes the base where there is none"),
        related: Vec::new(),
        consequence,
        systems: Vec::new(),
        specialisation: None,
        option: Some(path.to_owned()),
        fixes: Vec::new(),
    };
    // A file without its text would be refused.
    let is_whole = cx.text(place.file, place.path).ends_with(".text");
    let fix = cx.source(place.file).filter(|_| is_whole).and_then(|source| {
        let mended = |after: &System| own(&after.parent, path).is_none();
        let may_change = |(_, option): Target<'_>| is_file_of(path, option);
        cx.fixer.fix(&finding, "remove it", vec![source.removal(place.range)], mended, may_change)
    });
    Some(finding.with_fixes(fix.map(Fix::uncertain)))
}

/// What `nh` does within a scope whose marker says this.
fn consequence(cx: &Context<'_>, within: &str, text: &str) -> String {
    let is_one = cx.system.specialisations.iter().any(|s| s.name == text);
    match (text, is_one) {
        ("", _) => "`nh` looks for a specialisation without a name, and stops".to_owned(),
        (_, true) => format!("`nh os switch` in {within} switches to `{text}`"),
        (_, false) => format!(
            "`nh os switch` in {within} stops: \"Specialisation '{}' does not exist\"",
            text.replace('\n', "\\n")
        ),
    }
}

fn wrong(cx: &Context<'_>, specialisation: &Specialisation, path: &str, text: &str) -> Option<Finding> {
    let name = &specialisation.name;
    // What is the parent's leaks.
    let definition = own(&specialisation.scope, path)?;
    let place = definition.place?;
    let consequence = consequence(cx, &format!("`{name}`"), text);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("the marker of specialisation `{name}` says {}", render::nix(&Json::from(text))),
        primary: cx.label(&place, format!("it has to say `{name}`")),
        related: Vec::new(),
        consequence,
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: Some(path.to_owned()),
        fixes: Vec::new(),
    };
    let fix = corrected(cx, &finding, specialisation, place, definition);
    Some(finding.with_fixes(fix))
}

fn corrected(
    cx: &Context<'_>,
    finding: &Finding,
    specialisation: &Specialisation,
    place: Place,
    definition: &DefinitionModel,
) -> Option<Fix> {
    let source = cx.source(place.file)?;
    let range = source.string(place.value, definition.value.as_ref()?.as_str()?)?;
    let text = render::nix(&Json::from(specialisation.name.as_str()));
    let edit = Edit { location: cx.location(Span { file: place.file, range }), text };
    judged(cx, finding, format!("write `{}`", specialisation.name), edit)
}

/// A mend after which the marker says the name.
fn judged(cx: &Context<'_>, finding: &Finding, title: String, edit: Edit) -> Option<Fix> {
    let (tag, path) = (finding.specialisation.as_deref()?, finding.option.as_deref()?);
    let mended = |after: &System| says_its_name(after, tag, path);
    let may_change = |(scope, option): Target<'_>| scope == Some(tag) && is_file_of(path, option);
    cx.fixer.fix(finding, title, vec![edit], mended, may_change)
}

/// A file of a name like the marker's, which says what that should.
fn misspelled<'s>(
    specialisation: &'s Specialisation,
    above: &[&str],
    file: &str,
) -> Option<(&'s OptionModel, Place)> {
    specialisation.scope.options.values().find_map(|option| {
        let [start @ .., name, last] = option.path.as_slice() else { return None };
        let is_file = start.iter().map(Name::as_str).eq(above.iter().copied()) && last == "text";
        let is_like = is_file && name != file && nearest(name, [file].into_iter(), 1).len() == 1;
        let says_it = option.prediction.value().and_then(Json::as_str).map(str::trim);
        let is_own = |d: &&DefinitionModel| d.origin == Origin::Own && d.place.is_some();
        let place = option.definitions.iter().find(is_own)?.place?;
        (is_like && says_it == Some(&specialisation.name)).then_some((option.as_ref(), place))
    })
}

fn renamed(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    path: &str,
    (depth, file): (usize, &str),
    option: &OptionModel,
    place: Place,
) -> Finding {
    let name = &specialisation.name;
    let written = option.path.get(depth).map_or("", Name::as_str);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("the marker of specialisation `{name}` is misspelled: `{written}`"),
        primary: cx.label(&place, format!("`nh` reads `{file}`")),
        related: Vec::new(),
        consequence: format!("`nh os switch` in `{name}` switches to the base"),
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: Some(path.to_owned()),
        fixes: Vec::new(),
    };
    let fix = cx.source(place.file).and_then(|source| {
        let range = source.name_of(place.path, &option.path, depth)?;
        let location = cx.location(Span { file: place.file, range });
        let text = if file.contains('/') { format!("\"{file}\"") } else { file.to_owned() };
        judged(cx, &finding, format!("write `{file}`"), Edit { location, text })
    });
    finding.with_fixes(fix)
}

fn lacking(
    cx: &Context<'_>,
    specialisation: &Specialisation,
    path: &str,
    marked: &Specialisation,
) -> Option<Finding> {
    let place = specialisation.places.first()?;
    let name = &specialisation.name;
    let sibling = own(&marked.scope, path).and_then(|d| d.place);
    let finding = Finding {
        rule: RULE.name,
        severity: RULE.severity,
        message: format!("specialisation `{name}` has no marker, and `{}` has one", marked.name),
        primary: Label {
            location: Location::new(cx.path(place.file), place.path),
            message: "nothing tells `nh` that this one is running".into(),
        },
        related: sibling
            .map(|sibling| cx.label(&sibling, format!("`{}` tells it here", marked.name)))
            .into_iter()
            .collect(),
        consequence: format!("`nh os switch` in `{name}` switches to the base"),
        systems: Vec::new(),
        specialisation: Some(name.clone()),
        option: Some(path.to_owned()),
        fixes: Vec::new(),
    };
    let fixes = added(cx, &finding, specialisation, path);
    Some(finding.with_fixes(fixes))
}

fn all_lacking(cx: &Context<'_>, missing: &[&Specialisation], path: &str) -> Option<Finding> {
    let (first, rest) = missing.split_first()?;
    let place = first.places.first()?;
    let label = |specialisation: &&&Specialisation| {
        let place = specialisation.places.first()?;
        let location = Location::new(cx.path(place.file), place.path);
        Some(Label { location, message: "nor this".into() })
    };
    let finding = Finding {
        rule: RULE.name,
        severity: Severity::Info,
        message: "no specialisation has a marker for `nh`".into(),
        primary: Label {
            location: Location::new(cx.path(place.file), place.path),
            message: "nothing tells `nh` that this one is running".into(),
        },
        related: rest.iter().filter_map(|s| label(&s)).collect(),
        consequence: "`nh os switch` always switches to the base".into(),
        systems: Vec::new(),
        specialisation: rest.is_empty().then(|| first.name.clone()),
        option: Some(path.to_owned()),
        fixes: Vec::new(),
    };
    let fixes = match rest {
        [] => added(cx, &finding, first, path),
        _ => added_to_all(cx, &finding, missing, path).into_iter().collect(),
    };
    Some(finding.with_fixes(fixes))
}

/// Adds the marker to a specialisation.
fn added(cx: &Context<'_>, finding: &Finding, specialisation: &Specialisation, path: &str) -> Vec<Fix> {
    let name = specialisation.name.as_str();
    let statement =
        Statement { option: path, text: name, setting: setting(specialisation, path), what: "the marker" };
    let mended = |after: &System| says_its_name(after, name, path);
    siblings::mends(cx, finding, specialisation, &statement, mended, |target| {
        target.0 == Some(name) && is_file_of(path, target.1)
    })
}

/// Adds the marker to each of several specialisations.
fn added_to_all(cx: &Context<'_>, finding: &Finding, missing: &[&Specialisation], path: &str) -> Option<Fix> {
    let mut edits = Vec::new();
    for specialisation in missing {
        edits.extend(siblings::plain(cx, specialisation, &setting(specialisation, path))?);
    }
    let mended = |after: &System| missing.iter().all(|s| says_its_name(after, &s.name, path));
    let may_change = |(scope, option): Target<'_>| scope.is_some() && is_file_of(path, option);
    cx.fixer.fix(finding, "add the marker to each of them", edits, mended, may_change)
}

/// The path of a marker as people write it.
fn written(path: &str) -> String {
    path.replacen("etc.specialisation", "etc.\"specialisation\"", 1)
}

/// The binding of a marker.
fn setting(specialisation: &Specialisation, path: &str) -> String {
    format!("{} = {};", written(path), render::nix(&Json::from(specialisation.name.as_str())))
}

/// Whether the marker of a specialisation says its name.
fn says_its_name(system: &System, name: &str, path: &str) -> bool {
    let child = system.specialisations.iter().find(|s| s.name == name);
    child.is_some_and(|child| matches!(state(system, child, path), Marker::Says(text) if text == name))
}

/// Whether an option is the file of a marker with that path, or one beside it.
fn is_file_of(path: &str, option: &str) -> bool {
    let files = &path[..path.rfind('.').unwrap_or(path.len())];
    let files = &files[..files.rfind(".\"").or_else(|| files.rfind('.')).unwrap_or(files.len())];
    super::context::is_part_of(option, files)
}
