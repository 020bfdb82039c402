//! Holds what the analyser says of a case against what NixOS makes of it.

use super::case::Case;
use super::json;
use super::truth::{self, Outcome, Truth};
use serde_json::{Map, Value as Json, json};

/// How far predictions and reports agree with the truth: what is listed are descriptions of the values.
#[derive(Default)]
pub(crate) struct Score {
    /// The prediction is NixOS' own.
    pub(crate) agree: usize,
    /// It is left open.
    pub(crate) unknown: Vec<String>,
    /// NixOS does something else.
    pub(crate) wrong: Vec<String>,
    /// The value is right, but not the priority.
    pub(crate) priority: Vec<String>,
    /// Conflicts of specialisations that are reported.
    pub(crate) found: usize,
    /// Conflicts of specialisations that are not.
    pub(crate) missed: Vec<String>,
    /// Errors that are reported of options which evaluate.
    pub(crate) false_alarms: Vec<String>,
}

impl Score {
    /// Both together.
    pub(crate) fn and(mut self, other: Score) -> Score {
        self.agree += other.agree;
        self.found += other.found;
        self.unknown.extend(other.unknown);
        self.wrong.extend(other.wrong);
        self.priority.extend(other.priority);
        self.missed.extend(other.missed);
        self.false_alarms.extend(other.false_alarms);
        self
    }

    /// The result as a table.
    pub(crate) fn table(&self) -> String {
        let values = self.agree + self.unknown.len() + self.wrong.len();
        let conflicts = self.found + self.missed.len();
        format!(
            "values    {values:>5}: agree {}, unknown {}, wrong {}, wrong priority {}\n\
             conflicts {conflicts:>5}: found {}, missed {}, false {}",
            self.agree,
            self.unknown.len(),
            self.wrong.len(),
            self.priority.len(),
            self.found,
            self.missed.len(),
            self.false_alarms.len(),
        )
    }

    /// Whether all is as NixOS makes it, and known.
    pub(crate) fn is_perfect(&self) -> bool {
        let bad = [&self.wrong, &self.unknown, &self.priority, &self.missed, &self.false_alarms];
        bad.iter().all(|list| list.is_empty())
    }

