//! Adding suppressions of what is found.

use super::{Directive, Kind, below, directive, is_alone};
use crate::findings::{Edit, Location};
use crate::syntax::Comments;
use crate::syntax::hir;
use rowan::{TextRange, TextSize};
use std::collections::{BTreeMap, BTreeSet};

/// How many lines upwards a place is looked for.
const MOST_LINES: usize = 500;

/// Where a suppression is to stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    /// At the top of the file.
    Top,
    /// On a line of its own above the line that starts here.
    Above(TextSize),
    /// At this end of a line.
    Behind(TextSize),
}

/// A file in which something is to be suppressed.
pub struct Adder<'f> {
    path: &'f str,
    text: &'f str,
    file: &'f hir::File,
    comments: Comments,
    directives: Vec<Directive>,
}

impl<'f> Adder<'f> {
    /// The file at `path` with this text, and its lowered form.
    pub fn new(path: &'f str, text: &'f str, file: &'f hir::File) -> Self {
        let comments = Comments::of(text);
        let directives = comments.lines.iter().flat_map(|comment| directive::directives(text, *comment));
        let directives = directives.collect();
        Adder { path, text, file, comments, directives }
    }

    /// Edits that suppress findings: each is the name of a rule, and where it was found. With `whole_file`, all of the rule in the file.
    pub fn edits(&self, findings: &[(&str, TextRange)], whole_file: bool) -> Vec<Edit> {
        let mut spots: BTreeMap<Spot, BTreeSet<&str>> = BTreeMap::new();
        for (rule, range) in findings {
            let above = spots.iter().filter(|(_, rules)| rules.contains(rule));
            let mut above = above.filter_map(|(spot, _)| match spot {
                Spot::Above(line) => self.extent_below(*line),
                _ => None,
            });
            if !above.any(|extent| extent.contains(range.start())) {
                let spot = if whole_file { Spot::Top } else { self.spot(range.start()) };
                spots.entry(spot).or_default().insert(rule);
            }
        }
        let mut edits: Vec<Edit> = spots.into_iter().map(|(spot, rules)| self.edit(spot, &rules)).collect();
        edits.sort();
        edits
    }

    /// Where a suppression of what starts there is to stand. What opens a bracket at the end of its line gets it above: formatters
    /// move what stands behind the bracket into it.
    fn spot(&self, start: TextSize) -> Spot {
        let (line, end) = self.line(start);
        let last = TextSize::of(self.text);
        let is_free = if end == last { self.is_free(last) } else { !self.comments.is_solid(end) };
        let has_code = !self.code(line, end).trim().is_empty();
        let behind = (is_free && has_code).then_some(Spot::Behind(end));
        if let Some(behind) = behind.filter(|_| !self.comments.is_open(end)) {
            return behind;
        }
        let is_above = |line: TextSize| {
            self.is_free(line) && self.extent_below(line).is_some_and(|extent| extent.contains(start))
        };
        let mut line = line;
        for _ in 0..MOST_LINES {
            if is_above(line) {
                return Spot::Above(line);
            }
            // What starts in something that goes over several lines is part of what is around it.
            match line.checked_sub(TextSize::new(1)).filter(|_| behind.is_none()) {
                Some(before) => line = self.line(before).0,
                None => break,
            }
        }
        behind.unwrap_or(Spot::Top)
    }

    /// What a suppression above the line that starts there is about, if that is a binding or an element of a list.
    fn extent_below(&self, line: TextSize) -> Option<TextRange> {
        let next = self.comments.next_token(line)?;
        Some(TextRange::new(next, below(self.file, &self.comments, next)?))
    }

    /// Whether something may be inserted in front of the line that starts there.
    fn is_free(&self, line: TextSize) -> bool {
        line.checked_sub(TextSize::new(1)).is_none_or(|before| !self.comments.is_solid(before))
    }

