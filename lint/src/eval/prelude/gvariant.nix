{ lib }:
let
  inherit (builtins) all head isAttrs isBool isFloat isInt isList isString map typeOf;
  inherit (lib.strings) concatMapStringsSep concatStrings escape;
  self = lib.gvariant;

  # A value of GVariant type `type`, which `text` writes.
  variant = type: value: text: { _type = "gvariant"; inherit type value; __toString = text; };
  annotated = type: value: variant type value (v: "@${v.type} ${toString v.value}");
  bare = type: value: variant type value (v: toString v.value);
  items = concatMapStringsSep "," toString;
in
{
  type = {
    arrayOf = type: "a${type}";
    maybeOf = type: "m${type}";
    tupleOf = types: "(${concatStrings types})";
    dictionaryEntryOf = name: value: "{${name}${value}}";
    boolean = "b";
    double = "d";
    int16 = "n";
    int32 = "i";
    int64 = "x";
    string = "s";
    uchar = "y";
    uint16 = "q";
    uint32 = "u";
    uint64 = "t";
    variant = "v";
  };
  isGVariant = value: value._type or "" == "gvariant";
  intConstructors = [
    { name = "mkInt32"; type = "i"; min = -2147483648; max = 2147483647; }
    { name = "mkUint32"; type = "u"; min = 0; max = 4294967295; }
    { name = "mkInt64"; type = "x"; min = null; max = null; }
    { name = "mkUint64"; type = "t"; min = 0; max = null; }
    { name = "mkInt16"; type = "n"; min = -32768; max = 32767; }
    { name = "mkUint16"; type = "q"; min = 0; max = 65535; }
    { name = "mkUchar"; type = "y"; min = 0; max = 255; }
  ];

  mkValue =
    value:
    if isBool value then self.mkBoolean value
    else if isFloat value then self.mkDouble value
    else if isString value then self.mkString value
    else if isList value then self.mkArray value
    else if self.isGVariant value then value
    else if isInt value then throw "lib.gvariant: an integer needs a type, such as mkInt32"
    else if isAttrs value then throw "lib.gvariant: a set is written as an array of mkDictionaryEntry"
    else throw "lib.gvariant: a ${typeOf value} has no type";
  mkBoolean = value: variant "b" value (v: lib.trivial.boolToString v.value);
  mkDouble = bare "d";
  mkInt16 = annotated "n";
  mkInt32 = bare "i";
  mkInt64 = annotated "x";
  mkUchar = annotated "y";
  mkUint16 = annotated "q";
  mkUint32 = annotated "u";
  mkUint64 = annotated "t";
  mkString = value: variant "s" value (v: "'${lib.strings.replaceString "\n" "\\n" (escape [ "'" "\\" ] v.value)}'");
  mkObjectpath = value: variant "s" value (v: "objectpath '${escape [ "'" ] v.value}'");
  mkVariant = value: variant "v" (self.mkValue value) (v: "<${toString v.value}>");
  mkArray =
    elements:
    let
      values = map self.mkValue elements;
      inherit (head values) type;
    in
    if elements == [ ] then throw "lib.gvariant: an empty array is made by mkEmptyArray"
    else if !(all (value: value.type == type) values) then throw "lib.gvariant: an array has one type"
    else variant "a${type}" values (v: "@${v.type} [${items v.value}]");
  mkEmptyArray = type: variant "a${type}" [ ] (v: "@${v.type} []");
  mkTuple =
    elements:
    let
      values = map self.mkValue elements;
    in
    variant (self.type.tupleOf (map (value: value.type) values)) values (v: "@${v.type} (${items v.value})");
  mkDictionaryEntry =
    name: value:
    let
      pair = map self.mkValue [ name value ];
      type = "{${lib.strings.concatMapStrings (part: part.type) pair}}";
    in
    variant type { inherit name value; } (v: "@${v.type} {${items pair}}");
  mkMaybe =
    type: value:
    variant "m${type}" value (v: if v.value == null then "@${v.type} nothing" else "just ${toString v.value}");
  mkNothing = type: self.mkMaybe type null;
  mkJust = element: let value = self.mkValue element; in self.mkMaybe value.type value;
}
