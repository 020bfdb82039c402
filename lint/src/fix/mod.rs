//! Mends: edits that change one thing, and the judgement whether they change anything else.
//!
//! A mend is never offered on the strength of its shape alone. The system is evaluated again with the edits applied: a mend after
//! which the finding is still there, or after which something else fails, is dropped; one that leaves every other prediction as it
//! was is safe.

pub mod apply;
mod configuration;
mod formals;
mod scope;
mod wrap;

pub use wrap::{Level, guard, set_priority};

use crate::findings::{Applicability, Edit, Fix, Location};
use crate::nixos::model::{Prediction, Scope, System};
use crate::rules::Texts;
use rowan::ast::AstNode;
use rowan::{TextRange, TextSize};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Evaluates a system with edits applied; `None` if an edited file no longer parses.
pub type Evaluate<'f> = dyn Fn(&[Edit]) -> Option<System> + 'f;

/// Makes mends and judges them by evaluating the system again.
pub struct Fixer<'f> {
    evaluate: Box<Evaluate<'f>>,
    evaluated: RefCell<HashMap<Vec<Edit>, Option<Rc<System>>>>,
}

/// An option of a scope: the specialisation's name, or `None` for the parent.
pub type Target<'t> = (Option<&'t str>, &'t str);

impl<'f> Fixer<'f> {
    /// A fixer that evaluates with this function.
    pub fn new(evaluate: Box<Evaluate<'f>>) -> Self {
        Fixer { evaluate, evaluated: RefCell::default() }
    }

    /// A fix that makes these edits, if `mended` says of the system after them that the finding is gone and nothing new fails.
    /// It is safe if no prediction changes but those that `may_change` allows.
    pub fn fix(
        &self,
        before: &System,
        title: impl Into<String>,
        edits: Vec<Edit>,
        mended: impl Fn(&System) -> bool,
        may_change: impl Fn(Target<'_>) -> bool,
    ) -> Option<Fix> {
        let after = self.after(&edits)?;
        if !mended(&after) || !same_specialisations(before, &after) {
            return None;
        }
        let mut applicability = Applicability::Safe;
        for ((specialisation, old), (_, new)) in before.scopes().zip(after.scopes()) {
            let name = specialisation.map(|s| s.name.as_str());
            match compare(old, new, |option| may_change((name, option))) {
                Change::None => {}
                Change::Other => applicability = Applicability::Unsafe,
                Change::Failure => return None,
            }
        }
        Some(Fix { title: title.into(), applicability, edits })
    }

    /// The system as it would be with these edits; `None` if they leave a file that no longer parses.
    pub fn after(&self, edits: &[Edit]) -> Option<Rc<System>> {
        let mut key = edits.to_vec();
        key.sort();
        if let Some(known) = self.evaluated.borrow().get(&key) {
            return known.clone();
        }
        let system = (self.evaluate)(edits).map(Rc::new);
        self.evaluated.borrow_mut().insert(key, system.clone());
        system
    }
}

/// What edits did to a scope beyond what they were to do.
#[derive(PartialEq)]
enum Change {
    None,
    Other,
    Failure,
}

fn same_specialisations(before: &System, after: &System) -> bool {
    before.specialisations.len() == after.specialisations.len()
        && before.specialisations.iter().zip(&after.specialisations).all(|(a, b)| a.name == b.name)
}

fn compare(old: &Scope, new: &Scope, may_change: impl Fn(&str) -> bool) -> Change {
    let mut change = Change::None;
    let names = old.options.keys().chain(new.options.keys().filter(|k| !old.options.contains_key(*k)));
    for name in names {
        let before = old.options.get(name).map_or(&Prediction::Undefined, |o| &o.prediction);
        let after = new.options.get(name).map_or(&Prediction::Undefined, |o| &o.prediction);
        if fails(after) && !fails(before) {
            return Change::Failure;
        }
        // What failed before and no longer does had no meaning that could change.
        if !same(before, after) && !fails(before) && !may_change(name) {
            change = Change::Other;
        }
    }
    if new.troubles.iter().filter(|t| t.refused).count() > old.troubles.iter().filter(|t| t.refused).count() {
        return Change::Failure;
    }
    change
}

fn fails(prediction: &Prediction) -> bool {
    matches!(prediction, Prediction::Conflict { .. } | Prediction::Recursion(_) | Prediction::Refused(_))
}

fn same(a: &Prediction, b: &Prediction) -> bool {
    match (a, b) {
        (Prediction::Ok { value: x, .. }, Prediction::Ok { value: y, .. }) => x == y,
        (Prediction::Unknown(_), Prediction::Unknown(_)) => true,
        (Prediction::Recursion(_), Prediction::Recursion(_)) => true,
        (Prediction::Conflict { option: x, .. }, Prediction::Conflict { option: y, .. }) => x == y,
        (Prediction::Refused(_), Prediction::Refused(_)) => true,
        (a, b) => a == b,
    }
}

/// A file that is to be mended: its text parsed anew, since trees are not kept.
pub struct Source {
    path: std::sync::Arc<str>,
    root: rnix::SyntaxNode,
}

impl Source {
    /// The file at `path`; `None` if it cannot be read or is not text.
    pub fn open(texts: &dyn Texts, path: &str) -> Option<Self> {
        let text = texts.text(path)?;
        let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // Offsets must be those of the text, so a file with a byte order mark is left alone, as is one that is no text.
        if body.len() != text.len() || text.contains('\u{fffd}') {
            return None;
        }
        Some(Source { path: path.into(), root: rnix::Root::parse(&text).syntax() })
    }

