# The part of `lib` that is Home Manager's own, as far as configurations use it.
{ lib }:
let
  between = before: after: data: { inherit before after data; };
in
builtins.__symbolic
  {
    dag = builtins.__symbolic
      {
        entryAnywhere = between [ ] [ ];
        entryBetween = between;
        entryAfter = between [ ];
        entryBefore = before: between before [ ];
      }
      "lib.hm.dag";
    gvariant = import ./gvariant.nix { inherit lib; };
    booleans = { yesNo = value: if value then "yes" else "no"; };
  }
  "lib.hm"
