//! The names that Nix binds around every file.

/// Whether Nix binds this name in its global scope, around the file. What is not bound there by its own name
/// is bound with `__` before it, as `__add` is for `builtins.add`.
pub(super) fn is_global(name: &str) -> bool {
    match name.strip_prefix("__") {
        Some(name) => PREFIXED.binary_search(&name).is_ok(),
        None => PLAIN.binary_search(&name).is_ok(),
    }
}

/// The names of the global scope without a prefix. Sorted.
const PLAIN: &[&str] = &[
    "abort",
    "baseNameOf",
    "break",
    "builtins",
    "derivation",
    "derivationStrict",
    "dirOf",
    "false",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fromTOML",
    "import",
    "isNull",
    "map",
    "null",
    "placeholder",
    "removeAttrs",
    "scopedImport",
    "throw",
    "toString",
    "true",
];

/// The builtins that are in the global scope with `__` before their name, of all versions of Nix. Sorted.
const PREFIXED: &[&str] = &[
    "add",
    "addDrvOutputDependencies",
    "addErrorContext",
    "all",
    "any",
    "appendContext",
    "attrNames",
    "attrValues",
    "bitAnd",
    "bitOr",
    "bitXor",
    "catAttrs",
    "ceil",
    "compareVersions",
    "concatLists",
    "concatMap",
    "concatStringsSep",
    "convertHash",
    "currentSystem",
    "currentTime",
    "deepSeq",
    "div",
    "elem",
    "elemAt",
    "exec",
    "fetchClosure",
    "fetchurl",
    "filter",
    "filterAttrs",
    "filterSource",
    "findFile",
    "flakeRefToString",
    "floor",
    "foldl'",
    "fromJSON",
    "functionArgs",
    "genList",
    "genericClosure",
    "getAttr",
    "getContext",
    "getEnv",
    "getFlake",
    "groupBy",
    "hasAttr",
    "hasContext",
    "hashFile",
    "hashString",
    "head",
    "importNative",
    "intersectAttrs",
    "isAttrs",
    "isBool",
    "isFloat",
    "isFunction",
    "isInt",
    "isList",
    "isPath",
    "isString",
    "langVersion",
    "length",
    "lessThan",
    "listToAttrs",
    "mapAttrs",
    "match",
    "mul",
    "nixPath",
    "nixVersion",
    "outputOf",
    "parseDrvName",
    "parseFlakeRef",
    "partition",
    "path",
    "pathExists",
    "readDir",
    "readFile",
    "readFileType",
    "replaceStrings",
    "seq",
    "sort",
    "split",
    "splitVersion",
    "storeDir",
    "storePath",
    "stringLength",
    "sub",
    "substring",
    "tail",
    "toFile",
    "toJSON",
    "toPath",
    "toXML",
    "trace",
    "traceVerbose",
    "tryEval",
    "typeOf",
    "unsafeDiscardOutputDependency",
    "unsafeDiscardStringContext",
    "unsafeGetAttrPos",
    "warn",
    "zipAttrsWith",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(PLAIN.is_sorted());
        assert!(PREFIXED.is_sorted());
    }

    #[test]
    fn names_are_global_with_or_without_prefix_but_not_both() {
        for (name, expected) in [
            ("true", true),
            ("builtins", true),
            ("map", true),
            ("__map", false),
            ("__add", true),
            ("add", false),
            ("__currentSystem", true),
            ("__findFile", true),
            ("__foldl'", true),
            ("lib", false),
            ("__unheardOf", false),
        ] {
            assert_eq!(is_global(name), expected, "{name}");
        }
    }
}
