//! Types that are frequent enough to have a code in the tables' files.

/// Codes, of at most eight bytes, and the descriptions that they stand for.
pub(super) const CODES: [(&str, &str); 64] = [
    ("anything", "anything"),
    ("attrs", "attribute set"),
    ("attrs?", "null or (attribute set)"),
    ("bool", "boolean"),
    ("bool?", "null or boolean"),
    ("commas", "strings concatenated with \",\""),
    ("str|path", "string or path"),
    ("float", "floating point number"),
    ("fn[pkg]", "function that evaluates to a(n) list of package"),
    ("int", "signed integer"),
    ("int?", "null or signed integer"),
    ("int|str?", "null or string or signed integer"),
    ("json", "JSON value"),
    ("line", "(optionally newline-terminated) single-line string"),
    ("lines", "strings concatenated with \"\\n\""),
    ("lines?", "null or strings concatenated with \"\\n\""),
    ("json*", "open submodule of (JSON value)"),
    ("toml*", "open submodule of (TOML value)"),
    ("yaml*", "open submodule of (YAML value)"),
    ("path", "path"),
    ("path?", "null or path"),
    ("pkg", "package"),
    ("pkg?", "null or package"),
    ("port", "16 bit unsigned integer; between 0 and 65535 (both inclusive)"),
    ("port?", "null or 16 bit unsigned integer; between 0 and 65535 (both inclusive)"),
    ("pos", "positive integer, meaning >0"),
    ("pos?", "null or (positive integer, meaning >0)"),
    ("readonly", "none"),
    ("str", "string"),
    ("str+", "non-empty string"),
    ("str?", "null or string"),
    ("str|strs", "string or list of string"),
    ("sub", "submodule"),
    ("sub?", "null or (submodule)"),
    ("toml", "TOML value"),
    ("uint", "unsigned integer, meaning >=0"),
    ("uint?", "null or (unsigned integer, meaning >=0)"),
    ("unit[]", "list of (systemd option)"),
    ("unit{}", "attribute set of (systemd option)"),
    (
        "units",
        "list of string matching the pattern [a-zA-Z0-9@%:_.\\-]+[.](service|socket|device|mount|automount|swap|target|path|timer|scope|slice)",
    ),
    ("unspec", "unspecified value"),
    ("words", "strings concatenated with \" \""),
    ("yaml", "YAML value"),
    ("[attrs]", "list of (attribute set)"),
    ("[int]", "list of signed integer"),
    ("[path]", "list of path"),
    ("[pkg]", "list of package"),
    ("[port]", "list of 16 bit unsigned integer; between 0 and 65535 (both inclusive)"),
    ("[str]", "list of string"),
    ("[str]?", "null or (list of string)"),
    ("[sub]", "list of (submodule)"),
    ("[sub]?", "null or (list of (submodule))"),
    ("[yaml]", "list of (YAML value)"),
    ("{any}", "attribute set of anything"),
    ("{bool}", "attribute set of boolean"),
    ("{json}", "attribute set of (JSON value)"),
    ("{lines}", "attribute set of strings concatenated with \"\\n\""),
    ("{path}", "attribute set of path"),
    ("{pkg}", "attribute set of package"),
    ("{str?}", "attribute set of (null or string)"),
    ("{str}", "attribute set of string"),
    ("{sub}", "attribute set of (submodule)"),
    ("{yaml}", "attribute set of (YAML value)"),
    ("{{str}}", "attribute set of attribute set of string"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_tells_codes_by_their_first_eight_bytes() {
        assert!(CODES.iter().all(|(code, _)| code.len() <= 8 && !code.contains(' ')));
    }
}
