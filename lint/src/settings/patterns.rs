//! Patterns of files and systems.

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::fmt;

/// A pattern of files, as `.gitignore` has them.
#[derive(Clone)]
pub struct FilePattern {
    text: String,
    folder: String,
    matcher: Gitignore,
}

impl FilePattern {
    /// The pattern, seen from a folder.
    ///
    /// # Errors
    ///
    /// Says what is wrong with it.
    pub fn new(folder: &str, text: &str) -> Result<Self, String> {
        if text.starts_with('!') || text.starts_with('#') || text.trim().is_empty() {
            return Err("this pattern is of no file".to_owned());
        }
        let mut builder = GitignoreBuilder::new("");
        let wrong = |error: ignore::Error| match error {
            ignore::Error::Glob { err, .. } => err,
            error => error.to_string(),
        };
        builder.add_line(None, text).map_err(wrong)?;
        let matcher = builder.build().map_err(wrong)?;
        Ok(FilePattern { text: text.to_owned(), folder: folder.to_owned(), matcher })
    }

    /// Whether a file is among those.
    pub fn has(&self, file: &str) -> bool {
        let below =
            file.strip_prefix(self.folder.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|below| self.matcher.matched_path_or_any_parents(below, false).is_ignore())
    }

    /// How it is written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PartialEq for FilePattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.folder) == (&other.text, &other.folder)
    }
}

impl fmt::Debug for FilePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// A pattern of systems: `*` stands for anything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SystemPattern(pub String);

impl SystemPattern {
    /// Whether a system is among those.
    pub fn has(&self, system: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| system.strip_prefix(first)) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files() {
        for (pattern, yes, no) in [
            ("hosts/old/", "/r/hosts/old/a/b.nix", "/r/hosts/older/a.nix"),
            ("hosts/*/tv.nix", "/r/hosts/a/tv.nix", "/r/hosts/a/b/tv.nix"),
            ("hosts/**/tv.nix", "/r/hosts/a/b/tv.nix", "/r/tv.nix"),
            ("tv.nix", "/r/a/b/tv.nix", "/r/a/b/xtv.nix"),
            ("tv.nix", "/r/tv.nix", "/root/tv.nix"),
            ("/tv.nix", "/r/tv.nix", "/r/a/tv.nix"),
            ("*.gen.nix", "/r/a/x.gen.nix", "/elsewhere/x.gen.nix"),
        ] {
            let pattern = FilePattern::new("/r", pattern).expect("a pattern");
            assert!(pattern.has(yes), "{pattern:?} {yes}");
            assert!(!pattern.has(no), "{pattern:?} {no}");
        }
        for pattern in ["", "!a", "{a"] {
            assert!(FilePattern::new("/r", pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn systems() {
        for (pattern, system, expected) in [
            ("atlas", "atlas", true),
            ("atlas", "atlas2", false),
            ("test-*", "test-", true),
            ("test-*", "a-test-b", false),
            ("*@atlas", "ann@atlas", true),
            ("a*b*c", "axxbxxc", true),
            ("a*b*c", "abbc", true),
            ("a*b*c", "ac", false),
            ("a*a", "a", false),
            ("*", "anything", true),
        ] {
            assert_eq!(SystemPattern(pattern.to_owned()).has(system), expected, "{pattern} {system}");
        }
    }
}
