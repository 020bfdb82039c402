//! From text to rnix' tree, whatever the text.
//!
//! rnix recovers from an error by skipping tokens until the one that it wants, which may be at the end of
//! the file. So texts with errors are mended before they are lowered: what is missing is put in, what is
//! too much is left out, and what makes no sense becomes a placeholder, so that the rest of the file is
//! what it is without the error. Only the errors come from this; texts without errors are parsed as they
//! are, apart from the places where rnix and Nix differ.

mod again;
mod balance;
mod comments;
mod draft;
mod groups;
mod lexer;
mod mend;
mod strings;
mod token;

pub(crate) use again::{Edit, Kept};
pub use comments::Comments;
pub(super) use draft::Draft;

use super::hir::SyntaxError;
use crate::MAX_FILE_SIZE;
use groups::Groups;
use mend::Mended;
use rnix::{ParseError, Root, SyntaxKind};
use rowan::{GreenNode, GreenNodeData, TextRange, TextSize};
use std::sync::Arc;
use token::Token;

/// How many errors are mended in a file.
const MAX_MENDED: usize = 50;

/// How many bytes are parsed again, all in all, to mend a file.
const MAX_REPARSED: usize = 4 << 20;

/// How many of the tokens for which rnix' parser calls itself without a limit of its own a file may have.
/// nixpkgs' largest file has about 70,000.
const MAX_RECURSING: usize = 200_000;

/// How much stack rnix' parser needs for each of them, at most. Measured: 600 bytes without optimisation.
const STACK_PER_RECURSING: usize = 1 << 10;

/// How much stack rnix' parser needs besides, in 512 nested expressions, its limit. Measured: below 1 MB.
const STACK: usize = 2 << 20;

/// What [`parse`] makes of a text.
pub(super) struct Parsed<'t> {
    /// The text that was parsed in the end.
    pub(super) draft: Draft<'t>,
    /// Its tree, if there is anything to parse.
    pub(super) tree: Option<Tree>,
    /// The errors, with ranges in the original text.
    pub(super) errors: Vec<SyntaxError>,
}

/// Parses `text`.
pub(super) fn parse(text: &str) -> Parsed<'_> {
    let mut parsed = Parsed { draft: Draft::new(text), tree: None, errors: Vec::new() };
    if text.len() > MAX_FILE_SIZE {
        parsed.error(TextRange::default(), "the file is too large");
        return parsed;
    }
    let lexed = strings::lex(text);
    if let Some(zero) = lexed.errors.iter().find(|error| text[error.range].contains('\0')) {
        // Nothing else of what an encrypted or compiled file seems to say means anything.
        let message = "the file is no text (is it encrypted?)".into();
        parsed.errors.push(SyntaxError { range: zero.range, message });
        return parsed;
    }
    parsed.errors = lexed.errors;
    let mut tokens = lexed.tokens;
    if !lexed.edits.is_empty() {
        parsed.draft.edit(&lexed.edits);
        tokens = lexer::lex(&parsed.draft.text, None).tokens;
    }
    if tokens.is_empty() {
        if parsed.errors.is_empty() {
            let only = if text.trim().is_empty() { "the file is empty" } else { "found only comments" };
            parsed.error(TextRange::empty(TextSize::of(text)), format!("expected an expression: {only}"));
        }
        return parsed;
    }
    let balanced = balance::balance(&parsed.draft.text, &tokens);
    if !balanced.edits.is_empty() {
        for error in balanced.errors {
            parsed.error(error.range, error.message);
        }
        parsed.draft.edit(&balanced.edits);
        tokens = lexer::lex(&parsed.draft.text, None).tokens;
    }
    let legacy = balance::parenthesise_legacy_lets(&tokens);
    if !legacy.is_empty() {
        parsed.draft.edit(&legacy);
        tokens = lexer::lex(&parsed.draft.text, None).tokens;
    }
    parsed.parse_and_mend(tokens);
    parsed
}

