# A system for each file or folder of configurations, with the modules that lie in folders of their own.
{ config, inputs, lib, ... }:
let
  inherit (builtins) mapAttrs pathExists readDir readFileType;
  inherit (lib) concatMapAttrs genAttrs mkDefault mkOption optional optionals types;
  cfg = config.ezConfigs;

  is = type: path: pathExists path && readFileType path == type;
  # The modules in a folder, by the names of their files.
  modulesIn = folder:
    if is "regular" "${folder}.nix" then { default = folder; }
    else if is "directory" folder then
      concatMapAttrs
        (name: type:
          if type == "regular" && lib.hasSuffix ".nix" name then { ${lib.removeSuffix ".nix" name} = "${folder}/${name}"; }
          else if is "regular" "${folder}/${name}/default.nix" then { ${name} = "${folder}/${name}/default.nix"; }
          else { })
        (readDir folder)
    else { };

  # Gives modules some of their arguments before anybody else does.
  early = arguments: modules:
    if arguments == { } then modules
    else
      mapAttrs
        (_: path:
          let
            module = import path;
            wanted = lib.functionArgs module;
            given = lib.intersectAttrs wanted arguments;
          in
          if lib.isFunction module then
            lib.setFunctionArgs (others: module (others // given)) (removeAttrs wanted (lib.attrNames given))
          else path)
        modules;

  homes = modulesIn cfg.home.configurationsDirectory;
  homeModules = early cfg.home.earlyModuleArgs (modulesIn cfg.home.modulesDirectory);

  # What the home of a user imports.
  imported = { user, stdenv, importDefault }:
    [ (homes.${user} or { }) ]
    ++ optionals importDefault
      ([ (homeModules.default or { }) ]
        ++ optional stdenv.isDarwin (homeModules.darwin or { })
        ++ optional stdenv.isLinux (homeModules.linux or { }));

  # What is set for a host or a user; modules that are not at hand are taken to set nothing.
  setFor = name: set: otherwise: builtins.__attempt (set.${name} or otherwise) otherwise;
  plainHost = { importDefault = true; userHomeModules = [ ]; };
  plainUser = { nameFunction = null; importDefault = true; passInOsConfig = true; standalone.enable = false; };

  systems = { build, settings, modules, homeManager }:
    mapAttrs
      (name: module:
        let
          host = setFor name settings.hosts plainHost;
        in
        build {
          specialArgs = settings.specialArgs // { ezModules = modules; };
          modules =
            [ module { networking.hostName = mkDefault name; } ]
            ++ optional host.importDefault (modules.default or { })
            ++ optionals (host.userHomeModules != [ ]) [
              homeManager
              { home-manager.extraSpecialArgs = cfg.home.extraSpecialArgs // { ezModules = homeModules; }; }
              ({ pkgs, ... }: {
                home-manager.users = genAttrs host.userHomeModules (user:
                  if homes ? ${user} then {
                    imports = imported {
                      inherit user;
                      inherit (pkgs) stdenv;
                      inherit (setFor user cfg.home.users plainUser) importDefault;
                    };
                  }
                  else throw "User ${user} not found inside homeConfigurations directory");
              })
            ];
        })
      (modulesIn settings.configurationsDirectory);

  homeOf = { user, settings, pkgs, os }:
    inputs.home-manager.lib.homeManagerConfiguration {
      inherit pkgs;
      extraSpecialArgs = cfg.home.extraSpecialArgs
        // { ezModules = homeModules; }
        // (if settings.passInOsConfig then { osConfig = os; } else { });
      modules = imported { inherit user; inherit (pkgs) stdenv; inherit (settings) importDefault; };
    };

  folders = kind:
    let
      folder = name: mkOption {
        type = types.path;
        default = if cfg.root != null then "${cfg.root}/${kind}-${name}" else ./unset-directory;
      };
    in
    {
      modulesDirectory = folder "modules";
      configurationsDirectory = folder "configurations";
      earlyModuleArgs = mkOption { type = types.attrsOf types.anything; default = cfg.earlyModuleArgs; };
    };
  arguments = mkOption { type = types.attrsOf types.anything; default = cfg.globalArgs; };
  hosts = kind: folders kind // {
    specialArgs = arguments;
    hosts = mkOption {
      default = { };
      type = types.attrsOf (types.submodule {
        options.importDefault = mkOption { type = types.bool; default = true; };
        options.userHomeModules = mkOption { type = types.listOf types.str; default = [ ]; };
      });
    };
  };
in
{
  _file = ./flake-module.nix;
  options.ezConfigs = {
    root = mkOption { type = types.nullOr types.path; default = null; };
    globalArgs = mkOption { type = types.attrsOf types.anything; default = { }; };
    earlyModuleArgs = mkOption { type = types.attrsOf types.anything; default = { }; };
    nixos = hosts "nixos";
    darwin = hosts "darwin";
    home = folders "home" // {
      extraSpecialArgs = arguments;
      users = mkOption {
        default = { };
        type = types.attrsOf (types.submodule {
          options.nameFunction = mkOption { type = types.nullOr (types.functionTo types.str); default = null; };
          options.importDefault = mkOption { type = types.bool; default = true; };
          options.passInOsConfig = mkOption { type = types.bool; default = true; };
          options.standalone.enable = mkOption { type = types.bool; default = false; };
          options.standalone.pkgs = mkOption { type = types.raw; };
        });
      };
    };
  };

  config.flake = rec {
    inherit homeModules;
    nixosModules = early cfg.nixos.earlyModuleArgs (modulesIn cfg.nixos.modulesDirectory);
    darwinModules = early cfg.darwin.earlyModuleArgs (modulesIn cfg.darwin.modulesDirectory);

    nixosConfigurations = systems {
      build = inputs.nixpkgs.lib.nixosSystem;
      settings = cfg.nixos;
      modules = nixosModules;
      homeManager = inputs.home-manager.nixosModules.default;
    };
    darwinConfigurations = systems {
      build = (inputs.darwin or inputs.nix-darwin).lib.darwinSystem;
      settings = cfg.darwin;
      modules = darwinModules;
      homeManager = inputs.home-manager.darwinModules.default;
    };
    # One for each user on each host, unless it stands alone.
    homeConfigurations = concatMapAttrs
      (user: _:
        let
          settings = setFor user cfg.home.users plainUser;
          nameOn = if settings.nameFunction == null then host: "${user}@${host}" else settings.nameFunction;
        in
        if settings.standalone.enable then
          { ${user} = homeOf { inherit user settings; inherit (settings.standalone) pkgs; os = { }; }; }
        else
          concatMapAttrs
            (host: system: { ${nameOn host} = homeOf { inherit user settings; inherit (system) pkgs; os = system.config; }; })
            (config.flake.nixosConfigurations // config.flake.darwinConfigurations))
      homes;
  };
}
