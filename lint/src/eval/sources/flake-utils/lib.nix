# The same outputs for several systems.
let
  inherit (builtins) attrNames foldl' listToAttrs map;

  defaultSystems = [ "aarch64-linux" "aarch64-darwin" "x86_64-darwin" "x86_64-linux" ];

  each = merge: systems: outputs:
    foldl'
      (all: system:
        let
          ofSystem = outputs system;
        in
        foldl' (all: name: all // { ${name} = merge (all.${name} or { }) system ofSystem.${name}; }) all (attrNames ofSystem))
      { }
      systems;

  self = {
    inherit defaultSystems;
    allSystems = builtins.__unknown "the list of all systems";
    system = listToAttrs (map (name: { inherit name; value = name; }) defaultSystems);
    eachSystem = each (old: system: value: old // { ${system} = value; });
    eachDefaultSystem = self.eachSystem defaultSystems;
    eachSystemPassThrough = each (old: _: value: old // value);
    eachDefaultSystemPassThrough = self.eachSystemPassThrough defaultSystems;
    eachSystemMap = systems: f: listToAttrs (map (name: { inherit name; value = f name; }) systems);
    eachDefaultSystemMap = self.eachSystemMap defaultSystems;
    mkApp = { drv, name ? null, exePath ? null }: builtins.__symbol "an app";
    flattenTree = tree: builtins.__symbol "a tree of packages";
    filterPackages = _: packages: packages;
    simpleFlake = _: builtins.__unknown "flake-utils' simpleFlake";
    meld = inputs: builtins.foldl' (all: flake: all // import flake inputs) { };
  };
in
self
