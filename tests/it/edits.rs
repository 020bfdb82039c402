//! After an edit only what it has a part in is evaluated again. What is then known is what a new analysis of the same texts says.
//! Builds with debug assertions also compare every option of the models, with all that is remembered of it.

use crate::support::case::{Case, cases, rule_cases, short};
use crate::support::json;
use rayon::prelude::*;
use speclint_lint::analysis::Analysis;
use std::collections::BTreeMap;

/// A sequence of numbers that looks random and is always the same.
struct Numbers(u64);

impl Numbers {
    fn new(seed: &str) -> Self {
        let seed = seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Numbers(seed | 1)
    }

    /// One below `end`.
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// One of several.
    fn of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        (!all.is_empty()).then(|| &all[self.below(all.len())])
    }
}

/// What somebody may do next to a text.
fn edit(text: &str, numbers: &mut Numbers) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let settings: Vec<usize> =
        (0..lines.len()).filter(|i| lines[*i].contains(" = ") && lines[*i].ends_with(';')).collect();
    let replaced = |line: usize, new: &str| {
        let mut lines = lines.clone();
        lines[line] = new;
        lines.join("\n") + "\n"
    };
    let setting = numbers.of(&settings).copied();
    match (numbers.below(13), setting) {
        // Another value, of the same length or not.
        (0 | 1, Some(i)) => {
            let pairs = [("true", "false"), ("false", "true"), ("\"", "\"x"), (" 1", " 2"), ("[", "[ 7")];
            let (old, new) = pairs[numbers.below(pairs.len())];
            replaced(i, &lines[i].replacen(old, new, 1))
        }
        // A line less.
        (2, Some(i)) => replaced(i, ""),
        // The same setting with another priority.
        (3, Some(i)) => {
            let new = lines[i].replacen(" = ", " = lib.mkForce (", 1).replacen(';', ");", 1);
            replaced(i, &new)
        }
        // A setting from elsewhere in the file once more, below.
        (4, Some(i)) => {
            let line = lines[numbers.of(&settings).copied().unwrap_or(i)];
            replaced(i, &format!("{}\n{}", lines[i], line.replacen("true", "false", 1)))
        }
        // A comment above everything, so that all of it stands elsewhere.
        (5, _) => format!("# A comment.\n{text}"),
        // Another name.
        (6, Some(i)) => replaced(i, &lines[i].replacen(" = ", "Other = ", 1)),
        // A line further down.
        (7, Some(i)) => replaced(i, &format!("\n{}", lines[i])),
        // Two lines change places.
        (8, Some(i)) => {
            let j = numbers.of(&settings).copied().unwrap_or(i);
            let mut lines = lines.clone();
            lines.swap(i, j);
            lines.join("\n") + "\n"
        }
        // Something more is imported.
        (9 | 10, Some(i)) => {
            let module = MODULES[numbers.below(MODULES.len())];
            match lines.iter().position(|line| line.contains("imports = [") && line.ends_with("];")) {
                Some(imports) => {
                    replaced(imports, &lines[imports].replacen("];", &format!("{module} ];"), 1))
                }
                None => replaced(i, &format!("imports = [ {module} ];\n{}", lines[i])),
            }
        }
        // A line that is not finished.
        (11 | 12, Some(i)) => {
            let end = numbers.below(lines[i].len());
            replaced(i, lines[i].get(..end).unwrap_or_default())
        }
        _ => text.replacen("  ", "   ", 1),
    }
}

/// Modules that may be imported anywhere: what they say of specialisations, of options, and of other modules.
const MODULES: [&str; 8] = [
    "{ services.openssh.enable = true; }",
    "({ lib, ... }: { options.specialisation = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule ({ name, ... }: { configuration.system.nixos.tags = [ name ]; })); }; })",
    "({ lib, ... }: { options.specialisation = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule { inheritParentConfig = false; }); }; })",
    "({ lib, ... }: { options.specialisation = lib.mkOption { type = lib.types.attrsOf (lib.types.submodule ({ config, ... }: { options.theme = lib.mkOption { default = 1; }; config.configuration.environment.etc.theme.text = toString config.theme; })); }; })",
    "({ lib, ... }: { options.theme = lib.mkOption { default = 1; }; })",
    "{ specialisation.added.configuration = { services.openssh.enable = false; }; }",
    "({ config, lib, ... }: { config = lib.mkIf (config.specialisation != { }) { networking.hostName = \"base\"; }; })",
    "{ imports = [ { _module.args.more = 1; } ]; boot.kernelParams = [ \"quiet\" ]; }",
];

/// What is known of a configuration.
fn known(analysis: &Analysis) -> (String, String) {
    let findings = analysis.unmended();
    (json::shown(analysis).to_string(), json::checked(analysis, &findings).to_string())
}

