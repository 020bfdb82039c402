{ lib }:
let
  self = lib.derivations;
in
{
  inherit (builtins) unsafeDiscardOutputDependency;
  addDrvOutputDependencies = builtins.addDrvOutputDependencies or (text: text);
  optionalDrvAttr = condition: value: if condition then value else null;

  # A derivation whose outline is known before it is evaluated.
  lazyDerivation =
    { derivation, meta ? null, passthru ? { }, outputs ? [ "out" ] }@args:
    let
      checked =
        if !(lib.attrsets.isDerivation derivation) then throw "lazyDerivation: this is no derivation"
        else if derivation.outputs != outputs then throw "lazyDerivation: the outputs are not as said"
        else derivation;
    in
    {
      type = "derivation";
      inherit (checked) drvPath name outPath outputName system;
      inherit outputs;
      meta = args.meta or checked.meta;
    }
    // lib.attrsets.genAttrs outputs (output: checked.${output})
    // passthru;

  warnOnInstantiate =
    message: package:
    let
      deferred = removeAttrs package [ "meta" "name" "outputName" "type" ];
      again = change: self.warnOnInstantiate message (package.overrideAttrs change);
    in
    package
    // builtins.mapAttrs (_: lib.trivial.warn message) deferred
    // (if builtins.isFunction (package.overrideAttrs or null) then { overrideAttrs = again; } else { });
}
