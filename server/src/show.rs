//! The model of systems as a page that an editor shows: what each specialisation makes different. No protocol.

use speclint_lint::nixos::model::{Specialisation, System};
use speclint_lint::render::{Difference, differences};
use std::fmt::Write as _;
use std::sync::Arc;

/// What a page is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Markup {
    /// Markdown.
    Markdown,
    /// HTML: a page of its own.
    Html,
}

impl Markup {
    /// The one of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "markdown" => Some(Markup::Markdown),
            "html" => Some(Markup::Html),
            _ => None,
        }
    }

    /// A text as it is written. What stands in a configuration is not to be obeyed.
    fn text(self, text: &str) -> String {
        match self {
            Markup::Markdown => {
                let mut written = String::with_capacity(text.len());
                for c in text.chars() {
                    if c.is_ascii_punctuation() && c != '.' && c != '-' && c != '(' && c != ')' {
                        written.push('\\');
                    }
                    written.push(if c.is_control() { ' ' } else { c });
                }
                written
            }
            Markup::Html => {
                text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
            }
        }
    }

    /// A text as code.
    fn code(self, text: &str) -> String {
        match self {
            Markup::Markdown => {
                // A pipe would end a cell, even in code.
                let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
                let fence = "`".repeat(longest + 1);
                let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
                format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
            }
            Markup::Html => format!("<code>{}</code>", self.text(text)),
        }
    }

    fn heading(self, level: usize, text: &str) -> String {
        match self {
            Markup::Markdown => format!("{} {}\n\n", "#".repeat(level), self.text(text)),
            Markup::Html => format!("<h{level}>{}</h{level}>\n", self.text(text)),
        }
    }

    fn paragraph(self, text: &str) -> String {
        match self {
            Markup::Markdown => format!("{}\n\n", self.text(text)),
            Markup::Html => format!("<p>{}</p>\n", self.text(text)),
        }
    }

    fn row(self, cells: [&str; 3]) -> String {
        match self {
            Markup::Markdown => format!("| {} |\n", cells.join(" | ")),
            Markup::Html => format!("<tr><td>{}</td></tr>\n", cells.join("</td><td>")),
        }
    }

    fn table(self, heads: [&str; 3], rows: &str) -> String {
        let heads = heads.map(|head| self.text(head));
        match self {
            Markup::Markdown => format!("| {} |\n| --- | --- | --- |\n{rows}\n", heads.join(" | ")),
            Markup::Html => {
                format!("<table>\n<tr><th>{}</th></tr>\n{rows}</table>\n", heads.join("</th><th>"))
            }
        }
    }
}

/// The page of these systems; with a name, only of the specialisation of that name.
pub(crate) fn page(systems: &[Arc<System>], only: Option<&str>, markup: Markup) -> String {
    let mut page = String::new();
    for system in systems {
        page.push_str(&markup.heading(1, &system.name));
        if system.specialisations.is_empty() {
            page.push_str(&markup.paragraph("no specialisations"));
        }
        for trouble in &system.parent.troubles {
            let what = if trouble.refused { "refused" } else { "not known" };
            page.push_str(&markup.paragraph(&format!("{what}: {}", trouble.message)));
        }
        let shown = |specialisation: &&Specialisation| only.is_none_or(|name| specialisation.name == name);
        for specialisation in system.specialisations.iter().filter(shown) {
            section(&mut page, system, specialisation, markup);
        }
    }
    match markup {
        Markup::Markdown => page,
        Markup::Html => format!(
            "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>speclint</title>\n</head>\n<body>\n{page}</body>\n</html>\n"
        ),
    }
}

fn section(page: &mut String, system: &System, specialisation: &Specialisation, markup: Markup) {
    page.push_str(&markup.heading(2, &specialisation.name));
    match specialisation.inherits {
        Some(true) => {}
        Some(false) => page.push_str(&markup.paragraph("without its parent's configuration")),
        None => page.push_str(&markup.paragraph("unknown whether it inherits its parent's configuration")),
    }
    if let Some(trouble) = specialisation.scope.refusal() {
        page.push_str(&markup.paragraph(&format!("refused: {}", trouble.message)));
        return;
    }
    let (mut rows, mut same) = (String::new(), 0);
    for Difference { path, base, here, own } in differences(system, specialisation) {
        if base == here && !own {
            same += 1;
            continue;
        }
        let [path, base, here] = [path, &base, &here].map(|text| markup.code(text));
        let _ = write!(rows, "{}", markup.row([&path, &base, &here]));
    }
    if !rows.is_empty() {
        page.push_str(&markup.table(["option", "base", &specialisation.name], &rows));
    }
    if same > 0 {
        page.push_str(&markup.paragraph(&format!("{same} other options as in the base")));
    }
}

#[cfg(test)]
mod tests {
    use super::Markup;

    #[test]
    fn what_stands_in_a_configuration_is_not_obeyed() {
        assert_eq!(Markup::Markdown.code("a|`b`\n"), "``a\\|`b` ``");
        assert_eq!(Markup::Markdown.code("`"), "`` ` ``");
        assert_eq!(Markup::Markdown.text("<b> [x](y) a.b-c"), "\\<b\\> \\[x\\](y) a.b-c");
        assert_eq!(Markup::Html.code("<b>\"&"), "<code>&lt;b&gt;&quot;&amp;</code>");
    }
}
