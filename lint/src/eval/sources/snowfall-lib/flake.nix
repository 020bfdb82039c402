{
  outputs = _: {
    mkLib = import ./snowfall-lib;
    mkFlake = arguments@{ inputs, src, snowfall ? { }, ... }:
      (import ./snowfall-lib { inherit inputs src snowfall; }).mkFlake (removeAttrs arguments [ "inputs" "src" ]);
    nixosModules.user = ./modules/nixos/user;
    homeModules.user = ./modules/home/user;
    darwinModules.user = ./modules/darwin/user;
  };
}
