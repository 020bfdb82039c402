# A function of a folder that is the module which imports every Nix file below it, and that can be told more before it is called.
let
  inherit (builtins) elem filter head isAttrs isList isPath isString map mapAttrs match readFileType;

  isPathLike = value: isPath value || isString value || isAttrs value && value ? outPath;
  isFolder = value: isPathLike value && readFileType value == "directory";
  isTree = value: isAttrs value && value ? _state;
  # Whoever is called by the module system rather than with a path.
  isModuleArguments = value: isAttrs value && value ? options;

  initial = {
    lib = null;
    accepts = _: true;
    # Null for the usual: what ends in `.nix`, but for what is in a place whose name begins with an underscore.
    usual = null;
    map = x: x;
    paths = [ ];
    pipe = null;
    api = { };
  };

  files = state: lib: paths:
    let
      below = value:
        if isList value then lib.concatMap below value
        else if isTree value then (value.withLib lib).files
        else if isAttrs value && value ? outPath then below value.outPath
        else if isFolder value then lib.filesystem.listFilesRecursive value
        else [ value ];
      roots = map toString (filter isFolder (lib.flatten paths));
      # The part of a path below the folder that it was found in.
      relative = path: lib.foldl (found: root: if found == path && lib.hasPrefix root path then lib.removePrefix root path else found) path roots;
      usual =
        if state.usual != null then state.usual
        else path: lib.hasSuffix ".nix" path && !lib.hasInfix "/_" path;
      accepted = value:
        if isPathLike value then usual (relative (toString value)) && state.accepts (relative (toString value))
        else (if state.usual == null then true else state.usual value) && state.accepts value;
    in
    map state.map (filter accepted (lib.concatMap below paths));

  called = state: argument:
    let
      paths = state.paths ++ (if isModuleArguments argument then [ ] else [ argument ]);
      module = { lib, ... }: { imports = files state lib paths; };
    in
    if state.pipe == null then { imports = [ module ]; }
    else if state.lib == null then throw "You need to call withLib before trying to read the tree."
    else state.pipe (files state state.lib paths);

  tree = state:
    let
      this = tree state;
      with' = changes: tree (state // changes);
      both = f: g: x: f x && g x;
      matches = pattern: path: match pattern path != null;
    in
    mapAttrs (_: function: function this) state.api // {
      _state = state;
      __config = state;
      __functor = _: called state;
      filter = accepts: with' { accepts = both state.accepts accepts; };
      filterNot = refuses: with' { accepts = both state.accepts (x: !(refuses x)); };
      match = pattern: with' { accepts = both state.accepts (matches pattern); };
      matchNot = pattern: with' { accepts = both state.accepts (x: !(matches pattern x)); };
      map = f: with' { map = x: f (state.map x); };
      addPath = path: with' { paths = state.paths ++ [ path ]; };
      addAPI = api: with' { api = state.api // api; };
      withLib = lib: with' { inherit lib; };
      initFilter = usual: with' { inherit usual; };
      pipeTo = pipe: with' { inherit pipe; };
      leafs = with' { pipe = x: x; };
      files = (with' { pipe = x: x; }) [ ];
      result = this [ ];
      new = tree initial;
    };
in
tree initial
