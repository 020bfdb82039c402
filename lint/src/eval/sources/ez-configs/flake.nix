{
  outputs = _: { flakeModule = ./flake-module.nix; };
}
