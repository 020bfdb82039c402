//! Which modules of a source define which options, so that no more of them is read than what a configuration asks for.
//!
//! Only options that take one value are told: what is defined of lists and sets adds up, and nothing contradicts it. As text, each
//! module is a line, and below it, one space further in, the options that it defines, whatever the conditions. `?` stands before a
//! path below which it may define anything, `>` before the numbers of the modules that declare what it defines; lines that begin
//! with `=` have an old name of an option and the new one.

use super::TypeDescription;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Which modules of a source define which options.
#[derive(Debug, Default, PartialEq)]
pub struct Definers {
    folder: String,
    modules: Vec<Module>,
    by_file: HashMap<String, u32>,
    by_option: HashMap<String, Vec<u32>>,
    /// What each module may define anything below, as the beginning of a path.
    open: Vec<(String, u32)>,
    old_names: HashMap<String, Vec<String>>,
}

#[derive(Debug, Default, PartialEq)]
struct Module {
    file: String,
    options: Vec<String>,
    /// The modules that declare the options that it defines.
    leads_to: Vec<u32>,
}

impl Definers {
    /// Whether they tell of options of a type: of those that have one value, which several definitions must agree on.
    pub fn are_of(ty: &TypeDescription) -> bool {
        use TypeDescription as D;
        match ty {
            D::Bool | D::Int | D::IntBetween { .. } | D::Float | D::Number | D::NumberBetween { .. } => true,
            D::Str | D::NonEmptyStr | D::SingleLineStr | D::StrMatching(_) | D::PasswdEntry(_) => true,
            D::Path { .. } | D::Enum(_) | D::Package => true,
            D::NullOr(inner) | D::Unique(inner) | D::Checked { base: inner, .. } => Definers::are_of(inner),
            D::Either(left, right) => Definers::are_of(left) && Definers::are_of(right),
            _ => false,
        }
    }

    /// Nothing yet, of a source whose files are below a folder.
    pub fn new(folder: &str) -> Definers {
        Definers { folder: folder.to_owned(), ..Definers::default() }
    }

    /// The folder of the source.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// A module's file: its path from the source's folder.
    pub fn file(&self, module: u32) -> &str {
        self.modules.get(module as usize).map_or("", |module| &module.file)
    }

    /// The module that is the file at a path from the source's folder.
    pub fn module(&self, file: &str) -> Option<u32> {
        self.by_file.get(file).copied()
    }

    /// The modules that may define an option, each once.
    pub fn of_option(&self, option: &str) -> Vec<u32> {
        let is_below = |prefix: &str| match option.strip_prefix(prefix) {
            Some(rest) => prefix.is_empty() || rest.is_empty() || rest.starts_with('.'),
            None => false,
        };
        let mut modules = self.by_option.get(option).cloned().unwrap_or_default();
        modules.extend(self.open.iter().filter(|(prefix, _)| is_below(prefix)).map(|(_, module)| *module));
        modules.sort_unstable();
        modules.dedup();
        modules
    }

    /// The old names of an option, what is defined by which is a definition of it.
    pub fn old_names(&self, option: &str) -> &[String] {
        self.old_names.get(option).map_or(&[], Vec::as_slice)
    }

    /// The modules that may have something to say where these have, with these: those that declare what they define, and so on.
    pub fn led_to(&self, from: impl IntoIterator<Item = u32>) -> Vec<bool> {
        let mut reached = vec![false; self.modules.len()];
        let mut open: Vec<u32> = from.into_iter().collect();
        while let Some(module) = open.pop() {
            if let Some(seen) = reached.get_mut(module as usize)
                && !std::mem::replace(seen, true)
            {
                open.extend(&self.modules[module as usize].leads_to);
            }
        }
        reached
    }

    /// The options that several modules among these define, sorted.
    pub fn contested(&self, among: &[bool]) -> Vec<&str> {
        let is_among = |module: &&u32| among.get(**module as usize).is_some_and(|is| *is);
        let options =
            self.by_option.iter().filter(|(_, modules)| modules.iter().filter(is_among).count() > 1);
        let mut options: Vec<&str> = options.map(|(option, _)| option.as_str()).collect();
        options.sort_unstable();
        options
    }

    /// The number of the module in a file, which is added.
    pub(in crate::nixos) fn add_module(&mut self, file: &str) -> u32 {
        if let Some(known) = self.by_file.get(file) {
            return *known;
        }
        let number = self.modules.len() as u32;
        self.modules.push(Module { file: file.to_owned(), ..Module::default() });
        self.by_file.insert(file.to_owned(), number);
        number
    }

    /// Adds an option that a module defines.
    pub(in crate::nixos) fn add(&mut self, module: u32, option: String) {
        let of_option = self.by_option.entry(option.clone()).or_default();
        if !of_option.contains(&module) {
            of_option.push(module);
            self.modules[module as usize].options.push(option);
        }
    }

