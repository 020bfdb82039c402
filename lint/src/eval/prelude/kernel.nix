# Settings of a Linux kernel's configuration.
{ lib }:
let
  inherit (lib.strings) versionAtLeast versionOlder;
  answer = tristate: { inherit tristate; optional = false; };
in
{
  yes = answer "y";
  no = answer "n";
  module = answer "m";
  unset = answer null;
  freeform = text: { freeform = text; optional = false; };
  option = setting: setting // { optional = true; };
  whenHelpers = version: {
    whenAtLeast = bound: lib.modules.mkIf (versionAtLeast version bound);
    whenOlder = bound: lib.modules.mkIf (versionOlder version bound);
    whenBetween = low: high: lib.modules.mkIf (versionAtLeast version low && versionOlder version high);
  };
}
