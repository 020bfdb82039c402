//! The pages of the rules, which the codes of diagnostics lead to.

use super::convert;
use super::types::Uri;
use crate::engine::places;
use crate::environment::Environment;
use speclint_lint::render::reference;
use speclint_lint::rules;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Where the pages are, if they are published.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The pages that were asked for.
#[derive(Default)]
pub(super) struct Pages {
    known: Mutex<HashMap<&'static str, Option<Uri>>>,
}

impl Pages {
    /// The page of a rule: where it is published, else a file of this machine. What is no rule has none.
    pub(super) fn of(&self, rule: &'static str, environment: &dyn Environment) -> Option<Uri> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(rule).or_insert_with(|| find(rule, environment)).clone()
    }
}

fn find(name: &str, environment: &dyn Environment) -> Option<Uri> {
    let rule = rules::find(name)?;
    if !REPOSITORY.is_empty() {
        let version = env!("CARGO_PKG_VERSION");
        return convert::uri(&format!("{REPOSITORY}/blob/v{version}/docs/rules/{name}.md"));
    }
    let path = environment.keep_page(name, &reference::page(rule))?;
    convert::uri(&places::uri(&path))
}
