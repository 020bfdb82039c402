# How systems are made that get the flake as an argument of their modules.
{ config, inputs, lib, self, ... }:
let
  flake = { inherit config inputs self; };
  homeManager = modules: {
    imports = [
      modules.home-manager
      {
        home-manager = {
          useGlobalPkgs = true;
          useUserPackages = true;
          extraSpecialArgs = { inherit flake; };
          sharedModules = [ home ];
        };
      }
    ];
  };
  home = { config, pkgs, ... }: {
    home.homeDirectory = lib.mkDefault "/${if pkgs.stdenv.isDarwin then "Users" else "home"}/${config.home.username}";
    home.sessionPath = lib.mkIf pkgs.stdenv.isDarwin [
      "/etc/profiles/per-user/$USER/bin"
      "/nix/var/nix/profiles/system/sw/bin"
      "/usr/local/bin"
    ];
  };
  common = { lib, ... }: {
    nix.settings.max-jobs = lib.mkDefault "auto";
    nix.settings.experimental-features = lib.mkDefault "nix-command flakes";
  };
  modules = module: [ ../configurations common module ];
in
{
  _file = ./default.nix;
  config.flake.nixos-unified.lib = {
    specialArgsFor = {
      common = { inherit flake; };
      nixos = { inherit flake; };
      darwin = { inherit flake; rosettaPkgs = import inputs.nixpkgs { system = "x86_64-darwin"; }; };
    };
    mkLinuxSystem = { home-manager ? false }: module: inputs.nixpkgs.lib.nixosSystem {
      specialArgs = { inherit flake; };
      modules = modules module ++ lib.optional home-manager (homeManager inputs.home-manager.nixosModules);
    };
    mkMacosSystem = { home-manager ? false }: module: inputs.nix-darwin.lib.darwinSystem {
      specialArgs = config.flake.nixos-unified.lib.specialArgsFor.darwin;
      modules = modules module ++ lib.optional home-manager (homeManager inputs.home-manager.darwinModules);
    };
    mkHomeConfiguration = pkgs: module: inputs.home-manager.lib.homeManagerConfiguration {
      inherit pkgs;
      extraSpecialArgs = { inherit flake; };
      modules = [ home module ];
    };
  };
}
