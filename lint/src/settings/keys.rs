//! What can be set. The documentation, the schema and the file that `init` writes are made of this.

use crate::findings::Severity;

/// Something that can be set.
pub struct Key {
    /// What it is called.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// An example, as it would be written.
    pub example: &'static str,
}

/// What stands in place of the names of all rules.
pub const ALL_RULES: &str = "all";

/// How bad findings can be set to be, the worst first.
pub(super) const SEVERITIES: [&str; 5] =
    [Severity::Error.name(), Severity::Warning.name(), Severity::Info.name(), Severity::Hint.name(), OFF];

/// The severity of a rule that is not reported.
pub(super) const OFF: &str = "off";

/// What can be set at the top of a file.
pub const TOP: [Key; 9] = [
    Key {
        name: "select",
        about: "Report these rules only, those included that are off by default.",
        example: "select = [\"needs-mkdefault\", \"nested-specialisation\"]",
    },
    Key { name: "ignore", about: "Do not report these rules.", example: "ignore = [\"missing-tag\"]" },
    Key {
        name: "fail-on",
        about: "The least severity that makes the exit status of `check` 1.",
        example: "fail-on = \"warning\"",
    },
    Key {
        name: "entries",
        about: "Files from which systems start, besides those that are found.",
        example: "entries = [\"hosts/atlas/configuration.nix\"]",
    },
    Key {
        name: "severity",
        about: "How bad what rules find is: error, warning, info or hint. A rule that is off is not reported.",
        example: "[severity]\nneeds-reboot = \"off\"\nunknown-option = \"warning\"",
    },
    Key {
        name: "per-file-ignores",
        about: "Rules that are not reported of some files: patterns as in .gitignore, seen from this folder.",
        example: "[per-file-ignores]\n\"hosts/old/\" = [\"all\"]",
    },
    Key {
        name: "per-system-ignores",
        about: "Rules that are not reported of some systems; `*` stands for anything.",
        example: "[per-system-ignores]\n\"test-*\" = [\"missing-tag\"]",
    },
    Key {
        name: "sources",
        about: "Where options are known from, seen from this folder.",
        example: "[sources]\nnixpkgs = \"../nixpkgs\"",
    },
    Key {
        name: "alternatives",
        about: "Options that exclude each other, for `incompatible-options`.",
        example: "[[alternatives]]\noptions = [\"my.desktop.gnome.enable\", \"my.desktop.plasma.enable\"]\nreason = \"both start a session\"",
    },
];

/// What can be set under `sources`.
pub(super) const SOURCES: [Key; 3] = [
    Key { name: "nixpkgs", about: "The folder of a source of nixpkgs.", example: "nixpkgs = \"../nixpkgs\"" },
    Key {
        name: "home-manager",
        about: "The folder of a source of Home Manager.",
        example: "home-manager = \"../home-manager\"",
    },
    Key {
        name: "options",
        about: "Files with options: the manual's `options.json`, or what `speclint options build` and `options import` write.",
        example: "options = [\"options.json\"]",
    },
];

/// What can be set of each of the `alternatives`.
pub(super) const ALTERNATIVES: [Key; 3] = [
    Key {
        name: "options",
        about: "Options of which at most one may be true, or conditions such as `services.x.kind = \"a\"`.",
        example: "options = [\"my.a.enable\", \"my.b.enable\"]",
    },
    Key { name: "reason", about: "Why, in a few words.", example: "reason = \"both own the screen\"" },
    Key {
        name: "severity",
        about: "How bad it is: `error` where the build fails, else `warning`, which it is by default.",
        example: "severity = \"error\"",
    },
];
