{
  outputs = { self, ... }: {
    lib = import ./lib;
    legacyPackages = builtins.__everyAttr (system:
      import ./packages.nix { name = "${self._name}.legacyPackages.${system}"; inherit system; });
    nixosModules = {
      notDetected = ./nixos/modules/installer/scan/not-detected.nix;
      readOnlyPkgs = ./nixos/modules/misc/nixpkgs/read-only.nix;
    };
  };
}
