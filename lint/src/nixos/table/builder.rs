//! Tables that are made at run time, and their files.

use super::codes::CODES;
use super::facts::{Facts, Mark};
use super::{OptionTable, TypeDescription, corrections, text};
use crate::nixos::model::World;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Collects options for a table of one's own, such as that of a user's own nixpkgs.
#[derive(Debug)]
pub struct OptionTableBuilder {
    world: World,
    /// Whether the types are those that the modules say.
    is_exact: bool,
    pub(super) root: Branch,
}

#[derive(Debug, Default)]
pub(super) struct Branch {
    pub(super) description: Option<Box<str>>,
    marks: Vec<Mark>,
    facts: Option<Box<Facts>>,
    pub(super) children: BTreeMap<Box<str>, Branch>,
}

/// Paths of more names than this, or with a longer name (in bytes), are left out: no option has one, and a tree of any
/// depth must not be able to exhaust the stack.
const DEEPEST: usize = 64;
const LONGEST: usize = u16::MAX as usize;

/// How the first line of a table's file begins, and how it ends where the table is exact.
const HEAD: &str = "#! speclint options of ";
const EXACT: &str = ", exact";

impl OptionTableBuilder {
    /// Nothing yet, of a world whose options somebody describes.
    pub fn new(world: World) -> OptionTableBuilder {
        OptionTableBuilder { world, is_exact: false, root: Branch::default() }
    }

    /// Nothing yet, of a world whose modules are at hand.
    pub fn exact(world: World) -> OptionTableBuilder {
        OptionTableBuilder { is_exact: true, ..OptionTableBuilder::new(world) }
    }

    fn branch<S: AsRef<str>>(&mut self, path: &[S]) -> Option<&mut Branch> {
        let fits = |name: &str| name.len() <= LONGEST && !name.is_empty() && !name.contains(['"', '\n']);
        if path.len() > DEEPEST || !path.iter().all(|name| fits(name.as_ref())) {
            return None;
        }
        let mut branch = &mut self.root;
        for name in path {
            branch = branch.children.entry(name.as_ref().into()).or_default();
        }
        Some(branch)
    }

    /// Adds the option at `path`, of the type that `description` describes as the manual words it. A second
    /// description of the same option replaces the first.
    pub fn add<S: AsRef<str>>(&mut self, path: &[S], description: &str) -> &mut OptionTableBuilder {
        let description = one_line(description);
        self.add_told(path, description, Facts::default(), false)
    }

    /// The same, with what else is known of it.
    pub fn add_with<S: AsRef<str>>(
        &mut self,
        path: &[S],
        description: &str,
        facts: Facts,
    ) -> &mut OptionTableBuilder {
        let description = one_line(description);
        self.add_told(path, description, facts, false)
    }

    /// Adds the option at `path`, of exactly this type, and what else is known of it.
    pub fn add_exactly<S: AsRef<str>>(
        &mut self,
        path: &[S],
        ty: &TypeDescription,
        facts: Facts,
        by_import: bool,
    ) -> &mut OptionTableBuilder {
        self.add_told(path, ty.to_exact_text(), facts, by_import)
    }

    fn add_told<S: AsRef<str>>(
        &mut self,
        path: &[S],
        description: String,
        facts: Facts,
        by_import: bool,
    ) -> &mut OptionTableBuilder {
        if !path.is_empty()
            && let Some(branch) = self.branch(path)
        {
            branch.description = Some(description.into());
            let marks = [
                (Mark::ByImport, by_import),
                (Mark::Applied, facts.applied),
                (Mark::ReadOnly, facts.read_only),
            ];
            branch.marks.extend(marks.into_iter().filter(|(_, is)| *is).map(|(mark, _)| mark));
            branch.facts = (facts != Facts::default()).then(|| Box::new(facts));
        }
        self
    }

    /// Notes that there may be more options below `path` than are added.
    pub fn leave_open<S: AsRef<str>>(&mut self, path: &[S]) -> &mut OptionTableBuilder {
        if let Some(branch) = self.branch(path)
            && !branch.marks.contains(&Mark::Open)
        {
            branch.marks.push(Mark::Open);
        }
        self
    }

    /// The table. What is known of misleading descriptions of NixOS' options is applied where they are worded so.
    pub fn finish(&self) -> OptionTable {
        of_text(self.to_text(""), self.world, self.is_exact)
    }

    /// How many options there are.
    pub fn count(&self) -> usize {
        self.root.count()
    }

    /// The table's file, with a line of comment. [`OptionTable::read`] reads it.
    pub fn to_text(&self, comment: &str) -> String {
        let exact = if self.is_exact { EXACT } else { "" };
        let mut out = format!("{HEAD}{}{exact}\n", self.world.table_name().unwrap_or_default());
        if !comment.is_empty() {
            out.extend(["# ", comment, "\n"]);
        }
        let mut used = BTreeSet::new();
        self.root.codes(&mut used);
        for (code, description) in CODES.iter().filter(|(code, _)| used.contains(code)) {
            out.extend(["= ", code, " ", description, "\n"]);
        }
        out.push('\n');
        self.root.write(&mut out, 0);
        out
    }
}

/// A description as the manual words it on a single line, with straight quotation marks.
fn one_line(description: &str) -> String {
    description.split_whitespace().collect::<Vec<_>>().join(" ").replace(['“', '”'], "\"")
}

impl Branch {
    fn count(&self) -> usize {
        usize::from(self.description.is_some()) + self.children.values().map(Branch::count).sum::<usize>()
    }

    /// The code of its type, if that has one.
    fn code(&self) -> Option<&'static str> {
        let description = self.description.as_deref()?;
        CODES.iter().find(|(_, known)| *known == description).map(|(code, _)| *code)
    }

    /// The codes of all types that have one.
    fn codes(&self, used: &mut BTreeSet<&'static str>) {
        used.extend(self.code());
        self.children.values().for_each(|child| child.codes(used));
    }

    /// What is below it, and first what is known of it.
    fn write(&self, out: &mut String, depth: usize) {
        if !self.marks.is_empty() || self.facts.is_some() {
            out.extend(std::iter::repeat_n(' ', depth));
            out.push('@');
            out.extend(self.marks.iter().map(|mark| mark.sign()));
            if let Some(facts) = &self.facts {
                // A map of plain fields: writing it cannot fail.
                out.push_str(&serde_json::to_string(facts).unwrap_or_default());
            }
            out.push('\n');
        }
        for (name, child) in &self.children {
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-'<>*".contains(&byte));
            let quote = if plain { "" } else { "\"" };
            let _ = write!(out, "{:depth$}{quote}{name}{quote}", "");
            if let Some(description) = &child.description {
                match child.code() {
                    Some(code) => out.extend([" ", code]),
                    None => out.extend([": ", description]),
                }
            }
            out.push('\n');
            child.write(out, depth + 1);
        }
    }
}

impl OptionTable {
    /// The table in a file that [`OptionTableBuilder::to_text`] made, and whose options it has; `None` if it is no such file. What
    /// is no line of one is left out.
    pub fn read(text: String) -> Option<(World, OptionTable)> {
        let head = text.lines().next()?.strip_prefix(HEAD)?;
        let (name, is_exact) = head.strip_suffix(EXACT).map_or((head, false), |name| (name, true));
        let world = World::of_table(name)?;
        Some((world, of_text(text, world, is_exact)))
    }
}

fn of_text(text: String, world: World, is_exact: bool) -> OptionTable {
    let corrections = match world {
        World::HomeManager => corrections::home_manager(),
        _ => corrections::nixos(),
    };
    OptionTable { is_exact, ..text::read(text.into(), corrections) }
}
