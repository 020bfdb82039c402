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
//! quotation marks. Lines that begin with `#` are comments; those that begin with `@` have more to tell of the name
//! above ([`super::facts`]).

use super::corrections::Correction;
use super::{NO_TYPE, Name, NodeData, OptionTable, Span};
use std::borrow::Cow;
use std::sync::OnceLock;

/// A node in depth-first order, without the root.
#[derive(Clone, Copy)]
struct Draft {
    name: Name,
    /// How many names lead to it, less one.
    depth: u16,
    description: u32,
}

/// Reads a table. What is no line of one is left out.
///
/// This is done at the start of every run: eight bytes are looked at at once, which is twice as quick as one by one.
pub(super) fn read(table: Cow<'static, str>, corrections: &'static [Correction]) -> OptionTable {
    let text: &str = &table;
    let bytes = text.as_bytes();
    let mut codes = Codes { slots: [(0, NO_TYPE); SLOTS] };
    let mut descriptions = Vec::with_capacity(bytes.len() / 128);
    let mut drafts: Vec<Draft> = Vec::with_capacity(bytes.len() / 16);
    let mut facts = Vec::new();
    let mut line = 0;
    while line < bytes.len() {
        let start = skip_spaces(bytes, line);
        let depth = (start - line) as u16;
        line = match bytes.get(start) {
            None => break,
            Some(b'\n') => start + 1,
            Some(b'#') => end_of_line(text, start) + 1,
            Some(b'@') => {
                let end = end_of_line(text, start);
                facts.push((drafts.len() as u32, Span::new(start + 1, end - start - 1)));
                end + 1
            }
            Some(b'=') => {
                let end = end_of_line(text, start);
                let (from, to) = (start + 2, find(bytes, start + 2, *b" \n"));
                if to < end {
                    codes.declare(key(bytes, from, to), descriptions.len() as u32);
                    descriptions.push(Span::new(to + 1, end - to - 1));
                }
                end + 1
            }
            Some(&first) => {
                let (name, at) = name(bytes, start, first);
                let (description, end) = match bytes.get(at) {
                    Some(b' ') => {
                        let from = at + 1;
                        let end = find(bytes, from, *b"\n");
                        let description = codes.get(key(bytes, from, end)).unwrap_or_else(|| {
                            // An undeclared code describes itself: it will not parse as a type.
                            descriptions.push(Span::new(from, end - from));
                            descriptions.len() as u32 - 1
                        });
                        (description, end)
                    }
                    Some(b':') => {
                        let from = at + 1 + usize::from(bytes.get(at + 1) == Some(&b' '));
                        let end = end_of_line(text, from);
                        descriptions.push(Span::new(from, end - from));
                        (descriptions.len() as u32 - 1, end)
                    }
                    _ => (NO_TYPE, at),
                };
                drafts.push(Draft { name, depth, description });
                end + 1
            }
        };
    }
    freeze(table, &drafts, descriptions, facts, corrections)
}

/// The name that begins at `start` with the byte `first`, and where what follows it begins.
fn name(bytes: &[u8], start: usize, first: u8) -> (Name, usize) {
    if first == b'"' {
        let end = find(bytes, start + 1, *b"\"\n");
        return (Name::new(start + 1, end - start - 1), end + usize::from(bytes.get(end) == Some(&b'"')));
    }
    let end = find(bytes, start, *b" :\n");
    (Name::new(start, end - start), end)
}

