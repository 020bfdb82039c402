# Every type carries its description in `__speclint`: a kind and what the kind needs. That is all the evaluator reads of
# a built-in type; `check` and `merge` lead back to it.
{ lib }:
let
  inherit (builtins) attrNames elem elemAt head isString length mapAttrs toJSON;
  inherit (lib.strings) concatMapStringsSep escapeNixIdentifier escapeNixString;
  self = lib.types;

  # A type of the given description; `shape` has what differs from the plainest type.
  build =
    __speclint: shape:
    let
      type = {
        _type = "option-type";
        description = type.name;
        descriptionClass = null;
        check = builtins.__typeCheck type;
        merge = builtins.__typeMerge type;
        emptyValue = { };
        getSubOptions = _: { };
        getSubModules = null;
        substSubModules = _: null;
        nestedTypes = { };
        functor = self.defaultFunctor type.name;
        typeMerge = self.defaultTypeMerge type.functor;
        deprecationMessage = null;
        inherit __speclint;
      }
      // shape;
    in
    type;
  noun = kind: description: build { inherit kind; } { name = kind; inherit description; descriptionClass = "noun"; };

  # `base` with another description of its own; its functor stays, so that merging declarations forgets the difference.
  narrowed =
    __speclint: base: shape:
    let
      ours = { check = builtins.__typeCheck type; merge = builtins.__typeMerge type; inherit __speclint; };
      type = base // ours // shape;
    in
    type;

  # How a component is named inside another type's description.
  phrase = classes: self.optionDescriptionPhrase (class: elem class classes);
  single = phrase [ "noun" ];
  several = phrase [ "noun" "composite" ];
  choice = phrase [ "noun" "conjunction" ];

  # A functor of types with one component, made again by `type`.
  componentFunctor = name: elemType: type: {
    inherit name;
    payload = { inherit elemType; };
    type = payload: type payload.elemType;
    binOp =
      a: b:
      let
        merged = a.elemType.typeMerge b.elemType.functor;
      in
      if merged == null then null else { elemType = merged; };
  };
  payloadFunctor = name: payload: type: binOp: { inherit name payload type binOp; };
  whenEqual = a: b: if a == b then a else null;
  # Of two values where `default` gives way, the other or the common one; else what `clash` says.
  agreed = clash: default: a: b: if a == default then b else if b == default || a == b then a else clash;

  # A type around one component, which takes the component's options and modules for its own.
  around =
    payload: elemType: remake: step: shape:
    build (payload // { elem = elemType; }) (
      {
        getSubOptions = prefix: elemType.getSubOptions (prefix ++ step);
        inherit (elemType) getSubModules;
        substSubModules = modules: remake (elemType.substSubModules modules);
        nestedTypes = { inherit elemType; };
        functor = componentFunctor shape.name elemType remake;
      }
      // shape
    );

  between = kind: component: name: lowest: highest: description:
    narrowed { inherit kind lowest highest; } component { inherit name description; };
  range = show: lowest: highest: "${show lowest} and ${show highest} (both inclusive)";
  sized =
    name: title: lowest: highest:
    between "intBetween" self.int name lowest highest "${title}; between ${range toString lowest highest}";
  restrictive = type: type // { descriptionClass = "nonRestrictiveClause"; };

  # Documentation of a submodule: nothing is checked.
  unchecked = { _file = "<documentation>"; config._module.check = lib.modules.mkForce false; };
