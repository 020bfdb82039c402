//! `speclint config`: the settings that are in force, and where they come from.

use super::{Format, absolute, shown};
use crate::disk::Disk;
use crate::problems;
use anyhow::{Context as _, Result};
use clap::Args;
use rowan::TextRange;
use serde_json::{Map, Value as Json, json};
use speclint_lint::findings::Severity;
use speclint_lint::render::printable;
use speclint_lint::rules;
use speclint_lint::settings::{By, Choice, Given, Settings, schema};
use speclint_lint::source::LineIndex;
use speclint_lint::source::files::read_text;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The file or folder whose settings are meant.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Print the schema of speclint.toml, for editors, and nothing else.
    #[arg(long)]
    schema: bool,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if arguments.schema {
        writeln!(out, "{:#}", schema())?;
        return Ok(ExitCode::SUCCESS);
    }
    let path = arguments.path.display();
    let real = arguments.path.canonicalize().with_context(|| format!("`{path}` does not exist"))?;
    let real = absolute(&real)?;
    let shown_settings = Shown::of(&real)?;
    match arguments.format {
        Format::Text => write!(out, "{}", printable(&shown_settings.text()))?,
        Format::Json => writeln!(out, "{}", shown_settings.json())?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// A value that is in force, and the place where it is set.
struct InForce {
    name: &'static str,
    value: Json,
    from: Option<TextRange>,
}

/// What is in force for a path.
struct Shown {
    file: Option<String>,
    lines: LineIndex,
    settings: Vec<InForce>,
    rules: Vec<(InForce, &'static str)>,
}

impl Shown {
    fn of(path: &str) -> Result<Self> {
        let file = Settings::nearest(&Disk, path);
        let text = file.as_deref().map(|file| read_text(&Disk, file)).transpose()?.unwrap_or_default();
        let settings = file.as_deref().map(|file| Settings::read(file, &text));
        if let Some(settings) = settings.as_ref().filter(|settings| !settings.problems.is_empty()) {
            let problems: Vec<_> =
                settings.problems.iter().map(|problem| (settings.path.clone(), problem.clone())).collect();
            return Err(problems::error(&problems, |_| text.to_string()));
        }
        let rules = rules::ALL.iter().map(|rule| rule_in_force(settings.as_ref(), rule, path)).collect();
        Ok(Shown {
            file,
            lines: LineIndex::new(&text),
            settings: in_force(&settings.unwrap_or_default()),
            rules,
        })
    }

    /// Where something is set.
    fn place(&self, range: TextRange) -> String {
        let at = self.lines.line_column(range.start());
        format!("{}:{}", self.file.as_deref().map(|file| shown(Path::new(file))).unwrap_or_default(), at.line)
    }

    fn text(&self) -> String {
        let mut text = match &self.file {
            Some(file) => format!("settings of {}\n", shown(Path::new(file))),
            None => "no speclint.toml: everything is as it is by default\n".to_owned(),
        };
        let mut tell = |name: &str, value: &str, from: &str| {
            text.push_str(format!("  {name:26} {value:10} {from}").trim_end());
            text.push('\n');
        };
        for InForce { name, value, from } in &self.settings {
            let from = from.map_or_else(|| "by default".to_owned(), |range| self.place(range));
            tell(name, &in_words(value), &from);
        }
        text.push_str("rules\n");
        for (InForce { name, value, from }, by) in &self.rules {
            let place = from.map(|range| self.place(range)).unwrap_or_default();
            let from = format!("{by} {place}");
            text.push_str(format!("  {name:26} {:10} {from}", in_words(value)).trim_end());
            text.push('\n');
        }
        text
    }

    fn json(&self) -> Json {
        let file = self.file.as_deref().map(|file| shown(Path::new(file)));
        let from = |range: &Option<TextRange>| {
            let at = self.lines.line_column((*range)?.start());
            Some(json!({ "file": file, "line": at.line, "column": at.column }))
        };
        let settings = self.settings.iter();
        let settings: Map<String, Json> = settings
            .map(|InForce { name, value, from: range }| {
                ((*name).to_owned(), json!({ "value": value, "from": from(range) }))
            })
            .collect();
        let rule = |(InForce { name, value, from: range }, _): &(InForce, &str)| json!({ "rule": name, "severity": value, "from": from(range) });
        let rules: Vec<Json> = self.rules.iter().map(rule).collect();
        json!({ "file": file, "settings": settings, "rules": rules })
    }
}

/// A value as it is printed.
fn in_words(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) => text.clone(),
        Json::Array(list) => list.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{key}: {}", in_words(value)));
            entries.collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// The settings besides those of single rules.
fn in_force(settings: &Settings) -> Vec<InForce> {
    let path = |path: &String| json!(shown(Path::new(path)));
    let of_list = |name, list: &[Given<String>]| InForce {
        name,
        value: list.iter().map(|given| path(&given.value)).collect(),
        from: list.first().map(|given| given.range),
    };
    let of_path = |name, given: &Option<Given<String>>| InForce {
        name,
        value: given.as_ref().map_or(Json::Null, |given| path(&given.value)),
        from: given.as_ref().map(|given| given.range),
    };
    let fail_on = settings.fail_on.as_ref();
    let alternatives = settings.alternatives.iter().map(|given| json!(given.value.options()));
    let of_rules = |name, given: &Option<Given<Vec<&'static str>>>| InForce {
        name,
        value: given.as_ref().map_or(Json::Null, |given| json!(given.value)),
        from: given.as_ref().map(|given| given.range),
    };
    vec![
        of_rules("select", &settings.select),
        of_rules("ignore", &settings.ignore),
        InForce {
            name: "fail-on",
            value: json!(fail_on.map_or(Severity::Warning, |given| given.value).name()),
            from: fail_on.map(|given| given.range),
        },
        of_list("entries", &settings.entries),
        of_path("sources.nixpkgs", &settings.nixpkgs),
        of_path("sources.home-manager", &settings.home_manager),
        of_list("sources.options", &settings.options),
        InForce {
            name: "per-file-ignores",
            value: settings
                .per_file
                .iter()
                .map(|given| (given.value.0.text().to_owned(), json!(given.value.1)))
                .collect::<Map<_, _>>()
                .into(),
            from: settings.per_file.first().map(|given| given.range),
        },
        InForce {
            name: "per-system-ignores",
            value: settings
                .per_system
                .iter()
                .map(|given| (given.value.0.0.clone(), json!(given.value.1)))
                .collect::<Map<_, _>>()
                .into(),
            from: settings.per_system.first().map(|given| given.range),
        },
        InForce {
            name: "alternatives",
            value: alternatives.collect(),
            from: settings.alternatives.first().map(|given| given.range),
        },
    ]
}

/// What is reported of a rule in a file, and in a word who says so.
fn rule_in_force(settings: Option<&Settings>, rule: &rules::Rule, path: &str) -> (InForce, &'static str) {
    let decision = Choice::default().decide(settings, rule);
    let value = |severity: Option<Option<Severity>>| match severity {
        Some(severity) => json!(severity.unwrap_or(rule.severity).name()),
        None => json!("off"),
    };
    let ignored = settings.and_then(|settings| settings.ignored_in(path, rule.name));
    let (value, from, by) = match (decision.by, ignored) {
        (_, Some(range)) if decision.severity.is_some() => (value(None), Some(range), "of this file, by"),
        (By::Setting(range), _) => (value(decision.severity), Some(range), "by"),
        _ => (value(decision.severity), None, "by default"),
    };
    (InForce { name: rule.name, value, from }, by)
}
