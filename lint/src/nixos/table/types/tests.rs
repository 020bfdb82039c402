//! That descriptions are read rightly: each by itself, all of both tables, and as the inverse of how they are worded.

use super::*;
use crate::nixos::table::OptionTable;
use expect_test::{Expect, expect};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[track_caller]
fn check(description: &str, expected: Expect) {
    expected.assert_eq(&format!("{:?}", TypeDescription::parse(description)));
}

#[test]
fn plain_types() {
    check("boolean", expect!["Bool"]);
    check("strings concatenated with “\\n”", expect![[r#"SeparatedString("\n")"#]]);
    check(r#"strings concatenated with " ""#, expect![[r#"SeparatedString(" ")"#]]);
    check("(optionally newline-terminated) single-line string", expect!["SingleLineStr"]);
    check("path in the Nix store", expect!["Path { absolute: None, in_store: Some(true) }"]);
    check("value “tls” (singular enum)", expect![[r#"Enum([Str("tls")])"#]]);
    check(
        "one of <null>, true, 2, “a, or b”, <float>",
        expect![[r#"Enum([Null, Bool(true), Int(2), Str("a, or b"), Hidden("float")])"#]],
    );
    check("attribute-tagged union with choices: a, \"b c\"", expect![[r#"AttrTag(Some(["a", "b c"]))"#]]);
}

#[test]
fn numbers_within_bounds() {
    check("unsigned integer, meaning >=0", expect!["IntBetween { lowest: 0, highest: 9223372036854775807 }"]);
    check(
        "16 bit unsigned integer; between 0 and 65535 (both inclusive)",
        expect!["IntBetween { lowest: 0, highest: 65535 }"],
    );
    check("integer between -20 and 19 (both inclusive)", expect!["IntBetween { lowest: -20, highest: 19 }"]);
    check(
        "integer or floating point number between 0.01 and 1 (both inclusive)",
        expect!["NumberBetween { lowest: Included(0.01), highest: Included(1.0) }"],
    );
    check(
        "positive integer or floating point number, meaning >0",
        expect!["NumberBetween { lowest: Excluded(0.0), highest: Unbounded }"],
    );
    check("signed integer or floating point number", expect!["Number"]);
}

#[test]
fn or_binds_less_than_of_and_more_than_null() {
    check("null or string or signed integer", expect!["NullOr(Either(Str, Int))"]);
    check("string or null or signed integer", expect!["Either(Str, NullOr(Int))"]);
    check("null or (list of string)", expect!["NullOr(ListOf { elem: Str, non_empty: false })"]);
    check("list of string or boolean", expect!["Either(ListOf { elem: Str, non_empty: false }, Bool)"]);
    check("list of (string or boolean)", expect!["ListOf { elem: Either(Str, Bool), non_empty: false }"]);
    check(
        "boolean or string or list of string",
        expect!["Either(Either(Bool, Str), ListOf { elem: Str, non_empty: false })"],
    );
    check(
        "string or (list of string) or boolean",
        expect!["Either(Str, Either(ListOf { elem: Str, non_empty: false }, Bool))"],
    );
    check(
        "one of “a”, “b” or list of string",
        expect![[r#"Either(Enum([Str("a"), Str("b")]), ListOf { elem: Str, non_empty: false })"#]],
    );
}

#[test]
fn phrases_with_a_comma() {
    check(
        "unsigned integer, meaning >=0, or string",
        expect!["Either(IntBetween { lowest: 0, highest: 9223372036854775807 }, Str)"],
    );
    check(
        "string or (positive integer, meaning >0)",
        expect!["Either(Str, IntBetween { lowest: 1, highest: 9223372036854775807 })"],
    );
    check("null or (string, not containing newlines or colons)", expect!["NullOr(PasswdEntry(Str))"]);
    check(
        "(string or package), not containing newlines or colons",
        expect!["PasswdEntry(Either(Str, Package))"],
    );
}

#[test]
fn coercions() {
    check(
        "(attribute set of boolean) or (list of string) convertible to it",
        expect![
            "CoercedTo { to: AttrsOf { elem: Bool, lazy: false }, from: ListOf { elem: Str, non_empty: false } }"
        ],
    );
    check(
        "null or ((submodule) or string convertible to it)",
        expect!["NullOr(CoercedTo { to: Submodule, from: Str })"],
    );
    // Three alternatives cannot be a coercion: the words are not understood.
    check(
        "string or path or package convertible to it",
        expect![[r#"Unknown("string or path or package convertible to it")"#]],
    );
}

#[test]
fn patterns_end_where_another_type_begins() {
    check("string matching the pattern a or b", expect![[r#"StrMatching("a or b")"#]]);
    check(
        "string matching the pattern .*://.*$ or non-empty (list of string matching the pattern .*://.*$)",
        expect![[
            r#"Either(StrMatching(".*://.*$"), ListOf { elem: StrMatching(".*://.*$"), non_empty: true })"#
        ]],
    );
    check(
        "null or string matching the pattern ([[:digit:]]+ .*)|always",
        expect![[r#"NullOr(StrMatching("([[:digit:]]+ .*)|always"))"#]],
    );
}

#[test]
fn sets() {
    check("attribute set of (attribute set)", expect!["AttrsOf { elem: Attrs, lazy: false }"]);
    check("lazy attribute set of (null or boolean)", expect!["AttrsOf { elem: NullOr(Bool), lazy: true }"]);
    check(
        "open submodule of attribute set of (systemd option)",
        expect!["OpenSubmodule(AttrsOf { elem: SystemdOption, lazy: false })"],
    );
    check(
        "null or (open submodule of (JSON value))",
        expect![[r#"NullOr(OpenSubmodule(Serializable { name: "JSON", nullable: true }))"#]],
    );
    check(
        "section of an INI file (attrs of INI atom (null, bool, int, float or string))",
        expect!["AttrsOf { elem: NullOr(Either(Either(Either(Bool, Int), Float), Str)), lazy: false }"],
    );
    check("attribute list of string", expect!["AttrListOf(Str)"]);
    check("DAG of string", expect![[r#"AttrsOf { elem: Unknown("DAG entry of string"), lazy: false }"#]]);
}

#[test]
fn what_is_not_understood_stays_unknown() {
    check("", expect![[r#"Unknown("")"#]]);
    check("null or ", expect![[r#"Unknown("null or")"#]]);
    check("a thing", expect![[r#"Unknown("a thing")"#]]);
    check("string or a thing", expect![[r#"Unknown("string or a thing")"#]]);
    check("string or (a thing)", expect![[r#"Either(Str, Unknown("a thing"))"#]]);
    check("null or a thing or another", expect![[r#"NullOr(Unknown("a thing or another"))"#]]);
    check("list of things", expect![[r#"ListOf { elem: Unknown("things"), non_empty: false }"#]]);
    // This may describe the list as well as its elements.
    check("list of string of length 7", expect![[r#"Unknown("list of string of length 7")"#]]);
    check("list of things or others", expect![[r#"Unknown("list of things or others")"#]]);
}

#[test]
fn absurd_descriptions_do_no_harm() {
    for piece in [
        "list of ",
        "null or ",
        "(",
        "string or ",
        "non-empty (list of ",
        "one of “",
        "string matching the pattern a or ",
    ] {
        let text = piece.repeat(20_000);
        let parsed = TypeDescription::parse(&text);
        assert!(parsed.has_unknown() || piece.starts_with("string matching"), "{piece}");
    }
    let (opening, closing) = ("string or (list of (null or (", ")) or string) or string");
    let _ = TypeDescription::parse(&format!("{}path{}", opening.repeat(5_000), closing.repeat(5_000)));
    let _ = TypeDescription::parse(&format!("{}path{}", opening.repeat(9), closing.repeat(9)));
}

/// Every description in words of both tables, and how many options have it.
fn descriptions() -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for table in [OptionTable::nixos(), OptionTable::home_manager()] {
        let all = table.options().filter_map(|option| option.description());
        for description in all.filter(|description| TypeDescription::of_json(description).is_none()) {
            *counts.entry(description).or_default() += 1;
        }
    }
    counts
}

/// The description with what modules named themselves in the words that lib would have used.
fn in_plain_words(description: &str) -> String {
    const ATOM: &str = "INI atom (null, bool, int, float or string)";
    let mut plain = description
        .replace(&format!("section of an INI file (attrs of {ATOM})"), &format!("attribute set of ({ATOM})"));
    let mut composed = known::composed().to_vec();
    composed.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for _ in 0..2 {
        for (name, meaning) in &composed {
            let meaning = meaning
                .strip_prefix("a single definition of (")
                .map_or(*meaning, |rest| &rest[..rest.len() - 1]);
            plain = plain.replace(name, meaning);
        }
    }
    unsized_integers(&plain)
}

/// That an integer has so many bits says no more than its bounds.
fn unsized_integers(description: &str) -> String {
    let mut plain = description.to_owned();
    for bits in [8, 16, 32] {
        plain = plain.replace(&format!("{bits} bit unsigned integer; between"), "integer between");
        plain = plain.replace(&format!("{bits} bit signed integer; between"), "integer between");
    }
    plain
}

#[test]
fn every_description_that_is_understood_is_worded_back() {
    for description in descriptions().into_keys() {
        let parsed = TypeDescription::parse(description);
        if !parsed.has_unknown() {
            assert_eq!(unsized_integers(&parsed.to_string()), in_plain_words(description));
        }
    }
}

#[test]
fn descriptions_that_are_not_understood() {
    let mut shown = String::new();
    let mut options = 0;
    for (description, count) in descriptions() {
        if TypeDescription::parse(description).has_unknown() {
            options += count;
            let cut: String = description.chars().take(110).collect();
            shown += &format!("{count:3} {cut}{}\n", if cut == description { "" } else { "…" });
        }
    }
    let all: usize = descriptions().values().sum();
    shown += &format!("{options} of {all} options\n");
    expect![[r#"
          1 (elixir tuple) or (raw elixir)
          2 (list of ((bookmark submodule) or (directory submodule))) or (attribute set of ((bookmark submodule) or (direc…
          1 16 bit unsigned integer; between 0 and 65535 (both inclusive) or (raw elixir)
          1 An overlay function, takes self and super and returns an attribute set overriding the desired attributes.
          1 Function that takes an attribute set and returns a list containing a selection of the values of the input set
          1 Go duration (https://golang.org/pkg/time/#ParseDuration)
          1 IPv4 or IPv6 address
          2 Json value or lambda
          1 Network prefix in CIDR notation
          1 Toplevel NixOS config
          1 Traffic Server records value
          1 `coolwsd.xml` configuration type, used to override values in the default configuration.
          1 `the configuration` is not at hand
          1 absolute path or IPv4 or IPv6 address
          1 attribute set of ((GVariant value) or attribute set of (GVariant value))
          1 attribute set of ((LDAP value - either a string, or an attrset containing `path` or `base64` for included valu…
          1 attribute set of (DAG entry of string)
          3 attribute set of (DAG entry of submodule)
          1 attribute set of (`nixpkgs` needs nixpkgs)
          2 attribute set of (atom (bool, int or string) or a list of them for duplicate keys)
          2 attribute set of (how INI atom (null, bool, int, float or string) and lists of them merge)
          1 attribute set of (null or (Nushell inline value) or boolean or signed integer or floating point number or stri…
          1 attribute set of (open submodule of attribute set of ((list of (string without line breaks or quotes)) or bool…
          2 attribute set of (open submodule of attribute set of (INI atom (null, bool, int, float or string) or a list of…
          1 attribute set of (znc values (null, atoms (str, int, bool), list of atoms, or attrsets of znc values))
          1 attribute set of attribute set of (DAG entry of attribute set of (INI atom (null, int, bool, string, or float)…
          1 attribute set of attribute set of (GVariant value)
          2 attribute set of attribute set of (INI atom (null, bool, int, float or string) or a non-empty list of them)
          1 attribute set of attribute set of (how INI atom (null, bool, int, float or string) and lists of them merge)
          1 attribute set of attribute set of (null or (how INI atom (null, bool, int, float or string) and lists of them …
          1 attribute set of attribute set of attribute set of (GVariant value)
          2 attribute set of attribute set of section of an INI file (attrs of INI atom (null, bool, int, float or string)…
          4 attribute set of section of an INI file (attrs of INI atom (null, bool, int, float or string) or a list of the…
          3 attribute set of section of an INI file (attrs of INI atom (null, bool, int, float or string) or a non-empty l…
          1 boolean or (raw elixir)
          1 davmail config type (str, int, bool or attribute set thereof)
          1 libconfig configuration. The format consists of an attributes set (called a group) of settings. Each setting c…
          1 limesurvey config type (str, int, bool or attribute set thereof)
          1 list of (nixpkgs overlay)
          2 list of (string without line breaks or quotes)
          1 list of (tuple of (unsigned integer, meaning >=0, or one of "level auto", "level full-speed", "level disengage…
          1 list of coderepo names
          2 list of configured template name
          1 ncdns.conf configuration type. The format consists of an attribute set of settings. Each setting can be either…
          1 non-empty string or secret value
         56 none
          2 nonnegative floating point number, meaning >=0
          2 null or (3×3 matrix of floating point numbers)
          1 null or (a type with a merge function of its own)
          2 null or (attribute set of attribute set of (how INI atom (null, bool, int, float or string) and lists of them …
          1 null or (attribute set of section of an INI file (attrs of INI atom (null, bool, int, float or string) or a no…
          1 null or (list of (nixpkgs overlay))
          1 null or (open submodule of (int, bool, string or list of them))
          1 null or (submodule) or (a type with a merge function of its own)
          2 null or path or PKCS#11 URI
          2 null or secret value
          3 null or string or (raw elixir)
          1 open submodule of (freeciv-server params)
          1 open submodule of (privoxy configuration type. The format consists of an attribute set of settings. Each setti…
          6 open submodule of attribute set of (Flat key-value file)
          1 open submodule of attribute set of (INI atom (null, bool, int, float or string) or a list of them for duplicat…
          1 open submodule of attribute set of (how INI atom (null, bool, int, float or string) and lists of them merge)
          1 open submodule of attribute set of (string or instances of this type recursively)
          1 open submodule of attribute set of attribute set of (INI atom (null, bool, int, float or string) or a list of …
          1 open submodule of attribute set of attribute set of (INI atom (null, bool, int, float or string) or a list of …
          1 open submodule of attribute set of attribute set of (how INI atom (null, bool, int, float or string) and lists…
          3 open submodule of attribute set of section of an INI file (attrs of INI atom (null, bool, int, float or string…
          4 open submodule of attribute set of section of an INI file (attrs of INI atom (null, bool, int, float or string…
          1 open submodule of section of an INI file (attrs of INI atom (null, bool, int, float or string) or a non-empty …
          3 open submodule of settings option
          1 pair of integer or floating point number between 0.01 and 1 (both inclusive)
          1 pair of signed integer
          5 secret value
          1 section of an INI file (attrs of INI atom (null, bool, int, float or string) or a non-empty list of them)
          1 session name
          1 string containing all of the characters %Y, %m, %d, %H, %M, %S
          1 string of the form number{b|k|M|G}
          5 string or (raw elixir)
          1 tmpfiles.d(5) age format
          1 unbound.conf configuration type. The format consist of an attribute set of settings. Each settings can be eith…
          6 unsigned integer, meaning >=0, or string containing either a number or a range
        184 of 26486 options
    "#]].assert_eq(&shown);
}

/// Types whose description tells everything.
fn known_types() -> impl Strategy<Value = TypeDescription> {
    use TypeDescription::*;
    let value = prop_oneof![
        "[a-z ]{0,6}".prop_map(|text| EnumValue::Str(text.into())),
        any::<i64>().prop_map(EnumValue::Int),
        any::<bool>().prop_map(EnumValue::Bool),
        Just(EnumValue::Null),
    ];
    let leaf = prop_oneof![
        prop::sample::select(vec![
            Bool,
            BoolByOr,
            Int,
            Float,
            Number,
            Str,
            NonEmptyStr,
            SingleLineStr,
            Package,
            PackageSet,
            Attrs,
            Submodule,
            Anything,
            Unspecified,
            Raw,
            OptionType,
            OptionDeclaration,
            Fileset,
            LuaInline,
            DeferredModule,
            SystemdOption,
            NixpkgsConfig,
            AttrTag(None),
            SeparatedString("\n".into()),
            SeparatedString("\"".into()),
            Serializable { name: "TOML".into(), nullable: false },
            NumberBetween { lowest: Bound::Included(0.0), highest: Bound::Unbounded },
            Path { absolute: Some(true), in_store: Some(false) },
        ]),
        prop::collection::vec(value, 0..4).prop_map(Enum),
        (any::<i16>(), any::<i16>())
            .prop_map(|(a, b)| IntBetween { lowest: a.min(b).into(), highest: a.max(b).into() }),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| NumberBetween {
            lowest: Bound::Included(f64::from(a) / 4.0),
            highest: Bound::Included(f64::from(b)),
        }),
        "[a-z0-9.*+]{1,8}".prop_map(|pattern| StrMatching(pattern.into())),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        let boxed = inner.prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(NullOr),
            boxed.clone().prop_map(PasswdEntry),
            boxed.clone().prop_map(OpenSubmodule),
            boxed.clone().prop_map(AttrListOf),
            boxed.clone().prop_map(FunctionTo),
            (boxed.clone(), any::<bool>()).prop_map(|(elem, non_empty)| ListOf { elem, non_empty }),
            (boxed.clone(), any::<bool>()).prop_map(|(elem, lazy)| AttrsOf { elem, lazy }),
            (boxed.clone(), boxed.clone()).prop_map(|(left, right)| Either(left, right)),
            (boxed.clone(), boxed).prop_map(|(to, from)| CoercedTo { to, from }),
        ]
    })
}

proptest! {
    #[test]
    fn reading_is_the_inverse_of_wording(description in known_types()) {
        let worded = description.to_string();
        let read = TypeDescription::parse(&worded);
        prop_assert!(!read.has_unknown(), "{worded}: {read:?}");
        prop_assert_eq!(read.to_string(), worded);
    }

    #[test]
    fn any_text_is_read(text in "(null or |list of |[()]|string| or |, or |one of |“|”|\"|é| convertible to it|attribute set of ){0,12}") {
        let _ = TypeDescription::parse(&text).to_string();
    }
}
