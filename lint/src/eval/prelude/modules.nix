{ lib }:
let
  inherit (builtins)
    any attrNames concatMap filter foldl' head isAttrs isBool length map mapAttrs removeAttrs;
  inherit (lib.attrsets) attrByPath getAttrFromPath recursiveUpdate setAttrByPath;
  inherit (lib.options) mkOption showDefs showFiles showOption;
  self = lib.modules;

  plainPriority = 100;
  plainOrder = 1000;

  # The kind of property that a value is: "if", "merge", "override", "order", or null for plain values.
  kind = value: value._type or null;

  # `prio` of a definition, and the definition without the `mkOverride` around its value.
  priorityOf = def: if kind def.value == "override" then def.value.priority else plainPriority;
  stripped = def: if kind def.value == "override" then def // { value = def.value.content; } else def;

  # A module's attributes that are no configuration.
  reserved = [ "_class" "_file" "disabledModules" "freeformType" "imports" "key" ];

  # Configuration, with what stands elsewhere in its module.
  joined =
    extra: config: if extra == { } then config else self.mkMerge [ config extra ];
  optionally = condition: value: if condition then [ value ] else [ ];

  unset = "_mkMergedOptionModule";
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
  mkAssert =
    assertion: message: self.mkIf (assertion || throw "an assertion fails: ${message}");
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

  # Options in the making
  fixupOptionType =
    loc: option:
    if option.type.getSubModules or null == null then
      option // { type = option.type or lib.types.unspecified; }
    else
      option // { type = option.type.substSubModules option.options; options = [ ]; };
  mergeOptionDecls =
    loc: decls:
    let
      taken =
        decl: sum:
        throw "`${showOption loc}' is declared in ${showFiles sum.declarations}, and once more in `${decl._file}'";
      unrepeatable = [ "apply" "default" "description" "example" ];
      add =
        sum: decl:
        let
          option = decl.options;
          type = sum.type.typeMerge option.type.functor;
          nested = option.type.getSubModules or null;
          place = decl.pos or null;
        in
        if any (name: option ? ${name} && sum ? ${name}) unrepeatable then
          taken decl sum
        else
          option
          // sum
          // {
            declarations = sum.declarations ++ [ decl._file ];
            declarationPositions = sum.declarationPositions ++ [
              (if place == null then { file = decl._file; line = null; column = null; } else place)
            ];
            options =
              map (self.setDefaultModuleLocation decl._file) (if nested == null then [ ] else nested) ++ sum.options;
          }
          // (
            if !(option ? type && sum ? type) then { }
            else if type == null then taken decl sum
            else { inherit type; }
          );
    in
    foldl' add { inherit loc; declarations = [ ]; declarationPositions = [ ]; options = [ ]; } decls;
  evalOptionValue =
    loc: option: defs:
    let
      own = { file = head option.declarations; value = self.mkOptionDefault option.default; };
      every = (if option ? default then [ own ] else [ ]) ++ defs;
      merged =
        if option.readOnly or false && length every > 1 then
          throw "`${showOption loc}' is read-only, and cannot have several definitions:${showDefs every}"
        else
          self.mergeDefinitions loc option.type every;
      final = merged.defsFinal;
    in
    option
    // {
      value = (option.apply or lib.trivial.id) merged.mergedValue;
      inherit (merged.defsFinal') highestPrio;
      inherit (merged) isDefined;
      valueMeta = merged.checkedAndMerged.valueMeta;
      definitions = map (def: def.value) final;
      definitionsWithLocations = final;
      files = map (def: def.file) final;
      __toString = _: showOption loc;
    };
  # For an `attrsOf` option: what each attribute is, and how strongly.
  mergeAttrDefinitionsWithPrio =
    option:
    let
      single = def: map (mapAttrs (_: value: def // { inherit value; })) (self.pushDownProperties def.value);
      merge =
        name: defs:
        let
          merged = self.mergeDefinitions (option.loc ++ [ name ]) option.type.nestedTypes.elemType defs;
        in
        { value = merged.mergedValue; inherit (merged.defsFinal') highestPrio; };
    in
    assert builtins.elem option.type.name [ "attrsOf" "lazyAttrsOf" ];
    builtins.zipAttrsWith merge (concatMap single option.definitionsWithLocations);

  # Options under new names. What these warn of and assert are values of the configuration, worded as NixOS has them.
  mkAliasDefinitions = self.mkAliasAndWrapDefinitions (value: value);
  mkAliasAndWrapDefinitions = wrap: option: self.mkIf option.isDefined (wrap (self.mkMerge option.definitions));
  mkAliasAndWrapDefsWithPriority =
    wrap: option:
    let
      priority = option.highestPrio or plainPriority;
    in
    self.mkIf option.isDefined (wrap (self.mkMerge (map (self.mkOverride priority) option.definitions)));
  mkAliasIfDef = option: self.mkIf option.isDefined;
  mkDerivedConfig = option: f: self.mkOverride (option.highestPrio or plainPriority) (f option.value);
  doRename =
    { from, to, visible, warn, use, withPriority ? true, condition ? true }:
    { config, options, ... }:
    let
      old = getAttrFromPath from options;
      type = (attrByPath to { } options).type or (lib.types.submodule { });
      forward = if withPriority then self.mkAliasAndWrapDefsWithPriority else self.mkAliasAndWrapDefinitions;
      value = attrByPath to (abort "`${showOption from}' is renamed to `${showOption to}', which does not exist") config;
      warnings = if warn && old.isDefined then
        [ "The option `${showOption from}' defined in ${showFiles old.files} has been renamed to `${showOption to}'." ]
      else
        [ ];
    in
    {
      options = setAttrByPath from (
        mkOption {
          inherit visible;
          description = "Alias of {option}`${showOption to}`.";
          apply = _: use value;
        }
        // (if type == null then { } else { inherit type; })
      );
      config = self.mkIf condition (
        self.mkMerge [
          (if options ? warnings then { inherit warnings; } else { })
          (forward (setAttrByPath to) old)
        ]
      );
    };
  mkRenamedOptionModule =
    from: to:
    self.doRename { inherit from to; visible = false; warn = true; use = value: value; };
  mkRenamedOptionModuleWith =
    { from, to, sinceRelease }:
    self.doRename {
      inherit from to;
      visible = false;
      warn = lib.trivial.oldestSupportedReleaseIsAtLeast sinceRelease;
      use = value: value;
    };
  mkAliasOptionModule =
    from: to:
    self.doRename { inherit from to; visible = true; warn = false; use = value: value; };
  mkAliasOptionModuleMD = self.mkAliasOptionModule;
  mkRemovedOptionModule =
    path: advice:
    { options, ... }:
    let
      option = getAttrFromPath path options;
    in
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply = _: throw "`${showOption path}' has been removed. ${advice}";
      });
      config.assertions = [
        {
          assertion = !option.isDefined;
          message =
            "The option definition `${showOption path}' in ${showFiles option.files} no longer has any effect; please remove it.\n"
            + "${advice}\n";
        }
      ];
    };
  mkMergedOptionModule =
    froms: to: merge:
    { config, options, ... }:
    let
      isSet = from: getAttrFromPath from config != unset;
      declare = from: setAttrByPath from (mkOption { visible = false; default = unset; });
      warning =
        from:
        "The option `${showOption from}' defined in ${showFiles (getAttrFromPath from options).files} has been changed to "
        + "`${showOption to}' that has a different type. Please read `${showOption to}' documentation and update your "
        + "configuration accordingly.";
    in
    {
      options = foldl' recursiveUpdate { } (map declare froms);
      config =
        { warnings = map warning (filter isSet froms); }
        // setAttrByPath to (self.mkMerge (optionally (any isSet froms) (merge config)));
    };
  mkChangedOptionModule = from: self.mkMergedOptionModule [ from ];
}