    /// Adds that a module may define anything below a path.
    pub(in crate::nixos) fn add_open(&mut self, module: u32, prefix: String) {
        if !self.open.contains(&(prefix.clone(), module)) {
            self.open.push((prefix, module));
        }
    }

    /// Adds that a module defines what another declares.
    pub(in crate::nixos) fn add_lead(&mut self, module: u32, to: u32) {
        let leads_to = &mut self.modules[module as usize].leads_to;
        if module != to && !leads_to.contains(&to) {
            leads_to.push(to);
        }
    }

    /// Adds an old name of an option.
    pub(in crate::nixos) fn add_old_name(&mut self, old: String, new: String) {
        self.old_names.entry(new).or_default().push(old);
    }

    /// As text, which [`Definers::read`] reads.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (number, module) in (0..).zip(&self.modules) {
            text.extend([module.file.as_str(), "\n"]);
            if !module.leads_to.is_empty() {
                text.push_str(" >");
                for to in &module.leads_to {
                    let _ = write!(text, " {to}");
                }
                text.push('\n');
            }
            for option in &module.options {
                text.extend([" ", option, "\n"]);
            }
            for (prefix, _) in self.open.iter().filter(|(_, module)| *module == number) {
                text.extend([" ?", prefix, "\n"]);
            }
        }
        let mut names: Vec<_> = self.old_names.iter().collect();
        names.sort_unstable();
        for (new, old) in names.into_iter().flat_map(|(new, all)| all.iter().map(move |old| (new, old))) {
            text.extend(["= ", old, " ", new, "\n"]);
        }
        text
    }

    /// Those of a source whose files are below a folder. What is no line of them is left out.
    pub fn read(folder: &str, text: &str) -> Definers {
        let mut read = Definers::new(folder);
        let mut module = None;
        for line in text.lines() {
            if let Some(names) = line.strip_prefix("= ") {
                if let Some((old, new)) = names.split_once(' ') {
                    read.add_old_name(old.to_owned(), new.to_owned());
                }
                continue;
            }
            match (line.strip_prefix(' '), module) {
                (None, _) => module = Some(read.add_module(line)),
                (Some(defined), Some(module)) => match defined.split_at_checked(1) {
                    Some(("?", prefix)) => read.add_open(module, prefix.to_owned()),
                    Some((">", numbers)) => {
                        let numbers = numbers.split_whitespace().filter_map(|number| number.parse().ok());
                        read.modules[module as usize].leads_to = numbers.collect();
                    }
                    _ => read.add(module, defined.to_owned()),
                },
                (Some(_), None) => {}
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desktops() -> Definers {
        let mut definers = Definers::new("/nixpkgs");
        let [gnome, plasma, keys] =
            ["gnome.nix", "plasma.nix", "keys.nix"].map(|file| definers.add_module(file));
        definers.add(gnome, "keys.enable".into());
        definers.add_lead(gnome, keys);
        definers.add(plasma, "ssh.ask".into());
        definers.add(keys, "ssh.ask".into());
        definers.add_open(keys, "users.\"a b\"".into());
        definers.add_old_name("ssh.old".into(), "ssh.ask".into());
        definers
    }

    #[test]
    fn what_is_written_is_read() {
        let definers = desktops();
        assert_eq!(Definers::read("/nixpkgs", &definers.to_text()), definers);
        assert_eq!(Definers::read("/nixpkgs", " > x\n ?\nno\n> y\n"), {
            let mut read = Definers::new("/nixpkgs");
            read.add_module("no");
            read.add_module("> y");
            read
        });
    }

    #[test]
    fn who_defines_what() {
        let definers = desktops();
        let files = |option: &str| {
            let modules = definers.of_option(option);
            modules.into_iter().map(|module| definers.file(module)).collect::<Vec<_>>()
        };
        assert_eq!(files("ssh.ask"), ["plasma.nix", "keys.nix"]);
        assert_eq!(files("ssh"), [""; 0]);
        assert_eq!(files("users.\"a b\".uid"), ["keys.nix"]);
        assert_eq!(files("users.\"a b\""), ["keys.nix"]);
        assert_eq!(files("users.\"a b\"x"), [""; 0]);
        assert_eq!(definers.old_names("ssh.ask"), ["ssh.old"]);
        assert!(definers.old_names("ssh.old").is_empty());
    }

    #[test]
    fn what_may_be_contested() {
        let definers = desktops();
        let contested = |from: &[&str]| {
            let from = from.iter().filter_map(|file| definers.module(file));
            definers.contested(&definers.led_to(from))
        };
        assert_eq!(contested(&["gnome.nix", "plasma.nix"]), ["ssh.ask"]);
        assert_eq!(contested(&["gnome.nix"]), [""; 0]);
        assert_eq!(contested(&["plasma.nix", "nobody.nix"]), [""; 0]);
    }
}
