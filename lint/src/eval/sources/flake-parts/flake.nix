{
  outputs = _: {
    lib = import ./lib.nix;
    flakeModules = {
      bundlers = ./extras/bundlers.nix;
      easyOverlay = ./extras/easyOverlay.nix;
      flakeModules = ./extras/flakeModules.nix;
      modules = ./extras/modules.nix;
      partitions = ./extras/partitions.nix;
    };
  };
}
