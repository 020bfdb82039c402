# What a system tells of how it is activated.
{ config, flake, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.nixos-unified;
in
{
  _file = ./default.nix;
  options.nixos-unified = {
    sshTarget = mkOption { type = types.nullOr types.str; default = null; };
    overrideInputs = mkOption { type = types.listOf types.str; default = [ ]; };
    outputs = {
      system = mkOption { type = types.str; default = config.nixpkgs.hostPlatform.system; };
      overrideInputs = mkOption {
        type = types.attrsOf types.path;
        default = lib.genAttrs cfg.overrideInputs (name: flake.inputs.${name});
      };
      nixArgs = mkOption {
        type = types.listOf types.str;
        default = lib.concatMap (name: [ "--override-input" name "${flake.inputs.${name}}" ]) cfg.overrideInputs;
      };
    };
  };
}