/// Makes this many edits in a row and looks after each.
fn follow(case: &Case, edits: usize) {
    let mut numbers = Numbers::new(&case.name);
    let mut analysis = case.analysis();
    known(&analysis);
    let mut texts = BTreeMap::new();
    // What NixOS' own source declares is read once.
    let is_own =
        |path: &&String| path.ends_with(".nix") && !path.contains("/nixpkgs/") && !path.contains("/store/");
    let files: Vec<&String> = case.files.keys().filter(is_own).collect();
    for i in 0..edits {
        let Some(path) = numbers.of(&files) else { return };
        let old = texts.get(*path).unwrap_or(&case.files[*path]).clone();
        // Now and then an edit is taken back.
        let new = if i % 4 == 3 { case.files[*path].clone() } else { edit(&old, &mut numbers) };
        analysis.database().set_text(path, &new);
        texts.insert((*path).clone(), new);
        let (followed, fresh) = (known(&analysis), known(&case.edited(&texts).analysis()));
        let text = &texts[*path];
        assert_eq!(followed, fresh, "{} after edit {i} of {}:\n{text}", case.name, short(path));
    }
}

#[test]
fn after_edits_all_is_as_if_it_was_read_anew() {
    let folders = ["oracle", "traps", "patterns", "pitfalls", "partial", "repositories"];
    let all: Vec<Case> = folders.iter().flat_map(|folder| cases(folder)).chain(rule_cases()).collect();
    all.par_iter().for_each(|case| follow(case, edits()));
}

/// Edits of single files, one after the other, of a configuration whose text has sections.
fn edited_in_turn(text: &str, edits: &[(&str, &str, &str)]) {
    let case = Case::parse("in turn", text);
    let mut analysis = case.analysis();
    known(&analysis);
    let mut texts = BTreeMap::new();
    for (file, old, new) in edits {
        let path = format!("/case/{file}");
        let before = texts.get(&path).unwrap_or(&case.files[&path]).clone();
        assert!(before.contains(old), "`{old}` is in {file}");
        let after = before.replacen(old, new, 1);
        analysis.database().set_text(&path, &after);
        texts.insert(path, after.clone());
        assert_eq!(known(&analysis), known(&case.edited(&texts).analysis()), "{file}:\n{after}");
    }
}

#[test]
fn a_list_of_modules_elsewhere_is_followed() {
    let text = "#- configuration.nix
{ imports = import ./modules.nix; specialisation.tv.configuration = { imports = import ./own.nix; }; }
#- modules.nix
[ { services.openssh.enable = true; } { networking.hostName = \"a\"; } ]
#- own.nix
[ { services.printing.enable = true; } { networking.domain = \"a\"; } ]
";
    edited_in_turn(
        text,
        &[
            ("modules.nix", "true", "false"),
            ("modules.nix", "[", "[ { networking.domain = \"b\"; }"),
            ("own.nix", "true", "false"),
            ("own.nix", "[", "[ { time.timeZone = \"UTC\"; }"),
            ("own.nix", "networking.domain = \"a\"", "services.openssh.enable = true"),
        ],
    );
}

#[test]
fn homes_stay_where_something_else_is_edited() {
    let text = "#- flake.nix
{
  outputs = { nixpkgs, home-manager, ... }: {
    nixosConfigurations.wren = nixpkgs.lib.nixosSystem {
      modules = [ home-manager.nixosModules.home-manager ./host.nix ./users.nix ];
    };
  };
}
#- host.nix
{ networking.hostName = \"a\"; }
#- users.nix
{ home-manager.users.ann = ./ann.nix; }
#- ann.nix
{ config, lib, ... }: { programs.zsh.enable = lib.mkIf (config.specialisation != { }) true; }
";
    edited_in_turn(
        text,
        &[("host.nix", "{", "# A comment.\n{"), ("ann.nix", "true", "false"), ("host.nix", "\"a\"", "\"b\"")],
    );
}

#[test]
fn modules_that_come_later_change_what_they_say_something_of() {
    let text = "#- configuration.nix
{ config, lib, ... }: {
  imports = [ ./more.nix ];
  services.openssh.enable = true;
  specialisation.tv = { config, ... }: { configuration = { networking.domain = toString (config.theme or 2); }; };
  specialisation.gaming.configuration = {
    imports = [ { services.printing.enable = true; } ];
    networking.hostName = if config.specialisation == { } then \"child\" else \"base\";
  };
}
#- more.nix
{ lib, ... }: { networking.hostName = lib.mkDefault \"more\"; }
";
    let imported = |i: usize| format!("./more.nix {}", MODULES[i]);
    for i in 0..MODULES.len() {
        let more = imported(i);
        edited_in_turn(
            text,
            &[
                ("configuration.nix", "./more.nix", &more),
                (
                    "configuration.nix",
                    "  services.openssh.enable = true",
                    "  services.openssh.enable = false",
                ),
                ("configuration.nix", "printing.enable = true", "printing.enable = false"),
                ("more.nix", "networking", "imports = [ { time.timeZone = \"UTC\"; } ]; networking"),
                (
                    "configuration.nix",
                    "gaming.configuration = {",
                    "gaming.configuration = { services.fwupd.enable = true;",
                ),
                (
                    "configuration.nix",
                    "imports = [ { services",
                    "imports = [ { services.pipewire.enable = true; } { services",
                ),
                ("configuration.nix", &more, "./more.nix"),
            ],
        );
    }
}

/// How many edits are made in each configuration.
fn edits() -> usize {
    let asked = std::env::var("SPECLINT_EDITS").ok();
    asked.and_then(|edits| edits.parse().ok()).unwrap_or(4)
}
