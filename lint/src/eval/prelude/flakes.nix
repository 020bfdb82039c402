# What Nix does with a flake: finds its inputs and applies its `outputs` to them. An input whose source is not at hand is one of the
# well-known sources, or a symbol.
let
  inherit (builtins)
    attrNames elemAt filter foldl' fromJSON functionArgs hasAttr head isAttrs isFunction isString length listToAttrs map mapAttrs
    match pathExists readFile split stringLength substring tail;

  # What only Nix knows of a source: whether it has a revision, and when it was last changed.
  unsaid = builtins.__uncertain
    [ "dirtyRev" "dirtyShortRev" "lastModified" "lastModifiedDate" "narHash" "rev" "revCount" "shortRev" "submodules" ]
    "what Nix knows of a source besides its files";

  names = path: filter (part: isString part && part != "") (split "/" path);

  # The URL of a reference that may be a set.
  urlOf = reference:
    if isString reference then reference
    else if reference ? url then reference.url
    else if reference ? owner && reference ? repo then "${reference.type or "github"}:${reference.owner}/${reference.repo}"
    else if reference ? path then "path:${reference.path}"
    else reference.id or "";

  # The folder that a reference to a local path means, seen from a source; null for others.
  local = source: url:
    let
      path = match "(path:|git\\+file:)?(//)?([./][^?#]*)(.*)" url;
      folder = elemAt path 2;
    in
    if path == null then null
    else if substring 0 1 folder == "/" then folder
    else "${source}/${folder}";

  readLock = source:
    let
      file = "${source}/flake.lock";
      lock = fromJSON (readFile file);
    in
    if pathExists file then builtins.__attempt (if lock ? nodes.${lock.root} then lock else null) null else null;

  # The key of the node that an input of a node in a lock file is: named, or reached through the inputs of the root.
  nodeOf = lock: input: if isString input then input else foldl' (node: name: nodeOf lock lock.nodes.${node}.inputs.${name}) lock.root input;

  # The inputs of a flake. `node` is its place in a lock file, if there is one.
  inputsOf = { source, flake, name, lock, node, inherited ? { } }:
    let
      declared = flake.inputs or { };
      locked = if lock == null then { } else lock.nodes.${node}.inputs or { };
      wanted =
        attrNames declared
        ++ (if isFunction flake.outputs then filter (n: n != "self" && !hasAttr n declared) (attrNames (functionArgs flake.outputs)) else [ ]);
      input = key:
        if locked ? ${key} then fromLock { inherit source lock; name = "${name}.${key}"; } (nodeOf lock locked.${key})
        else unlocked { inherit source declared; name = "${name}.${key}"; siblings = inputs; } key (declared.${key} or { });
      inputs = listToAttrs (map (key: { name = key; value = inherited.${key} or (input key); }) wanted);
    in
    inputs;

  fromLock = { source, lock, name }: key:
    let
      entry = lock.nodes.${key};
      reference = entry.locked or { };
      at =
        if reference ? path then local source "path:${reference.path}"
        else if reference ? narHash then builtins.__sourceInStore reference.narHash
        else null;
    in
    found {
      inherit name lock;
      node = key;
      at = if at == null then null else at + (if reference ? dir then "/${reference.dir}" else "");
      url = urlOf (entry.original or reference);
      said = saidOf (entry.original or { });
      changed = reference.lastModified or null;
      isFlake = entry.flake or true;
      inherited = { };
    };

  unlocked = { source, declared, name, siblings }: key: reference:
    let
      url = urlOf (if reference ? url || reference ? type || reference ? path then reference else { id = key; });
      inherited = mapAttrs (_: input: followed siblings (names input.follows))
        (listToAttrs (filter (entry: entry.value ? follows)
          (map (name: { inherit name; value = reference.inputs.${name}; }) (attrNames (reference.inputs or { })))));
    in
    if reference ? follows then followed siblings (names reference.follows)
    else
      found {
        inherit name inherited url;
        said = saidOf reference + "/" + url;
        changed = null;
        lock = null;
        node = null;
        at = local source url;
        isFlake = reference.flake or true;
      };

  # The input that a `follows` means: of the same flake, or of one of its inputs.
  followed = siblings: path:
    foldl' (inputs: name: inputs.inputs.${name} or (nameless name)) (siblings.${head path} or (nameless (head path))) (tail path);
  nameless = name: found { inherit name; url = name; said = ""; changed = null; lock = null; node = null; at = null; isFlake = true; inherited = { }; };

  # What a folder is a copy of, wherever it comes from.
  kindOf = at:
    if at == null then null
    else if pathExists "${at}/nixos/modules/module-list.nix" then "nixpkgs"
    else if pathExists "${at}/modules/lib/stdlib-extended.nix" && pathExists "${at}/modules/modules.nix" then "home-manager"
    else null;

  # What a reference says of the release that it means.
  saidOf = reference:
    if isAttrs reference then "/${reference.ref or ""}/${reference.url or ""}" else "";

  found = { name, lock, node, at, url, said, changed, isFlake, inherited }:
    let
      kind = if builtins.__identify url != null then builtins.__identify url else kindOf at;
      source =
        if kind == null then at
        else builtins.__released (builtins.__standIn kind (if name == "inputs.${kind}" then kind else name) at) said changed;
    in
    if source != null && isFlake && (kind != null || pathExists "${at}/flake.nix") then
      call { inherit source name lock node inherited; known = kind != null; }
    else if source != null then unsaid { outPath = source; }
    else if isFlake then opaque name
    else builtins.__symbol name;

  # A flake that is not at hand. Systems that it makes are NixOS', with modules and arguments that are not known besides what they
  # are made of.
  opaque = name:
    let
      function = "${name}.lib.nixosSystem";
      nixosSystem = arguments:
        if builtins.__attempt (isAttrs arguments && arguments ? modules) false then
          import "${builtins.__standIn "nixpkgs" name null}/nixos/lib/eval-config.nix" (arguments // {
            modules = [ (builtins.__symbol function) ] ++ arguments.modules;
            modulesLocation = (builtins.unsafeGetAttrPos "modules" arguments).file or "<unknown-file>";
            specialArgs = builtins.__symbolic (arguments.specialArgs or { }) "${function}'s arguments";
          })
        else builtins.__symbol function;
    in
    builtins.__symbolic { lib = builtins.__symbolic { inherit nixosSystem; } "${name}.lib"; } name;

  # A flake: what its outputs are, with what Nix adds to them.
  call = { source, name, lock, node, inherited ? { }, known ? false }:
    let
      flake = import "${source}/flake.nix";
      inputs = if known then { } else inputsOf { inherit source flake name lock node inherited; };
      outputs = flake.outputs (inputs // { inherit self; });
      # What is known of a flake before its outputs are.
      self = builtins.__beside
        ({ _type = "flake"; outPath = source; sourceInfo = unsaid { outPath = source; }; inherit outputs; }
        // (if known then { _name = name; } else { inherit inputs; }))
        (if known then builtins.__symbolic outputs name else unsaid outputs);
    in
    self;

  # The machines of a hive, as colmena makes them of its modules; `evaluate` makes a system.
  hive = evaluate: machines:
    let
      meta = machines.meta or machines.network or { };
      nodes = removeAttrs machines [ "defaults" "meta" "network" ];
      evaluated = mapAttrs
        (name: module: evaluate {
          specialArgs = { inherit name; nodes = evaluated; } // meta.specialArgs or { } // meta.nodeSpecialArgs.${name} or { };
          modules = [
            ({ lib, ... }: { options.deployment = lib.mkOption { type = lib.types.anything; default = { }; }; })
            (machines.defaults or { })
            module
          ];
        })
        nodes;
    in
    evaluated;

  # The homes that a flake has once for each system, of one of them.
  homesOf = outputs:
    let
      of = system: builtins.__attempt (outputs.legacyPackages.${system}.homeConfigurations or { }) { };
      homes = filter (set: isAttrs set && set != { }) (map of [ "x86_64-linux" "aarch64-linux" ]);
    in
    if homes == [ ] then { } else head homes;
in
rec {
  inherit hive;

  # The flake in a folder.
  flake = source:
    let
      lock = readLock source;
    in
    call { inherit source lock; name = "inputs"; node = if lock == null then null else lock.root; };

  # The outputs of the flake in a folder that are configurations.
  configurations = source:
    let
      outputs = flake source;
    in
    {
      nixosConfigurations = outputs.nixosConfigurations or { };
      homeConfigurations = outputs.homeConfigurations or { } // homesOf outputs;
      darwinConfigurations = outputs.darwinConfigurations or { };
      colmena =
        if outputs ? colmena then hive (outputs.inputs.nixpkgs or (nameless "nixpkgs")).lib.nixosSystem outputs.colmena
        else outputs.colmenaHive.nodes or { };
    };
}
