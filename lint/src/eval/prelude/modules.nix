# Properties of values and the forms of modules.
{ lib }:
let
  inherit (builtins) attrNames concatMap filter foldl' head isAttrs isBool length map mapAttrs removeAttrs;
  self = lib.modules;

  # What concerns options is rarely used, and a file of its own.
  ofOptions = import ./module-options.nix { inherit lib; };

  plainPriority = 100;
  plainOrder = 1000;

  # The kind of property that a value is: "if", "merge", "override", "order", or null for plain values.
  kind = value: value._type or null;

  # A definition's priority, and the definition without the `mkOverride` around its value.
  priorityOf = def: if kind def.value == "override" then def.value.priority else plainPriority;
  stripped = def: if kind def.value == "override" then def // { value = def.value.content; } else def;

  # A module's attributes that are no configuration.
  reserved = [ "_class" "_file" "disabledModules" "freeformType" "imports" "key" ];

  # Configuration, with what stands elsewhere in its module.
  joined = extra: config: if extra == { } then config else self.mkMerge [ config extra ];
in
{
  # What only the evaluator can do
  evalModules = builtins.__evalModules;
  mergeDefinitions = builtins.__mergeDefinitions;
  mergeModules = _: _: builtins.__unknown "lib.mergeModules";
  mergeModules' = _: _: _: builtins.__unknown "lib.mergeModules'";
  collectModules = _: _: _: builtins.__unknown "lib.modules.collectModules";
  fixMergeModules = modules: args: self.evalModules { inherit modules args; check = false; };

  # Properties
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkAssert = assertion: message: self.mkIf (assertion || throw "an assertion fails: ${message}");
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkDefinition = definition@{ file, value, ... }: definition // { _type = "definition"; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkOptionDefault = self.mkOverride 1500;
  mkDefault = self.mkOverride 1000;
  mkImageMediaOverride = self.mkOverride 60;
  mkForce = self.mkOverride 50;
  mkVMOverride = self.mkOverride 10;
  mkFixStrictness = value: value;
  defaultOverridePriority = plainPriority;
  defaultPriority = plainPriority;
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = self.mkOrder 500;
  mkAfter = self.mkOrder 1500;
  defaultOrderPriority = plainOrder;
  mapDefinitionValue =
    f: value:
    if kind value == "merge" then value // { contents = map (self.mapDefinitionValue f) value.contents; }
    else if kind value == "definition" then value // { value = self.mapDefinitionValue f value.value; }
    else if builtins.elem (kind value) [ "if" "override" "order" ] then
      value // { content = self.mapDefinitionValue f value.content; }
    else f value;

  pushDownProperties =
    value:
    let
      onEach = wrap: map (content: if isAttrs content then mapAttrs (_: wrap) content else content) (
        self.pushDownProperties value.content
      );
    in
    if kind value == "merge" then concatMap self.pushDownProperties value.contents
    else if kind value == "if" then onEach (self.mkIf value.condition)
    else if kind value == "override" then onEach (self.mkOverride value.priority)
    else [ value ];
  dischargeProperties =
    value:
    if kind value == "merge" then concatMap self.dischargeProperties value.contents
    else if kind value != "if" then [ value ]
    else if !(isBool value.condition) then throw "mkIf: the condition is a ${builtins.typeOf value.condition}, not a Boolean"
    else if value.condition then self.dischargeProperties value.content
    else [ ];
  filterOverrides = defs: (self.filterOverrides' defs).values;
  filterOverrides' =
    defs:
    let
      highestPrio = foldl' (best: def: lib.trivial.min best (priorityOf def)) 9999 defs;
    in
    if length defs == 1 then
      { values = map stripped defs; highestPrio = priorityOf (head defs); }
    else
      { values = map stripped (filter (def: priorityOf def == highestPrio) defs); inherit highestPrio; };
  sortProperties =
    defs:
    let
      unwrapped = map (
        def:
        if kind def.value == "order" then def // { value = def.value.content; inherit (def.value) priority; } else def
      ) defs;
      order = def: def.priority or plainOrder;
    in
    builtins.sort (a: b: order a < order b) unwrapped;

  # Modules
  setDefaultModuleLocation = file: module: { _file = file; imports = [ module ]; };
  importApply = file: argument: self.setDefaultModuleLocation file (import file argument);
  importJSON = file: { _file = file; config = lib.trivial.importJSON file; };
  importTOML = file: { _file = file; config = lib.trivial.importTOML file; };
  applyModuleArgsIfFunction =
    key: module: args@{ config, ... }:
    if lib.trivial.isFunction module then
      module (
        args // mapAttrs (name: _: args.${name} or config._module.args.${name}) (lib.trivial.functionArgs module)
      )
    else
      module;
  unifyModuleSyntax =
    file: key: module:
    let
      explicit = module ? config || module ? options;
      stray = attrNames (removeAttrs module (reserved ++ [ "config" "meta" "options" ]));
    in
    if !(isAttrs module) then
      throw "${file} (${key}) is no module, but a ${builtins.typeOf module}"
    else if explicit && stray != [ ] then
      throw "${file} (${key}): beside `config' or `options', settings must stand in `config': ${toString stray}"
    else
      {
        _file = toString (module._file or file);
        _class = module._class or null;
        key = toString (module.key or key);
        disabledModules = module.disabledModules or [ ];
        imports = (if explicit then [ ] else module.require or [ ]) ++ module.imports or [ ];
        options = if explicit then module.options or { } else { };
        config = joined (if module ? freeformType then { _module.freeformType = module.freeformType; } else { }) (
          if !explicit then removeAttrs module (reserved ++ [ "require" ])
          else joined (if module ? meta then { inherit (module) meta; } else { }) (module.config or { })
        );
      };

  inherit (ofOptions)
    doRename evalOptionValue fixupOptionType mergeAttrDefinitionsWithPrio mergeOptionDecls
    mkAliasAndWrapDefinitions mkAliasAndWrapDefsWithPriority mkAliasDefinitions mkAliasIfDef mkAliasOptionModule
    mkAliasOptionModuleMD mkChangedOptionModule mkDerivedConfig mkMergedOptionModule mkRemovedOptionModule
    mkRenamedOptionModule mkRenamedOptionModuleWith;
}
