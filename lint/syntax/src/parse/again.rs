//! Parsing a text again after an edit: only the innermost binding or set around the edit is parsed, and takes the place of the former
//! one in the tree.
//!
//! What comes of it is the tree that the whole text has. A part is only replaced by one that parses by itself without an error, is of
//! the same kind and begins and ends with the tokens that the former began and ended with, so nothing around it is read otherwise.

use super::{MAX_RECURSING, Tree, parse_clean};
use crate::hir::Shift;
use rnix::{NixLanguage, SyntaxKind};
use rowan::{GreenNode, GreenNodeData, GreenToken, GreenTokenData, Language, NodeOrToken, TextSize};
use std::ops::Range;
use std::sync::Arc;

/// How deep a tree may be that is kept: one that is dropped by recursion needs stack for each level, and rnix' limit is 512.
const MAX_DEPTH: usize = 500;

/// How many parts around an edit are tried, the innermost ones. In a text with an error none is of any use.
const MAX_TRIES: u32 = 2;

/// A text without errors and its tree, for when the text has been edited.
#[derive(Clone)]
pub(crate) struct Kept {
    text: Arc<str>,
    tree: GreenNode,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").field("text", &self.text).finish_non_exhaustive()
    }
}

impl Kept {
    /// The tree of a text that parses as it is, if that may be kept.
    pub(super) fn new(text: &Arc<str>, tree: Tree) -> Option<Self> {
        let is_kept = text.len() < MAX_RECURSING && depth(tree.root()?, MAX_DEPTH) < MAX_DEPTH;
        let tree = is_kept.then(|| tree.take())??;
        Some(Kept { text: text.clone(), tree })
    }

    /// The tree.
    pub(crate) fn tree(&self) -> &GreenNodeData {
        &self.tree
    }

    /// The same for another text, and what was edited; `None` if that must be parsed as a whole.
    pub(crate) fn edited(&self, text: &Arc<str>) -> Option<(Self, Edit)> {
        if text.len() >= MAX_RECURSING {
            return None;
        }
        let (old, new) = difference(&self.text, text);
        let at = TextSize::new(old.start as u32);
        let mut edited = Edited { with: &text[new], tries: 0, between_tokens: false };
        let tree = edited.node(&self.tree, &old, 0)?;
        let by = text.len() as i64 - self.text.len() as i64;
        let edit = if edited.between_tokens { Edit::BetweenTokens(Shift { at, by }) } else { Edit::OfTokens };
        Some((Kept { text: text.clone(), tree }, edit))
    }
}

/// What of a text was edited.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edit {
    /// Only what is between tokens: what follows stands elsewhere.
    BetweenTokens(Shift),
    /// Anything else.
    OfTokens,
}

/// The ranges in which two texts differ.
fn difference(old: &str, new: &str) -> (Range<usize>, Range<usize>) {
    let mut start = same_before(old.as_bytes(), new.as_bytes());
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let mut behind = same_behind(&old.as_bytes()[start..], &new.as_bytes()[start..]);
    while !old.is_char_boundary(old.len() - behind) || !new.is_char_boundary(new.len() - behind) {
        behind -= 1;
    }
    (start..old.len() - behind, start..new.len() - behind)
}

/// How many bytes are compared at once.
const STRIDE: usize = 64;

/// How many bytes two texts have in common at their beginnings.
fn same_before(a: &[u8], b: &[u8]) -> usize {
    let strides = a.chunks_exact(STRIDE).zip(b.chunks_exact(STRIDE)).take_while(|(a, b)| a == b).count();
    let start = strides * STRIDE;
    start + a[start..].iter().zip(&b[start..]).take_while(|(a, b)| a == b).count()
}

/// The same at their ends.
fn same_behind(a: &[u8], b: &[u8]) -> usize {
    let strides = a.rchunks_exact(STRIDE).zip(b.rchunks_exact(STRIDE)).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - strides * STRIDE], &b[..b.len() - strides * STRIDE]);
    strides * STRIDE + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// An edit that is made in a tree.
struct Edited<'t> {
    /// What is put in.
    with: &'t str,
    /// How many parts were parsed by themselves.
    tries: u32,
    /// Whether it was made in a token that nobody looks at.
    between_tokens: bool,
}

