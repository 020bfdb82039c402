//! From the text of `speclint.toml` to settings.

use super::keys::{ALL_RULES, ALTERNATIVES, Key, OFF, SEVERITIES, SOURCES, TOP};
use super::patterns::{FilePattern, SystemPattern};
use super::{Given, Problem, Settings};
use crate::eval::paths;
use crate::findings::Severity;
use crate::nixos::table::nearest;
use crate::rules::{self, Alternative};
use rowan::{TextRange, TextSize};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// What files of settings are called.
pub const NAME: &str = "speclint.toml";

/// The longest file of settings that is read, in bytes.
const LONGEST: usize = 1 << 20;

type Value<'v> = Spanned<DeValue<'v>>;

impl Settings {
    /// The settings of the file at `path`, which has this text.
    pub fn read(path: &str, text: &str) -> Self {
        let mut reader = Reader { folder: paths::parent(path), settings: Settings::default() };
        reader.settings.path = path.to_owned();
        if text.len() > LONGEST {
            reader.problem(0..0, format!("the file is larger than {} KiB", LONGEST >> 10), None);
            return reader.settings;
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let message = error.message().trim().to_owned();
            reader.problem(error.span().unwrap_or_default(), message, None);
        }
        // What follows on a mistake is no mistake of its own.
        if reader.settings.problems.is_empty() {
            reader.top(table.get_ref());
        }
        reader.settings.problems.sort();
        reader.settings
    }
}

struct Reader<'r> {
    folder: &'r str,
    settings: Settings,
}

impl Reader<'_> {
    fn problem(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let (start, end) = (span.start as u32, span.end as u32);
        self.settings.problems.push(Problem { start, end, message: message.into(), help });
    }

    fn top(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "select" => self.settings.select = self.rules(value),
                "ignore" => self.settings.ignore = self.rules(value),
                "fail-on" => {
                    self.settings.fail_on = self.bad(value).map(|severity| given(value, severity));
                }
                "entries" => self.settings.entries = self.paths(value),
                "severity" => self.severities(value),
                "per-file-ignores" => self.per_file(value),
                "per-system-ignores" => self.per_system(value),
                "sources" => self.sources(value),
                "alternatives" => self.alternatives(value),
                _ => self.unknown(key, &TOP),
            }
        }
    }

    /// A key that does not exist.
    fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, keys: &[Key]) {
        let name = key.get_ref().as_ref();
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        self.problem(key.span(), format!("there is no setting `{name}`"), Some(suggestion(name, &names)));
    }

    /// A value that is not of the kind that it should be.
    fn wrong(&mut self, value: &Value<'_>, wanted: &str) {
        let kind = match value.get_ref().type_str() {
            "array" => "a list",
            "table" => "a table",
            "string" => "a text",
            "integer" | "float" => "a number",
            "boolean" => "`true` or `false`",
            _ => "a date",
        };
        self.problem(value.span(), format!("this is {kind}, not {wanted}"), None);
    }

    fn text<'v>(&mut self, value: &'v Value<'_>, wanted: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong(value, wanted);
        }
        text
    }

    fn list<'v>(&mut self, value: &'v Value<'_>, wanted: &str) -> &'v [Value<'v>] {
        match value.get_ref().as_array() {
            Some(list) => list,
            None => {
                self.wrong(value, wanted);
                &[]
            }
        }
    }

    /// The names of rules in a list.
    fn rules(&mut self, value: &Value<'_>) -> Option<Given<Vec<&'static str>>> {
        value.get_ref().as_array().or_else(|| {
            self.wrong(value, "a list of rules");
            None
        })?;
        let mut names = Vec::new();
        for value in self.list(value, "a list of rules") {
            let Some(name) = self.text(value, "the name of a rule") else { continue };
            match rules::find(name) {
                Some(rule) => names.push(rule.name),
                None if name == ALL_RULES => names.extend(rules::ALL.iter().map(|rule| rule.name)),
                None => self.no_rule(value.span(), name),
            }
        }
        names.sort_unstable();
        names.dedup();
        Some(given(value, names))
    }

    fn no_rule(&mut self, span: Range<usize>, name: &str) {
        let near = rules::nearest(name).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| "`speclint rules` lists them".to_owned());
        self.problem(span, format!("there is no rule `{name}`"), Some(help));
    }

    /// A severity; `Some(None)` for none at all.
    fn severity(&mut self, value: &Value<'_>) -> Option<Option<Severity>> {
        let name = self.text(value, "a severity")?;
        let severity = Severity::from_name(name);
        if severity.is_none() && name != OFF {
            self.problem(
                value.span(),
                format!("there is no severity `{name}`"),
                Some(suggestion(name, &SEVERITIES)),
            );
            return None;
        }
        Some(severity)
    }

    /// A severity that is not `off`.
    fn bad(&mut self, value: &Value<'_>) -> Option<Severity> {
        let severity = self.severity(value)?;
        if severity.is_none() {
            let help = Some(format!("one of {}", listed(&SEVERITIES[..SEVERITIES.len() - 1])));
            self.problem(value.span(), format!("`{OFF}` is for rules"), help);
        }
        severity
    }

    fn table<'v>(
        &mut self,
        value: &'v Value<'_>,
    ) -> Vec<(&'v Spanned<toml::de::DeString<'v>>, &'v Value<'v>)> {
        match value.get_ref().as_table() {
            Some(table) => table.iter().collect(),
            None => {
                self.wrong(value, "a table");
                Vec::new()
            }
        }
    }

    fn severities(&mut self, value: &Value<'_>) {
        for (key, value) in self.table(value) {
            let severity = self.severity(value);
            match (rules::find(key.get_ref()), severity) {
                (None, _) => self.no_rule(key.span(), key.get_ref()),
                (Some(rule), Some(severity)) => {
                    let range = range(key.span().start..value.span().end);
                    self.settings.severity.insert(rule.name, Given { value: severity, range });
                }
                (Some(_), None) => {}
            }
        }
    }

    fn per_file(&mut self, value: &Value<'_>) {
        for (key, value) in self.table(value) {
            let rules = self.rules(value);
            match (FilePattern::new(self.folder, key.get_ref()), rules) {
                (Err(wrong), _) => self.problem(key.span(), format!("no pattern of files: {wrong}"), None),
                (Ok(pattern), Some(rules)) => {
                    let range = range(key.span().start..value.span().end);
                    self.settings.per_file.push(Given { value: (pattern, rules.value), range });
                }
                (Ok(_), None) => {}
            }
        }
    }

    fn per_system(&mut self, value: &Value<'_>) {
        for (key, value) in self.table(value) {
            let pattern = SystemPattern(key.get_ref().to_string());
            let range = range(key.span().start..value.span().end);
            let rules = self.rules(value);
            let ignored = rules.map(|rules| Given { value: (pattern, rules.value), range });
            self.settings.per_system.extend(ignored);
        }
    }

    /// A path, seen from the folder of the file.
    fn path(&mut self, value: &Value<'_>) -> Option<Given<String>> {
        let path = self.text(value, "a path")?;
        if path.is_empty() {
            self.problem(value.span(), "the path is empty", None);
            return None;
        }
        let full = if path.starts_with('/') { path.to_owned() } else { format!("{}/{path}", self.folder) };
        Some(given(value, paths::normalise(&full)))
    }

    fn paths(&mut self, value: &Value<'_>) -> Vec<Given<String>> {
        self.list(value, "a list of paths").iter().filter_map(|value| self.path(value)).collect()
    }

    fn sources(&mut self, value: &Value<'_>) {
        for (key, value) in self.table(value) {
            match key.get_ref().as_ref() {
                "nixpkgs" => self.settings.nixpkgs = self.path(value),
                "home-manager" => self.settings.home_manager = self.path(value),
                "options" => self.settings.options = self.paths(value),
                _ => self.unknown(key, &SOURCES),
            }
        }
    }

    fn alternatives(&mut self, value: &Value<'_>) {
        for value in self.list(value, "a list of tables: `[[alternatives]]`") {
            let mut alternative = Alternative::default();
            let mut has_options = false;
            for (key, value) in self.table(value) {
                match key.get_ref().as_ref() {
                    "options" => {
                        has_options = true;
                        self.conditions(value, &mut alternative);
                    }
                    "reason" => {
                        let reason = self.text(value, "a text");
                        alternative.reason = reason.map(str::to_owned);
                    }
                    "severity" => {
                        alternative.severity = self.bad(value).unwrap_or(alternative.severity);
                    }
                    _ => self.unknown(key, &ALTERNATIVES),
                }
            }
            if value.get_ref().is_table() && !has_options {
                self.problem(value.span(), "`options` is missing", None);
            }
            self.settings.alternatives.push(given(value, alternative));
        }
    }

    fn conditions(&mut self, value: &Value<'_>, alternative: &mut Alternative) {
        let list = self.list(value, "a list of options");
        for value in list {
            let Some(text) = self.text(value, "an option") else { continue };
            if let Err(wrong) = alternative.add(text) {
                let help = "an option such as `services.x.enable`, or `services.x.kind = \"a\"`".to_owned();
                self.problem(value.span(), wrong, Some(help));
            }
        }
        if value.get_ref().is_array() && list.len() < 2 {
            self.problem(value.span(), "two options or more exclude each other", None);
        }
    }
}

