//! Descriptions that stand for themselves: those of the plain types, and those that modules of NixOS and Home
//! Manager gave to types which they composed, so that the parts no longer show.

use super::TypeDescription;
use super::show::Class;
use smol_str::SmolStr;
use std::ops::Bound;

/// The types of `lib/types.nix` whose description is fixed.
fn plain(name: &str) -> Option<TypeDescription> {
    use TypeDescription::*;
    let path = |absolute, in_store| Path { absolute, in_store };
    Some(match name {
        "boolean" => Bool,
        "boolean (merged using or)" => BoolByOr,
        "signed integer" => Int,
        "unsigned integer, meaning >=0" => IntBetween { lowest: 0, highest: i64::MAX },
        "positive integer, meaning >0" => IntBetween { lowest: 1, highest: i64::MAX },
        "floating point number" => Float,
        "nonnegative integer or floating point number, meaning >=0" => {
            NumberBetween { lowest: Bound::Included(0.0), highest: Bound::Unbounded }
        }
        "positive integer or floating point number, meaning >0" => {
            NumberBetween { lowest: Bound::Excluded(0.0), highest: Bound::Unbounded }
        }
        "string" => Str,
        "non-empty string" => NonEmptyStr,
        "(optionally newline-terminated) single-line string" => SingleLineStr,
        "path" => path(None, None),
        "absolute path" => path(Some(true), None),
        "relative path" => path(Some(false), None),
        "path in the Nix store" => path(None, Some(true)),
        "absolute path in the Nix store" => path(Some(true), Some(true)),
        "path not in the Nix store" => path(None, Some(false)),
        "absolute path not in the Nix store" => path(Some(true), Some(false)),
        "relative path not in the Nix store" => path(Some(false), Some(false)),
        "package" => Package,
        "Nixpkgs package set" => PackageSet,
        "attribute set" => Attrs,
        "submodule" => Submodule,
        "anything" => Anything,
        "unspecified value" => Unspecified,
        "raw value" => Raw,
        "optionType" => OptionType,
        "option declaration" => OptionDeclaration,
        "fileset" => Fileset,
        "inline lua" => LuaInline,
        "module" => DeferredModule,
        // Not of lib, but with a merging of their own (nixos/lib/systemd-unit-options.nix, misc/nixpkgs.nix).
        "systemd option" => SystemdOption,
        "nixpkgs config" => NixpkgsConfig,
        _ => return None,
    })
}

/// Formats of settings whose values are those of [`TypeDescription::Serializable`], and whether `null` is one.
/// nixpkgs: pkgs/pkgs-lib/formats.nix and formats/; Home Manager: the module of the program.
const FORMATS: [(&str, bool); 19] = [
    ("JSON", true),
    ("YAML", true),
    ("YAML 1.1", true),
    ("YAML 1.2", true),
    ("XML", true),
    ("CDN", true),
    ("Python", true),
    ("PHP", true),
    ("Elixir", true),
    ("HOCON", true),
    ("lua", true),
    ("TOML", false),
    ("libconfig", false),
    ("Hyprland configuration", true),
    ("Hypridle configuration", true),
    ("Hyprlock configuration", true),
    ("Hyprpaper configuration", true),
    ("River configuration", true),
    ("Recoll config", true),
];

/// Descriptions given to a composed type, and the type in the words that lib would have used.
const COMPOSED: [(&str, &str); 16] = [
    // pkgs/pkgs-lib/formats.nix: ini, keyValue
    (
        "INI atom (null, bool, int, float or string)",
        "null or boolean or signed integer or floating point number or string",
    ),
    (
        "atom (null, bool, int, float or string)",
        "null or boolean or signed integer or floating point number or string",
    ),
    (
        "atom (null, bool, int, float or string) or a list of them for duplicate keys",
        "(list of (atom (null, bool, int, float or string))) or (atom (null, bool, int, float or string)) convertible to it",
    ),
    (
        "atom (null, bool, int, float or string) or a non-empty list of them",
        "(non-empty (list of (atom (null, bool, int, float or string)))) or (atom (null, bool, int, float or string)) convertible to it",
    ),
    // pkgs/pkgs-lib/formats/java-properties
    (
        "string, package, bool, int or float",
        "(string or package convertible to it) or (string or boolean convertible to it) or (string or signed integer convertible to it) or (string or floating point number convertible to it)",
    ),
    // nixos/modules/config/sysctl.nix merges with `mergeOneOption`
    ("sysctl option value", "a single definition of (null or boolean or string or signed integer)"),
    // nixos/modules/config/nix.nix
    (
        "Nix config atom (null, bool, int, float, str, path or package)",
        "null or boolean or signed integer or floating point number or string or path or package",
    ),
    // nixos/modules/services/networking/mosquitto.nix
    ("string, path, bool, or integer", "string or path or boolean or signed integer"),
    // nixos/modules/services/backup/sanoid.nix
    (
        "dataset/template options",
        "attribute set of (null or string or signed integer or boolean or list of string)",
    ),
    // tor.nix, biboumi.nix: what the attributes may be differs
    ("settings option", "attribute set of (value of a setting)"),
    // nixos/modules/misc/nixpkgs.nix
    ("An evaluation of Nixpkgs; the top level attribute set of packages", "Nixpkgs package set"),
    // Home Manager: programs/aerc.nix, services/window-managers/sway (swaynag), programs/firefox, thunderbird.nix
    (
        "values (null, bool, int, string, or float) or a list of values, that will be joined with a comma",
        "null or string or signed integer or boolean or floating point number or list of (null or string or signed integer or boolean or floating point number)",
    ),
    (
        "Swaynag config atom (null, bool, int, float, str)",
        "null or boolean or signed integer or floating point number or string",
    ),
    ("‹name› preference (int, bool, string, and also attrs, list, float as a JSON string)", "JSON value"),
    ("Firefox preference (int, bool, string, and also attrs, list, float as a JSON string)", "JSON value"),
    (
        "Thunderbird preference (int, bool, string, and also attrs, list, float as a JSON string)",
        "attribute set of (JSON value)",
    ),
];

