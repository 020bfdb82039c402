//! What comments say to speclint: `# speclint: ignore[rule, …] reason` and its relatives.

use crate::nixos::table::nearest;
use rowan::{TextRange, TextSize};

/// What every such comment has.
pub(super) const MARK: &str = "speclint:";

/// Something that a comment says to speclint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// What it asks for; `None` if it is not written so that it could be understood.
    pub kind: Option<Kind>,
    /// Where the word for that stands.
    pub word: TextRange,
    /// The rules that it is about; `None` for all.
    pub rules: Option<Vec<Named>>,
    /// Where the brackets around the rules stand.
    pub brackets: Option<TextRange>,
    /// Where it stands: from `#` to the end of its reason.
    pub range: TextRange,
    /// The comment that it is in, which may say something else too.
    pub comment: TextRange,
    /// What is wrong with how it is written.
    pub flaw: Option<Flaw>,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `ignore`: nothing is reported of a line, or of the binding below.
    Ignore,
    /// `ignore-file`: nothing is reported of the file.
    IgnoreFile,
    /// `off`: nothing is reported from here on.
    Off,
    /// `on`: it is reported again.
    On,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Ignore, Kind::IgnoreFile, Kind::Off, Kind::On];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Ignore => "ignore",
            Kind::IgnoreFile => "ignore-file",
            Kind::Off => "off",
            Kind::On => "on",
        }
    }
}

/// A rule that is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// Its name, as it is written.
    pub name: String,
    /// Where it stands.
    pub range: TextRange,
}

/// What is wrong with how something is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// There is no such word. This one may be meant.
    Word(Option<&'static str>),
    /// The bracket is not closed.
    Unclosed,
    /// Nothing stands in the brackets.
    Empty,
    /// This looks like a rule, and stands in no brackets.
    Unbracketed(Named),
}

/// What a comment of a text says to speclint. It may follow on something else: `# why # speclint: ignore`.
pub(super) fn directives(text: &str, comment: TextRange) -> Vec<Directive> {
    let starts: Vec<usize> = starts(&text[comment]).collect();
    let ends = starts.iter().skip(1).copied().chain([text[comment].len()]);
    let pieces = starts.iter().zip(ends);
    let pieces = pieces.filter_map(|(start, end)| {
        let piece = text[comment][*start..end].trim_end();
        let start = comment.start() + TextSize::of(&text[comment][..*start]);
        let range = TextRange::at(start, TextSize::of(piece));
        Piece { text: piece, range, comment }.directive()
    });
    pieces.collect()
}

/// Where in a comment something starts that is for speclint.
fn starts(comment: &str) -> impl Iterator<Item = usize> {
    let is_start = |at: &usize| {
        let before = comment[..*at].chars().next_back();
        before.is_none_or(char::is_whitespace) && comment[at + 1..].trim_start().starts_with(MARK)
    };
    comment.match_indices('#').map(|(at, _)| at).filter(is_start)
}

/// A part of a comment that is for speclint.
struct Piece<'t> {
    text: &'t str,
    range: TextRange,
    comment: TextRange,
}

