//! Findings point at bindings: where the attributes of a set that builtins made come from.

use super::host::Memory;
use super::*;

/// The text of the binding that made attribute `a`, or `nowhere`.
fn place(expression: &str) -> String {
    let host = Memory::default();
    let mut eval = Eval::new(&host, BUDGET);
    let unit = eval.add_unit("/test/case.nix", Arc::new(lower(expression)));
    let root = eval.root_of(&unit);
    let value = eval.force(root).expect("the case has a value");
    let attr = eval.select(&value, &"a".into()).expect("the case has an attribute `a`");
    let place = attr.place.filter(|place| place.unit == unit.id);
    place.map_or("nowhere".to_owned(), |place| expression[unit.file.entry(place.entry).range].to_owned())
}

#[test]
fn attributes_keep_their_places() {
    for (expression, wanted) in [
        ("{ a = 1; }", "a = 1;"),
        ("{ a.b = 1; a.c = 2; }", "a.b = 1;"),
        ("let a = 1; in { inherit a; }", "a"),
        ("{ ${\"a\" + \"\"} = 1; }", "${\"a\" + \"\"} = 1;"),
        ("{ b = 2; } // { a = 1; }", "a = 1;"),
        ("{ a = 2; } // { a = 1; }", "a = 1;"),
        ("builtins.mapAttrs (n: v: v) { a = 1; }", "a = 1;"),
        ("builtins.removeAttrs { a = 1; b = 2; } [ \"b\" ]", "a = 1;"),
        ("builtins.intersectAttrs { a = 1; } { a = 2; b = 3; }", "a = 2;"),
        ("builtins.listToAttrs [ { name = \"a\"; value = 1; } ]", "value = 1;"),
        ("builtins.listToAttrs (map (name: { inherit name; value = 1; }) [ \"a\" ])", "value = 1;"),
        ("builtins.zipAttrsWith (n: vs: vs) [ { b = 1; } { a = 1; } { a = 2; } ]", "a = 1;"),
        ("builtins.head (builtins.attrValues { x = { a = 1; }; })", "a = 1;"),
        ("builtins.fromJSON \"{\\\"a\\\": 1}\"", "nowhere"),
        ("derivation { a = 1; name = \"x\"; }", "a = 1;"),
        ("(import \"/«speclint»/lib/default.nix\").genAttrs [ \"a\" ] (n: n)", "nowhere"),
        ("(import \"/«speclint»/lib/default.nix\").filterAttrs (n: v: true) { a = 1; }", "a = 1;"),
        (
            "(import \"/«speclint»/lib/default.nix\").mapAttrs' (n: v: { name = n; value = v; }) { a = 1; }",
            "value = v;",
        ),
    ] {
        assert_eq!(place(expression), wanted, "{expression}");
    }
}

#[test]
fn positions() {
    let case = "{\n  inherit ({ x = 1; }) x; \"ä\" = 1; a.b = 2;\n  c = __curPos; }";
    for (attribute, wanted) in [("x", (2, 24)), ("a", (2, 37)), ("c", (3, 3))] {
        let expression = format!("builtins.unsafeGetAttrPos \"{attribute}\" ({case})");
        let found = evaluate(&Memory::default(), &expression, &[]).expect("a position");
        assert_eq!(found, serde_json::json!({ "file": Case::PATH, "line": wanted.0, "column": wanted.1 }));
    }
    let found = evaluate(&Memory::default(), &format!("({case}).c"), &[]).expect("a position");
    assert_eq!(found, serde_json::json!({ "file": Case::PATH, "line": 3, "column": 7 }));
}
