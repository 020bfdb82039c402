//! Where the manual's description of an option misleads, or its value is not what was defined: a short reviewed
//! list, `lint/data/corrections.tsv`.

use super::path::parse_option_path;
use super::{Node, TypeDescription};
use std::sync::OnceLock;

/// What NixOS makes of an option's merged value before anyone reads it (the option's `apply`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Of each attribute: the elements of a list joined with ":", anything else made a string.
    JoinedAttributes,
    /// The elements sorted, each once.
    SortedUnique,
    /// Something else: what is read is not what was defined.
    Changed,
}

/// What is known of an option beyond its description.
#[derive(Debug)]
pub(super) struct Correction {
    pub(super) path: Vec<String>,
    /// The description that misleads; the correction holds only where the option is described so. `None`: always.
    described: Option<&'static str>,
    /// The type in truth.
    described_better: Option<&'static str>,
    parsed: OnceLock<TypeDescription>,
    pub(super) applied: Option<Applied>,
    number: u16,
}

impl Correction {
    /// The type in truth; `None` where it is as described.
    pub(super) fn type_description(&self) -> Option<&TypeDescription> {
        let text = self.described_better?;
        Some(self.parsed.get_or_init(|| TypeDescription::parse(text)))
    }

    /// Whether it is about the option at `node`: at this very path, and described as expected.
    pub(super) fn fits(&self, node: Node<'_>) -> bool {
        let same = |a: &str, b: &str| a.replace(['“', '”'], "\"") == b.replace(['“', '”'], "\"");
        node.path() == self.path
            && match (self.described, node.description()) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(expected), Some(description)) => same(expected, description),
            }
    }

    /// What a node stores to find it again ([`get`]).
    pub(super) fn number(&self) -> u16 {
        self.number
    }
}

/// Those for options of NixOS.
pub(super) fn nixos() -> &'static [Correction] {
    &all().0[..all().1]
}

/// Those for options of Home Manager.
pub(super) fn home_manager() -> &'static [Correction] {
    &all().0[all().1..]
}

/// The one of the given number; `None` for zero.
pub(super) fn get(number: u16) -> Option<&'static Correction> {
    all().0.get(usize::from(number).checked_sub(1)?)
}

/// All of them, and how many of the first are those for NixOS.
fn all() -> &'static (Vec<Correction>, usize) {
    static ALL: OnceLock<(Vec<Correction>, usize)> = OnceLock::new();
    ALL.get_or_init(|| {
        let text = include_str!("../../../data/corrections.tsv");
        let mut all: Vec<Correction> = text.lines().filter_map(|line| correction(line, "nixos\t")).collect();
        let nixos = all.len();
        all.extend(text.lines().filter_map(|line| correction(line, "home-manager\t")));
        for (number, correction) in (1..).zip(&mut all) {
            correction.number = number;
        }
        (all, nixos)
    })
}

/// A line of the given world.
fn correction(line: &'static str, world: &str) -> Option<Correction> {
    let mut columns = line.strip_prefix(world)?.split('\t');
    let path = parse_option_path(columns.next()?).ok()?;
    let mut column = || columns.next().filter(|column| *column != "-");
    let (described, described_better) = (column(), column());
    let applied = column().and_then(|applied| match applied {
        "joined-attributes" => Some(Applied::JoinedAttributes),
        "sorted-unique" => Some(Applied::SortedUnique),
        "changed" => Some(Applied::Changed),
        _ => None,
    });
    Some(Correction { path, described, described_better, parsed: OnceLock::new(), applied, number: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nixos::table::OptionTable;

    #[test]
    fn every_line_is_a_correction_of_an_option_that_there_is() {
        let text = include_str!("../../../data/corrections.tsv");
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count();
        assert_eq!(lines, all().0.len());
        // Home Manager's table is not made from descriptions, but others of its options are: those that somebody imports.
        for (table, corrections, is_described) in
            [(OptionTable::nixos(), nixos(), true), (OptionTable::home_manager(), home_manager(), false)]
        {
            for correction in corrections {
                let node = table.node(&correction.path).expect("the option exists");
                assert!(!is_described || correction.fits(node), "{node:?} is not described like that");
                assert!(correction.applied.is_some() || correction.described_better.is_some(), "{node:?}");
            }
        }
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            assert_eq!(
                line.split('\t').count(),
                7,
                "world, path, described, type, applied, why, source: {line}"
            );
        }
    }
}
