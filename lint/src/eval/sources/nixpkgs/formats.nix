# `pkgs.formats`, as far as types go: what settings may be that become a file of some format. `name` is that of the set.
{ lib, name }:
let
  inherit (lib) types;
  inherit (types) attrsOf bool coercedTo either float int listOf nonEmptyListOf nullOr oneOf package str;

  # What is done with a value of the format is not known.
  given = kind: known: builtins.__symbolic known "${name}.${kind}";
  format = kind: type: given kind { inherit type; };
  plain = kind: typeName: _: format kind (types.serializableValueWith { inherit typeName; });

  atom = description: nullOr (oneOf [ bool int float str ]) // { inherit description; };
  isList = arguments: arguments.listsAsDuplicateKeys or false || arguments.listToValue or null != null;
  iniAtom = arguments:
    let
      single = atom "INI atom (null, bool, int, float or string)";
    in
    if isList arguments then
      # Whether an atom is made a list of one is not the same in all releases.
      builtins.__unknown "how ${single.description} and lists of them merge"
    else single;
  keyAtom = arguments:
    let
      single = atom "atom (null, bool, int, float or string)";
    in
    if isList arguments then
      coercedTo single lib.singleton ((if arguments.listsAsDuplicateKeys or false then listOf else nonEmptyListOf) single)
    else single;
  section = arguments: attrsOf (iniAtom arguments);
in
builtins.__symbolic
  {
    json = plain "json" "JSON";
    yaml = plain "yaml" "YAML";
    yaml_1_1 = plain "yaml_1_1" "YAML 1.1";
    yaml_1_2 = plain "yaml_1_2" "YAML 1.2";
    xml = plain "xml" "XML";
    plist = plain "plist" "Property list (plist)";
    toml = _: format "toml" (types.serializableValueWith { typeName = "TOML"; nullable = false; });
    ini = arguments: given "ini" { type = attrsOf (section arguments); lib.types.atom = iniAtom arguments; };
    iniWithGlobalSection = arguments: format "iniWithGlobalSection" (types.submodule {
      options = {
        globalSection = lib.mkOption { type = section arguments; default = { }; };
        sections = lib.mkOption { type = attrsOf (section arguments); default = { }; };
      };
    });
    gitIni = arguments: format "gitIni" (
      let
        value = iniAtom arguments;
      in
      attrsOf (attrsOf (either value (attrsOf value)))
    );
    keyValue = arguments: format "keyValue" (attrsOf (keyAtom arguments));
    javaProperties = _: format "javaProperties" (
      attrsOf (oneOf (map (from: coercedTo from toString str) [ package bool int float ]))
    );
  }
  name