/// The tree of a text that parses as it is.
fn parse_clean(text: &str) -> Option<GreenNode> {
    let lexed = lexer::lex(text, None);
    let tokens = lexed.tokens;
    let is_clean = lexed.errors.is_empty()
        && lexed.edits.is_empty()
        && !tokens.is_empty()
        && balance::balance(text, &tokens).edits.is_empty()
        && balance::parenthesise_legacy_lets(&tokens).is_empty();
    let recursing = tokens.iter().filter(|token| token.kind.recurses_without_limit()).count();
    if !is_clean || recursing > MAX_RECURSING {
        return None;
    }
    let (tree, errors) = parse_draft(text, recursing);
    (errors.is_empty() && wrongly_closed_paren(&tree).is_none()).then_some(tree)
}

impl Parsed<'_> {
    /// What is kept of it for when the text has been edited; nothing if it has errors.
    pub(super) fn kept(self, text: &Arc<str>) -> Option<Kept> {
        let is_clean = self.errors.is_empty() && self.draft.is_original();
        self.tree.filter(|_| is_clean).and_then(|tree| Kept::new(text, tree))
    }

    /// Notes an error at a range of the draft.
    fn error(&mut self, range: TextRange, message: impl Into<String>) {
        let range = self.draft.original_range(range);
        self.errors.push(SyntaxError { range, message: message.into() });
    }

    fn parse_and_mend(&mut self, mut tokens: Vec<Token>) {
        let mut left = (MAX_REPARSED / self.draft.text.len().max(1)).min(MAX_MENDED);
        loop {
            self.tree = None;
            let recursing = tokens.iter().filter(|token| token.kind.recurses_without_limit()).count();
            if recursing > MAX_RECURSING {
                self.error(TextRange::default(), "the file has too many lists and operators to be analysed");
                return;
            }
            let (tree, errors) = parse_draft(&self.draft.text, recursing);
            let failure = first_failure(&tree, &errors, &self.draft.text);
            self.tree = Some(Tree::new(tree));
            let Some(failure) = failure else { return };
            if failure.wanted == Wanted::Shallower {
                self.error(failure.range, "nested too deeply");
                return;
            }
            let mended = Groups::new(&self.draft, &tokens).mend(&failure);
            let Some(Mended { range, message, edits }) = mended.filter(|_| left > 0) else {
                return self.give_up(&tokens, &errors);
            };
            left -= 1;
            if let Some(message) = message {
                self.error(range, message);
            }
            self.draft.edit(&edits);
            tokens = lexer::lex(&self.draft.text, None).tokens;
        }
    }

    /// Notes errors without mending them.
    fn give_up(&mut self, tokens: &[Token], errors: &[ParseError]) {
        let groups = Groups::new(&self.draft, tokens);
        let failures = errors.iter().take(MAX_MENDED).map(|error| Failure::of(error, &self.draft.text));
        let described = failures.filter_map(|failure| {
            let message = groups.describe(&failure)?;
            let range = self.draft.original_range(TextRange::empty(failure.range.start()));
            Some(SyntaxError { range, message })
        });
        self.errors.extend(described);
    }
}

/// The tree and errors of a draft.
fn parse_draft(text: &str, recursing: usize) -> (GreenNode, Vec<ParseError>) {
    let stack = STACK + recursing * STACK_PER_RECURSING;
    stacker::maybe_grow(stack, stack + STACK, || {
        let parse = Root::parse(text);
        let tree = parse.syntax().green().to_owned();
        (tree, parse.errors().to_vec())
    })
}

/// Where and why rnix could not go on.
#[derive(Debug)]
struct Failure {
    /// What it skipped, in the draft; empty at the end of the file.
    range: TextRange,
    wanted: Wanted,
}

/// What rnix wanted instead of what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Expression,
    Name,
    EndOfFile,
    /// One name for an argument, not two.
    OneName,
    Shallower,
    /// An argument's name or the end of a pattern.
    Formal,
    /// Exactly this.
    Token(SyntaxKind),
}

