//! Free-form submodules in the manual of old releases: until 24.11 one described itself as its free-form type alone. Options
//! below it give it away, and parentheses that the type would not need.

use super::TypeDescription;
use super::builder::{Branch, OptionTableBuilder};
use std::collections::BTreeMap;

impl OptionTableBuilder {
    /// Makes free-form submodules, which the descriptions do not tell from other types, open submodules.
    pub fn open_submodules(&mut self) {
        self.root.open_submodules();
    }
}

impl Branch {
    fn open_submodules(&mut self) {
        if let Some(description) = &self.description {
            let opened = match declares(&self.children, 0) {
                Some(inside) => open(description, inside),
                None => description.to_string(),
            };
            self.description = Some(open_in_group(&opened).into());
        }
        self.children.values_mut().for_each(Branch::open_submodules);
    }
}

/// How many elements deep the options begin that are declared below an option.
fn declares(below: &BTreeMap<Box<str>, Branch>, inside: usize) -> Option<usize> {
    match below.get("*").or_else(|| below.get("<name>")) {
        _ if below.is_empty() => None,
        Some(element) if element.description.is_some() => None,
        Some(element) => declares(&element.children, inside + 1),
        None => Some(inside),
    }
}

/// The description of an option with declared options below it, `inside` elements deep: what describes the set of
/// these options is an open submodule, where it is no closed one.
fn open(description: &str, inside: usize) -> String {
    let group = |rest: &'_ str| {
        let text = rest.strip_prefix('(')?;
        (closing(text)? + 1 == text.len()).then(|| text[..text.len() - 1].to_owned())
    };
    if let Some(inner) = description.strip_prefix("null or ").and_then(group) {
        return format!("null or ({})", open(&inner, inside));
    }
    if inside > 0 {
        for prefix in ["list of ", "attribute set of ", "lazy attribute set of "] {
            if let Some(rest) = description.strip_prefix(prefix) {
                return match group(rest) {
                    Some(inner) => format!("{prefix}({})", open(&inner, inside - 1)),
                    None => format!("{prefix}{}", open(rest, inside - 1)),
                };
            }
        }
        return description.to_owned();
    }
    use TypeDescription::{AttrTag, CoercedTo, OpenSubmodule, Submodule};
    match TypeDescription::parse(description) {
        Submodule | OpenSubmodule(_) | CoercedTo { .. } | AttrTag(_) => description.to_owned(),
        _ => format!("open submodule of {}", element(description)),
    }
}

/// As the element of something: in parentheses where it must be.
fn element(description: &str) -> String {
    let shown = TypeDescription::OpenSubmodule(Box::new(TypeDescription::parse(description))).to_string();
    if shown.starts_with("open submodule of (") { format!("({description})") } else { description.to_owned() }
}

/// A description of an element in parentheses that its type would not need, as an open submodule.
fn open_in_group(description: &str) -> String {
    /// No description has as many groups.
    const MOST: usize = 64;
    let mut description = description.to_owned();
    for _ in 0..MOST {
        let parsed = TypeDescription::parse(&description);
        let shown = parsed.to_string();
        let differs = description.bytes().zip(shown.bytes()).position(|(a, b)| a != b);
        let Some(at) = differs.filter(|&at| description.as_bytes()[at] == b'(') else { return description };
        let is_element = description[..at].ends_with(" of ") || description[..at].ends_with("null or ");
        let Some(end) = closing(&description[at + 1..]) else { return description };
        if parsed.has_unknown() || !is_element {
            return description;
        }
        let inside = element(&description[at + 1..at + 1 + end]);
        description =
            format!("{}(open submodule of {inside}){}", &description[..at], &description[at + end + 2..]);
    }
    description
}

/// Where the parenthesis that is open at the beginning of `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0;
    text.bytes().position(|byte| {
        open += i32::from(byte == b'(') - i32::from(byte == b')');
        open < 0
    })
}
