# Sets of files. A tree is null (nothing), a text (a file of that type) or a set of trees by name (a directory); a file
# set holds the tree of the whole file system.
{ lib }:
let
  inherit (lib.strings) hasSuffix;
  inherit (builtins)
    any attrNames attrValues concatMap filter head isAttrs isPath isString map mapAttrs pathExists readDir
    split typeOf;
  self = lib.fileset;

  components = path: filter (part: isString part && part != "") (split "/" (toString path));
  fileType = lib.filesystem.pathType;

  fileset =
    tree:
    builtins.seq tree {
      _type = "fileset";
      __tree = tree;
      _noEval = throw "lib.fileset: a file set is no value by itself: use lib.fileset.toSource or lib.fileset.toList.";
    };
  placed = path: tree: fileset (lib.attrsets.setAttrByPath (components path) tree);

  # The tree at `path`, with what `visit` makes of each entry.
  grow = visit: path: mapAttrs (name: visit (path + "/${name}") name) (readDir path);
  everything = path: _: type: if type == "directory" then grow everything path else type;
  whole = path: placed path (everything path null (fileType path));

  isSource = value: value ? _isLibCleanSourceWith;
  coerced =
    who: value:
    if value._type or "" == "fileset" then value
    else if !(isPath value) then
      throw "lib.fileset.${who}: a ${typeOf value} is neither a file set nor a path"
    else if !(pathExists value) then
      throw "lib.fileset.${who}: there is no ${toString value}"
    else whole value;
  tree = who: value: (coerced who value).__tree;

  union =
    trees:
    let
      present = filter (tree: tree != null) trees;
      files = filter isString present;
    in
    if present == [ ] then null
    else if files != [ ] then head files
    else builtins.zipAttrsWith (_: union) present;
  intersection =
    a: b:
    if isAttrs a && isAttrs b then mapAttrs (name: intersection a.${name}) (builtins.intersectAttrs a b)
    else if a == null || b == null || isAttrs a != isAttrs b then null
    else a;
  difference =
    a: b:
    if b == null then a
    else if isAttrs a && isAttrs b then mapAttrs (name: inner: difference inner (b.${name} or null)) a
    else null;
  hasFiles = tree: if isAttrs tree then any hasFiles (attrValues tree) else tree != null;
  list =
    path: tree:
    if isAttrs tree then concatMap (name: list (path + "/${name}") tree.${name}) (attrNames tree)
    else if tree == null then [ ]
    else [ path ];
in
{
  empty = fileset { };
  isFileset = value: value._type or "" == "fileset" || isPath value && pathExists value;
  maybeMissing =
    path:
    if !(isPath path) then throw "lib.fileset.maybeMissing: a ${typeOf path} is no path"
    else if pathExists path then whole path
    else self.empty;

  union = a: b: self.unions [ a b ];
  unions =
    sets:
    if builtins.isList sets then fileset (union ([ { } ] ++ map (tree "unions") sets))
    else throw "lib.fileset.unions: a ${typeOf sets} is no list";
  intersection = a: b: fileset (intersection (tree "intersection" a) (tree "intersection" b));
  difference = a: b: fileset (difference (tree "difference" a) (tree "difference" b));
  fileFilter =
    predicate: path:
    let
      visit =
        path: name: type:
        if type == "directory" then grow visit path
        else if predicate { inherit name type; hasExt = extension: hasSuffix ".${extension}" name; } then type
        else null;
    in
    if !(lib.trivial.isFunction predicate) then throw "lib.fileset.fileFilter: a ${typeOf predicate} is no function"
    else if !(isPath path) then throw "lib.fileset.fileFilter: a ${typeOf path} is no path"
    else if !(pathExists path) then throw "lib.fileset.fileFilter: there is no ${toString path}"
    else placed path (visit path (baseNameOf path) (fileType path));
  fromSource =
    source:
    let
      path = if isSource source then source.origSrc else source;
      inside = path: type: if type == "directory" then grow visit path else type;
      visit = path: _: type: if source.filter (toString path) type then inside path type else null;
    in
    if !(isPath path) then throw "lib.fileset.fromSource: a ${typeOf path} is no path"
    else if !(pathExists path) then throw "lib.fileset.fromSource: there is no ${toString path}"
    else if !(isSource source) then whole path
    else placed path (inside path (fileType path));
  gitTracked = _: builtins.__unknown "which files Git tracks";
  gitTrackedWith = _: _: builtins.__unknown "which files Git tracks";

  toList = set: list /. (tree "toList" set);
  toSource =
    { root, fileset }:
    let
      inside = tree "toSource" fileset;
      beside = difference inside (lib.attrsets.setAttrByPath (components root) "directory");
    in
    if !(isPath root) then throw "lib.fileset.toSource: `root` is a ${typeOf root}, not a path"
    else if !(lib.filesystem.pathIsDirectory root) then throw "lib.fileset.toSource: there is no directory ${toString root}"
    else if hasFiles beside then throw "lib.fileset.toSource: some files are not in ${toString root}"
    else
      lib.sources.cleanSourceWith {
        src = root;
        name = "source";
        filter = path: _: hasFiles (lib.attrsets.attrByPath (components path) null inside);
      };
  trace = set: value: builtins.seq (tree "trace" set) value;
  traceVal = coerced "traceVal";
}
