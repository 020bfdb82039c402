{
  outputs = _: {
    lib = import ./lib;
    overlay = builtins.__symbol "flake-utils-plus.overlay";
    nixosModules.autoGenFromInputs = ./lib/options.nix;
    darwinModules.autoGenFromInputs = ./lib/options.nix;
  };
}
