# A home by itself, of modules that nobody says more about.
{ modules, specialArgs, ... }:
(import "/nix/store/«home-manager»/lib" { }).homeManagerConfiguration {
  inherit modules;
  pkgs = import "/nix/store/«nixpkgs»/packages.nix" { name = "pkgs"; nixos = true; };
  extraSpecialArgs = specialArgs;
}