impl Failure {
    fn of(error: &ParseError, text: &str) -> Failure {
        let end = TextRange::empty(TextSize::of(text));
        let (range, wanted) = match error {
            ParseError::Unexpected(range) | ParseError::UnexpectedExtra(range) => (*range, Wanted::EndOfFile),
            ParseError::UnexpectedWanted(_, range, wanted) => (*range, Wanted::of(wanted)),
            ParseError::UnexpectedDoubleBind(range) | ParseError::DuplicatedArgs(range, _) => {
                (*range, Wanted::OneName)
            }
            ParseError::UnexpectedEOFWanted(wanted) => (end, Wanted::of(wanted)),
            ParseError::RecursionLimitExceeded => (end, Wanted::Shallower),
            // `UnexpectedEOF`, and what later versions may add.
            _ => (end, Wanted::Expression),
        };
        Failure { range, wanted }
    }
}

impl Wanted {
    fn of(kinds: &[SyntaxKind]) -> Wanted {
        match kinds {
            [SyntaxKind::TOKEN_IDENT, SyntaxKind::TOKEN_OR, ..] | [SyntaxKind::TOKEN_IDENT] => Wanted::Name,
            [SyntaxKind::TOKEN_R_BRACE, SyntaxKind::TOKEN_ELLIPSIS, ..] => Wanted::Formal,
            [kind] => Wanted::Token(*kind),
            _ => Wanted::Expression,
        }
    }
}

/// The first thing in the text that rnix could not parse.
fn first_failure(tree: &GreenNode, errors: &[ParseError], text: &str) -> Option<Failure> {
    if errors.contains(&ParseError::RecursionLimitExceeded) {
        return Some(Failure { range: TextRange::empty(deepest_error(tree)), wanted: Wanted::Shallower });
    }
    let failures = errors.iter().map(|error| Failure::of(error, text));
    let first = failures.min_by_key(|failure| failure.range.start())?;
    match wrongly_closed_paren(tree) {
        Some(range) if range.start() < first.range.start() => {
            Some(Failure { range, wanted: Wanted::Token(SyntaxKind::TOKEN_R_PAREN) })
        }
        _ => Some(first),
    }
}

/// rnix takes whatever follows an expression in parentheses for the closing one. This is the first that is none.
fn wrongly_closed_paren(tree: &GreenNode) -> Option<TextRange> {
    let mut first: Option<TextRange> = None;
    let mut pending = vec![(&**tree, TextSize::new(0))];
    while let Some((node, start)) = pending.pop() {
        let mut at = start;
        let mut last_token = None;
        for child in node.children() {
            match child {
                rowan::NodeOrToken::Node(node) => pending.push((node, at)),
                rowan::NodeOrToken::Token(token) => last_token = Some((token, at)),
            }
            at += child.text_len();
        }
        if node.kind().0 == SyntaxKind::NODE_PAREN as u16
            && let Some((token, at)) = last_token
            && token.text() != ")"
            && token.text() != "("
            && first.is_none_or(|first| at < first.start())
        {
            first = Some(TextRange::at(at, token.text_len()));
        }
    }
    first
}

/// Where rnix gave up because of the depth.
fn deepest_error(tree: &GreenNode) -> TextSize {
    let (mut node, mut start) = (&**tree, TextSize::new(0));
    loop {
        let mut at = start;
        let mut last = None;
        for child in node.children() {
            if let rowan::NodeOrToken::Node(node) = child {
                last = Some((node, at));
            }
            at += child.text_len();
        }
        match last {
            Some(next) if node.kind().0 != SyntaxKind::NODE_ERROR as u16 => (node, start) = next,
            _ => return start,
        }
    }
}

/// A tree that is not dropped by recursion, as rowan's are, which a deep one has no stack for.
pub(super) struct Tree(Vec<GreenNode>);

impl Tree {
    fn new(root: GreenNode) -> Tree {
        Tree(vec![root])
    }

    /// Its root, for whoever knows that it is not deep.
    fn take(mut self) -> Option<GreenNode> {
        self.0.pop()
    }

    pub(super) fn root(&self) -> Option<&GreenNodeData> {
        self.0.first().map(|root| &**root)
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let Tree(pending) = self;
        // A node whose children are held here as well leaves them alone.
        while let Some(node) = pending.pop() {
            pending.extend(node.children().filter_map(|child| child.into_node()).map(ToOwned::to_owned));
        }
    }
}