/// Each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The eight bytes from `at` on, the first the lowest; line breaks where the text has ended.
fn word(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    if let Some(word) = rest.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    let mut word = [b'\n'; 8];
    word[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(word)
}

fn skip_spaces(bytes: &[u8], mut at: usize) -> usize {
    loop {
        let others = word(bytes, at) ^ (ONES * u64::from(b' '));
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
}

/// The first place from `at` on where one of the wanted bytes stands; the end of the text where none does.
fn find<const N: usize>(bytes: &[u8], mut at: usize, wanted: [u8; N]) -> usize {
    while at < bytes.len() {
        let word = word(bytes, at);
        // The highest bit of each byte that is wanted, and perhaps of some behind the first that is.
        let found = wanted.iter().fold(0, |found, &byte| {
            let others = word ^ (ONES * u64::from(byte));
            found | (others.wrapping_sub(ONES) & !others & (ONES << 7))
        });
        if found != 0 {
            return (at + found.trailing_zeros() as usize / 8).min(bytes.len());
        }
        at += 8;
    }
    bytes.len()
}

fn end_of_line(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length)
}

/// The first eight bytes of the code from `start` to `end` as a number.
fn key(bytes: &[u8], start: usize, end: usize) -> u64 {
    let unused = 8_usize.saturating_sub(end - start) as u32 * 8;
    word(bytes, start).checked_shl(unused).unwrap_or(0)
}

/// A power of two well above the number of codes.
const SLOTS: usize = 256;

/// The codes by their hash, and their descriptions.
struct Codes {
    slots: [(u64, u32); SLOTS],
}

impl Codes {
    fn declare(&mut self, key: u64, description: u32) {
        if let Some(slot) = probe(key).find(|&slot| self.slots[slot].1 == NO_TYPE) {
            self.slots[slot] = (key, description);
        }
    }

    fn get(&self, key: u64) -> Option<u32> {
        probe(key)
            .map(|slot| self.slots[slot])
            .take_while(|slot| slot.1 != NO_TYPE)
            .find(|slot| slot.0 == key)
            .map(|slot| slot.1)
    }
}

/// Where to look for a key, in order.
fn probe(key: u64) -> impl Iterator<Item = usize> {
    let first = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize;
    (0..SLOTS).map(move |step| (first + step) % SLOTS)
}

/// A table of nodes in depth-first order, whose children are sorted. A node deeper than one below the last is taken
/// for one below the last. `facts` counts the nodes in that order from one, the root being zero.
fn freeze(
    text: Cow<'static, str>,
    drafts: &[Draft],
    descriptions: Vec<Span>,
    mut facts: Vec<(u32, Span)>,
    corrections: &'static [Correction],
) -> OptionTable {
    // How many children each node has, the root first; then each, in depth-first order, reserves places for its
    // children behind those that are taken, and takes the next place that its parent reserved.
    let mut counts = vec![0_u32; drafts.len() + 1];
    let mut above: Vec<u32> = vec![0];
    for (place, draft) in (1..).zip(drafts) {
        above.truncate(usize::from(draft.depth) + 1);
        if let Some(&parent) = above.last() {
            counts[parent as usize] += 1;
        }
        above.push(place);
    }
    let unnamed = NodeData {
        name: Name::default(),
        correction: 0,
        parent: 0,
        first_child: 1,
        children: 0,
        description: NO_TYPE,
    };
    let mut nodes = vec![unnamed; drafts.len() + 1];
    let mut free = 1 + counts[0];
    let mut told = facts.iter_mut().skip_while(|(node, _)| *node == 0).peekable();
    above.clear();
    above.push(0);
    for ((order, draft), &children) in (1..).zip(drafts).zip(&counts[1..]) {
        above.truncate(usize::from(draft.depth) + 1);
        let parent = above.last().copied().unwrap_or(0);
        let NodeData { first_child, children: taken, .. } = &mut nodes[parent as usize];
        let place = *first_child + *taken;
        *taken += 1;
        nodes[place as usize] = NodeData {
            name: draft.name,
            correction: 0,
            parent,
            first_child: free,
            children: 0,
            description: draft.description,
        };
        free += children;
        above.push(place);
        while let Some((node, _)) = told.next_if(|(node, _)| *node == order) {
            *node = place;
        }
    }
    facts.sort_by_key(|(node, _)| *node);
    let types = [OnceLock::new(), OnceLock::new()];
    let mut table = OptionTable {
        text,
        nodes,
        descriptions,
        facts,
        is_exact: false,
        definers: None,
        types,
        old_names: OnceLock::new(),
    };
    for correction in corrections {
        let found = table.node(&correction.path).filter(|node| correction.fits(*node)).map(|node| node.id);
        if let Some(id) = found {
            table.nodes[id as usize].correction = correction.number();
        }
    }
    table
}