impl Edited<'_> {
    /// A node, so many levels deep, in which a range is replaced; `None` if no part of it can be parsed by itself with that.
    fn node(&mut self, node: &GreenNodeData, range: &Range<usize>, level: usize) -> Option<GreenNode> {
        if level > MAX_DEPTH {
            return None;
        }
        let mut end = 0;
        for (index, child) in node.children().enumerate() {
            let start = end;
            end += usize::from(child.text_len());
            // What an edit begins at may become part of what is before it.
            if start < range.start && range.end <= end {
                let inner = range.start - start..range.end - start;
                let new = match child {
                    NodeOrToken::Node(child) => self.node(child, &inner, level + 1).map(NodeOrToken::Node),
                    NodeOrToken::Token(token) => self.token(token, &inner).map(NodeOrToken::Token),
                };
                if let Some(new) = new {
                    return Some(node.replace_child(index, new));
                }
                break;
            }
        }
        self.parsed_alone(node, range, level)
    }

    /// A token that nobody looks at, if it is still one with an edit and ends where it did.
    fn token(&mut self, token: &GreenTokenData, range: &Range<usize>) -> Option<GreenToken> {
        let is_in_line = |text: &str| !text.contains(['\n', '\r', '\0']);
        let is_space = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
        let text = token.text();
        let is_still = match NixLanguage::kind_from_raw(token.kind()) {
            SyntaxKind::TOKEN_COMMENT => text.starts_with('#') && is_in_line(text) && is_in_line(self.with),
            SyntaxKind::TOKEN_WHITESPACE => is_space(text) && is_space(self.with),
            _ => false,
        };
        self.between_tokens = is_still;
        is_still.then(|| GreenToken::new(token.kind(), &self.text(text, range)))
    }

    /// A binding or a set in which a range is replaced, parsed by itself.
    fn parsed_alone(
        &mut self,
        node: &GreenNodeData,
        range: &Range<usize>,
        level: usize,
    ) -> Option<GreenNode> {
        let is_binding = match NixLanguage::kind_from_raw(node.kind()) {
            SyntaxKind::NODE_ATTRPATH_VALUE => true,
            SyntaxKind::NODE_ATTR_SET => false,
            _ => return None,
        };
        let is_inside = 0 < range.start && range.end < usize::from(node.text_len());
        if !is_inside || self.tries == MAX_TRIES {
            return None;
        }
        self.tries += 1;
        let text = self.text(&node.to_string(), range);
        let new = if is_binding {
            // It stands in a set.
            let set = only_child(&*parse_clean(&format!("{{{text}}}"))?)?;
            let mut inside = set.children().skip(1);
            let binding = inside.next()?.into_node()?.to_owned();
            let is_alone =
                set.kind() == NixLanguage::kind_to_raw(SyntaxKind::NODE_ATTR_SET) && inside.count() == 1;
            is_alone.then_some(binding)?
        } else {
            only_child(&*parse_clean(&text)?)?
        };
        let is_whole = new.kind() == node.kind() && usize::from(new.text_len()) == text.len();
        let is_same = is_whole && first_token(&new) == first_token(node);
        (is_same && level + depth(&new, MAX_DEPTH) < MAX_DEPTH).then_some(new)
    }

    fn text(&self, old: &str, range: &Range<usize>) -> String {
        [&old[..range.start], self.with, &old[range.end..]].concat()
    }
}

/// The only child of a node that has one.
fn only_child(node: &GreenNodeData) -> Option<GreenNode> {
    let mut children = node.children();
    let first = children.next()?.into_node()?.to_owned();
    children.next().is_none().then_some(first)
}

/// What a node begins with, if that is a token.
fn first_token(node: &GreenNodeData) -> Option<&str> {
    node.children().next()?.into_token().map(GreenTokenData::text)
}

