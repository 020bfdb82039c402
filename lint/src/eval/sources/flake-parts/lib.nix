# A flake as a configuration of modules: its outputs are the option `flake`.
let
  lib = import "/«speclint»/lib/default.nix";
  inherit (lib) mkOption types;

  self = {
    evalFlakeModule =
      arguments@{ inputs ? arguments.self.inputs, self ? inputs.self, specialArgs ? { }, moduleLocation ? "${self.outPath}/flake.nix" }:
      module:
      lib.evalModules {
        specialArgs = { inherit self inputs moduleLocation; flake-parts-lib = flakePartsLib; } // specialArgs;
        modules = [ ./all-modules.nix (lib.setDefaultModuleLocation moduleLocation module) ];
        class = "flake";
      };

    # What each system's packages and shells are made of is not followed: these outputs are symbols.
    mkFlake = arguments: module:
      builtins.mapAttrs (name: _: builtins.__symbol "self.${name}")
        { apps = null; checks = null; devShells = null; formatter = null; legacyPackages = null; packages = null; }
      // (flakePartsLib.evalFlakeModule arguments module).config.flake;

    mkSubmoduleOptions = options: mkOption { type = types.submoduleWith { modules = [ { inherit options; } ]; }; };
    mkPerSystemType = module: types.deferredModuleWith { staticModules = [ module ]; };
    mkPerSystemOption = module: mkOption { type = self.mkPerSystemType module; };
    mkDeferredModuleType = module: types.deferredModuleWith { staticModules = [ module ]; };
    mkDeferredModuleOption = module: mkOption { type = self.mkDeferredModuleType module; };
    mkTransposedPerSystemModule = { name, option, file }: {
      _file = file;
      options.flake = self.mkSubmoduleOptions {
        ${name} = mkOption { type = types.lazyAttrsOf option.type; default = { }; };
      };
      options.perSystem = self.mkPerSystemOption { options.${name} = option; };
    };
    importApply = file: arguments: lib.setDefaultModuleLocation file (import file arguments);
  };
  flakePartsLib = self;
in
flakePartsLib
