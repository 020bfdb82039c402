# Home Manager as a part of NixOS: a configuration for each user.
{ config, lib, pkgs, _class, ... }:
let
  inherit (lib) mkEnableOption mkOption types;
  cfg = config.home-manager;
  extended = import ../lib/stdlib-extended.nix lib;
  specialArgs = {
    lib = extended;
    osConfig = config;
    osClass = _class;
    modulesPath = toString ../modules;
  } // cfg.extraSpecialArgs;

  packages =
    if cfg.useGlobalPkgs then pkgs
    else import "/nix/store/«nixpkgs»/packages.nix" { name = "home-manager's pkgs"; nixos = true; };

  user = { name, ... }: {
    imports = [ ../modules ] ++ cfg.sharedModules;
    config = {
      home.username = config.users.users.${name}.name;
      home.homeDirectory = config.users.users.${name}.home;
      _module.args.pkgs = packages;
    };
  };
  modules = [ user ];

  evaluated = types.submoduleWith { inherit modules specialArgs; class = "homeManager"; };
in
{
  _file = ./common.nix;
  key = toString ./common.nix;
  options.home-manager = {
    useUserPackages = mkEnableOption "packages of the users among those of the system";
    useGlobalPkgs = mkEnableOption "the system's packages";
    backupFileExtension = mkOption { type = types.nullOr types.str; default = null; };
    backupCommand = mkOption { type = types.raw; default = null; };
    overwriteBackup = mkEnableOption "the replacement of old backups";
    extraSpecialArgs = mkOption { type = types.attrs; default = { }; };
    sharedModules = mkOption { type = types.listOf types.raw; default = [ ]; };
    verbose = mkEnableOption "more output";
    minimal = mkEnableOption "fewer modules";
    startAsUserService = mkEnableOption "activation as a service";
    enableLegacyProfileManagement = mkEnableOption "profiles as they were";
    users = mkOption {
      default = { };
      type = types.attrsOf (evaluated // {
        __speclint = {
          kind = "submodule";
          class = "homeManager";
          shorthandOnlyDefinesConfig = false;
          world = "home-manager";
          source = ./.;
          inherit modules specialArgs;
        };
      });
    };
  };
}
