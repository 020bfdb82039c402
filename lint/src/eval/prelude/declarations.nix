# What the modules of a source are called with where their options are all that is asked: a configuration is not at hand.
# `folder` is the source, `nixpkgs` that of nixpkgs, null if it is not at hand.
{ folder, nixpkgs }:
let
  # With what older releases had, and called otherwise.
  lib = (import ./default.nix).extend (_: previous: {
    types = { string = previous.types.separatedString ""; } // previous.types // {
      # A list became a set, whose names the elements told.
      loaOf = elemType: previous.types.coercedTo (previous.types.listOf previous.types.raw) (nowhere "the names") (previous.types.attrsOf elemType);
    };
  });
  packages = import "/nix/store/«nixpkgs»/packages.nix" { name = "pkgs"; nixos = true; };
  nowhere = what: builtins.__unknown "`${what}` is not at hand";

  # What nixpkgs' own files say of formats and where it lies, if they are at hand.
  pkgs = packages // {
    inherit lib;
    path = if nixpkgs == null then builtins.__standIn "nixpkgs" "nixpkgs" null else nixpkgs;
  } // (
    if nixpkgs == null || !builtins.pathExists "${nixpkgs}/pkgs/pkgs-lib" then { }
    else { inherit (import "${nixpkgs}/pkgs/pkgs-lib" { inherit lib pkgs; }) formats; }
  );

  config = nowhere "the configuration";
  options = nowhere "the configuration";
  # A configuration inside of this one, as specialisations are.
  extendModules = _: { type = lib.mkOptionType { name = "submodule"; }; };
in
{
  nixos = {
    modules = import "${folder}/nixos/modules/module-list.nix";
    arguments = {
      inherit config extendModules lib options pkgs;
      noUserModules = { inherit extendModules; };
      modulesPath = "${folder}/nixos/modules";
      utils = import "${folder}/nixos/lib/utils.nix" { inherit config lib pkgs; };
    };
  };

  home-manager =
    let
      extended = import "${folder}/modules/lib/stdlib-extended.nix" lib;
    in
    {
      modules = import "${folder}/modules/modules.nix" { lib = extended; inherit pkgs; };
      arguments = {
        inherit config extendModules options pkgs;
        lib = extended;
        modulesPath = "${folder}/modules";
      };
    };
}