impl Piece<'_> {
    /// Where a part of it stands.
    fn part(&self, start: usize, length: usize) -> TextRange {
        let size = |n: usize| TextSize::new(n as u32);
        TextRange::at(self.range.start() + size(start), size(length))
    }

    /// `None` for what only mentions speclint.
    fn directive(&self) -> Option<Directive> {
        let start = self.text.find(MARK)? + MARK.len();
        let start = start + blanks(&self.text[start..]);
        let word = self.text[start..].split(|c: char| !c.is_ascii_alphabetic() && c != '-').next()?;
        let behind = start + word.len();
        let rest = &self.text[behind..];
        let list = behind + blanks(rest);
        let has_list = self.text[list..].starts_with('[');
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        let mut flaw = None;
        if kind.is_none() {
            // Short words are too like each other, and people write about anything.
            let words = Kind::ALL.map(Kind::word);
            let similar = |long: usize| nearest(word, words.into_iter().filter(|w| w.len() > long), 1);
            let near = if has_list { similar(0) } else { similar(Kind::Off.word().len()) };
            if !has_list && (word.len() <= Kind::Off.word().len() || near.is_empty()) {
                return None;
            }
            flaw = Some(Flaw::Word(near.first().copied()));
        }
        let closed = self.text[list..].find(']').filter(|_| has_list);
        let names = closed.map(|length| self.names(list + 1, &self.text[list + 1..list + length]));
        flaw = flaw.or_else(|| match &names {
            None if has_list => Some(Flaw::Unclosed),
            None => self.unbracketed(list).map(Flaw::Unbracketed),
            Some(names) => names.is_empty().then_some(Flaw::Empty),
        });
        let is_understood = matches!(flaw, None | Some(Flaw::Unbracketed(_)));
        Some(Directive {
            kind: kind.filter(|_| is_understood),
            word: self.part(start, word.len()),
            rules: names,
            brackets: closed.map(|length| self.part(list, length + 1)),
            range: self.range,
            comment: self.comment,
            flaw,
        })
    }

    /// The names in a list that starts there.
    fn names(&self, start: usize, list: &str) -> Vec<Named> {
        let is_between = |c: char| c == ',' || c.is_whitespace();
        let mut at = start;
        let mut names = Vec::new();
        for name in list.split(is_between) {
            if !name.is_empty() {
                names.push(Named { name: name.to_owned(), range: self.part(at, name.len()) });
            }
            at += name.len();
            at += self.text[at..].chars().next().map_or(0, char::len_utf8);
        }
        names
    }

    /// The word that stands there, if it looks like a name of a rule.
    fn unbracketed(&self, start: usize) -> Option<Named> {
        let word = self.text[start..].split(|c: char| c == ',' || c.is_whitespace()).next()?;
        let is_name = word.contains('-')
            && word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        is_name.then(|| Named { name: word.to_owned(), range: self.part(start, word.len()) })
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a comment says, in a few words.
    fn said(text: &str) -> String {
        let whole = TextRange::up_to(TextSize::of(text));
        let shown = directives(text, whole).into_iter().map(|directive| {
            let names = |rules: Vec<Named>| {
                let same = rules.iter().all(|named| text[named.range] == named.name);
                assert!(same, "{text}");
                rules.into_iter().map(|named| named.name).collect::<Vec<_>>().join(" ")
            };
            let kind = directive.kind.map_or("?", Kind::word);
            let rules = directive.rules.map_or_else(|| "all".to_owned(), names);
            let flaw = directive.flaw.map(|flaw| format!(" {flaw:?}")).unwrap_or_default();
            format!("{kind} {rules}{flaw} in `{}`", &text[directive.range])
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_comments_say() {
        for (text, expected) in [
            ("# speclint: ignore", "ignore all in `# speclint: ignore`"),
            ("#speclint:off", "off all in `#speclint:off`"),
            ("# speclint: ignore[a-b]", "ignore a-b in `# speclint: ignore[a-b]`"),
            ("# speclint: ignore [ a , b c ]  why ", "ignore a b c in `# speclint: ignore [ a , b c ]  why`"),
            ("# speclint: ignore because of it", "ignore all in `# speclint: ignore because of it`"),
            ("# speclint: ignore-file[é]: why", "ignore-file é in `# speclint: ignore-file[é]: why`"),
            ("# the host # speclint: on[a]", "on a in `# speclint: on[a]`"),
            (
                "# speclint: ignore[a] x # speclint: off[b]",
                "ignore a in `# speclint: ignore[a] x`; off b in `# speclint: off[b]`",
            ),
            // What only speaks of it.
            ("# see speclint: ignore[a]", ""),
            ("# write \"# speclint: ignore\" there", ""),
            ("# speclint: in this file all is well", ""),
            ("# speclint: only here", ""),
            ("# speclint:", ""),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_written_wrongly() {
        for (text, expected) in [
            ("# speclint: ignroe", "? all Word(Some(\"ignore\"))"),
            ("# speclint: disable[a]", "? a Word(None)"),
            ("# speclint: of[a]", "? a Word(Some(\"off\"))"),
            ("# speclint: ignore[a", "? all Unclosed"),
            ("# speclint: ignore[]", "?  Empty"),
        ] {
            assert_eq!(said(text), format!("{expected} in `{text}`"));
        }
        let unbracketed = said("# speclint: ignore needs-mkdefault, why");
        assert!(
            unbracketed.starts_with("ignore all Unbracketed(Named { name: \"needs-mkdefault\""),
            "{unbracketed}"
        );
    }
}
