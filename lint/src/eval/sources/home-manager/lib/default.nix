{ lib ? import "/nix/store/«nixpkgs»/lib" }:
let
  nixpkgsLib = lib;
in
{
  hm = (import ./stdlib-extended.nix nixpkgsLib).hm;

  # A configuration by itself.
  homeManagerConfiguration =
    { modules ? [ ], pkgs, lib ? nixpkgsLib, extraSpecialArgs ? { }, ... }@arguments:
    let
      # One that is not at hand is taken to be like all others.
      known = if builtins.__attempt (lib ? mkIf) false then lib else nixpkgsLib;
      extended = import ./stdlib-extended.nix known;
      location = (builtins.unsafeGetAttrPos "modules" arguments).file or "<unknown-file>";
      base = builtins.__evalModules {
        class = "homeManager";
        modules = [ ../modules { _module.args.pkgs = pkgs; } ];
        specialArgs = extraSpecialArgs;
        __world = "home-manager";
        __source = ./.;
        __own = { lib = extended; modulesPath = toString ../modules; };
      };
      complete = configuration: configuration // {
        inherit pkgs;
        inherit (configuration.config.home) activationPackage;
        extendModules = more: complete (configuration.extendModules more);
      };
    in
    complete (base.extendModules { modules = builtins.map (known.setDefaultModuleLocation location) modules; });
}
