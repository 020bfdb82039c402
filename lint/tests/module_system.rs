//! The module system against what nixpkgs' makes of the same modules: `module_system.txt` has a case a line,
//! `MODULES -> OPTION => JSON`, or `conflict`, `recursion` or `error` where nixpkgs refuses. The values are nixpkgs' own (June 2026).

use speclint_lint::eval::host::NoFiles;
use speclint_lint::eval::{Error, Eval, Stop};
use speclint_lint::nixos::ModuleSystem;
use speclint_lint::syntax::lower;
use std::sync::Arc;

/// What the evaluator makes of a case, in the words of the file.
fn answer(modules: &str, option: &str) -> String {
    let expression = format!(
        "let lib = import <nixpkgs/lib>; in with lib.types // lib // {{ inherit (lib.types) attrs str int bool path either; }}; \
         (lib.evalModules {{ modules = {modules}; }}).config.{option}"
    );
    let file = lower(&expression);
    assert_eq!(file.errors, [], "{expression}");
    let mut eval = Eval::new(&NoFiles, 5_000_000);
    ModuleSystem::new(&mut eval);
    let unit = eval.add_unit("/case.nix", Arc::new(file));
    let root = eval.root_of(&unit);
    match eval.force(root).and_then(|value| eval.to_json(&value)) {
        Ok(json) => json.to_string(),
        Err(Stop::Unknown(why)) => format!("unknown: {}", why.reason),
        Err(Stop::Error(error)) => match &*error {
            Error::Conflict { .. } => "conflict".into(),
            Error::Recursion(_) => "recursion".into(),
            other => format!("error: {other}"),
        },
    }
}

#[test]
fn modules_become_what_nixpkgs_makes_of_them() {
    let mut wrong = Vec::new();
    for case in include_str!("module_system.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (question, wanted) = case.rsplit_once(" => ").expect("a case has an answer");
        let (modules, option) = question.rsplit_once(" -> ").expect("a case names an option");
        let got = answer(modules, option);
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
        let agrees = match wanted {
            // How the message is worded, and of which kind it is, differs between releases.
            "error" => got.starts_with("error") || got == "conflict",
            "conflict" | "recursion" => got == wanted,
            value => json(&got).is_some() && json(&got) == json(value),
        };
        if !agrees {
            wrong.push(format!("{question}\n  nixpkgs:  {wanted}\n  speclint: {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
