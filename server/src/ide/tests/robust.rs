//! Whatever the text, and wherever the cursor: there is an answer.

use crate::ide::Ide;
use rowan::{TextRange, TextSize};
use speclint_lint::analysis::Analysis;
use speclint_lint::project::Project;
use speclint_lint::source::files::MemoryFiles;
use std::sync::Arc;

const TEXT: &str = r#"# speclint: ignore[missing-tag] 日本
{ config, lib, osConfig, ... }@args:
with lib;
let
  cfg = config.services."open ssh"; # 😀
  inherit (config) services;
in
{
  imports = [ ./more.nix ];
  options.my.mode = mkOption { type = types.enum [ "a" "b" ]; default = "a"; };
  config = mkMerge [
    { services.openssh.enable = mkDefault cfg.enable or true; users.users.alice.extraGroups = [ "wheel" ]; }
    (mkIf (config.specialisation != { }) { networking = { inherit (config.networking) domain; }; boot.${"x"}.y = services.x; })
    {
      specialisation = genAttrs [ "tv" "テレビ" ] (name: { configuration = { config, ... }: {
        system.nixos.tags = [ name ];
        my.mode = if config.my.mode == "a" then "b" else ''${args.config.my.mode}'';
      }; });
      environment.etc."specialisation".text = "x";
    }
  ];
}
"#;

/// Asks everything at a place of a text.
fn ask(ide: Ide<'_>, path: &str, at: TextSize) {
    let _ = ide.hover(path, at);
    let _ = ide.definition(path, at);
    let _ = ide.references(path, at);
    let _ = ide.highlights(path, at);
    let _ = ide.completions(path, at);
    let _ = ide.assists(path, at);
    let _ = ide.rename(path, at, "new");
}

fn systems_of(text: &str) -> Analysis {
    let files =
        [("/r/configuration.nix", text), ("/r/more.nix", "{ specialisation.more.configuration = { }; }")];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let files = Arc::new(MemoryFiles(files.into_iter().collect()));
    let mut analysis = Analysis::new(files.clone());
    analysis.add_project(Project::of(&*files, "/r").expect("a project"));
    analysis
}

#[test]
fn everywhere_in_a_text() {
    let analysis = systems_of(TEXT);
    let systems = analysis.systems();
    let ide = Ide::new(&systems, &analysis);
    assert_eq!(systems[0].specialisations.len(), 3);
    // In the middle of characters, and behind the end.
    for at in (0..TEXT.len() + 2).step_by(5) {
        ask(ide, "/r/configuration.nix", TextSize::new(at as u32));
    }
    assert!(ide.hover("/r/none.nix", TextSize::new(0)).is_none());
}

#[test]
fn at_the_end_of_any_beginning_of_a_text() {
    for end in (0..TEXT.len()).filter(|end| TEXT.is_char_boundary(*end)).step_by(41) {
        // What follows is missing, or is still there.
        for text in [TEXT[..end].to_owned(), format!("{}\n}}\n{}", &TEXT[..end], &TEXT[end..])] {
            let analysis = systems_of(&text);
            let systems = analysis.systems();
            let ide = Ide::new(&systems, &analysis);
            let path = "/r/configuration.nix";
            ask(ide, path, TextSize::new(end as u32));
            let _ = ide.hints(path, TextRange::up_to(TextSize::of(&*text)));
            let _ = (ide.lenses(path), ide.document_symbols(path), ide.workspace_symbols("t"));
        }
    }
}
