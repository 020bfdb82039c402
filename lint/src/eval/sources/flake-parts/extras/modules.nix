# Modules by the kind of configuration that they are for.
{ lib, flake-parts-lib, moduleLocation, ... }:
let
  inherit (lib) mapAttrs mkOption types;
  of = kind: name: module:
    if kind == "generic" then module
    else
      { ... }: {
        key = "${kind}.${name}";
        _class = kind;
        _file = "${toString moduleLocation}#modules.${kind}.${name}";
        imports = [ module ];
      };
in
{
  options.flake = flake-parts-lib.mkSubmoduleOptions {
    modules = mkOption {
      type = types.lazyAttrsOf (types.lazyAttrsOf types.deferredModule);
      default = { };
      apply = mapAttrs (kind: mapAttrs (of kind));
    };
  };
}
