# An output for each file in the folders that are called like them.
{ inputs, lib, self, ... }:
let
  inherit (builtins) pathExists readDir;
  # What is made of each Nix file, and of each folder with a `default.nix`.
  each = folder: make:
    lib.optionalAttrs (pathExists "${self}/${folder}") (lib.concatMapAttrs
      (name: type:
        if type == "regular" && lib.hasSuffix ".nix" name then
          { ${lib.removeSuffix ".nix" name} = make "${self}/${folder}/${name}"; }
        else if type == "directory" && pathExists "${self}/${folder}/${name}/default.nix" then
          { ${name} = make "${self}/${folder}/${name}"; }
        else { })
      (readDir "${self}/${folder}"));
  make = self.nixos-unified.lib;
  path = path: path;
in
{
  _file = ./autowire.nix;
  config.flake = {
    nixosConfigurations = each "configurations/nixos" (make.mkLinuxSystem { home-manager = true; });
    darwinConfigurations = each "configurations/darwin" (make.mkMacosSystem { home-manager = true; });
    nixosModules = each "modules/nixos" path;
    darwinModules = each "modules/darwin" path;
    homeModules = each "modules/home" path;
    overlays = each "overlays" (file: import file make.specialArgsFor.common);
    # There is one for each system.
    legacyPackages = lib.genAttrs [ "x86_64-linux" ] (system: {
      homeConfigurations = each "configurations/home" (make.mkHomeConfiguration inputs.nixpkgs.legacyPackages.${system});
    });
  };
}
