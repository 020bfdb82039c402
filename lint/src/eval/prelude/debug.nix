{ lib }:
let
  inherit (builtins) deepSeq trace;
  self = lib.debug;

  # `value` down to `depth` levels, with what lies below shown as a mark.
  cut =
    depth: value:
    let
      mark = text: { __pretty = _: text; val = value; };
    in
    if builtins.isList value then
      if depth == 0 then mark "[…]" else map (cut (depth - 1)) value
    else if builtins.isAttrs value then
      if depth == 0 then mark "{…}" else builtins.mapAttrs (_: cut (depth - 1)) value
    else
      value;
in
{
  inherit (builtins) addErrorContext trace unsafeGetAttrPos;

  traceIf = condition: message: value: if condition then trace message value else value;
  traceVal = value: trace value value;
  traceValFn = f: value: trace (f value) value;
  traceSeq = shown: trace (deepSeq shown shown);
  traceSeqN =
    depth: shown: trace (lib.generators.toPretty { allowPrettyValues = true; } (cut depth shown));
  traceValSeq = value: trace (deepSeq value value) value;
  traceValSeqFn = f: value: trace (f (deepSeq value value)) value;
  traceValSeqN = depth: value: self.traceSeqN depth value value;
  traceValSeqNFn = f: depth: value: self.traceSeqN depth (f value) value;
  traceFnSeqN =
    depth: fn: f: from:
    let
      to = f from;
    in
    self.traceSeqN (depth + 1) { inherit fn from to; } to;

  runTests =
    tests:
    let
      chosen = tests.tests or [ ];
      runs = name: if chosen == [ ] then lib.strings.hasPrefix "test" name else builtins.elem name chosen;
      failure = name: { inherit name; inherit (tests.${name}) expected; result = tests.${name}.expr; };
    in
    map failure (
      builtins.filter (name: runs name && tests.${name}.expr != tests.${name}.expected) (builtins.attrNames tests)
    );
  testAllTrue = expr: { inherit expr; expected = map (_: true) expr; };
  throwTestFailures =
    { failures, description ? "tests", ... }:
    if failures == [ ] then
      null
    else
      throw "${toString (builtins.length failures)} ${description} failed: ${
        lib.strings.concatMapStringsSep ", " (failure: failure.name) failures
      }";
}
