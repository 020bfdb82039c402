# What of the inputs a system gets to know.
{ config, inputs, lib, ... }:
let
  inherit (lib) mapAttrs mkEnableOption mkIf;
  cfg = config.nix;
in
{
  _file = ./options.nix;
  options.nix = {
    generateNixPathFromInputs = mkEnableOption "NIX_PATH of the inputs";
    generateRegistryFromInputs = mkEnableOption "a registry of the inputs";
    linkInputs = mkEnableOption "links to the inputs";
  };
  config = {
    nix.registry =
      if cfg.generateRegistryFromInputs then mapAttrs (_: flake: { inherit flake; }) (lib.filterAttrs (_: v: v ? outputs) inputs)
      else { self.flake = inputs.self; };
    environment.etc = mkIf (cfg.linkInputs || cfg.generateNixPathFromInputs)
      (lib.mapAttrs' (name: input: { name = "nix/inputs/${name}"; value.source = input.outPath; }) inputs);
    nix.nixPath = mkIf cfg.generateNixPathFromInputs [ "/etc/nix/inputs" ];
  };
}
