# The options that every flake has. `perSystem` is declared, but what is in it is not evaluated.
{ config, lib, inputs, self, moduleLocation, flake-parts-lib, ... }:
let
  inherit (lib) mapAttrs mkOption types;
  inherit (flake-parts-lib) mkSubmoduleOptions;

  # What a module of `perSystem` would get.
  arguments = system: builtins.__symbolic
    {
      inherit lib system;
      pkgs = inputs.nixpkgs.legacyPackages.${system};
      inputs' = builtins.__symbol "inputs'";
      self' = builtins.__symbol "self'";
    }
    "perSystem.${system}";
  # The outputs that come of `perSystem`.
  transposed = [ "apps" "checks" "devShells" "formatter" "legacyPackages" "packages" ];
in
{
  _file = ./all-modules.nix;
  options = {
    systems = mkOption { type = types.listOf types.str; };
    perInput = mkOption { type = types.raw; };
    perSystem = mkOption { type = types.deferredModule; default = { }; };
    allSystems = mkOption { type = types.raw; default = builtins.__symbol "allSystems"; };
    transposition = mkOption { type = types.lazyAttrsOf types.raw; default = { }; };
    debug = mkOption { type = types.bool; default = false; };

    flake = mkOption {
      type = types.submoduleWith {
        modules = [
          {
            freeformType = types.lazyAttrsOf (types.unique { message = "No option has been declared for this flake output attribute"; } types.raw);
            options = lib.genAttrs transposed (name: mkOption {
              type = types.lazyAttrsOf types.raw;
              default = builtins.__symbol "self.${name}";
            }) // {
              nixosConfigurations = mkOption { type = types.lazyAttrsOf types.raw; default = { }; };
              nixosModules = mkOption {
                type = types.lazyAttrsOf types.deferredModule;
                default = { };
                apply = mapAttrs (name: module: {
                  _class = "nixos";
                  _file = "${toString moduleLocation}#nixosModules.${name}";
                  imports = [ module ];
                });
              };
              overlays = mkOption { type = types.lazyAttrsOf types.raw; default = { }; };
            };
          }
        ];
      };
    };
  };

  config = {
    _module.args = {
      getSystem = arguments;
      withSystem = system: function: function (arguments system);
      moduleWithSystem = module: { pkgs, ... }:
        { imports = [ (module (arguments pkgs.stdenv.hostPlatform.system)) ]; };
    };
  };
}