    /// At most this many of the things that must not be, for a message.
    pub(crate) fn examples(&self, most: usize) -> String {
        let kinds = [
            ("wrong", &self.wrong),
            ("false", &self.false_alarms),
            ("wrong priority", &self.priority),
            ("missed", &self.missed),
            ("unknown", &self.unknown),
        ];
        let lines =
            kinds.iter().flat_map(|(kind, list)| list.iter().take(most).map(move |l| format!("{kind}: {l}")));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Judges the systems of a case: that they are those whose truth is written, what they are, and what is reported of them.
pub(crate) fn judge(case: &Case) -> Score {
    let analysis = case.analysis();
    let shown = json::shown(&analysis);
    let checked = json::checked(&analysis, &analysis.findings());
    let list = |kind: &str| shown[kind].as_array().cloned().unwrap_or_default();
    let systems = [list("systems"), list("homes")].concat();
    let diagnostics = checked["diagnostics"].as_array().expect("diagnostics are a list");
    let mut score = Score::default();
    for (name, truth) in &case.truths {
        let truth = Truth::parse(&case.name, truth);
        let mut named =
            systems.iter().filter(|s| name.as_ref().is_none_or(|name| s["name"] == name.as_str()));
        let (Some(system), None) = (named.next(), named.next()) else {
            score.wrong.push(format!("{}: {name:?} is not found, or twice", case.name));
            continue;
        };
        let about =
            |d: &&Json| d["systems"].as_array().is_some_and(|systems| systems.contains(&system["name"]));
        let diagnostics: Vec<&Json> = diagnostics.iter().filter(about).collect();
        let place = match name {
            Some(name) => format!("{}: {name}", case.name),
            None => case.name.clone(),
        };
        score = score.and(judge_system(&place, &truth, system, &diagnostics));
    }
    let is_written = |system: &Json| case.truths.iter().any(|(name, _)| system["name"] == json!(name));
    for system in systems.iter().filter(|system| systems.len() > 1 && !is_written(system)) {
        score.wrong.push(format!("{}: there is no system {}", case.name, system["name"]));
    }
    score
}

/// Judges a system as `show` prints it, and what `check` reports of it.
fn judge_system(case: &str, truth: &Truth, system: &Json, diagnostics: &[&Json]) -> Score {
    let mut score = Score::default();
    let is_own = |option: &str| option.starts_with("my.") || truth.own.iter().any(|own| own == option);
    score.scope(&format!("{case}: parent"), &truth.parent, &system["parent"], &is_own);
    let shown = system["specialisations"].as_object().expect("specialisations are an object");
    for specialisation in &truth.specialisations {
        let place = format!("{case}: {}", specialisation.name);
        match shown.get(&specialisation.name) {
            Some(said) if said["inheritParentConfig"] == json!(specialisation.inherits) => {
                score.scope(&place, &specialisation.options, said, &is_own);
            }
            _ => score.wrong.push(format!("{place} is not seen as it is")),
        }
        score.conflicts(&place, truth, specialisation, diagnostics);
    }
    for name in shown.keys().filter(|name| !truth.specialisations.iter().any(|s| s.name == **name)) {
        score.wrong.push(format!("{case}: {name} does not exist"));
    }
    score
}

impl Score {
    fn scope(&mut self, place: &str, truth: &Map<String, Json>, said: &Json, is_own: &dyn Fn(&str) -> bool) {
        for (option, written) in truth {
            let prediction = lookup(said, option);
            let describe = || {
                let said = prediction.as_ref().map_or("nothing".into(), |p| brief(p).to_string());
                format!("{place}: {option}: NixOS {written}, speclint {said}")
            };
            match verdict(option, &truth::outcome(option, written), prediction.as_ref(), is_own(option)) {
                Verdict::Agree => self.agree += 1,
                Verdict::Unknown => self.unknown.push(describe()),
                Verdict::Wrong => self.wrong.push(describe()),
                Verdict::Priority => {
                    self.agree += 1;
                    self.priority.push(describe());
                }
            }
        }
    }

    fn conflicts(&mut self, place: &str, truth: &Truth, of: &truth::Specialisation, diagnostics: &[&Json]) {
        for (option, written) in &of.options {
            let reported = diagnostics.iter().any(|d| {
                d["severity"] == "error"
                    && d["specialisation"] == of.name.as_str()
                    && d["option"] == option.as_str()
            });
            match truth::outcome(option, written) {
                Outcome::Conflict(culprit) if culprit == option => {
                    let parent = truth.parent.get(option).map(|w| truth::outcome(option, w));
                    if of.inherits == Some(true) && matches!(parent, Some(Outcome::Conflict(_))) {
                        continue; // The parent itself does not evaluate: no matter of the specialisation.
                    }
                    match reported {
                        true => self.found += 1,
                        false => self.missed.push(format!("{place}: {option}")),
                    }
                }
                Outcome::Ok { .. } | Outcome::Absent if reported => {
                    self.false_alarms.push(format!("{place}: {option}: NixOS {written}"));
                }
                _ => {}
            }
        }
    }
}

enum Verdict {
    Agree,
    Unknown,
    Wrong,
    Priority,
}

fn verdict(option: &str, truth: &Outcome<'_>, said: Option<&Json>, is_own: bool) -> Verdict {
    let Some(said) = said else { return Verdict::Unknown };
    let agree_if = |agree: bool| if agree { Verdict::Agree } else { Verdict::Wrong };
    let status = said["status"].as_str().unwrap_or_default();
    match (truth, status) {
        // That NixOS refuses the whole shows as `unknown`, with its message.
        (Outcome::Refused, "unknown") => {
            agree_if(said["reason"].as_str().is_some_and(|r| r.starts_with("NixOS refuses it")))
        }
        (Outcome::Unknown(why), "unknown") => {
            agree_if(said["reason"].as_str().is_some_and(|r| r.contains(why)))
        }
        (_, "unknown") => Verdict::Unknown,
        (Outcome::Absent, _) => agree_if(status == "undefined"),
        // The configuration declares it, with a default that could be known.
        (_, "undefined") if is_own => Verdict::Unknown,
        (Outcome::Ok { value, .. }, "undefined") => agree_if(**value == default(option)),
        (Outcome::Ok { value, priority }, "ok") => match (said["value"] == **value, priority) {
            (false, _) => Verdict::Wrong,
            (true, Some(p)) if said.get("priority").is_some_and(|s| *s != json!(p)) => Verdict::Priority,
            (true, _) => Verdict::Agree,
        },
        (Outcome::Conflict(culprit), "conflict") => agree_if(said["option"] == *culprit),
        (Outcome::Recursion, "recursion") => Verdict::Agree,
        _ => Verdict::Wrong,
    }
}

/// The prediction of an option, or of an attribute inside a predicted value; what a complete scope leaves out is undefined.
fn lookup(scope: &Json, option: &str) -> Option<Json> {
    let options = scope["options"].as_object()?;
    let nothing = scope["complete"].as_bool()?.then(|| json!({ "status": "undefined" }));
    if let Some(prediction) = options.get(option) {
        return Some(prediction.clone());
    }
    let parts: Vec<&str> = option.split('.').collect();
    for end in (1..parts.len()).rev() {
        let Some(prediction) = options.get(&parts[..end].join(".")) else { continue };
        if prediction["status"] != "ok" {
            return Some(prediction.clone());
        }
        let inside = parts[end..].iter().try_fold(&prediction["value"], |value, part| value.get(part));
        return inside.map(|value| json!({ "status": "ok", "value": value })).or(nothing);
    }
    nothing
}

/// A prediction without its definitions.
fn brief(prediction: &Json) -> Json {
    let fields = ["status", "value", "priority", "option", "reason"];
    fields
        .iter()
        .filter_map(|f| Some(((*f).to_owned(), prediction.get(f)?.clone())))
        .collect::<Map<_, _>>()
        .into()
}

/// What an option has in the cases when nothing defines it, as their NixOS declares it.
fn default(option: &str) -> Json {
    let parts: Vec<&str> = option.split('.').collect();
    match parts.as_slice() {
        ["users", "users", _, "extraGroups"] => json!([]),
        ["users", "users", _, "uid"] | ["networking", "interfaces", _, "mtu"] => Json::Null,
        ["users", "users", _, "description"] => json!(""),
        ["environment", "etc", _, "text"] => Json::Null,
        ["environment", "etc", _, "enable"] => json!(true),
        _ => match option {
            "networking.hostName" => json!("nixos"),
            "networking.firewall.enable" => json!(true),
            "services.xserver.videoDrivers" => json!(["modesetting"]),
            "services.logind.lidSwitch" => json!("suspend"),
            "environment.extraInit" | "boot.loader.grub.device" => json!(""),
            "services.xserver.dpi" | "powerManagement.cpuFreqGovernor" | "boot.kernelPackages" => Json::Null,
            "boot.kernelParams" | "networking.firewall.allowedTCPPorts" | "system.nixos.tags" => json!([]),
            "system.stateVersion" => json!("26.05"),
            _ => json!(false),
        },
    }
}