/// Descriptions of a plain type with a further test, and that type.
const CHECKED: [(&str, &str); 18] = [
    // nixos/modules: system/boot/kernel.nix, config/locale.nix, security/wrappers, security/dhparams.nix,
    // virtualisation/xen-dom0.nix, hardware/printers.nix, services/games/minecraft-server.nix,
    // services/networking/syncthing.nix, services/misc/evremap.nix
    ("string, with spaces inside double quotes", "string"),
    ("string without spaces", "string"),
    ("file mode string", "string"),
    ("integer of at least 16 bits", "signed integer"),
    ("nonzero signed integer, meaning !=0", "signed integer"),
    ("printable string without spaces, # and /", "string"),
    ("Minecraft UUID", "string"),
    ("string starting with / or ~/", "string"),
    ("key ID prefixed with KEY_", "string"),
    ("key ID prefixed with BTN_ or KEY_", "string"),
    // services/networking/mosquitto.nix
    ("single-line string", "string"),
    // nixos/modules: services/display-managers, services/networking/networkmanager.nix,
    // services/home-automation/home-assistant.nix, i18n/input-method/ibus.nix
    ("package with provided sessions", "package"),
    ("NetworkManager plug-in", "package"),
    ("package that is a Home Assistant component", "package"),
    ("ibus-engine", "package"),
    // Home Manager: misc/pam.nix, services/unison.nix, services/gromit-mpx.nix
    ("string of length 12", "string"),
    ("list of string of length 2", "list of string"),
    ("float between 0.0 and 1.0 (inclusive)", "floating point number"),
];

/// Nouns that occur beside "or" and say no more than themselves.
const OPAQUE: [&str; 3] = [
    // In some releases an atom is made a list of one, in others it stays an atom.
    "INI atom (null, bool, int, float or string) or a list of them for duplicate keys",
    "INI atom (null, bool, int, float or string) or a non-empty list of them",
    "secret value",
];

/// No fixed description is longer (in bytes).
const LONGEST: usize = 120;

/// A fixed description at the beginning of `text`: the longest after which a phrase can end.
pub(super) fn fixed(text: &str, ends_phrase: fn(&str) -> bool) -> Option<(TypeDescription, Class, &str)> {
    let stops = text.match_indices([' ', ',']).map(|(at, _)| at).take_while(|&at| at <= LONGEST);
    let end = stops
        .chain((text.len() <= LONGEST).then_some(text.len()))
        .filter(|&end| ends_phrase(&text[end..]) && is_known(&text[..end]))
        .max()?;
    let name = &text[..end];
    let found = plain(name).or_else(|| named(name))?;
    let class = found.class();
    Some((found, class, &text[end..]))
}

/// Whether the first words of `text` are a fixed description.
pub(super) fn begins(text: &str) -> bool {
    text.match_indices(' ').take_while(|(at, _)| *at <= LONGEST).any(|(at, _)| is_known(&text[..at]))
}

fn is_known(name: &str) -> bool {
    plain(name).is_some() || named(name).is_some()
}

fn named(name: &str) -> Option<TypeDescription> {
    if let Some(format) = name.strip_suffix(" value")
        && let Some(&(format, nullable)) = FORMATS.iter().find(|(known, _)| *known == format)
    {
        return Some(TypeDescription::Serializable { name: SmolStr::new_static(format), nullable });
    }
    if let Some((_, meaning)) = COMPOSED.iter().find(|(known, _)| *known == name) {
        return Some(TypeDescription::parse(meaning));
    }
    if let Some((check, base)) = CHECKED.iter().find(|(known, _)| *known == name) {
        let base = Box::new(TypeDescription::parse(base));
        return Some(TypeDescription::Checked { base, check: SmolStr::new_static(check) });
    }
    OPAQUE
        .iter()
        .find(|known| **known == name)
        .map(|name| TypeDescription::Unknown(SmolStr::new_static(name)))
}

/// The descriptions of [`COMPOSED`], and the words that lib would have used.
#[cfg(test)]
pub(super) fn composed() -> &'static [(&'static str, &'static str)] {
    &COMPOSED
}
