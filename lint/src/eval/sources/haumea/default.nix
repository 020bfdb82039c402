# A folder as a set of what its files yield. A name that begins with an underscore is seen from files of the tree only, with two
# only from those of the same folder or below.
{ lib ? import "/«speclint»/lib/default.nix" }:
let
  inherit (builtins) attrNames filter head listToAttrs match readDir stringLength;

  # How many of the two underscores in front count, and what is called.
  named = file:
    let
      plain = lib.removePrefix "_" (lib.removePrefix "_" file);
    in
    { inherit plain; hidden = stringLength file - stringLength plain; };

  # All but the last extension; a dot in front or at the end begins none.
  stem = file:
    let
      parts = match "(.+)[.][^.]+" file;
    in
    if parts == null then file else head parts;

  # Of each file and folder its value, seen from a place in the tree: null for outside.
  visible = { transform, place, from, entries }:
    transform place (listToAttrs (map
      (entry: {
        inherit (entry) name;
        value =
          if entry.entries == null then entry.value
          else visible { inherit transform from; inherit (entry) entries; place = place ++ [ entry.name ]; };
      })
      (filter
        (entry:
          entry.hidden == 0 || from != null && (entry.hidden == 1 || lib.take (lib.length place) from == place))
        entries)));

  # What is in a folder: of a file what its loader yields, which sees the tree from the folder that it is in.
  contents = { folder, place, matchers, inputs, seen }:
    let
      found = readDir folder;
      entry = file:
        let
          inherit (named file) plain hidden;
          matching = filter (matcher: matcher.matches plain) matchers;
          path = folder + "/${file}";
          value = (head matching).loader
            (inputs // { self = value; super = lib.getAttrFromPath place (seen place); root = seen place; })
            path;
        in
        if plain == "" then [ ]
        else if found.${file} == "directory" then [ {
          inherit hidden;
          name = plain;
          value = null;
          entries = contents { inherit matchers inputs seen; folder = path; place = place ++ [ plain ]; };
        } ]
        else if found.${file} == "regular" && matching != [ ] then [ {
          inherit hidden value;
          name = stem plain;
          entries = null;
        } ]
        else [ ];
      entries = lib.concatMap entry (attrNames found);
      names = map (entry: entry.name) entries;
    in
    if lib.unique names != names then throw "haumea failed when traversing ${toString folder}" else entries;

  load = { src, loader ? loaders.default, inputs ? { }, transformer ? [ ] }:
    let
      transform = place: set: lib.foldl (set: change: change place set) set (lib.flatten transformer);
      view = from: visible { inherit transform from entries; place = [ ]; };
      entries = contents {
        inherit inputs;
        folder = src;
        place = [ ];
        matchers = if lib.isFunction loader then [ (matchers.nix loader) ] else loader;
        seen = view;
      };
    in
    view null;

  # A function gets those of the inputs that it names, whether it has defaults or not.
  given = import': inputs: path:
    let
      value = import' path;
    in
    if lib.isFunction value then value (lib.mapAttrs (name: _: inputs.${name}) (lib.functionArgs value)) else value;
  loaders = {
    default = given import;
    callPackage = inputs: path: lib.callPackageWith inputs path { };
    path = _: path: path;
    scoped = inputs: given (scopedImport inputs) inputs;
    verbatim = _: import;
  };

  extension = name: loader: {
    matches = file: lib.hasSuffix ".${name}" file && file != ".${name}";
    inherit loader;
  };
  matchers = {
    inherit extension;
    always = loader: { matches = _: true; inherit loader; };
    nix = extension "nix";
    json = extension "json" (_: lib.importJSON);
    toml = extension "toml" (_: lib.importTOML);
    regex = pattern: loader: {
      matches = file: match pattern file != null;
      loader = inputs: path: loader (match pattern (baseNameOf path)) inputs path;
    };
  };

  # Takes `from` out of each attribute and joins what was in them; at the root under the name `to`.
  hoist = join: of: from: to: place: set:
    let
      key = if place == [ ] then to else from;
      parts = lib.mapAttrsToList
        (name: value:
          if value ? ${from} then { ${name} = removeAttrs value [ from ]; ${key} = of name value.${from}; }
          else { ${name} = value; })
        set;
    in
    lib.foldl (join key) { } parts;
  transformers = {
    liftDefault = _: set:
      let
        rest = removeAttrs set [ "default" ];
        lifted = set.default or { };
      in
      if lib.intersectAttrs rest lifted == { } then rest // lifted else throw "liftDefault: the default has attributes of the folder";
    hoistLists = hoist (key: a: b: a // b // { ${key} = a.${key} or [ ] ++ b.${key} or [ ]; }) (_: list: list);
    hoistAttrs = hoist (_: lib.recursiveUpdate) (name: value: { ${name} = value; });
    prependUnderscore = _: lib.mapAttrs' (name: value: {
      name = if match "[A-Za-z_].*" name != null then name else "_${name}";
      inherit value;
    });
  };
in
{
  inherit load loaders matchers transformers;
  # Tests are not run.
  loadEvalTests = _: builtins.__symbol "haumea's tests";
}
