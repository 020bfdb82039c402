import ./lib.nix
