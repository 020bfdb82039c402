//! What NixOS makes of a case, as the fixtures write it.

use serde_json::{Map, Value as Json};

/// What NixOS makes of a system.
pub(crate) struct Truth {
    pub(crate) parent: Map<String, Json>,
    /// The options that the configuration itself declares, besides those of `my`.
    pub(crate) own: Vec<Json>,
    pub(crate) specialisations: Vec<Specialisation>,
}

/// What NixOS makes of a specialisation.
pub(crate) struct Specialisation {
    pub(crate) name: String,
    /// `None` where NixOS cannot say, because that contradicts itself.
    pub(crate) inherits: Option<bool>,
    pub(crate) options: Map<String, Json>,
}

/// What NixOS makes of an option.
pub(crate) enum Outcome<'t> {
    /// This value, at this priority where that is known.
    Ok { value: &'t Json, priority: Option<i64> },
    /// There is no such attribute.
    Absent,
    /// The definitions of this option, which may be another, contradict each other.
    Conflict(&'t str),
    /// Infinite recursion.
    Recursion,
    /// The configuration is refused for another reason.
    Refused,
    /// It depends on what is not at hand, which is told with these words.
    Unknown(&'t str),
}

impl Truth {
    /// The truth from the lines under `#- truth`: `NAME: {…}`, the parent's first, and perhaps `own: […]`.
    pub(crate) fn parse(case: &str, text: &str) -> Self {
        let (mut own, mut scopes) = (Vec::new(), Vec::new());
        for line in text.lines() {
            let (scope, value) = line.split_once(": ").unwrap_or_else(|| panic!("{case}: `{line}`"));
            match serde_json::from_str(value) {
                Ok(Json::Array(names)) => own = names,
                Ok(Json::Object(options)) => scopes.push((scope, options)),
                other => panic!("{case}: {scope}: {other:?}"),
            }
        }
        let mut scopes = scopes.into_iter();
        let Some(("parent", parent)) = scopes.next() else { panic!("{case}: the parent's line comes first") };
        let specialisations = scopes.map(|(scope, options)| {
            let endings = [(" with or without parent", None), (" without parent", Some(false))];
            let ends = |(ending, inherits)| Some((scope.strip_suffix(ending)?, inherits));
            let (name, inherits) = endings.into_iter().find_map(ends).unwrap_or((scope, Some(true)));
            Specialisation { name: name.into(), inherits, options }
        });
        Truth { parent, own, specialisations: specialisations.collect() }
    }
}

/// What is written of an option: `[VALUE]`, `[VALUE, PRIORITY]`, `"absent"`, `"conflict"`, `"conflict of OPTION"`, `"recursion"`,
/// `"refused"` or `"unknown: PART OF THE REASON"`.
pub(crate) fn outcome<'t>(option: &'t str, written: &'t Json) -> Outcome<'t> {
    match written {
        Json::Array(items) => match items.as_slice() {
            [value] => Outcome::Ok { value, priority: None },
            [value, priority] => Outcome::Ok { value, priority: priority.as_i64() },
            _ => panic!("{option}: {written}"),
        },
        Json::String(word) => match word.as_str() {
            "absent" => Outcome::Absent,
            "conflict" => Outcome::Conflict(option),
            "recursion" => Outcome::Recursion,
            "refused" => Outcome::Refused,
            other => match (other.strip_prefix("conflict of "), other.strip_prefix("unknown: ")) {
                (Some(culprit), _) => Outcome::Conflict(culprit),
                (_, Some(reason)) => Outcome::Unknown(reason),
                _ => panic!("{option}: {written}"),
            },
        },
        _ => panic!("{option}: {written}"),
    }
}
