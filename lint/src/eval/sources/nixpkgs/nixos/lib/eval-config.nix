# A NixOS system: NixOS' own modules, extended by those of the user. A specialisation that does not inherit extends the former.
arguments@{
  lib ? import ../../lib,
  modules,
  modulesLocation ? (builtins.unsafeGetAttrPos "modules" arguments).file or "<unknown-file>",
  extraModules ? [ ],
  extraArgs ? { },
  specialArgs ? { },
  prefix ? [ ],
  ...
}:
let
  # A `lib` that is not at hand is taken to be like all others.
  known = if builtins.__attempt (lib ? mkIf) false then lib else import ../../lib;

  given =
    (if builtins.__attempt (builtins.isString (arguments.system or null)) false then [ { nixpkgs.system = known.mkDefault arguments.system; } ] else [ ])
    ++ (if arguments ? pkgs && builtins.__attempt (arguments.pkgs != null) true then [ { _module.args.pkgs = arguments.pkgs; } ] else [ ])
    ++ (if arguments ? extraArgs then [ { _module.args = extraArgs; } ] else [ ]);

  noUserModules = builtins.__evalModules {
    inherit prefix specialArgs;
    class = "nixos";
    modules = [ "/«speclint»/lib/nixos.nix" ] ++ given ++ extraModules;
    __world = "nixos";
    __source = ./.;
    __own = { inherit noUserModules; lib = known; modulesPath = toString ../modules; };
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