/// How many levels a tree has, up to `most`.
fn depth(tree: &GreenNodeData, most: usize) -> usize {
    let mut deepest = 0;
    let mut pending = vec![(tree, 1)];
    while let Some((node, level)) = pending.pop() {
        deepest = deepest.max(level);
        if deepest >= most {
            break;
        }
        pending.extend(node.children().filter_map(NodeOrToken::into_node).map(|node| (node, level + 1)));
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lower, lower_edited};

    /// What is typed, and what makes of what follows something else.
    const TYPED: [&str; 44] = [
        "x",
        "a.b",
        "1",
        ".",
        ";",
        ":",
        "=",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "\"",
        "''",
        "$",
        "${",
        "#",
        "/*",
        "*/",
        "\n",
        " ",
        "\r",
        "\t",
        "\\",
        "'",
        "in",
        "inherit",
        "rec",
        "let",
        "or",
        "-",
        "/",
        "~/",
        "<",
        "@",
        "?",
        ",",
        "...",
        "é",
        "\0",
        "x: ",
        "b = 2; ",
        "{ c = 3; }",
    ];

    const TEXT: &str = r#"# A comment, 漢字 🎮.
{ config, lib, ... }@args:
let
  cfg = config.services.x; # another one
  f = a: b: a + b; /* a
  long one */
in rec {
  imports = [ ./a.nix (f ../b ./c.nix) <nixpkgs/nixos> ];

  options.x = { enable = lib.mkEnableOption "x"; inherit (cfg) y z; };
  config = lib.mkIf cfg.enable {
    "a b".c = ''
      text ${toString { d = 1; }.d} ''${not} $${e}
    '';
    e.${"f" + "g"} = if cfg ? y.z then -1 else with lib; [ 1 2.5 ./p/${q} ];
    specialisation.tv.configuration = { config, ... }: { a = { }; b = let c = 1; in { inherit c; }; };
  };
}
"#;

    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 % end.max(1) as u64) as usize
        }
    }

    /// A place in a text, at the latest so many bytes behind another.
    fn place(text: &str, from: usize, most: usize, numbers: &mut Numbers) -> usize {
        let at = (from + numbers.below(most + 1)).min(text.len());
        (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(at)
    }

    #[test]
    fn it_makes_no_difference() {
        let mut numbers = Numbers(0x1234_5678_9abc_def1);
        let (mut count, mut clean) = (0, 0);
        for _ in 0..60 {
            let (_, mut kept) = lower_edited(&TEXT.into(), None);
            let mut text = TEXT.to_owned();
            for _ in 0..20 {
                let start = place(&text, 0, text.len(), &mut numbers);
                let end = if numbers.below(3) == 0 { place(&text, start, 5, &mut numbers) } else { start };
                let with = if numbers.below(4) == 0 { "" } else { TYPED[numbers.below(TYPED.len())] };
                let before = text.clone();
                text.replace_range(start..end, with);
                let shared: Arc<str> = text.as_str().into();
                let whole = lower(&text);
                count += usize::from(kept.as_ref().is_some_and(|kept| kept.parsed.edited(&shared).is_some()));
                let (file, new) = lower_edited(&shared, kept);
                assert_eq!(*file, whole, "{with:?} at {start}..{end} of\n{before}");
                // Sometimes somebody takes it back.
                kept = new;
                if whole.errors.is_empty() {
                    clean += 1;
                } else if numbers.below(4) != 0 {
                    text = before;
                }
            }
        }
        assert!(count > 150 && clean > count, "{count} of {clean}");
    }

    #[test]
    fn what_is_between_tokens_moves_mistakes_too() {
        let text = "{ a = 1; /* */ a = 2; inherit a; b = c: c; }";
        let (_, kept) = lower_edited(&text.into(), None);
        for (at, _) in text.match_indices(' ') {
            let mut text = text.to_owned();
            text.insert_str(at + 1, " \n ");
            let (file, _) = lower_edited(&text.as_str().into(), kept.clone());
            assert_eq!(*file, lower(&text), "{text}");
            assert!(!file.errors.is_empty());
        }
    }

    #[test]
    fn only_what_is_around_an_edit_is_parsed() {
        let (_, kept) = lower_edited(&TEXT.into(), None);
        let kept = kept.expect("it has no errors");
        for (old, new) in [
            ("a comment", "another comment"),
            ("enable = lib", "enable = pkgs.lib"),
            ("a = { };", "a = { b = 1; };"),
            ("\n\n", "\n\n\n"),
            ("text $", "text, text $"),
            ("# another one", "# another two"),
        ] {
            let text: Arc<str> = TEXT.replacen(old, new, 1).into();
            assert!(kept.parsed.edited(&text).is_some() || !TEXT.contains(old), "{new}");
        }
        for (old, new) in
            [("in rec {", "in {"), ("mkEnableOption \"x\"", "mkEnableOption \"x"), ("...", "y, ...")]
        {
            let text: Arc<str> = TEXT.replacen(old, new, 1).into();
            assert!(kept.parsed.edited(&text).is_none(), "{new}");
        }
    }
}
