# Modules of flake-parts itself, for other flakes.
{ lib, flake-parts-lib, moduleLocation, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.flake = flake-parts-lib.mkSubmoduleOptions {
    flakeModules = mkOption {
      type = types.lazyAttrsOf types.deferredModule;
      default = { };
      apply = lib.mapAttrs (name: module: {
        _class = "flake";
        key = "${toString moduleLocation}#flakeModules.${name}";
        _file = "${toString moduleLocation}#flakeModules.${name}";
        imports = [ module ];
      });
    };
  };
}
