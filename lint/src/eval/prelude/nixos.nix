# What NixOS does about specialisations: nixos/modules/system/activation/{specialisation,no-clone}.nix. A child is the parent's
# modules, or only NixOS' own, with the child's configuration and three definitions that nothing can override.
{ lib, options, extendModules, noUserModules, ... }:
let
  inherit (lib) mkDefault mkOption mkOverride types;

  # The name of the system that it is for, where that is plainly written.
  named = option: builtins.__attempt (builtins.head (builtins.filter builtins.isString option.definitions)) null;
  system =
    let
      host = named options.nixpkgs.hostPlatform;
      local = named options.nixpkgs.system;
    in
    if host != null then host else local;

  # Two references to the same package are the same, wherever in the system they stand.
  packages = import "/nix/store/«nixpkgs»/packages.nix" { name = "pkgs"; nixos = true; inherit system; };

  inEverySpecialisation = {
    _file = "/nix/store/«nixpkgs»/nixos/modules/system/activation/no-clone.nix";
    key = "/nix/store/«nixpkgs»/nixos/modules/system/activation/no-clone.nix";
    boot.loader.grub.device = mkOverride 0 "nodev";
    specialisation = mkOverride 0 { };
    isSpecialisation = mkOverride 0 true;
  };
in
{
  _file = "/nix/store/«nixpkgs»/nixos/modules/system/activation/specialisation.nix";
  key = "/nix/store/«nixpkgs»/nixos/modules/system/activation/specialisation.nix";
  options = {
    isSpecialisation = mkOption { type = types.bool; default = false; };
    specialisation = mkOption {
      default = { };
      type = types.attrsOf (
        types.submodule (
          { config, ... }:
          {
            options = {
              inheritParentConfig = mkOption { type = types.bool; default = true; };
              # Only the newest NixOS has it.
              toplevel = mkOption { type = types.raw; };
              configuration = mkOption {
                default = { };
                type =
                  let
                    parent = if config.inheritParentConfig then { inherit extendModules; } else noUserModules;
                  in
                  (parent.extendModules { modules = [ inEverySpecialisation ]; }).type;
              };
            };
          }
        )
      );
    };
  };
  config._module.args.pkgs = mkDefault packages;
}
