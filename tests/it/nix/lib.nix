# What the fixtures use of nixpkgs' `lib`.
{ types }:
let
  inherit (builtins) attrNames concatLists concatStringsSep elem filter foldl' isAttrs listToAttrs stringLength substring;
in
rec {
  inherit types;
  inherit (builtins) attrNames attrValues concatLists concatMap concatStringsSep elem filter foldl' head length listToAttrs mapAttrs tail;

  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;
  mkOption = option: option // { _type = "option"; };
  mkEnableOption = _: mkOption { type = types.bool; default = false; };

  id = x: x;
  const = x: _: x;
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  optionalAttrs = condition: set: if condition then set else { };
  optionalString = condition: text: if condition then text else "";
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  filterAttrs = keep: set: listToAttrs (filter (pair: keep pair.name pair.value) (mapAttrsToList nameValuePair set));
  recursiveUpdate = a: b:
    if isAttrs a && isAttrs b then
      a // builtins.mapAttrs (name: value: if a ? ${name} then recursiveUpdate a.${name} value else value) b
    else b;
  hasSuffix = suffix: text:
    let over = stringLength text - stringLength suffix; in over >= 0 && substring over (-1) text == suffix;
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  removeSuffix = suffix: text:
    if hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  flatten = value: if builtins.isList value then concatLists (map flatten value) else [ value ];
  modules = { inherit mkIf mkMerge mkForce mkDefault mkOverride; };
}