    /// Where the line with an offset starts and ends.
    fn line(&self, offset: TextSize) -> (TextSize, TextSize) {
        let (before, behind) = self.text.split_at(usize::from(offset));
        let is_break = |c: char| c == '\n' || c == '\r';
        let start = before.rfind(is_break).map_or(0, |at| at + 1);
        let end = behind.find(is_break).unwrap_or(behind.len());
        (TextSize::new(start as u32), offset + TextSize::new(end as u32))
    }

    /// What stands in a line before a comment at its end.
    fn code(&self, start: TextSize, end: TextSize) -> &str {
        let line = TextRange::new(start, end);
        let comment = self.comments.lines.iter().find(|comment| line.contains_range(**comment));
        &self.text[TextRange::new(start, comment.map_or(end, |comment| comment.start()))]
    }

    fn edit(&self, spot: Spot, rules: &BTreeSet<&str>) -> Edit {
        if let Some(brackets) = self.joined(spot) {
            return self.insertion(brackets.end() - TextSize::of(']'), format!(", {}", listed(rules)));
        }
        let line_break = |at: TextSize| {
            let rest = &self.text[usize::from(at)..];
            let found = rest.find(['\n', '\r']).map_or("", |first| &rest[first..]);
            if found.starts_with("\r\n") {
                "\r\n"
            } else if found.starts_with('\r') {
                "\r"
            } else {
                "\n"
            }
        };
        match spot {
            Spot::Top => {
                let mark = TextSize::of(if self.text.starts_with('\u{feff}') { "\u{feff}" } else { "" });
                let text = format!("# speclint: ignore-file[{}]{}", listed(rules), line_break(mark));
                self.insertion(mark, text)
            }
            Spot::Above(line) => {
                let rest = &self.text[usize::from(line)..];
                let indent = &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()];
                let text = format!("{indent}# speclint: ignore[{}]{}", listed(rules), line_break(line));
                self.insertion(line, text)
            }
            Spot::Behind(end) => {
                let (start, _) = self.line(end);
                let line = &self.text[TextRange::new(start, end)];
                let end = start + TextSize::of(line.trim_end());
                self.insertion(end, format!(" # speclint: ignore[{}]", listed(rules)))
            }
        }
    }

    /// The brackets of a suppression that stands there already.
    fn joined(&self, spot: Spot) -> Option<TextRange> {
        let stands_there = |directive: &&Directive| match spot {
            Spot::Top => directive.kind == Some(Kind::IgnoreFile),
            _ if directive.kind != Some(Kind::Ignore) => false,
            Spot::Behind(end) => {
                self.line(directive.range.start()).1 == end && !is_alone(self.text, directive.comment)
            }
            Spot::Above(line) => {
                is_alone(self.text, directive.comment)
                    && directive.range.end() < self.comments.next_token(line).unwrap_or_default()
                    && self.comments.next_token(directive.range.end()) == self.comments.next_token(line)
            }
        };
        self.directives.iter().filter(stands_there).find_map(|directive| directive.brackets)
    }

    fn insertion(&self, at: TextSize, text: String) -> Edit {
        Edit { location: Location::new(self.path, TextRange::empty(at)), text }
    }
}