fn range(span: Range<usize>) -> TextRange {
    TextRange::new(TextSize::new(span.start as u32), TextSize::new(span.end as u32))
}

fn given<T>(at: &Value<'_>, value: T) -> Given<T> {
    Given { value, range: range(at.span()) }
}

/// What may be meant by a name, or all that there are.
fn suggestion(name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied(), 1).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("one of {}", listed(names)),
    }
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PIECES: &[&str] = &[
        "select",
        "ignore = ",
        "severity",
        "per-file-ignores",
        "sources",
        "alternatives",
        "options",
        "entries",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        "=",
        ".",
        "\"",
        "'''",
        "\n",
        ",",
        "#",
        "\\",
        "\"missing-tag\"",
        "\"all\"",
        "1",
        "true",
        "1979-05-27",
        "\u{feff}",
        "é",
        "*",
    ];

    proptest! {
        #[test]
        fn any_text_is_read(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
            let text = pieces.concat();
            for problem in Settings::read("/r/speclint.toml", &text).problems {
                prop_assert!(text.get(problem.start as usize..problem.end as usize).is_some(), "{text:?}: {problem:?}");
            }
        }
    }

    #[test]
    fn deep_and_large_texts_are_read() {
        for text in [
            "select = ".to_owned() + &"[".repeat(100_000),
            "a.".repeat(100_000) + "b = 1",
            "#".repeat(LONGEST + 1),
        ] {
            assert!(!Settings::read("/r/speclint.toml", &text).problems.is_empty());
        }
    }
}
