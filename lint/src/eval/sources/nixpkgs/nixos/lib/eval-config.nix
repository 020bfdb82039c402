# A NixOS system: NixOS' own modules, extended by those of the user. A specialisation that does not inherit extends the former.
arguments@{
  lib ? import ../../lib,
  modules,
  modulesLocation ? (builtins.unsafeGetAttrPos "modules" arguments).file or "<unknown-file>",
  extraModules ? [ ],
  extraArgs ? { },
  specialArgs ? { },
  system ? builtins.currentSystem,
  pkgs ? null,
  prefix ? [ ],
  ...
}:
let
  # A `lib` that is not at hand is taken to be like all others.
  known = if builtins.__attempt (lib ? mkIf) false then lib else import ../../lib;

  given =
    (if builtins.__attempt (builtins.isString system && builtins.stringLength system > 0) false then [ { nixpkgs.system = known.mkDefault system; } ] else [ ])
    ++ (if builtins.__attempt (pkgs != null) true then [ { _module.args.pkgs = pkgs; } ] else [ ])
    ++ (if builtins.__attempt (extraArgs != { }) true then [ { _module.args = extraArgs; } ] else [ ]);

  # Its modules have to say what it runs on.
  platform = if builtins.__attempt (system == null && pkgs == null) false then { __lacksPlatform = true; } else { };

  noUserModules = builtins.__evalModules {
    inherit prefix specialArgs;
    class = "nixos";
    modules = [ "/«speclint»/lib/nixos.nix" ] ++ given ++ extraModules;
    __world = "nixos";
    __source = ./.;
    __own = { inherit noUserModules; lib = known; modulesPath = toString ../modules; } // platform;
  };

  complete = configuration: configuration // {
    inherit extraArgs lib;
    inherit (configuration._module.args) pkgs;
    extendModules = more: complete (configuration.extendModules more);
  };
in
complete (noUserModules.extendModules {
  modules = builtins.map (known.setDefaultModuleLocation modulesLocation) modules;
})