fn listed(rules: &BTreeSet<&str>) -> String {
    rules.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::apply;
    use crate::suppress::Suppressions;
    use crate::syntax::lower;

    /// A text in which something is found at each `@`, with that suppressed.
    #[track_caller]
    fn check(marked: &str, expected: &str) {
        let text = marked.replace('@', "");
        let places = marked.match_indices('@').enumerate().map(|(n, (at, _))| TextSize::new((at - n) as u32));
        let places: Vec<(&str, TextRange)> = places.map(|at| ("rule", TextRange::empty(at))).collect();
        let file = lower(&text);
        let edits = Adder::new("/x.nix", &text, &file).edits(&places, false);
        let new = apply::edited(&text, &edits.iter().collect::<Vec<_>>()).expect("edits that fit");
        assert_eq!(new, expected);
        let after = lower(&new);
        assert!(after.errors.len() <= file.errors.len());
        let suppressions = Suppressions::of(&new, &after).expect("suppressions");
        for (rule, range) in &places {
            let before: usize =
                edits.iter().filter(|e| e.location.start <= range.start().into()).map(|e| e.text.len()).sum();
            let location = Location::new("/x.nix", *range + TextSize::new(before as u32));
            let covered = [*range, *range + TextSize::new(before as u32)];
            let is_covered =
                |range: &TextRange| !suppressions.about(rule, &Location::new("/x.nix", *range)).is_empty();
            assert!(covered.iter().any(is_covered), "{new}: {location:?}");
        }
    }

    #[test]
    fn at_the_end_of_the_line() {
        check("{\n  @a = 1;\n}\n", "{\n  a = 1; # speclint: ignore[rule]\n}\n");
        check("{\n  @a = 1; @b = 2;  \n}\n", "{\n  a = 1; b = 2; # speclint: ignore[rule]  \n}\n");
        check("{ @a = 1; }", "{ a = 1; } # speclint: ignore[rule]");
        check("{\r\n  @a = 1;\r\n}\r\n", "{\r\n  a = 1; # speclint: ignore[rule]\r\n}\r\n");
    }

    #[test]
    fn with_a_comment_that_is_there() {
        check("{\n  @a = 1; # one\n}\n", "{\n  a = 1; # one # speclint: ignore[rule]\n}\n");
        check(
            "{\n  @a = 1; # one # speclint: ignore[other] why\n}\n",
            "{\n  a = 1; # one # speclint: ignore[other, rule] why\n}\n",
        );
        check(
            "{\n  @a = 1; # speclint: off[other]\n}\n",
            "{\n  a = 1; # speclint: off[other] # speclint: ignore[rule]\n}\n",
        );
        check(
            "{\n  # speclint: ignore[other]\n  # why\n  @a = {\n  };\n}\n",
            "{\n  # speclint: ignore[other, rule]\n  # why\n  a = {\n  };\n}\n",
        );
        check(
            "# speclint: ignore-file[other]\n''\n${@a}\n''",
            "# speclint: ignore-file[other, rule]\n''\n${a}\n''",
        );
    }

    #[test]
    fn above_what_goes_over_several_lines() {
        check(
            "{\n  @a = {\n    @b = 1;\n  };\n}\n",
            "{\n  # speclint: ignore[rule]\n  a = {\n    b = 1;\n  };\n}\n",
        );
        check(
            "{\n  @a = ''\n    text\n  '';\n}\n",
            "{\n  # speclint: ignore[rule]\n  a = ''\n    text\n  '';\n}\n",
        );
        check(
            "{\n  a = ''\n    ${@b} text\n  '';\n}\n",
            "{\n  # speclint: ignore[rule]\n  a = ''\n    ${b} text\n  '';\n}\n",
        );
        check("[\r\n\t@(a {\r\n})\r\n]", "[\r\n\t# speclint: ignore[rule]\r\n\t(a {\r\n})\r\n]");
        check(
            "{\n  inherit (a {\n  }) @b ''\n'';\n}",
            "{\n  inherit (a {\n  }) b ''\n'';\n}"
                .replace("  inherit", "  # speclint: ignore[rule]\n  inherit")
                .as_str(),
        );
    }

    #[test]
    fn where_nothing_else_can_stand() {
        check("''\n${@a}\n''", "# speclint: ignore-file[rule]\n''\n${a}\n''");
        check("\u{feff}''\n${@a}\n''", "\u{feff}# speclint: ignore-file[rule]\n''\n${a}\n''");
        check("{\n}\n@", "# speclint: ignore-file[rule]\n{\n}\n");
        // A bracket that a line of its own cannot be put above.
        check("a: @{\n}", "a: { # speclint: ignore[rule]\n}");
    }
}
