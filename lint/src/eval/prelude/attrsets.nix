{ lib }:
let
  inherit (builtins)
    all attrNames attrValues catAttrs concatMap elemAt filter foldl' genList head isAttrs length listToAttrs map
    mapAttrs removeAttrs;
  self = lib.attrsets;

  pair = name: value: { inherit name value; };

  # What lies at `path`: `{ at = value; }`, or `{ }` where there is nothing.
  descend =
    path: set:
    foldl' (here: key: if here ? at && here.at ? ${key} then { at = here.at.${key}; } else { }) { at = set; } path;

  # A set of its own for each choice of one element from every list.
  combine =
    lists:
    let
      extend = sets: name: concatMap (set: map (value: set // { ${name} = value; }) lists.${name}) sets;
    in
    foldl' extend [ { } ] (attrNames lists);

  # Balanced, so that merging many sets does not copy the first ones again and again.
  mergeRange =
    sets: from: count:
    let
      half = count / 2;
    in
    if count == 0 then { }
    else if count == 1 then elemAt sets from
    else mergeRange sets from half // mergeRange sets (from + half) (count - half);

  keepIn =
    predicate: set:
    let
      keep = name: let value = set.${name}; in
        if !predicate name value then [ ]
        else [ (pair name (if isAttrs value then keepIn predicate value else value)) ];
    in
    listToAttrs (concatMap keep (attrNames set));

  # `updates` below `prefix`; `before` is `{ value = …; }`, or `{ }` where nothing was.
  updateBelow =
    prefix: before: updates:
    let
      depth = length prefix;
      split = builtins.partition (update: length update.path == depth) updates;
      deeper = builtins.groupBy (update: elemAt update.path depth) split.wrong;
      step = name: updateBelow (prefix ++ [ name ]) (
        if before ? value && before.value ? ${name} then { value = before.value.${name}; } else { }
      );
      nested =
        if split.wrong == [ ] then
          before.value or (throw "updateManyAttrsByPath: there is no '${self.showAttrPath prefix}' to update")
        else if !(before ? value) then
          mapAttrs step deeper
        else if isAttrs before.value then
          before.value // mapAttrs step deeper
        else
          throw "updateManyAttrsByPath: '${self.showAttrPath prefix}' is no set, so nothing can be updated in it";
    in
    lib.lists.foldl (value: update: update.update value) nested split.right;

  firstOutput =
    names: package:
    let
      present = filter (name: package ? ${name}) names;
    in
    if package.outputSpecified or false || present == [ ] then package else package.${head present};
in
{
  inherit (builtins)
    attrNames attrValues catAttrs getAttr hasAttr intersectAttrs isAttrs listToAttrs mapAttrs removeAttrs zipAttrsWith;

  # By path
  attrByPath = path: default: set: (descend path set).at or default;
  hasAttrByPath = path: set: descend path set ? at;
  getAttrFromPath =
    path: set: (descend path set).at or (abort "there is no attribute '${builtins.concatStringsSep "." path}'");
  setAttrByPath = path: value: lib.lists.foldr (name: inner: { ${name} = inner; }) value path;
  longestValidPathPrefix =
    path: set:
    let
      valid = filter (prefix: self.hasAttrByPath prefix set) (genList (n: lib.lists.take n path) (length path + 1));
    in
    lib.lists.last valid;
  updateManyAttrsByPath = updates: value: updateBelow [ ] { inherit value; } updates;
  showAttrPath =
    path:
    if path == [ ] then "<root attribute path>"
    else lib.strings.concatMapStringsSep "." lib.strings.escapeNixIdentifier path;

  # Selecting
  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: self.genAttrs names (name: set.${name});
  filterAttrs = predicate: set: removeAttrs set (filter (name: !predicate name set.${name}) (attrNames set));
  filterAttrsRecursive = keepIn;
  collect =
    predicate: value:
    if predicate value then [ value ]
    else if isAttrs value then concatMap (self.collect predicate) (attrValues value)
    else [ ];
  optionalAttrs = condition: set: if condition then set else { };
  matchAttrs =
    pattern: set:
    assert isAttrs pattern;
    all (
      name:
      let
        want = pattern.${name};
        have = set.${name};
      in
      set ? ${name} && (if isAttrs want then isAttrs have && self.matchAttrs want have else want == have)
    ) (attrNames pattern);

  # Making and mapping
  nameValuePair = pair;
  genAttrs = names: f: listToAttrs (map (name: pair name (f name)) names);
  genAttrs' = items: f: listToAttrs (map f items);
  mapAttrs' = f: set: listToAttrs (attrValues (mapAttrs f set));
  mapAttrsToList = f: set: attrValues (mapAttrs f set);
  attrsToList = set: attrValues (mapAttrs pair set);
  concatMapAttrs = f: set: foldl' (sum: part: sum // part) { } (attrValues (mapAttrs f set));
  mapAttrsRecursive = self.mapAttrsRecursiveCond (_: true);
  mapAttrsRecursiveCond =
    condition: f:
    let
      below = path: mapAttrs (
        name: value:
        (if isAttrs value && condition value then below else f) (path ++ [ name ]) value
      );
    in
    below [ ];
  mapAttrsToListRecursive = self.mapAttrsToListRecursiveCond (_: _: true);
  mapAttrsToListRecursiveCond =
    condition: f:
    let
      below = path: set: concatMap (name: visit (path ++ [ name ]) set.${name}) (attrNames set);
      visit = path: value: if isAttrs value && condition path value then below path value else [ (f path value) ];
    in
    below [ ];
  cartesianProduct = combine;
  cartesianProductOfSets = combine;
  mapCartesianProduct = f: lists: map f (combine lists);

  # Folding
  foldlAttrs = f: start: set: foldl' (sum: name: f sum name set.${name}) start (attrNames set);
  foldAttrs =
    f: start: sets:
    let
      add = set: sum: sum // mapAttrs (name: value: f value (sum.${name} or start)) set;
    in
    lib.lists.foldr add { } sets;

  # Merging
  zipAttrsWithNames = names: f: sets: listToAttrs (map (name: pair name (f name (catAttrs name sets))) names);
  zipAttrs = builtins.zipAttrsWith (_: values: values);
  zip = self.zipAttrsWith;
  zipWithNames = self.zipAttrsWithNames;
  mergeAttrsList = sets: mergeRange sets 0 (length sets);
  recursiveUpdateUntil =
    stop:
    let
      into =
        path: left: right:
        left // mapAttrs (
          name: new:
          let
            here = path ++ [ name ];
            old = left.${name};
          in
          if builtins.__has left name && !(stop here old new) then into here old new else new
        ) right;
    in
    into [ ];
  recursiveUpdate = self.recursiveUpdateUntil (_: old: new: !(isAttrs old && isAttrs new));
  overrideExisting = old: new: mapAttrs (name: value: new.${name} or value) old;
  unionOfDisjoint =
    a: b:
    let
      both = builtins.intersectAttrs a b;
      names = builtins.concatStringsSep " " (attrNames both);
    in
    a // b // mapAttrs (name: _: throw "unionOfDisjoint: '${name}' is in both sets; in both are: ${names}") both;

  # Packages
  isDerivation = value: value.type or null == "derivation";
  toDerivation =
    path:
    let
      outPath = builtins.storePath path;
      package = {
        type = "derivation";
        name = lib.strings.sanitizeDerivationName (builtins.substring 33 (-1) (baseNameOf outPath));
        inherit outPath;
        outputs = [ "out" ];
        outputName = "out";
        out = package;
      };
    in
    package;
  getOutput =
    output: package: if package.outputSpecified or false then package else package.${output} or package.out or package;
  getFirstOutput = firstOutput;
  getBin = self.getOutput "bin";
  getLib = self.getOutput "lib";
  getDev = self.getOutput "dev";
  getMan = self.getOutput "man";
  getStatic = firstOutput [ "static" "lib" "out" ];
  getInclude = firstOutput [ "include" "dev" "out" ];
  chooseDevOutputs = map self.getDev;
  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };
}
