{ lib }:
let
  inherit (builtins) concatMap concatStringsSep elemAt filter head isPath isString length match split typeOf;

  names = text: filter (part: isString part && part != "" && part != ".") (split "/" text);
  parts = path: names (toString path);
  relative = components: "./${if components == [ ] then "." else concatStringsSep "/" components}";

  needPath = who: value: if isPath value then value else throw "lib.path.${who}: a ${typeOf value} is no path";
  needSubpath =
    who: value:
    if flaw value == null then value else throw "lib.path.${who}: ${flaw value} is no path below another";

  # What keeps `value` from being a path below another, or null.
  flaw =
    value:
    if !(isString value) then "a ${typeOf value}"
    else if value == "" then "the empty string"
    else if lib.strings.hasPrefix "/" value then "the absolute ${value}"
    else if match "(.*/)?\\.\\.(/.*)?" value != null then "the upward ${value}"
    else null;

  storeParts = names builtins.storeDir;
  inStore =
    components:
    let
      name = elemAt components (length storeParts);
    in
    lib.lists.hasPrefix storeParts components && length components > length storeParts && match ".{32}-.+" name != null
    || components != [ ] && match "[0-9a-z]{52}" (head components) != null;
in
{
  append = path: subpath: needPath "append" path + ("/" + needSubpath "append" subpath);
  hasPrefix =
    prefix:
    let
      wanted = parts (needPath "hasPrefix" prefix);
    in
    path: lib.lists.hasPrefix wanted (parts (needPath "hasPrefix" path));
  removePrefix =
    prefix:
    let
      wanted = parts (needPath "removePrefix" prefix);
    in
    path: relative (lib.lists.removePrefix wanted (parts (needPath "removePrefix" path)));
  splitRoot = path: { root = /.; subpath = relative (parts (needPath "splitRoot" path)); };
  hasStorePathPrefix = path: inStore (parts (needPath "hasStorePathPrefix" path));

  subpath = {
    isValid = value: flaw value == null;
    components = value: names (needSubpath "subpath.components" value);
    normalise = value: relative (names (needSubpath "subpath.normalise" value));
    join = values: relative (concatMap (value: names (needSubpath "subpath.join" value)) values);
  };
}
