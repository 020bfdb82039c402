//! Paths: plain ones, those with interpolations, and search paths.

use super::{Context, Kind, Lexer, Run, find, is_path};

impl Lexer<'_> {
    /// The stretch of path characters from here on.
    pub(super) fn run(&mut self) -> Run {
        if self.run.end <= self.at {
            let end = self.rest().iter().position(|&byte| !is_path(byte)).unwrap_or(self.rest().len());
            let run = &self.rest()[..end];
            let scheme_start = run.iter().rposition(|&byte| byte == b'_').map_or(0, |last| last + 1);
            self.run = Run { end: self.at + end, scheme_start: self.at + scheme_start };
        }
        self.run
    }

    /// Whether Nix reads a path from here on: path characters, a slash, and more of them or an interpolation.
    pub(super) fn starts_path(&mut self) -> bool {
        let end = self.run().end.max(self.at);
        let rest = &self.bytes[end..];
        rest.first() == Some(&b'/')
            && (rest.get(1).is_some_and(|&byte| is_path(byte)) || rest[1..].starts_with(b"${"))
    }

    /// `<nixpkgs>`, or an operator.
    pub(super) fn less(&mut self) {
        let mut end = self.at + 1;
        loop {
            let segment = self.bytes[end..].iter().take_while(|&&byte| is_path(byte)).count();
            end += segment;
            match self.bytes.get(end) {
                Some(b'/') if segment > 0 => end += 1,
                Some(b'>') if segment > 0 => return self.push(Kind::Search, end + 1),
                _ => break,
            }
        }
        let (kind, length) = match self.peek(1) {
            b'=' => (Kind::LessEqual, 2),
            b'|' => (Kind::PipeLeft, 2),
            next => {
                // rnix takes more for a search path than Nix does.
                if is_path(next) || matches!(next, b'/' | b'<') {
                    self.edit(self.at + 1, 0, " ");
                }
                (Kind::Less, 1)
            }
        };
        self.push(kind, self.at + length);
    }

    /// A path's first part.
    pub(super) fn path(&mut self) {
        if self.rest().starts_with(b"...") {
            // rnix reads `...` first.
            self.edit(self.at, 0, "./");
        }
        self.contexts.push(Context::Path(self.out.tokens.len()));
        self.path_part(Kind::Path);
    }

    /// What follows a path's part: an interpolation, another part, or something else.
    pub(super) fn path_more(&mut self, first: usize) {
        if self.rest().starts_with(b"${") {
            self.contexts.push(Context::Interpolation(self.at));
            self.push(Kind::InterpolationOpen, self.at + 2);
        } else if is_path(self.peek(0)) || self.peek(0) == b'/' {
            self.path_part(Kind::PathMore);
        } else {
            self.contexts.pop();
            self.end_of_path(first);
        }
    }

    fn path_part(&mut self, kind: Kind) {
        let start = self.at + usize::from(self.peek(0) == b'~');
        let rest = &self.bytes[start..];
        let part = |&byte: &u8| !(is_path(byte) || byte == b'/');
        let end = start + rest.iter().position(part).unwrap_or(rest.len());
        // Several slashes are as good as one, where they are allowed; rnix allows them nowhere.
        let mut from = start;
        while let Some(found) = find(&self.bytes[from..end], b"//") {
            self.edit(from + found, 1, "");
            from += found + 1;
        }
        self.push(kind, end);
    }

    fn end_of_path(&mut self, first: usize) {
        let tokens = &self.out.tokens[first..];
        let (Some(part), Some(last)) = (tokens.first().copied(), tokens.last().copied()) else { return };
        let (start, end) = (part.start as usize, last.end as usize);
        if self.bytes[..end].ends_with(b"/") {
            self.error(end - 1, end, "a path cannot end in `/`");
            self.edit(end - 1, 1, "");
        } else if tokens.len() == 1
            && let Some(at) = find(&self.bytes[start..end], b"//")
        {
            self.error(start + at, start + at + 2, "a path cannot contain `//`");
        }
    }
}
