//! The form of the embedded tables, and the making of a table from names in depth-first order.
//!
//! A table's file is a tree by indentation, one space a level, sorted, so that a change of one option is a change
//! of one line:
//!
//! ```text
//! = bool boolean
//!
//! services
//!  xserver
//!   enable bool
//!   layout: one of "a", "b"
//! ```
//!
//! A line is a name and, where it is an option, its type: the code of a type that is declared at the head
//! (`= code description`), or after a colon the description itself. Names that are no identifiers stand in
//! quotation marks. Lines that begin with `#` are comments.

use super::corrections::Correction;
use super::{NO_TYPE, NodeData, OptionTable, Span};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A node in depth-first order.
pub(super) struct Draft {
    pub(super) name: Span,
    /// The place of the parent in that order; the root, which is first, is its own.
    pub(super) parent: u32,
    pub(super) description: u32,
}

impl Draft {
    pub(super) const ROOT: Draft =
        Draft { name: Span { start: 0, length: 0 }, parent: 0, description: NO_TYPE };
}

/// Reads an embedded table. What is no line of one is left out.
pub(super) fn embedded(text: &'static str, corrections: &'static [Correction]) -> OptionTable {
    let mut reader = Reader { codes: [(0, NO_TYPE); CODES], descriptions: Vec::with_capacity(4096) };
    let mut drafts = Vec::with_capacity(text.len() / 16);
    drafts.push(Draft::ROOT);
    // The place of the last node at each depth; the root is at depth 0.
    let mut above: Vec<u32> = vec![0; 16];
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let line = line.trim_ascii_end();
        let bytes = line.as_bytes();
        let indent = bytes.iter().position(|&byte| byte != b' ').unwrap_or(0);
        match bytes.get(indent) {
            None | Some(b'#') => continue,
            Some(b'=') => {
                reader.declare(line, from);
                continue;
            }
            Some(_) => {}
        }
        let (name, rest) = name(line, indent);
        let parent = above.get(indent).copied().unwrap_or(0);
        let place = drafts.len() as u32;
        let description = reader.description(line, rest, from);
        let name = Span { start: (from + name.start) as u32, length: name.len() as u32 };
        drafts.push(Draft { name, parent, description });
        if above.len() <= indent + 1 {
            above.resize(indent + 2, 0);
        }
        above[indent + 1] = place;
    }
    freeze(Cow::Borrowed(text), &drafts, reader.descriptions, corrections)
}

/// The range of the name in a line, and where what follows it begins.
fn name(line: &str, indent: usize) -> (std::ops::Range<usize>, usize) {
    let bytes = line.as_bytes();
    if bytes.get(indent) == Some(&b'"') {
        let start = indent + 1;
        let end =
            bytes[start..].iter().position(|&byte| byte == b'"').map_or(bytes.len(), |length| start + length);
        return (start..end, (end + 1).min(bytes.len()));
    }
    let rest = &bytes[indent..];
    let end = rest
        .iter()
        .position(|&byte| byte == b' ' || byte == b':')
        .map_or(bytes.len(), |length| indent + length);
    (indent..end, end)
}

/// A power of two well above the number of codes.
const CODES: usize = 256;

struct Reader {
    /// The codes by their hash: the code's bytes as a number, and the description.
    codes: [(u64, u32); CODES],
    descriptions: Vec<Span>,
}

impl Reader {
    /// `= code description`
    fn declare(&mut self, line: &str, from: usize) {
        let Some((code, description)) = line.strip_prefix("= ").and_then(|rest| rest.split_once(' ')) else {
            return;
        };
        let start = from + line.len() - description.len();
        let index = self.add(start, description.len());
        let key = key(code.as_bytes());
        let slot =
            (0..CODES).map(|step| (hash(key) + step) % CODES).find(|slot| self.codes[*slot].1 == NO_TYPE);
        if let Some(slot) = slot {
            self.codes[slot] = (key, index);
        }
    }

    fn add(&mut self, start: usize, length: usize) -> u32 {
        self.descriptions.push(Span { start: start as u32, length: length as u32 });
        self.descriptions.len() as u32 - 1
    }

    /// The description in the part of a line from `at` on.
    fn description(&mut self, line: &str, at: usize, from: usize) -> u32 {
        let rest = &line.as_bytes()[at..];
        match rest {
            [] => NO_TYPE,
            [b':', ..] => {
                let skip = 1 + usize::from(rest.get(1) == Some(&b' '));
                self.add(from + at + skip, rest.len() - skip)
            }
            [_, code @ ..] => {
                let key = key(code);
                let slots = (0..CODES).map(|step| self.codes[(hash(key) + step) % CODES]);
                let known = slots.take_while(|slot| slot.1 != NO_TYPE).find(|slot| slot.0 == key);
                // An undeclared code describes itself: it will not parse as a type.
                known.map_or_else(|| self.add(from + at + 1, code.len()), |slot| slot.1)
            }
        }
    }
}

/// The first eight bytes of a code as a number.
fn key(code: &[u8]) -> u64 {
    code.iter().take(8).fold(0, |key, &byte| key << 8 | u64::from(byte))
}

fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
}

/// A table of nodes in depth-first order, whose children are sorted.
pub(super) fn freeze(
    text: Cow<'static, str>,
    drafts: &[Draft],
    descriptions: Vec<Span>,
    corrections: &'static [Correction],
) -> OptionTable {
    let root = NodeData {
        name: Span::default(),
        parent: 0,
        first_child: 0,
        children: 0,
        description: NO_TYPE,
        correction: 0,
    };
    // How many children each has; then, in depth-first order, each node reserves places for its children behind
    // those that are taken, and goes to the next place that its parent reserved.
    let mut counts = vec![0_u32; drafts.len()];
    for draft in drafts.iter().skip(1) {
        counts[draft.parent as usize] += 1;
    }
    let mut nodes = vec![root; drafts.len()];
    let mut places = vec![0_u32; drafts.len()];
    let mut next = vec![0_u32; drafts.len()];
    let mut free = 1;
    for (i, draft) in drafts.iter().enumerate() {
        let parent = draft.parent as usize;
        if i > 0 {
            places[i] = next[parent];
            next[parent] += 1;
        }
        next[i] = free;
        nodes[places[i] as usize] = NodeData {
            name: draft.name,
            parent: places[parent],
            first_child: free,
            children: counts[i],
            description: draft.description,
            correction: 0,
        };
        free += counts[i];
    }
    let mut table = OptionTable { text, nodes, descriptions, types: [OnceLock::new(), OnceLock::new()] };
    for correction in corrections {
        let found = table.node(&correction.path).filter(|node| correction.fits(*node)).map(|node| node.id);
        if let Some(id) = found {
            table.nodes[id as usize].correction = correction.number();
        }
    }
    table
}
