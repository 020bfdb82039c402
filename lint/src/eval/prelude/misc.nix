# What nixpkgs keeps for old expressions.
{ lib }:
let
  inherit (builtins) any elem filter foldl' genericClosure head isAttrs isList map tail;
  inherit (lib.attrsets) attrByPath genAttrs;
  inherit (lib.lists) foldl toList;
  self = lib.misc;
  zeros = count: lib.strings.replicate count "0";
in
{
  fakeHash = "sha256-${lib.strings.replicate 43 "A"}=";
  fakeSha256 = zeros 64;
  fakeSha512 = zeros 128;
  imap = lib.lists.imap1;
  nixType =
    value:
    if isAttrs value then (if value ? outPath then "derivation" else "attrs")
    else if lib.trivial.isFunction value then "function"
    else if elem (builtins.typeOf value) [ "bool" "int" "list" "null" ] then builtins.typeOf value
    else "string";
  maybeEnv = name: default: let value = builtins.getEnv name; in if value == "" then default else value;

  # Attributes
  maybeAttr = name: default: set: set.${name} or default;
  maybeAttrNullable = self.maybeAttr;
  nvs = name: value: { ${name} = value; };
  setAttr = set: name: value: set // { ${name} = value; };
  setAttrMerge = name: default: set: f: set // { ${name} = f (set.${name} or default); };
  defaultMergeArg = old: change: if isAttrs change then change else change old;
  defaultMerge = old: change: old // self.defaultMergeArg old change;
  mergeAttrsWithFunc =
    f: a: b: b // a // builtins.mapAttrs (name: value: f (a.${name} or value) value) b;
  mergeAttrsConcatenateValues = self.mergeAttrsWithFunc (a: b: toList a ++ toList b);
  mergeAttrsNoOverride =
    { mergeLists ? [ "buildInputs" "propagatedBuildInputs" ], overrideSnd ? [ "buildPhase" ] }:
    a: b:
    a // builtins.mapAttrs (
      name: value:
      if !(a ? ${name}) then value
      else if elem name mergeLists then value ++ a.${name}
      else if elem name overrideSnd then a.${name}
      else throw "mergeAttrsNoOverride: no rule merges the two values of ${name}"
    ) b;
  mergeAttrByFunc =
    a: b:
    let
      rules = { mergeAttrBy = lib.trivial.mergeAttrs; } // (a.mergeAttrBy or { }) // (b.mergeAttrBy or { });
      named = lib.attrsets.filterAttrs (name: _: a ? ${name} || b ? ${name}) rules;
      merge = name: f: if a ? ${name} && b ? ${name} then f a.${name} b.${name} else a.${name} or b.${name};
    in
    a // b // builtins.mapAttrs merge named;
  mergeAttrsByFuncDefaults = foldl self.mergeAttrByFunc { inherit (self) mergeAttrBy; };
  mergeAttrsByFuncDefaultsClean = sets: removeAttrs (self.mergeAttrsByFuncDefaults sets) [ "mergeAttrBy" ];
  mergeAttrBy =
    let
      by = f: names: genAttrs names (_: f);
    in
    by lib.trivial.concat [
      "buildInputs" "configureFlags" "nativeBuildInputs" "patches" "postAll" "prePhases" "propagatedBuildInputs"
    ]
    // by lib.trivial.mergeAttrs [ "cfg" "flags" "meta" "passthru" ]
    // by (a: b: "${a}\n${b}") [ "postInstall" "preConfigure" ];
  foldArgs =
    merger: f: start: change:
    let
      given = merger start (self.defaultMergeArg start change);
      more = passthru: passthru // {
        function = self.foldArgs merger f given;
        args = attrByPath [ "passthru" "args" ] { } passthru // change;
      };
      result = self.setAttrMerge "passthru" { } (f given) more;
    in
    result // { override = result.passthru.function; };
  innerModifySumArgs = f: extra: a: b: if b == null then f a b // extra else self.innerModifySumArgs f extra (a // b);
  modifySumArgs = f: extra: self.innerModifySumArgs f extra { };

  # Flags
  ifEnable =
    condition: value:
    if condition then value
    else if isList value then [ ]
    else if isAttrs value then { }
    else if builtins.isBool value then false
    else null;
  checkFlag =
    set: name:
    if name == "true" then true
    else if name == "false" then false
    else if elem name (set.flags or [ ]) then true
    else set.${name} or false;
  getValue =
    set: arguments: name:
    let
      found = lib.lists.findFirst (argument: head argument == name) [ name null ] arguments;
    in
    set.${name} or (if self.checkFlag set name then true else head (tail found));
  checkReqs =
    set: arguments: requirements:
    let
      given = name: !(elem (self.getValue set arguments name) [ null false ]);
    in
    builtins.all (rule: self.checkFlag set (head rule) -> builtins.all given (tail rule)) requirements;
  condConcat =
    text: list: check:
    if list == [ ] then text
    else self.condConcat (if check (head list) then text + head (tail list) else text) (tail (tail list)) check;

  # Lists
  uniqList =
    { inputList, acc ? [ ] }:
    (foldl' (
      state: value:
      if elem value state.seen then state
      else { seen = [ value ] ++ state.seen; out = state.out ++ [ value ]; }
    ) { seen = acc; out = [ ]; } inputList).out;
  uniqListExt =
    { inputList, outputList ? [ ], getter ? (value: value), compare ? (a: b: a == b) }:
    foldl' (
      out: value: if any (old: compare (getter old) (getter value)) out then out else out ++ [ value ]
    ) outputList inputList;
  lazyGenericClosure =
    { startSet, operator }:
    let
      work =
        todo: keys: done:
        let
          item = head todo;
        in
        if todo == [ ] then done
        else if elem item.key keys then work (tail todo) keys done
        else work (tail todo ++ operator item) ([ item.key ] ++ keys) ([ item ] ++ done);
    in
    work startSet [ ] [ ];
  closePropagation =
    packages:
    let
      items = list: map (val: { key = val.outPath; inherit val; }) (filter (package: package != null) list);
      inputs = package: (package.propagatedBuildInputs or [ ]) ++ (package.propagatedNativeBuildInputs or [ ]);
    in
    map (item: item.val) (genericClosure { startSet = items packages; operator = item: items (inputs item.val); });
  closePropagationFast = self.closePropagation;
  closePropagationSlow = packages: self.uniqList { inputList = self.innerClosePropagation [ ] packages; };
  innerClosePropagation =
    done: todo:
    let
      package = head todo;
      seen = [ package ] ++ done;
      more = (package.propagatedBuildInputs or [ ]) ++ (package.propagatedNativeBuildInputs or [ ]) ++ tail todo;
    in
    if todo == [ ] then done
    else if !(isAttrs package) then self.innerClosePropagation done (tail todo)
    else self.innerClosePropagation seen (self.uniqList { inputList = more; acc = seen; });
}
