//! The client's settings: what it is initialized with, or answers when it is asked for its section `speclint`.

use super::server::Server;
use super::types::{ConfigurationItem, MessageType};
use crate::engine::Message;
use crate::environment::Level;
use serde_json::Value as Json;
use speclint_lint::rules;
use speclint_lint::settings::{ALL_RULES, Choice};

/// The section of the client's settings.
pub(super) const SECTION: &str = "speclint";

/// What can be set in the client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Settings {
    /// Which rules are reported, whatever the files of settings say.
    pub(super) choice: Choice,
    /// Whether it is shown which value wins where a definition loses.
    pub(super) hints_of_winners: bool,
    /// Whether it is shown where else an option is defined.
    pub(super) hints_of_others: bool,
    /// Whether there is a line above specialisations that says how much they change.
    pub(super) lenses: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { choice: Choice::default(), hints_of_winners: true, hints_of_others: true, lenses: true }
    }
}

impl Settings {
    /// What is set, and what of it is wrong.
    pub(super) fn read(given: &Json) -> (Self, Vec<String>) {
        let (mut settings, mut wrong) = (Settings::default(), Vec::new());
        let given = given.get(SECTION).unwrap_or(given);
        let Some(given) = given.as_object() else {
            // Clients in Lua and Lisp have one empty thing for both.
            if !given.is_null() && given.as_array().is_none_or(|items| !items.is_empty()) {
                wrong.push(format!("the settings `{SECTION}` are no object"));
            }
            return (settings, wrong);
        };
        for (key, value) in given {
            let mut flag = |to: &mut bool| match value.as_bool() {
                Some(value) => *to = value,
                None => wrong.push(format!("the setting `{SECTION}.{key}` is not true or false")),
            };
            match key.as_str() {
                "codeLens" => flag(&mut settings.lenses),
                "inlayHints.winner" => flag(&mut settings.hints_of_winners),
                "inlayHints.also" => flag(&mut settings.hints_of_others),
                "inlayHints" => match value.as_object() {
                    Some(kinds) => {
                        let kind = |name: &str| kinds.get(name).and_then(Json::as_bool).unwrap_or(true);
                        (settings.hints_of_winners, settings.hints_of_others) =
                            (kind("winner"), kind("also"));
                    }
                    None => {
                        flag(&mut settings.hints_of_winners);
                        settings.hints_of_others = settings.hints_of_winners;
                    }
                },
                "select" => settings.choice.select = names(key, value, &mut wrong),
                "ignore" => settings.choice.ignore = names(key, value, &mut wrong),
                // What is for the client itself, or for another version.
                _ => {}
            }
        }
        (settings, wrong)
    }
}

/// The names of rules.
fn names(key: &str, value: &Json, wrong: &mut Vec<String>) -> Vec<String> {
    let Some(items) = value.as_array() else {
        wrong.push(format!("the setting `{SECTION}.{key}` is no list of rules"));
        return Vec::new();
    };
    if items.iter().any(|item| item == ALL_RULES) {
        return rules::ALL.iter().map(|rule| rule.name.to_owned()).collect();
    }
    let name = |item: &Json| {
        let name = item.as_str().filter(|name| rules::find(name).is_some());
        if name.is_none() {
            let near = item.as_str().and_then(rules::nearest);
            let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            wrong.push(format!("in the setting `{SECTION}.{key}`, {item} is no rule{near}"));
        }
        name.map(str::to_owned)
    };
    items.iter().filter_map(name).collect()
}

impl Server {
    /// Takes over settings.
    pub(super) async fn set(&self, given: &Json) {
        let (settings, wrong) = Settings::read(given);
        self.engine.tell(Message::Choose(settings.choice.clone()));
        self.remember(settings);
        for wrong in wrong {
            self.client.show_message(MessageType::WARNING, wrong).await;
        }
    }

    /// Asks the client for its settings. To be spawned: the client answers when it likes.
    pub(super) async fn ask_for_settings(self) {
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match self.client.configuration(vec![item]).await {
            // What it was initialized with counts if it has nothing else to say.
            Ok(answer) => match answer.first() {
                None | Some(Json::Null) => {}
                Some(given) => self.set(given).await,
            },
            Err(error) => self.log(Level::Warning, format!("the client has no settings: {error}")).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_wrong_is_told_and_the_rest_counts() {
        let (settings, wrong) = Settings::read(&json!({ "speclint": {
            "ignore": ["needs-reboot", "mising-tag", 1], "select": "x",
            "inlayHints": { "also": false }, "codeLens": 7, "path": "/bin/speclint",
        } }));
        assert_eq!(settings.choice.ignore, ["needs-reboot"]);
        assert_eq!(
            (settings.hints_of_winners, settings.hints_of_others, settings.lenses),
            (true, false, true)
        );
        assert_eq!(
            wrong,
            [
                "in the setting `speclint.ignore`, \"mising-tag\" is no rule: did you mean `missing-tag`?",
                "in the setting `speclint.ignore`, 1 is no rule",
                "the setting `speclint.select` is no list of rules",
                "the setting `speclint.codeLens` is not true or false",
            ]
        );
        assert_eq!(Settings::read(&Json::Null), (Settings::default(), Vec::new()));
        assert_eq!(Settings::read(&json!({ "speclint": [] })), (Settings::default(), Vec::new()));
        assert!(!Settings::read(&json!({ "inlayHints": false })).0.hints_of_winners);
    }

    #[test]
    fn all_rules_can_be_chosen_as_in_a_file() {
        let (settings, wrong) = Settings::read(&json!({ "select": ["all"], "ignore": ["needs-reboot"] }));
        assert_eq!((settings.choice.select.len(), wrong.len()), (rules::ALL.len(), 0));
    }
}
