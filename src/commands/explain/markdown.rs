//! Markdown for terminals: as much of it as the documentation of rules is written in.

/// How pieces are shown where there are colours: as parameters of the escape sequence.
const TITLE: &str = "1;4";
const HEADING: &str = "1;33";
const CODE: &str = "36";
const COMMENT: &str = "2";

/// What code is set off by.
const INDENT: &str = "    ";

/// The text of a page, with paragraphs and lists wrapped to the width. Code stays as it is.
pub(super) fn render(markdown: &str, width: usize, is_coloured: bool) -> String {
    let mut page = Page { text: String::new(), width: width.max(20), is_coloured };
    let mut block = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            page.flow(&mut block);
            let code: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            page.code(&code);
        } else if let Some(title) = line.strip_prefix("# ") {
            page.flow(&mut block);
            page.heading(title, TITLE);
        } else if let Some(heading) = line.strip_prefix("## ") {
            page.flow(&mut block);
            page.heading(heading, HEADING);
        } else {
            if line.is_empty() || line.starts_with("- ") {
                page.flow(&mut block);
            }
            if line.is_empty() {
                page.part();
            } else {
                block.push(line);
            }
        }
    }
    page.flow(&mut block);
    page.text.truncate(page.text.trim_end().len());
    page.text.push('\n');
    page.text
}

/// What is made of a page.
struct Page {
    text: String,
    width: usize,
    is_coloured: bool,
}

impl Page {
    /// Leaves a line empty, but never two, and none at the top.
    fn part(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn heading(&mut self, text: &str, style: &str) {
        self.part();
        if self.is_coloured || style == TITLE {
            self.styled(text, style);
        } else {
            self.text.push_str(&text.to_uppercase());
        }
        self.text.push_str("\n\n");
    }

    fn styled(&mut self, text: &str, style: &str) {
        if self.is_coloured {
            self.text.push_str(&format!("\x1b[{style}m{text}\x1b[0m"));
        } else {
            self.text.push_str(text);
        }
    }

    fn code(&mut self, lines: &[&str]) {
        self.part();
        for line in lines {
            if !line.is_empty() {
                self.text.push_str(INDENT);
                let style = if line.trim_start().starts_with('#') { COMMENT } else { CODE };
                self.styled(line, style);
            }
            self.text.push('\n');
        }
        self.text.push('\n');
    }

    /// Ends a paragraph or an element of a list, and wraps it.
    fn flow(&mut self, block: &mut Vec<&str>) {
        let text = std::mem::take(block).join(" ");
        if text.is_empty() {
            return;
        }
        let indent = if text.starts_with("- ") { 2 } else { 0 };
        let mut column = 0;
        for word in words(&text) {
            // Where there are colours, code is not set off by backquotes.
            let hidden = if self.is_coloured { word.matches('`').count() } else { 0 };
            let length = word.chars().count() - hidden;
            if column > 0 && column + 1 + length > self.width {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(indent));
                column = indent;
            } else if column > 0 {
                self.text.push(' ');
                column += 1;
            }
            self.word(word);
            column += length;
        }
        self.text.push('\n');
    }

    fn word(&mut self, word: &str) {
        if !self.is_coloured {
            self.text.push_str(word);
            return;
        }
        for (i, piece) in word.split('`').enumerate() {
            match i % 2 {
                1 => self.styled(piece, CODE),
                _ => self.text.push_str(piece),
            }
        }
    }
}

/// The words of a text. Code is not divided.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    let pieces = text.split(move |c: char| {
        in_code ^= c == '`';
        c == ' ' && !in_code
    });
    pieces.filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::render;

    const PAGE: &str = "# a-rule\n\nFinds `services.x` and much more, in words that are many.\n\n- Severity: error\n- Mend: of some\n\
        of it, and no more\n\n## Example\n\n```nix\n# before\n{\n\n  a = `b`;\n}\n```\n\nBehind it.\n";

    #[test]
    fn plain() {
        let wanted = "a-rule\n\nFinds `services.x` and much\nmore, in words that are many.\n\n- Severity: error\n- Mend: of some of it, and no\n  more\n\n\
            EXAMPLE\n\n    # before\n    {\n\n      a = `b`;\n    }\n\nBehind it.\n";
        assert_eq!(render(PAGE, 30, false), wanted);
    }

    #[test]
    fn colours_do_not_count() {
        let coloured = render("Of `a b c` and\n`d`.\n\n# t\n", 20, true);
        assert_eq!(coloured, "Of \x1b[36ma b c\x1b[0m and \x1b[36md\x1b[0m.\n\n\x1b[1;4mt\x1b[0m\n");
    }

    #[test]
    fn words_that_are_too_long_stand_alone() {
        let long = "x".repeat(50);
        assert_eq!(render(&format!("a {long} b"), 20, false), format!("a\n{long}\nb\n"));
    }

    #[test]
    fn nothing_and_what_is_not_closed() {
        assert_eq!(render("", 80, false), "\n");
        assert_eq!(render("```\na", 80, false), "    a\n");
        assert_eq!(render("a `b", 80, true), "a \x1b[36mb\x1b[0m\n");
    }
}
