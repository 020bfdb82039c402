# The parts of nixpkgs' module system that the test needs: modules and their imports, options, properties, merging by type, and what NixOS makes
# of specialisations. What it says where it refuses something is worded like NixOS' own errors.
#
# `declared` is a module with NixOS' options, and `file` is where the system starts. Without `check`, definitions of options that there are not
# are passed over.
{ declared, file, check }:
let
  inherit (builtins)
    all attrNames attrValues concatLists concatStringsSep elem filter foldl' genericClosure getAttr hasAttr head isAttrs isBool isFloat
    isFunction isInt isList isPath isString length listToAttrs mapAttrs match removeAttrs sort stringLength substring tail typeOf;

  concatMap = f: list: concatLists (map f list);
  reverse = list: foldl' (done: x: [ x ] ++ done) [ ] list;
  show = concatStringsSep ".";
  last = list: if length list == 1 then head list else last (tail list);
  isEqual = values: all (value: value == head values) values;

  # Properties.
  property = value: if isAttrs value then value._type or "" else "";
  priority = value: if property value == "override" then value.priority else 100;

  # A definition of a set as definitions of its attributes.
  pushed = value:
    if property value == "merge" then concatMap pushed value.contents
    else if property value == "if" || property value == "override" then
      map (mapAttrs (_: content: value // { inherit content; })) (pushed value.content)
    else if isAttrs value then [ value ]
    else throw "expected a set but found ${typeOf value}";

  discharged = value:
    if property value == "merge" then concatMap discharged value.contents
    else if property value == "if" then
      if !isBool value.condition then throw "‘mkIf’ called with a non-Boolean condition"
      else if value.condition then discharged value.content
      else [ ]
    else [ value ];

  # The definitions that count, in the order in which they merge.
  counted = definitions:
    let
      on = concatMap (d: map (value: d // { inherit value; }) (discharged d.value)) definitions;
      lowest = foldl' (low: d: if priority d.value < low then priority d.value else low) 10000 on;
      strongest = filter (d: priority d.value == lowest) on;
      bare = map (d: if property d.value == "override" then d // { value = d.value.content; } else d) strongest;
      place = d: if property d.value == "order" then d.value.priority else 1000;
      sorted = sort (a: b: place a < place b) bare;
    in
    map (d: if property d.value == "order" then d // { value = d.value.content; } else d) sorted;

  merged = loc: type: definitions:
    let
      defs = counted definitions;
      bad = filter (d: !(type.check d.value)) defs;
    in
    if defs == [ ] then throw "The option `${show loc}' is used but not defined."
    else if bad != [ ] then throw "A definition for option `${show loc}' is not of type `${type.name}'."
    else type.merge loc defs;

  conflict = loc: throw "The option `${show loc}' has conflicting definition values";

  # Types.
  equal = name: check: {
    inherit name check;
    merge = loc: defs: if isEqual (map (d: d.value) defs) then (head defs).value else conflict loc;
  };
  single = name: check: {
    inherit name check;
    merge = loc: defs: if length defs == 1 then (head defs).value else conflict loc;
  };
  joined = name: separator: {
    inherit name;
    check = isString;
    merge = _: defs: concatStringsSep separator (map (d: d.value) defs);
  };
  isPathLike = value: isPath value || isString value && substring 0 1 value == "/" || isAttrs value && value ? outPath;

  byKind = loc: defs:
    let values = map (d: d.value) defs; in
    if length defs == 1 then head values
    else if all isList values then concatLists values
    else if all isAttrs values then foldl' (a: b: a // b) { } values
    else if all isBool values then foldl' (a: b: a || b) false values
    else if all isString values then concatStringsSep "" values
    else if isEqual values then head values
    else conflict loc;

  recursive = loc: defs:
    let
      values = map (d: d.value) defs;
      names = attrNames (foldl' (a: b: a // b) { } values);
      of = name: filter (d: hasAttr name d.value) defs;
      inner = name: recursive (loc ++ [ name ]) (counted (map (d: d // { value = d.value.${name}; }) (of name)));
    in
    if length defs > 1 && all isAttrs values then
      listToAttrs (map (name: { inherit name; value = inner name; }) names)
    else if isEqual values then head values
    else conflict loc;

  types = rec {
    bool = equal "boolean" isBool;
    int = equal "signed integer" isInt;
    float = equal "floating point number" isFloat;
    number = equal "number" (value: isInt value || isFloat value);
    str = equal "string" isString;
    singleLineStr = str;
    nonEmptyStr = equal "non-empty string" (value: isString value && value != "");
    strMatching = pattern: equal "string matching the pattern ${pattern}" (value: isString value && match pattern value != null);
    path = equal "path" isPathLike;
    package = single "package" isPathLike;
    enum = values: equal "one of several" (value: elem value values);
    ints.between = low: high: equal "integer between" (value: isInt value && low <= value && value <= high);
    port = ints.between 0 65535;
    raw = single "raw value" (_: true);
    lines = joined "strings concatenated with \"\\n\"" "\n";
    separatedString = joined "strings concatenated";
    commas = separatedString ",";
    unspecified = { name = "unspecified value"; check = _: true; merge = byKind; };
    anything = { name = "anything"; check = _: true; merge = recursive; };
    attrs = { name = "attribute set"; check = isAttrs; merge = _: defs: foldl' (a: b: a // b) { } (map (d: d.value) defs); };
    nullOr = inner: {
      name = "null or ${inner.name}";
      check = value: value == null || inner.check value;
      merge = loc: defs:
        let nulls = filter (d: d.value == null) defs; in
        if length nulls == length defs then null else if nulls != [ ] then conflict loc else inner.merge loc defs;
    };
    either = first: second: {
      name = "${first.name} or ${second.name}";
      check = value: first.check value || second.check value;
      merge = loc: defs:
        if all (d: first.check d.value) defs then first.merge loc defs
        else if all (d: second.check d.value) defs then second.merge loc defs
        else conflict loc;
    };
    oneOf = list: foldl' either (head list) (tail list);
    listOf = inner: {
      name = "list of ${inner.name}";
      check = isList;
      merge = loc: defs:
        let
          element = d: value: { inherit (d) file; inherit value; };
          elements = concatMap (d: map (element d) d.value) defs;
          there = filter (d: counted [ d ] != [ ]) elements;
        in
        map (d: merged (loc ++ [ "*" ]) inner [ d ]) there;
    };
    attrsOf = inner: {
      name = "attribute set of ${inner.name}";
      check = isAttrs;
      merge = loc: defs:
        let
          sets = concatMap (d: map (value: d // { inherit value; }) (pushed d.value)) defs;
          names = attrNames (foldl' (done: d: done // d.value) { } sets);
          of = name: map (d: d // { value = d.value.${name}; }) (filter (d: hasAttr name d.value) sets);
          there = filter (name: counted (of name) != [ ]) names;
        in
        listToAttrs (map (name: { inherit name; value = merged (loc ++ [ name ]) inner (of name); }) there);
      elements = inner;
      with' = other: if other ? elements then attrsOf (combined inner other.elements) else attrsOf inner;
    };
    submodule = module: submodules [ module ];
    submodules = modules: {
      name = "submodule";
      check = value: isAttrs value || isFunction value || isPath value;
      inherit modules;
      merge = loc: defs:
        let
          module = d: if isAttrs d.value then { config = d.value; } else { imports = [ d.value ]; };
          own = modules ++ map module defs;
        in
        (evaluated { prefix = loc; modules = own; arguments.name = last loc; }).config;
      with' = other: if other ? modules then submodules (modules ++ other.modules) else submodules modules;
    };
    # The configuration of a specialisation: the modules of a system, and more.
    system = modules: {
      name = "submodule";
      check = value: isAttrs value || isFunction value || isPath value;
      merge = loc: defs:
        (evaluated {
          modules = modules ++ [ inEverySpecialisation ] ++ map (d: { imports = [ d.value ]; }) defs;
          arguments.name = last loc;
        }).config;
    };
  };

  # An option that is declared twice.
  combined = a: b: if a ? with' then a.with' b else a;

  # Modules.
  lib = import ./lib.nix { inherit types; };

  loaded = arguments: { key, module }:
    let
      value = if isPath module || isString module then import module else module;
      set = if isFunction value then value arguments else value;
      shaped = set ? config || set ? options;
      known = [ "config" "options" "imports" "disabledModules" "_file" "key" "_class" "meta" "freeformType" ];
      strangers = filter (name: !(elem name known)) (attrNames set);
      item = index: module: {
        key = if isPath module then toString module else "${key}:${toString index}";
        inherit module;
      };
      imports = set.imports or [ ];
      numbers = builtins.genList (n: n) (length imports);
    in
    if property set != "" then { config = set; options = { }; imports = [ ]; disabled = [ ]; }
    else if shaped && strangers != [ ] then
      throw "Module `${key}' has an unsupported attribute `${head strangers}'."
    else {
      config = if shaped then set.config or { } else removeAttrs set [ "imports" "disabledModules" "_file" "key" "_class" ];
      options = set.options or { };
      imports = map (n: item n (builtins.elemAt imports n)) numbers;
      disabled = map toString (set.disabledModules or [ ]);
    };

  evaluated = { modules, arguments ? { }, prefix ? [ ] }:
    let
      given = { inherit lib; config = tree.config; pkgs = throw "packages are not in here"; } // arguments;
      start = builtins.genList (n: { key = "module ${toString n}"; module = builtins.elemAt modules n; }) (length modules);
      closure = disabled: genericClosure {
        startSet = map (m: m // { loaded = loaded given m; }) start;
        operator = m: map (m: m // { loaded = loaded given m; }) (filter (m: !(elem m.key disabled)) m.loaded.imports);
      };
      disabled = concatMap (m: m.loaded.disabled) (closure [ ]);
      all = map (m: m.loaded) (reverse (closure disabled));
      tree = mergedTree prefix (map (m: m.options) all) (map (m: { file = ""; value = m.config; }) all);
    in
    { config = if !check || tree.strangers == [ ] then tree.config else throw "The option `${head tree.strangers}' does not exist."; };

  mergedTree = loc: declarations: definitions:
    let
      sets = concatMap (d: map (value: d // { inherit value; }) (pushed d.value)) definitions;
      of = name: map (d: d // { value = d.value.${name}; }) (filter (d: hasAttr name d.value) sets);
      declared = foldl' (a: b: a // b) { } declarations;
      of' = name: map (getAttr name) (filter (hasAttr name) declarations);
      node = name:
        let
          here = loc ++ [ name ];
          all = of' name;
          options = filter (d: property d == "option") all;
          type = foldl' combined ((head options).type or types.unspecified) (map (o: o.type or types.unspecified) (tail options));
          defaults = concatMap (o: if o ? default then [ { file = ""; value = lib.mkOptionDefault o.default; } ] else [ ]) options;
          applied = foldl' (value: o: if o ? apply then o.apply value else value) (merged here type (of name ++ defaults)) options;
        in
        if options != [ ] then { config = applied; strangers = [ ]; } else mergedTree here all (of name);
      nodes = mapAttrs (name: _: node name) declared;
      defined = attrNames (foldl' (done: d: done // d.value) { } sets);
      own = map (name: show (loc ++ [ name ])) (filter (name: !(hasAttr name declared)) defined);
    in
    {
      config = mapAttrs (_: n: n.config) nodes;
      strangers = own ++ concatMap (n: n.strangers) (attrValues nodes);
    };

  # What NixOS does about specialisations.
  inEverySpecialisation = {
    specialisation = lib.mkOverride 0 { };
    isSpecialisation = lib.mkOverride 0 true;
    boot.loader.grub.device = lib.mkOverride 0 "nodev";
  };
  ofNixos = {
    options.isSpecialisation = lib.mkOption { type = types.bool; default = false; };
    options.specialisation = lib.mkOption {
      default = { };
      type = types.attrsOf (types.submodule ({ config, ... }: {
        options.inheritParentConfig = lib.mkOption { type = types.bool; default = true; };
        options.configuration = lib.mkOption {
          default = { };
          type = types.system (if config.inheritParentConfig then modules else [ ofNixos declared ]);
        };
      }));
    };
  };
  modules = [ ofNixos declared { imports = [ file ]; } ];
in
(evaluated { inherit modules; }).config
