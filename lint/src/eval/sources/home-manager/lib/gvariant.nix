# `lib.hm.gvariant`, of which nixpkgs' `lib.gvariant` comes: here an integer is an int32, arrays are told their type, and an entry
# of a dictionary is a list of two.
{ lib }:
let
  inherit (builtins) elemAt head isInt isList map;
  nixpkgs = import "/«speclint»/lib/gvariant.nix" { lib = lib // { gvariant = self; }; };
  self = nixpkgs // {
    mkValue =
      value:
      if isInt value then self.mkInt32 value
      else if isList value then
        if value == [ ] then self.mkEmptyArray "" else self.mkArray (self.mkValue (head value)).type value
      else nixpkgs.mkValue value;
    mkArray =
      type: elements:
      if elements == [ ] then self.mkEmptyArray type
      else nixpkgs.mkArray elements // { type = "a${type}"; };
    mkDictionaryEntry = pair: nixpkgs.mkDictionaryEntry (elemAt pair 0) (elemAt pair 1);
    isArray = lib.strings.hasPrefix "a";
    isDictionaryEntry = lib.strings.hasPrefix "{";
    isMaybe = lib.strings.hasPrefix "m";
    isTuple = lib.strings.hasPrefix "(";
  };
in
self
