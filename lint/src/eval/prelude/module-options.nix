# Declaring options, giving them values, and giving them new names.
{ lib }:
let
  inherit (builtins) any concatMap filter foldl' head length map mapAttrs;
  inherit (lib.attrsets) attrByPath getAttrFromPath recursiveUpdate setAttrByPath;
  inherit (lib.options) mkOption showDefs showFiles showOption;
  self = lib.modules;

  plainPriority = self.defaultOverridePriority;
  optionally = condition: value: if condition then [ value ] else [ ];
  unset = "_mkMergedOptionModule";
in
{
  # Declarations and values
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
        (if type == null then { } else { inherit type; })
        // mkOption {
          inherit visible;
          description = "Alias of {option}`${showOption to}`.";
          apply = _: use value;
        }
        // { __speclint.renamedTo = [ to ]; }
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
      } // { __speclint.removed = advice; });
      config.assertions = [
        {
          assertion = !option.isDefined;
          message =
            "The option definition `${showOption path}' in ${showFiles option.files} no longer has any effect; "
            + "please remove it.\n${advice}\n";
        }
      ];
    };
  mkMergedOptionModule =
    froms: to: merge:
    { config, options, ... }:
    let
      isSet = from: getAttrFromPath from config != unset;
      declare = from: setAttrByPath from (mkOption { visible = false; default = unset; } // { __speclint = { renamedTo = [ to ]; changed = true; }; });
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