in
{
  # Types as such
  isType = name: value: value._type or "" == name;
  setType = _type: value: value // { inherit _type; };
  isOptionType = self.isType "option-type";
  defaultFunctor = name: {
    inherit name;
    type = if elem name (attrNames self) then self.${name} else null;
    payload = null;
    binOp = _: _: null;
  };
  defaultTypeMerge =
    functor: other:
    let
      payload = functor.binOp functor.payload other.payload;
    in
    if functor.name != other.name then null
    else assert (functor.payload == null) == (other.payload == null);
    if functor.payload == null then functor.type
    else if payload == null then null
    else functor.type payload;
  mkOptionType =
    {
      name, description ? null, descriptionClass ? null, check ? (_: true), merge ? lib.options.mergeDefaultOption,
      emptyValue ? { }, getSubOptions ? (_: { }), getSubModules ? null, substSubModules ? (_: null),
      functor ? self.defaultFunctor name, typeMerge ? self.defaultTypeMerge functor, deprecationMessage ? null,
      nestedTypes ? { },
    }:
    {
      _type = "option-type";
      description = if description == null then name else description;
      inherit
        name descriptionClass check merge emptyValue getSubOptions getSubModules substSubModules functor typeMerge
        deprecationMessage nestedTypes;
      __speclint = { kind = "custom"; inherit check merge emptyValue; };
    };
  mergeTypes =
    a: b:
    let
      merged = a.typeMerge b.functor;
    in
    assert self.isOptionType a && self.isOptionType b;
    if merged == null then self.setType "merge-error" { error = "Cannot merge types"; } else merged;
  optionDescriptionPhrase =
    isBare: type: if isBare (type.descriptionClass or null) then type.description else "(${type.description})";
  types = self;

  # Single values
  raw = noun "raw" "raw value";
  anything = noun "anything" "anything";
  unspecified = noun "unspecified" "unspecified value";
  bool = noun "bool" "boolean";
  boolByOr = noun "boolByOr" "boolean (merged using or)";
  int = noun "int" "signed integer";
  float = noun "float" "floating point number";
  number = self.either self.int self.float;
  str = noun "str" "string";
  nonEmptyStr = noun "nonEmptyStr" "non-empty string";
  singleLineStr = noun "singleLineStr" "(optionally newline-terminated) single-line string";
  luaInline = noun "luaInline" "inline lua";
  optionType = noun "optionType" "optionType";
  package = noun "package" "package";
  shellPackage = narrowed { kind = "shellPackage"; } self.package { };
  pkgs = narrowed { kind = "pkgs"; } (self.unique { message = "Package sets cannot be merged."; } self.attrs) {
    name = "pkgs";
    description = "Nixpkgs package set";
    descriptionClass = "noun";
  };
  fileset = noun "fileset" "fileset" // {
    check = lib.fileset.isFileset;
    merge = _: defs: lib.fileset.unions (lib.options.getValues defs);
    emptyValue.value = lib.fileset.empty;
  };
  attrs = build { kind = "attrs"; } {
    name = "attrs";
    description = "attribute set";
    emptyValue.value = { };
  };
  optionDeclaration = self.mkOptionType {
    name = "optionDeclaration";
    description = "option declaration";
    descriptionClass = "noun";
    check = value: self.isType "option" value && !(value ? value);
  };

  # Numbers within bounds
  ints = {
    between =
      lowest: highest:
      if lowest > highest then throw "ints.between: ${toString lowest} is more than ${toString highest}"
      else between "intBetween" self.int "intBetween" lowest highest "integer between ${range toString lowest highest}";
    unsigned = restrictive (between "intBetween" self.int "unsignedInt" 0 null "unsigned integer, meaning >=0");
    positive = restrictive (between "intBetween" self.int "positiveInt" 1 null "positive integer, meaning >0");
    u8 = sized "unsignedInt8" "8 bit unsigned integer" 0 255;
    u16 = sized "unsignedInt16" "16 bit unsigned integer" 0 65535;
    u32 = sized "unsignedInt32" "32 bit unsigned integer" 0 4294967295;
    s8 = sized "signedInt8" "8 bit signed integer" (-128) 127;
    s16 = sized "signedInt16" "16 bit signed integer" (-32768) 32767;
    s32 = sized "signedInt32" "32 bit signed integer" (-2147483648) 2147483647;
  };
  port = self.ints.u16;
  numbers = {
    between =
      lowest: highest:
      if lowest > highest then throw "numbers.between: ${toString lowest} is more than ${toString highest}"
      else
        between "numberBetween" self.number "numberBetween" lowest highest
          "integer or floating point number between ${range toJSON lowest highest}";
    nonnegative = restrictive (
      between "numberBetween" self.number "numberNonnegative" 0 null
        "nonnegative integer or floating point number, meaning >=0"
    );
    positive = restrictive (
      self.addCheck self.number (n: n > 0)
      // { name = "numberPositive"; description = "positive integer or floating point number, meaning >0"; }
    );
  };

  # Strings and paths
  strMatching =
    pattern:
    build { kind = "strMatching"; inherit pattern; } {
      name = "strMatching ${escapeNixString pattern}";
      description = "string matching the pattern ${pattern}";
      descriptionClass = "noun";
      functor = payloadFunctor "strMatching" { inherit pattern; } (payload: self.strMatching payload.pattern) whenEqual;
    };
  separatedString =
    sep:
    build { kind = "separatedString"; inherit sep; } {
      name = "separatedString";
      description = "strings concatenated with ${toJSON sep}";
      descriptionClass = "noun";
      functor = payloadFunctor "separatedString" { inherit sep; } (payload: self.separatedString payload.sep) whenEqual;
    };
  lines = self.separatedString "\n";
  commas = self.separatedString ",";
  envVar = self.separatedString ":";
  passwdEntry =
    entry:
    restrictive (
      self.addCheck entry (text: builtins.match "[^:\n]*" text != null)
      // {
        name = "passwdEntry ${entry.name}";
        description = "${single entry}, not containing newlines or colons";
      }
    );
  path = self.pathWith { absolute = true; };
  pathInStore = self.pathWith { inStore = true; };
  externalPath = self.pathWith { absolute = true; inStore = false; };
  pathWith =
    { inStore ? null, absolute ? null }:
    let
      word = flag: yes: no: if flag == null then "" else if flag then yes else no;
    in
    if inStore == true && absolute == false then
      throw "types.pathWith: a path in the store is absolute"
    else
      build { kind = "path"; inherit inStore absolute; } {
        name = "path";
        description =
          word absolute "absolute " "relative "
          + "path"
          + word inStore " in the Nix store" " not in the Nix store";
        descriptionClass = "noun";
        functor = payloadFunctor "path" { inherit inStore absolute; } self.pathWith whenEqual;
      };

  # Lists and sets
  listOf =
    elemType:
    around { kind = "listOf"; nonEmpty = false; } elemType self.listOf [ "*" ] {
      name = "listOf";
      description = "list of ${several elemType}";
      descriptionClass = "composite";
      emptyValue.value = [ ];
    };
  nonEmptyListOf =
    elemType:
    narrowed { kind = "listOf"; nonEmpty = true; elem = elemType; } (self.listOf elemType) {
      description = "non-empty (list of ${several elemType})";
      emptyValue = { };
      substSubModules = modules: self.nonEmptyListOf (elemType.substSubModules modules);
    };
  attrsOf = elemType: self.attrsWith { inherit elemType; };
  lazyAttrsOf = elemType: self.attrsWith { inherit elemType; lazy = true; };
  attrsWith =
    { elemType, lazy ? false, placeholder ? "name" }:
    around { kind = "attrsOf"; inherit lazy; } elemType
      (elemType: self.attrsWith { inherit elemType lazy placeholder; })
      [ "<${placeholder}>" ]
      {
        name = if lazy then "lazyAttrsOf" else "attrsOf";
        description = "${if lazy then "lazy " else ""}attribute set of ${several elemType}";
        descriptionClass = "composite";
        emptyValue.value = { };
        functor = payloadFunctor "attrsWith" { inherit elemType lazy placeholder; } self.attrsWith (
          a: b:
          let
            merged = {
              elemType = a.elemType.typeMerge b.elemType.functor;
              lazy = whenEqual a.lazy b.lazy;
              placeholder = agreed null "name" a.placeholder b.placeholder;
            };
          in
          if elem null [ merged.placeholder merged.lazy ] || merged.elemType == null then null else merged
        );
      };
  loaOf =
    elemType:
    self.attrsOf elemType
    // {
      name = "loaOf";
      deprecationMessage = "Lists are no longer accepted beside attribute sets: use `types.attrsOf` instead.";
    };
  attrListOf = elemType: self.attrListWith { inherit elemType; };
  attrListWith =
    { elemType, asAttrs ? false, mergeAttrValues ? (_: values: values) }:
    around { kind = "attrListOf"; inherit asAttrs mergeAttrValues; } elemType
      (elemType: self.attrListWith { inherit elemType asAttrs mergeAttrValues; })
      [ "*" ]
      {
        name = "attrListOf";
        description = "attribute list of ${several elemType}";
        descriptionClass = "composite";
        emptyValue.value = if asAttrs then { } else [ ];
        typeMerge = _: null;
        functor = self.defaultFunctor "attrListOf";
      };
  attrTag =
    given:
    let
      located =
        name: option:
        let
          position = builtins.unsafeGetAttrPos name given;
          whenKnown = value: if position == null then [ ] else [ value ];
        in
        if option._type or null != "option" then
          throw "types.attrTag: ${name} is no option"
        else
          { declarations = whenKnown position.file; declarationPositions = whenKnown position; } // option;
      tags = mapAttrs located given;
      asDecl = options: { inherit options; _file = "<attrTag {...}>"; pos = null; };
      both =
        a: name: option:
        lib.modules.mergeOptionDecls [ name ] (map asDecl [ a.${name} option ])
        // {
          declarations = a.${name}.declarations ++ option.declarations;
          declarationPositions = a.${name}.declarationPositions ++ option.declarationPositions;
        };
    in
    build { kind = "attrTag"; inherit tags; } {
      name = "attrTag";
      description =
        "attribute-tagged union with choices: "
        + concatMapStringsSep ", " escapeNixIdentifier (attrNames tags);
      descriptionClass = "noun";
      getSubOptions = prefix: mapAttrs (name: option: option // { loc = prefix ++ [ name ]; }) tags;
      nestedTypes = tags;
      functor = payloadFunctor "attrTag" { inherit tags; } (payload: self.attrTag payload.tags) (
        a: b: { tags = a.tags // b.tags // mapAttrs (both a.tags) (builtins.intersectAttrs a.tags b.tags); }
      );
    };

  # Types of types
  uniq = self.unique { message = ""; };
  unique =
    { message }:
    type:
    around { kind = "unique"; inherit message; } type (self.unique { inherit message; }) [ ] {
      name = "unique";
      inherit (type) description descriptionClass emptyValue;
    };
  nullOr =
    elemType:
    around { kind = "nullOr"; } elemType self.nullOr [ ] {
      name = "nullOr";
      description = "null or ${choice elemType}";
      descriptionClass = "conjunction";
      emptyValue.value = null;
    };
  functionTo =
    elemType:
    around { kind = "functionTo"; } elemType self.functionTo [ "<function body>" ] {
      name = "functionTo";
      description = "function that evaluates to a(n) ${several elemType}";
      descriptionClass = "composite";
    };
  enum =
    values:
    let
      show =
        value:
        if isString value then "\"${value}\""
        else if builtins.isInt value then toString value
        else if builtins.isBool value then lib.trivial.boolToString value
        else "<${builtins.typeOf value}>";
      count = length values;
    in
    build { kind = "enum"; inherit values; } {
      name = "enum";
      description =
        if count == 0 then "impossible (empty enum)"
        else if count == 1 then "value ${show (head values)} (singular enum)"
        else "one of ${concatMapStringsSep ", " show values}";
      descriptionClass = if count > 1 then "conjunction" else "noun";
      functor = payloadFunctor "enum" { inherit values; } (payload: self.enum payload.values) (
        a: b: { values = lib.lists.unique (a.values ++ b.values); }
      );
    };
  either =
    left: right:
    build { kind = "either"; inherit left right; } {
      name = "either";
      description =
        if left.descriptionClass or null == "nonRestrictiveClause" then
          "${left.description}, or ${choice right}"
        else
          "${choice left} or ${phrase [ "noun" "conjunction" "composite" ] right}";
      descriptionClass = "conjunction";
      nestedTypes = { inherit left right; };
      functor = payloadFunctor "either" { elemType = [ left right ]; } self.either (_: _: null);
      typeMerge =
        other:
        let
          merged = lib.lists.zipListsWith (mine: its: mine.typeMerge its.functor) [ left right ] other.payload.elemType;
        in
        if other.name != "either" || elem true (map (type: type == null) merged) then null
        else self.either (head merged) (elemAt merged 1);
    };
  oneOf =
    types:
    if types == [ ] then throw "types.oneOf: no type is given"
    else builtins.foldl' self.either (head types) (builtins.tail types);
  coercedTo =
    from: coerce: to:
    if from.getSubModules != null then
      throw "types.coercedTo: nothing is coerced from a ${from.description}"
    else
      build { kind = "coercedTo"; inherit from coerce to; } {
        name = "coercedTo";
        description = "${single to} or ${single from} convertible to it";
        inherit (to) emptyValue getSubOptions getSubModules;
        substSubModules = modules: self.coercedTo from coerce (to.substSubModules modules);
        nestedTypes = { coercedType = from; finalType = to; };
        typeMerge = _: null;
      };
  addCheck = type: check: narrowed { kind = "addCheck"; elem = type; inherit check; } type { };
  serializableValueWith =
    { typeName, nullable ? true }:
    let
      inherit (self) attrsOf bool float int listOf nullOr oneOf path str;
      leafOrMore = oneOf [ bool int float str path (attrsOf value) (listOf value) ];
      value = (if nullable then nullOr leafOrMore else leafOrMore) // { description = "${typeName} value"; };
    in
    value;
  json = self.serializableValueWith { typeName = "JSON"; };
  toml = self.serializableValueWith { typeName = "TOML"; nullable = false; };

  # Modules as values
  submodule = modules: self.submoduleWith { modules = lib.lists.toList modules; shorthandOnlyDefinesConfig = true; };
  submoduleWith =
    { modules, specialArgs ? { }, shorthandOnlyDefinesConfig ? false, description ? null, class ? null }@given:
    let
      named = { _module.args.name = lib.modules.mkOptionDefault "‹name›"; };
      evaluated = builtins.__evalModules { modules = [ named ] ++ modules; inherit specialArgs class; };
      docs = prefix: evaluated.extendModules { modules = [ unchecked ]; inherit prefix; };
      freeform = type: if type == null then { } else { freeformType = type; };
      only =
        attribute: a: b:
        agreed (throw "types.submoduleWith: two declarations have a different ${attribute}") null
          (a.${attribute} or null)
          (b.${attribute} or null);
    in
    build { kind = "submodule"; inherit modules specialArgs shorthandOnlyDefinesConfig class; } {
      name = "submodule";
      description =
        let
          open = (docs [ ])._module.freeformType;
        in
        if description != null then description
        else if open ? description then "open submodule of ${several open}"
        else "submodule";
      emptyValue.value = evaluated.config;
      getSubOptions =
        prefix:
        let
          seen = docs prefix;
          open = seen._module.freeformType;
        in
        seen.options // (if open == null then { } else { _freeformOptions = open.getSubOptions prefix; });
      getSubModules = modules;
      substSubModules = modules: self.submoduleWith (given // { inherit modules; });
      nestedTypes = freeform evaluated._module.freeformType;
      functor =
        payloadFunctor "submodule"
          { inherit modules specialArgs shorthandOnlyDefinesConfig description class; }
          self.submoduleWith
          (a: b: {
            modules = a.modules ++ b.modules;
            specialArgs =
              if builtins.intersectAttrs a.specialArgs b.specialArgs == { } then a.specialArgs // b.specialArgs
              else throw "types.submoduleWith: two declarations have the same specialArgs";
            class = only "class" a b;
            description = only "description" a b;
            shorthandOnlyDefinesConfig = only "shorthandOnlyDefinesConfig" a b;
          });
    };
  deferredModule = self.deferredModuleWith { };
  deferredModuleWith =
    { staticModules ? [ ] }:
    build { kind = "deferredModule"; inherit staticModules; } {
      name = "deferredModule";
      description = "module";
      descriptionClass = "noun";
      inherit (self.submoduleWith { modules = staticModules; }) getSubOptions getSubModules;
      substSubModules = modules: self.deferredModuleWith { staticModules = modules; };
      functor = payloadFunctor "deferredModuleWith" { inherit staticModules; } self.deferredModuleWith (
        a: b: { staticModules = a.staticModules ++ b.staticModules; }
      );
    };
}
