{ lib }:
let
  inherit (builtins) all concatMap filter foldl' head isAttrs isBool isInt isList isString length map tail;
  inherit (lib.lists) optionals take;
  inherit (lib.strings) concatMapStringsSep concatStringsSep escapeNixIdentifier;
  self = lib.options;

  hint = "`lib.mkForce` or `lib.mkDefault` on one of them decides which one holds.";

  # Text for the manual, told apart by its kind.
  prose =
    kind: text:
    if isString text then { _type = kind; inherit text; } else throw "${kind}: a ${builtins.typeOf text} is no text";

  # As the manual shows a default or an example.
  rendered =
    value:
    if value ? _type && value ? text then value
    else self.literalExpression (lib.generators.toPretty { multiline = true; allowPrettyValues = true; } value);

  # A definition's value, indented below its file: five lines at most, nothing when it fails.
  shownValue =
    value:
    let
      limited = lib.generators.withRecursion { depthLimit = 10; throwOnDepthLimit = false; } value;
      pretty = builtins.tryEval (lib.generators.toPretty { } limited);
      lines = filter isString (builtins.split "\n" pretty.value);
      few = take 5 lines ++ optionals (length lines > 5) [ "..." ];
    in
    if !pretty.success then ""
    else if length lines < 2 then ": ${pretty.value}"
    else ":\n    ${concatStringsSep "\n    " few}";

  documented =
    options:
    concatMap (
      option:
      let
        name = self.showOption option.loc;
        visible = option.visible or true;
        type = option.type or { };
        implied = type.emptyValue or { } ? value && type.getSubModules or null == null;
        below = option.type.getSubOptions option.loc;
      in
      [
        (
          {
            inherit name;
            inherit (option) loc;
            description = option.description or null;
            declarations = filter (file: file != self.unknownModule) option.declarations;
            internal = option.internal or false;
            visible = if isBool visible then visible else visible == "shallow";
            readOnly = option.readOnly or false;
            type = type.description or "unspecified";
          }
          // (if option ? example then { example = rendered option.example; } else { })
          // (
            if option ? defaultText || option ? default || implied then
              { default = rendered (option.defaultText or option.default or type.emptyValue.value); }
            else
              { }
          )
          // (if option.relatedPackages or null != null then { inherit (option) relatedPackages; } else { })
        )
      ]
      ++ optionals ((if isBool visible then visible else visible == "transparent") && below != { }) (documented below)
    ) (lib.attrsets.collect self.isOption options);
in
{
  # Declaring
  isOption = lib.types.isType "option";
  mkOption =
    {
      apply ? null, default ? null, defaultText ? null, description ? null, example ? null, internal ? null,
      options ? null, readOnly ? null, relatedPackages ? null, type ? null, visible ? null,
    }@attributes:
    attributes // { _type = "option"; };
  mkEnableOption =
    name:
    self.mkOption {
      type = lib.types.bool;
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
    };
  mkPackageOption =
    packages: name:
    { default ? name, example ? null, extraDescription ? "", nullable ? false, pkgsText ? "pkgs" }:
    let
      path = lib.lists.toList default;
      shown = lib.attrsets.showAttrPath path;
      title = if isList name then lib.lists.last name else name;
      extra = if extraDescription == "" then "" else " ${extraDescription}";
    in
    self.mkOption (
      {
        type = (if nullable then lib.types.nullOr else lib.trivial.id) lib.types.package;
        description = "The ${title} package to use.${extra}";
      }
      // (
        if default != null then
          {
            default = lib.attrsets.attrByPath path (throw "there is no ${shown} in ${pkgsText}") packages;
            defaultText = self.literalExpression "${pkgsText}.${shown}";
          }
        else if nullable then
          { default = null; }
        else
          { }
      )
      // (
        if example == null then
          { }
        else
          {
            example = self.literalExpression (
              if isList example then "${pkgsText}.${lib.attrsets.showAttrPath example}" else example
            );
          }
      )
    );
  mkPackageOptionMD = self.mkPackageOption;
  mkSinkUndeclaredOptions =
    attributes:
    self.mkOption (
      {
        type = lib.types.mkOptionType { name = "sink"; check = _: true; merge = _: _: false; };
        default = false;
        apply = _: throw "no option is declared, so none can be read";
        description = "Sink for option definitions.";
        internal = true;
        visible = false;
      }
      // attributes
    );

  # Describing
  literalExpression = prose "literalExpression";
  literalExample = self.literalExpression;
  literalMD = prose "literalMD";
  literalDocBook = prose "literalDocBook";
  literalCode = language: text: self.literalMD "```${language}\n${text}\n```\n";
  mdDoc = text: text;
  renderOptionValue = rendered;
  scrubOptionValue =
    value:
    if lib.attrsets.isDerivation value then
      { type = "derivation"; inherit (value) name; drvPath = value.name; outPath = value.name; }
    else if isList value then
      map self.scrubOptionValue value
    else if isAttrs value then
      builtins.mapAttrs (_: self.scrubOptionValue) (removeAttrs value [ "_args" ])
    else
      value;
  optionAttrSetToDocList = documented;
  optionAttrSetToDocList' = _: documented;

  # Merging: functions of an option's path and of its definitions, each with `file` and `value`
  mergeDefaultOption =
    loc: defs:
    let
      values = self.getValues defs;
      first = head values;
    in
    if length values == 1 then first
    else if all lib.trivial.isFunction values then argument: self.mergeDefaultOption loc (map (f: f argument) values)
    else if all isList values then builtins.concatLists values
    else if all isAttrs values then foldl' (sum: value: sum // value) { } values
    else if all isBool values then builtins.any (value: value) values
    else if all isString values then concatStringsSep "" values
    else if all isInt values && all (value: value == first) values then first
    else throw "the definitions of `${self.showOption loc}' cannot be merged:${self.showDefs defs}";
  mergeUniqueOption =
    { message, merge ? (_: defs: (head defs).value) }:
    loc: defs:
    assert defs != [ ];
    if length defs == 1 then merge loc defs
    else throw "`${self.showOption loc}' can have one definition only. ${message}${self.showDefs defs}\n${hint}";
  mergeOneOption = self.mergeUniqueOption { message = ""; };
  mergeEqualOption =
    loc: defs:
    let
      first = head defs;
      differs = def: def.value != first.value;
      other = lib.lists.findFirst differs first (tail defs);
    in
    if defs == [ ] then abort "mergeEqualOption: no definition of `${self.showOption loc}'"
    else if !(builtins.any differs (tail defs)) then first.value
    else throw "`${self.showOption loc}' has conflicting definitions:${self.showDefs [ first other ]}\n${hint}";
  getValues = map (def: def.value);
  getFiles = map (def: def.file);

  # Showing
  showOption = concatMapStringsSep "." (
    part: if part == "*" || builtins.match "<(.*)>" part != null then part else escapeNixIdentifier part
  );
  showFiles = concatMapStringsSep " and " (file: "`${file}'");
  showDefs = lib.strings.concatMapStrings (def: "\n- In `${def.file}'${shownValue def.value}");
  showOptionWithDefLocs =
    option:
    "${self.showOption option.loc}, with values defined in:\n"
    + concatMapStringsSep "\n" (file: "  - ${file}") option.files
    + "\n";
  unknownModule = "<unknown-file>";
}
