{ lib }:
let
  inherit (builtins)
    attrNames concatLists concatMap concatStringsSep filter head isAttrs isBool isFloat isInt isList isPath isString
    length map mapAttrs replaceStrings split tail toJSON;
  inherit (lib.attrsets) isDerivation mapAttrsToList;
  inherit (lib.strings) concatMapStringsSep concatStrings escape escapeNixIdentifier;
  inherit (lib.trivial) isFunction;
  self = lib.generators;

  isBranch = value: isAttrs value && !isDerivation value;

  # Git's sections: sets of sets are written as `[outer "middle.inner"]`.
  gitSections =
    path: value:
    let
      parents = lib.lists.init path;
      name = lib.lists.last path;
      section = concatStringsSep "." parents;
    in
    if isBranch value then
      lib.lists.foldl lib.attrsets.recursiveUpdate { } (
        mapAttrsToList (key: gitSections (path ++ [ key ])) value
      )
    else if parents == [ ] then
      { ${name} = value; }
    else
      { ${section}.${name} = value; };
  gitSectionName =
    name:
    let
      parts = lib.strings.splitString "." name;
    in
    if length parts == 1 || lib.strings.hasInfix "\"" name then name
    else "${head parts} \"${concatStringsSep "." (tail parts)}\"";

  escapeGit = replaceStrings [ "\\" "\"" "\n" "\t" ] [ "\\\\" "\\\"" "\\n" "\\t" ];
  gitLine = self.mkKeyValueDefault {
    mkValueString = value: self.mkValueStringDefault { } (if isString value then "\"${escapeGit value}\"" else value);
  } " = ";
