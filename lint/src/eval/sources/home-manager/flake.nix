{
  outputs = _: {
    lib = import ./lib { };
    nixosModules = rec { home-manager = ./nixos; default = home-manager; };
    darwinModules = rec { home-manager = ./nix-darwin; default = home-manager; };
    nixosModule = ./nixos;
    flakeModules = rec { home-manager = ./flake-module.nix; default = home-manager; };
  };
}
