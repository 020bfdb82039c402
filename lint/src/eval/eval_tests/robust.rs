//! Nothing makes the evaluation panic, overflow the stack, or go on for long.

use super::host::Memory;
use super::*;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Evaluates within a budget and shows the result both ways; all that counts is that it ends.
fn ends(expression: &str, budget: u64) -> Res<Json> {
    let host = Memory::default();
    let mut eval = Eval::new(&host, budget);
    let unit = eval.add_unit("/test/case.nix", Arc::new(lower(expression)));
    let root = eval.root_of(&unit);
    let value = eval.force(root)?;
    eval.to_text(&value);
    eval.to_json(&value)
}

/// Tests run with a stack of 2 MiB, in which none of these fits without growing it.
#[test]
fn deep_nesting_ends() {
    for expression in [
        "let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 100000",
        "let f = n: n + f (n + 1); in f 0",
        "let f = x: f x; in f 1",
        "let f = f; in f",
        "let f = { a ? f { } }: a; in f { }",
        "builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (x: x) 100000)",
        "builtins.toJSON (builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (x: x) 100000))",
        "builtins.toXML (builtins.foldl' (a: b: { x = a; }) { } (builtins.genList (x: x) 100000))",
        "toString (builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (x: x) 100000))",
        "builtins.deepSeq (builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (x: x) 100000)) 1",
        "let l = builtins.foldl' (a: b: [ a ]) [ ] (builtins.genList (x: x) 100000); in l == [ l ]",
        "let l = n: builtins.foldl' (a: b: [ a ]) n (builtins.genList (x: x) 100000); in l 1 == l 1",
        "let l = n: builtins.foldl' (a: b: [ a ]) n (builtins.genList (x: x) 100000); in l 1 < l 2",
        "let l = n: builtins.foldl' (a: b: { x = a; }) n (builtins.genList (x: x) 100000); in l 1 == l 1",
        "let x = { inherit x; }; in x",
        "let x = [ x x ]; in x",
        "let x = [ x x ]; in builtins.toJSON x",
        "let x = [ x x ]; in toString x",
        "let a = { x = a; }; b = { x = b; }; in a == b",
        "let s = { __toString = self: self; }; in toString s",
        "let s = { outPath = s; }; in \"${s}\"",
        "let s = { __functor = self: self; }; in s 1",
        "let f = x: x; in builtins.foldl' (a: b: y: a (b y)) f (builtins.genList (x: f) 100000) 1",
        "builtins.foldl' (a: b: a // { ${toString b} = a; }) { } (builtins.genList (x: x) 3000)",
        "let l = builtins.genList (n: if n == 0 then 0 else builtins.elemAt l (n - 1) + 1) 50000; in builtins.elemAt l 49999",
        "builtins.fromJSON (builtins.concatStringsSep \"\" (builtins.genList (x: \"[\") 100000))",
        "builtins.fromTOML (\"a = \" + builtins.concatStringsSep \"\" (builtins.genList (x: \"[\") 100000))",
        "builtins.match (builtins.concatStringsSep \"\" (builtins.genList (x: \"(\") 100000)) \"\"",
        "builtins.match (builtins.concatStringsSep \"\" (builtins.genList (x: \"a?\") 3000)) (builtins.concatStringsSep \"\" (builtins.genList (x: \"a\") 3000))",
        "builtins.split \"a.*b|a\" (builtins.concatStringsSep \"\" (builtins.genList (x: \"a\") 100000))",
        "builtins.split \"(x+x+)+y\" (builtins.concatStringsSep \"\" (builtins.genList (x: \"x\") 10000))",
        "builtins.sort (a: b: true) (builtins.genList (x: x) 10000)",
        "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }",
        "builtins.replaceStrings (builtins.genList toString 10000) (builtins.genList toString 10000) (toString (builtins.genList (x: x) 10000))",
    ] {
        match ends(expression, 500_000) {
            Ok(_) | Err(Stop::Unknown(_)) => {}
            Err(Stop::Error(error)) => {
                assert!(matches!(*error, Error::Recursion(_)), "{expression}: {error}")
            }
        }
    }
}

/// The expressions of all tables: every builtin and operator is somewhere in them.
static PIECES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let tables = [
        include_str!("operators.txt"),
        include_str!("language.txt"),
        include_str!("strings.txt"),
        include_str!("regex.txt"),
        include_str!("lists.txt"),
        include_str!("sets.txt"),
        include_str!("control.txt"),
        include_str!("newer.txt"),
        include_str!("unknowns.txt"),
        include_str!("files.txt"),
    ];
    tables.iter().flat_map(|t| t.lines()).filter_map(|l| l.split_once(" ⇒ ")).map(|(e, _)| e).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two cases of the tables, the second put somewhere into the first.
    #[test]
    fn mutated_cases_end(a: prop::sample::Index, b: prop::sample::Index, from: prop::sample::Index, to: prop::sample::Index, budget in 0u64..20_000) {
        let (a, b) = (*a.get(&PIECES), *b.get(&PIECES));
        let words: Vec<&str> = a.split_inclusive(' ').collect();
        let (from, to) = (from.index(words.len()), to.index(words.len()));
        let mut text = words[..from].concat();
        text.push_str(&format!("({b}) "));
        text.push_str(&words[to.max(from)..].concat());
        let _ = ends(&text, budget);
    }
}