in
{
  # Lines and sections
  mkValueStringDefault =
    { }:
    value:
    let
      refuse = what: abort "generators.mkValueStringDefault: no ${what} can be written, as ${self.toPretty { } value}";
    in
    if isString value then value
    else if isInt value || isDerivation value then toString value
    else if isBool value then lib.trivial.boolToString value
    else if value == null then "null"
    else if isFloat value then lib.strings.floatToString value
    else if isList value then refuse "lists"
    else if isAttrs value then refuse "attrsets"
    else if isFunction value then refuse "functions"
    else refuse (builtins.typeOf value);
  mkKeyValueDefault =
    { mkValueString ? self.mkValueStringDefault { } }:
    separator: key: value:
    "${escape [ separator ] key}${separator}${mkValueString value}";
  toKeyValue =
    { mkKeyValue ? self.mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false, indent ? "" }:
    let
      line = key: value: "${indent}${mkKeyValue key value}\n";
      lines = key: value: map (line key) (if listsAsDuplicateKeys then lib.lists.toList value else [ value ]);
    in
    set: concatStrings (concatLists (mapAttrsToList lines set));
  toINI =
    {
      mkSectionName ? escape [ "[" "]" ],
      mkKeyValue ? self.mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    let
      lines = self.toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; };
      section = name: set: "[${mkSectionName name}]\n${lines set}";
    in
    sections: concatStringsSep "\n" (mapAttrsToList section sections);
  toINIWithGlobalSection =
    {
      mkSectionName ? escape [ "[" "]" ],
      mkKeyValue ? self.mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    { globalSection, sections ? { } }:
    let
      global = self.toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } globalSection;
    in
    (if globalSection == { } then "" else "${global}\n")
    + self.toINI { inherit mkSectionName mkKeyValue listsAsDuplicateKeys; } sections;
  toGitINI =
    sections:
    let
      isNested = section: isAttrs section && builtins.any isBranch (builtins.attrValues section);
      nested = filter (name: isNested sections.${name}) (attrNames sections);
      flat = removeAttrs sections nested // gitSections [ ] (lib.attrsets.getAttrs nested sections);
      mkKeyValue = key: value: concatMapStringsSep "\n" (item: "\t${gitLine key item}") (lib.lists.toList value);
    in
    self.toINI { mkSectionName = gitSectionName; inherit mkKeyValue; } flat;
  mkDconfKeyValue = self.mkKeyValueDefault { mkValueString = value: toString (lib.gvariant.mkValue value); } "=";
  toDconfINI = self.toINI { mkKeyValue = self.mkDconfKeyValue; };

  # Data formats
  toJSON = { }: toJSON;
  toYAML = { }: toJSON;
  toDhall =
    { }@options:
    value:
    let
      inner = self.toDhall options;
    in
    if isAttrs value then "{ ${concatStringsSep ", " (mapAttrsToList (name: item: "${name} = ${inner item}") value)} }"
    else if isList value then "[ ${concatMapStringsSep ", " inner value} ]"
    else if isInt value then "${if value < 0 then "" else "+"}${toString value}"
    else if isBool value then (if value then "True" else "False")
    else if isFunction value then abort "generators.toDhall: there are no functions"
    else if value == null then abort "generators.toDhall: there is no null"
    else toJSON value;
  toPlist =
    { escape ? false }:
    value:
    let
      dtd = "http://www.apple.com/DTDs/PropertyList-1.0.dtd";
      text = if escape then lib.strings.escapeXML else (text: text);
      tag = name: content: [ "<${name}>${content}</${name}>" ];
      # Empty lines, which stand for null and for empty groups, are not indented.
      indented = lines: if lines == [ ] then [ "" ] else map (line: if line == "" then "" else "\t${line}") lines;
      group = name: lines: [ "<${name}>" ] ++ indented lines ++ [ "</${name}>" ];
      entry = set: name:
        if name == "_module" || set.${name} == null then [ ] else tag "key" (text name) ++ lines set.${name};
      lines =
        item:
        if item == null then [ "" ]
        else if isBool item then [ (if item then "<true/>" else "<false/>") ]
        else if isInt item then tag "integer" (toString item)
        else if isString item then tag "string" (text item)
        else if isList item then group "array" (concatMap lines item)
        else if isAttrs item then group "dict" (concatMap (entry item) (attrNames item))
        else if isPath item then tag "string" (text (toString item))
        else if isFloat item then tag "real" (toString item)
        else abort "generators.toPlist: a ${builtins.typeOf item} has no form";
    in
    concatStringsSep "\n" (
      [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        "<!DOCTYPE plist PUBLIC \"-//Apple Computer//DTD PLIST 1.0//EN\" \"${dtd}\">"
        "<plist version=\"1.0\">"
      ]
      ++ lines value
      ++ [ "</plist>" ]
    );
  toLua =
    { multiline ? true, indent ? "", asBindings ? false }:
    value:
    let
      deeper = if asBindings then indent else "${indent}  ";
      inner = self.toLua { inherit multiline; indent = deeper; };
      group =
        items:
        if items == [ ] then "{}"
        else if multiline then "{\n${indent}  ${concatStringsSep ",\n${indent}  " items}\n${indent}}"
        else "{ ${concatStringsSep ", " items} }";
      word = "[[:alpha:]_][[:alnum:]_]*";
      unfit = filter (name: builtins.match "${word}(\\.${word})*" name == null) (attrNames value);
    in
    if asBindings then
      if unfit != [ ] then throw "generators.toLua: no names of variables: ${toString unfit}"
      else concatStrings (mapAttrsToList (name: item: "${indent}${name} = ${inner item}\n") value)
    else if value == null then "nil"
    else if isInt value || isFloat value || isString value || isBool value then toJSON value
    else if isPath value || isDerivation value then toJSON "${value}"
    else if isList value then group (map inner value)
    else if value._type or null == "lua-inline" then "(${value.expr})"
    else if isAttrs value then group (mapAttrsToList (name: item: "[${toJSON name}] = ${inner item}") value)
    else abort "generators.toLua: a ${builtins.typeOf value} has no form";
  mkLuaInline = expr: { _type = "lua-inline"; inherit expr; };

  # Nix
  withRecursion =
    { depthLimit, throwOnDepthLimit ? true }:
    let
      special = [ "__functionArgs" "__functor" "__pretty" "__toString" ];
      limited =
        depth: value:
        if depthLimit == null || depth <= depthLimit then value
        else if throwOnDepthLimit then
          throw "generators.withRecursion: deeper than ${toString depthLimit} levels"
        else "<unevaluated>";
      walk =
        depth: value:
        let
          next = item: walk (depth + 1) (limited (depth + 1) item);
        in
        if isAttrs value then mapAttrs (name: item: if builtins.elem name special then item else next item) value
        else if isList value then map next value
        else limited (depth + 1) value;
    in
    assert isInt depthLimit;
    walk 0;
  toPretty =
    { allowPrettyValues ? false, multiline ? true, indent ? "" }:
    let
      show =
        indent: value:
        let
          open = if multiline then "\n${indent}  " else " ";
          close = if multiline then "\n${indent}" else " ";
          inner = show "${indent}  ";
          group = left: right: items: "${left}${open}${concatStringsSep open items}${close}${right}";
          lines = filter isString (split "\n" value);
          last = lib.lists.last lines;
          indented = map (replaceStrings [ "\${" "''" ] [ "''\${" "'''" ]) lines;
          argument = name: optional: if optional then "${name}?" else name;
          arguments = mapAttrsToList argument (lib.trivial.functionArgs value);
        in
        if isInt value then toString value
        else if isFloat value then toJSON value
        else if isString value then
          if multiline && length lines > 1 then
            "''${open}${concatStringsSep open (lib.lists.init indented)}${
              if last == "" then close else "${open}${lib.lists.last indented}"
            }''"
          else
            "\"${replaceStrings [ "\\" "\"" "\${" "\n" ] [ "\\\\" "\\\"" "\\\${" "\\n" ] value}\""
        else if isBool value then lib.trivial.boolToString value
        else if value == null then "null"
        else if isPath value then toString value
        else if value == [ ] then "[ ]"
        else if isList value then group "[" "]" (map inner value)
        else if isFunction value then
          if arguments == [ ] then "<function>" else "<function, args: {${concatStringsSep ", " arguments}}>"
        else if allowPrettyValues && value ? __pretty && value ? val then value.__pretty value.val
        else if value == { } then "{ }"
        else if isDerivation value then "<derivation ${value.name or "???"}>"
        else if isAttrs value then
          group "{" "}" (mapAttrsToList (name: item: "${escapeNixIdentifier name} = ${inner item};") value)
        else abort "generators.toPretty: a ${builtins.typeOf value} has no form";
    in
    show indent;
}
