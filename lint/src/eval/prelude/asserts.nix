{ lib }:
let
  inherit (builtins) all elem filter;
  show = lib.generators.toPretty { };
  self = lib.asserts;
in
{
  assertMsg = holds: message: holds || throw message;
  assertOneOf =
    name: value: allowed:
    self.assertMsg (elem value allowed) "${name} is ${show value}, which is none of ${show allowed}";
  assertEachOneOf =
    name: values: allowed:
    self.assertMsg (all (value: elem value allowed) values)
      "${name} is ${show values}, and not all of it is among ${show allowed}";
  checkAssertWarn =
    assertions: warnings: value:
    let
      failed = filter (entry: !entry.assertion) assertions;
    in
    if failed == [ ] then
      lib.trivial.showWarnings warnings value
    else
      throw "these assertions fail:${lib.strings.concatMapStrings (entry: "\n- ${entry.message}") failed}";
}
