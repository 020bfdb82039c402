{
  outputs = _: rec {
    flakeModules = { default = ./nix/modules/flake-parts; autoWire = ./nix/modules/flake-parts/autowire.nix; };
    flakeModule = flakeModules.default;

    # A flake whose modules lie in the first of some folders.
    lib.mkFlake =
      { inputs, root, systems ? [ "x86_64-linux" "x86_64-darwin" "aarch64-linux" "aarch64-darwin" ], specialArgs ? { } }:
      let
        inherit (builtins) attrNames filter head map pathExists readDir;
        folders = [ "nix/modules/flake" "modules/flake" "nix/modules/flake-parts" "modules/flake-parts" ];
        found = filter (folder: pathExists "${root}/${folder}") folders;
      in
      inputs.flake-parts.lib.mkFlake { inherit inputs specialArgs; } {
        inherit systems;
        _module.args.root = root;
        imports =
          if found == [ ] then throw "None of these paths exist: ${toString folders}"
          else map (name: "${root}/${head found}/${name}") (attrNames (readDir "${root}/${head found}"));
      };
  };
}
