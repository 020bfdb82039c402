//! What NixOS' own modules define, in the model: what made them do so, and where they contradict each other.

use super::{Builder, OPTION_BUDGET, definitions::place};
use crate::eval::{Error, Eval, Met, Stop, Value};
use crate::nixos::definitions::{Candidate, DefState};
use crate::nixos::model::{DefinitionOfNixos, DefinitionState, Origin, Place, Scope};
use crate::nixos::system::{ModuleSystem, NodeId, ScopeId, show_loc};
use crate::nixos::table::path::parse_option_path;

/// How many modules may have led from the configuration's definition to NixOS' own.
const FURTHEST: usize = 6;
/// What stands in texts for a package.
const PACKAGE: (&str, char) = ("/nix/store/«pkgs.", '»');

impl Builder<'_> {
    /// Adds the options that no module of the configuration defines, and that NixOS' own contradict each other about, as it is with
    /// two desktops that both set one.
    pub(super) fn conflicts_of_nixos(&mut self, ev: &mut Eval<'_>, id: ScopeId, scope: &mut Scope) {
        let Some(definers) = self.modules.definers(id) else { return };
        let defined = scope.options.values().filter(|option| {
            option.definitions.iter().any(|d| d.place.is_some() && d.state == DefinitionState::Wins)
        });
        let declared = defined.filter_map(|option| option.listed).flat_map(|listed| listed.facts().declared);
        let module = |place: String| definers.module(place.rsplit_once(':').map_or(&place, |(file, _)| file));
        let reached = definers.led_to(declared.filter_map(module));
        for option in definers.contested(&reached) {
            let Ok(path) = parse_option_path(option) else { continue };
            if scope.options.contains_key(option) {
                continue;
            }
            let Ok(Some(node)) = self.modules.find(ev, id, &path) else { continue };
            let value = ev.with_budget(OPTION_BUDGET, |ev| ev.force(self.modules.value(node)));
            let Err(Stop::Error(error)) = value else { continue };
            let loc = show_loc(&self.modules.loc(node));
            if matches!(&*error, Error::Conflict { option, .. } if *option == loc) {
                self.option(ev, node, scope, 0);
            }
        }
    }

    /// What there is to say of a definition that NixOS' own modules make.
    pub(super) fn definition_of_nixos(
        &self,
        ev: &mut Eval<'_>,
        node: NodeId,
        candidate: &Candidate,
    ) -> Option<DefinitionOfNixos> {
        if !ModuleSystem::is_of_nixos(&candidate.definition) {
            return None;
        }
        let scope = self.modules.scope_of(node);
        let module = self.modules.module(ev, scope, candidate.definition.module).ok()??;
        let folder = self.modules.definers(scope)?.folder();
        let file =
            module.file.strip_prefix(folder).unwrap_or(&module.file).trim_start_matches('/').to_owned();
        let mut because = Vec::new();
        self.because(ev, candidate, FURTHEST, &mut because);
        let text = match ev.force(candidate.value) {
            Ok(Value::Symbol(symbol)) => symbol.starts_with("pkgs.").then(|| symbol.to_string()),
            Ok(Value::Str(s)) if s.stand_in => written(&s.text),
            _ => None,
        };
        Some(DefinitionOfNixos { file, because, text })
    }

    /// Adds the configuration's definitions that made the conditions around one of NixOS' own hold.
    fn because(&self, ev: &mut Eval<'_>, of: &Candidate, furthest: usize, found: &mut Vec<(Place, Origin)>) {
        let conditions = of.conditions.iter().filter(|condition| condition.holds == Some(true));
        for met in conditions.flat_map(|condition| ev.met_by(condition.thunk)).collect::<Vec<_>>() {
            let Met::Read(key) = met else { continue };
            let Ok(merged) = self.modules.merged(ev, NodeId(key)) else { continue };
            for candidate in merged.candidates.iter().filter(|c| c.state == DefState::Wins) {
                if ModuleSystem::is_of_nixos(&candidate.definition) {
                    if furthest > 0 {
                        self.because(ev, candidate, furthest - 1, found);
                    }
                } else if let Some(place) = candidate.definition.place.and_then(|p| place(ev, p)) {
                    let origin = self.origin(ev, NodeId(key), candidate.definition.module);
                    if !found.iter().any(|(known, _)| *known == place) {
                        found.push((place, origin));
                    }
                }
            }
        }
    }
}

/// A text with stand-ins for packages as one writes it in Nix; `None` where something else stands for a path.
fn written(text: &str) -> Option<String> {
    let is_plain = |text: &str| !text.contains(['"', '\\', '$', '«', '\n']);
    let mut parts = text.split(PACKAGE.0);
    let first = parts.next().filter(|first| is_plain(first))?;
    let mut out = format!("\"{first}");
    for part in parts {
        let (package, rest) = part.split_once(PACKAGE.1)?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || "._-'".contains(c);
        if !package.chars().all(is_name) || !is_plain(rest) {
            return None;
        }
        out.push_str(&format!("${{pkgs.{package}}}{rest}"));
    }
    out.push('"');
    Some(out)
}
