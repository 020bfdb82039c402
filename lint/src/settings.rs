//! What is to be reported.

use crate::rules;

/// What a user asks for in so many words, whatever else is set.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Choice {
    /// These rules only; those that are on by default if there are none.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
}

impl Choice {
    /// Whether findings of a rule are reported.
    pub fn has(&self, rule: &str) -> bool {
        let is = |name: &String| name == rule;
        let selected =
            if self.select.is_empty() { rules::is_default(rule) } else { self.select.iter().any(is) };
        selected && !self.ignore.iter().any(is)
    }

    /// Whether some rule is not reported that would be otherwise.
    pub fn is_narrow(&self) -> bool {
        rules::ALL.iter().any(|rule| rule.default && !self.has(rule.name))
    }
}
