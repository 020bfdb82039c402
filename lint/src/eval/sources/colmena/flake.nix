{
  outputs = _: {
    lib.makeHive = machines: {
      nodes = (import "/«speclint»/lib/flakes.nix").hive (import "/nix/store/«nixpkgs»/nixos/lib/eval-config.nix") machines;
    };
  };
}
