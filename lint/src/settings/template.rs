//! The files that `speclint init` writes.

use super::keys::{ALTERNATIVES, Key, SOURCES, TOP};

const HEAD: &str = "\
# Settings of speclint, for the files below this folder: the nearest speclint.toml above a file counts.
# `speclint config` shows what is in force. All that stands here is as it would be written, and changes nothing
# before the first `#` of its line is taken away.
";

/// A file of settings in which everything is explained and nothing is set.
pub fn template() -> String {
    let mut text = HEAD.to_owned();
    for key in &TOP {
        let parts: &[Key] = match key.name {
            "sources" => &SOURCES,
            "alternatives" => &ALTERNATIVES,
            _ => &[],
        };
        text.push_str(&format!("\n# {}\n", key.about));
        if parts.is_empty() {
            text.push_str(&commented(key.example));
            continue;
        }
        let head = key.example.lines().next().unwrap_or_default();
        text.push_str(&commented(head));
        for part in parts {
            text.push_str(&format!("# # {}\n{}", part.about, commented(part.example)));
        }
    }
    text
}

fn commented(example: &str) -> String {
    example.lines().map(|line| format!("#{line}\n")).collect()
}

/// The entry for pre-commit.
pub const HOOK: &str = "  - repo: local
    hooks:
      - id: speclint
        name: speclint
        entry: speclint check
        language: system
        types: [nix]
        require_serial: true
";

/// A file for pre-commit with the entry in it: a new one, or one that there is. `None` if it has the entry already.
///
/// # Errors
///
/// Where the file is not understood.
pub fn pre_commit(existing: Option<&str>) -> Result<Option<String>, &'static str> {
    let Some(text) = existing.filter(|text| !text.trim().is_empty()) else {
        return Ok(Some(format!("repos:\n{HOOK}")));
    };
    let is_hook = |line: &str| {
        let value = line.trim_start().trim_start_matches("- ").strip_prefix("id:");
        value.is_some_and(|id| id.split('#').next().unwrap_or(id).trim().starts_with("speclint"))
    };
    if text.lines().any(is_hook) {
        return Ok(None);
    }
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<&str> = text.lines().collect();
    let key = |line: &&str| !line.starts_with([' ', '\t', '#', '-']) && !line.trim().is_empty();
    let Some(start) = lines.iter().position(|line| line.starts_with("repos:")) else {
        return Err("it has no `repos:`");
    };
    let is_empty = match lines[start]["repos:".len()..].split('#').next().unwrap_or_default().trim() {
        "" => false,
        "[]" => true,
        _ => return Err("its `repos:` are written in one line"),
    };
    let end = lines[start + 1..].iter().position(key).map_or(lines.len(), |at| start + 1 + at);
    let items = &lines[start + 1..end];
    // Blank lines and comments in front of what comes next stay with that.
    let is_content = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let used = items.iter().rposition(|line| is_content(&line)).map_or(0, |last| last + 1);
    let indent = items.iter().find(is_content).map_or(2, |first| first.len() - first.trim_start().len());
    if items.iter().find(is_content).is_some_and(|first| !first.trim_start().starts_with("- ")) {
        return Err("its `repos:` are no list");
    }
    let hook = HOOK.lines().map(|line| format!("{:indent$}{}", "", &line[2..]));
    let first = if is_empty { "repos:".to_owned() } else { lines[start].to_owned() };
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let mut new = owned(&lines[..start]);
    new.push(first);
    new.extend(owned(&items[..used]));
    new.extend(hook);
    new.extend(owned(&lines[start + 1 + used..]));
    Ok(Some(new.join(line_break) + line_break))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    /// What is written without comments.
    fn uncommented(template: &str) -> String {
        let settings = template.lines().filter(|line| !line.starts_with("# ") || line.starts_with("# # "));
        settings.map(|line| line.strip_prefix('#').unwrap_or(line)).map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn all_that_it_shows_can_be_written() {
        let template = template();
        let nothing = Settings { path: "/r/speclint.toml".to_owned(), ..Settings::default() };
        assert_eq!(Settings::read("/r/speclint.toml", &template), nothing);
        let all = Settings::read("/r/speclint.toml", &uncommented(&template));
        assert_eq!(all.problems, []);
        assert!(all.select.is_some() && all.ignore.is_some() && all.fail_on.is_some());
        assert_eq!(all.entries[0].value, "/r/hosts/atlas/configuration.nix");
        assert_eq!((all.severity.len(), all.per_file.len(), all.per_system.len()), (2, 1, 1));
        assert_eq!((all.alternatives.len(), all.options.len()), (1, 1));
        assert!(all.nixpkgs.is_some() && all.home_manager.is_some());
    }

    #[test]
    fn pre_commit_is_joined() {
        let new = format!("repos:\n{HOOK}");
        assert_eq!(pre_commit(None), Ok(Some(new.clone())));
        assert_eq!(pre_commit(Some("\n")), Ok(Some(new.clone())));
        assert_eq!(pre_commit(Some("repos: []\n")), Ok(Some(new.clone())));
        assert_eq!(pre_commit(Some(&new)), Ok(None));
        let other =
            "# Hooks.\nrepos:\n- repo: meta\n  hooks:\n  - id: identity\n\n# Later.\nfail_fast: true\n";
        let joined = pre_commit(Some(other)).expect("it is understood").expect("it is not there");
        assert_eq!(
            joined,
            "# Hooks.\nrepos:\n- repo: meta\n  hooks:\n  - id: identity\n- repo: local\n  hooks:\n    - id: speclint\n      name: speclint\n      entry: speclint check\n      language: system\n      types: [nix]\n      require_serial: true\n\n# Later.\nfail_fast: true\n"
        );
        assert_eq!(pre_commit(Some(&joined)), Ok(None));
        for wrong in ["a: b\n", "repos: [{ repo: meta }]\n", "repos:\n  a: b\n"] {
            assert!(pre_commit(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