    /// The text of a range.
    pub fn text(&self, range: TextRange) -> String {
        let text = self.root.text();
        if text.len() < range.end() { String::new() } else { text.slice(range).to_string() }
    }

    /// The expression at exactly this range.
    pub fn expression_at(&self, range: TextRange) -> Option<rnix::ast::Expr> {
        wrap::expression(self, range)
    }

    /// Where `name` stands in the path of the selection at exactly this range; `None` if it stands there twice, or not at all.
    pub fn selected(&self, range: TextRange, name: &str) -> Option<TextRange> {
        let rnix::ast::Expr::Select(select) = self.expression_at(range)? else { return None };
        let mut found = select.attrpath()?.attrs().filter(|attr| {
            let text = attr.to_string();
            text == name || text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(name)
        });
        let attr = found.next().filter(|_| found.next().is_none())?;
        Some(attr.syntax().text_range())
    }

    /// The edit that takes a binding out: with its line, if nothing else stands in that.
    pub fn removal(&self, range: TextRange) -> Edit {
        let text = self.root.text().to_string();
        let (before, after) = (&text[..usize::from(range.start())], &text[usize::from(range.end())..]);
        let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
        let rest = after.find('\n').map_or(after.len(), |i| i + 1);
        let alone = before[..before.len() - indent].ends_with('\n') && after[..rest].trim().is_empty();
        let (indent, rest) = if alone { (indent, rest) } else { (0, 0) };
        let whole = TextRange::new(
            range.start() - TextSize::of(&before[before.len() - indent..]),
            range.end() + TextSize::of(&after[..rest]),
        );
        self.edit(whole, "")
    }

    fn edit(&self, range: TextRange, text: impl Into<String>) -> Edit {
        Edit { location: Location::new(&self.path, range), text: text.into() }
    }
}

/// The white space in front of a node in its line; `None` if something else stands there.
pub fn indentation(node: &rnix::SyntaxNode) -> Option<String> {
    let before = node.first_token()?.prev_token()?;
    let (_, indent) = before.text().rsplit_once('\n')?;
    indent.chars().all(|c| c == ' ' || c == '\t').then(|| indent.to_owned())
}
