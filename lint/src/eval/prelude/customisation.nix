{ lib }:
let
  inherit (builtins) attrNames filter intersectAttrs isAttrs listToAttrs map mapAttrs removeAttrs;
  inherit (lib.trivial) functionArgs isFunction mirrorFunctionArgs setFunctionArgs;
  self = lib.customisation;

  loaded = source: if isFunction source then source else import source;
  # An attribute that is only there on a condition.
  when = condition: name: value: if condition then { ${name} = value; } else { };

  crossPairs = [ "BuildBuild" "BuildHost" "BuildTarget" "HostHost" "HostTarget" "TargetTarget" ];
  uncapital = name: lib.strings.toLower (builtins.substring 0 1 name) + builtins.substring 1 (-1) name;
in
{
  makeOverridable =
    f:
    let
      likeF = mirrorFunctionArgs f;
      changed = given: change: given // (if isFunction change then change given else change);
      redo = given: likeF (change: self.makeOverridable f (changed given change));
      onResult = given: change: self.makeOverridable (likeF (args: change (f args))) given;
      call =
        given:
        let
          result = f given;
        in
        if isAttrs result then
          result
          // {
            override = redo given;
            overrideDerivation = change: onResult given (package: self.overrideDerivation package change);
          }
          // when (result ? overrideAttrs) "overrideAttrs" (
            change: onResult given (package: package.overrideAttrs change)
          )
        else if isFunction result then
          setFunctionArgs result (functionArgs result) // { override = redo given; }
        else
          result;
    in
    if isAttrs f then
      f // likeF call // when (f ? override) "override" (change: self.makeOverridable (f.override change))
    else
      likeF call;
  callPackageWith =
    scope: source: args:
    let
      f = loaded source;
      formals = functionArgs f;
      given = intersectAttrs formals scope // args;
      missing = filter (name: !formals.${name} && !(given ? ${name})) (attrNames formals);
    in
    if missing == [ ] then self.makeOverridable f given
    else abort "callPackageWith: nothing gives the argument '${builtins.head missing}'";
  callPackagesWith =
    scope: source: args:
    let
      f = loaded source;
      given = intersectAttrs (functionArgs f) scope // args;
      packages = f given;
      single = name: _: self.makeOverridable (mirrorFunctionArgs f (args: (f args).${name})) given;
    in
    if lib.attrsets.isDerivation packages then
      throw "callPackages: a derivation was given where a set of them is needed"
    else
      mapAttrs single packages;
  overrideDerivation =
    package: f:
    self.extendDerivation (builtins.seq package.drvPath true) (
      { meta = package.meta or { }; passthru = package.passthru or { }; }
      // (package.passthru or { })
      // when (package ? __spliced) "__spliced" (mapAttrs (_: other: self.overrideDerivation other f) package.__spliced)
    ) (derivation (package.drvAttrs // f package));
  extendDerivation =
    condition: passthru: package:
    let
      guarded = from: {
        drvPath = assert condition; from.drvPath;
        outPath = assert condition; from.outPath;
      };
      output =
        name:
        common
        // { inherit (package.${name}) type outputName; outputSpecified = true; }
        // guarded package.${name}
        // when (passthru ? overrideAttrs) "overrideAttrs" (change: (passthru.overrideAttrs change).${name});
      outputs = map (name: { inherit name; value = output name; }) (package.outputs or [ "out" ]);
      common =
        package // listToAttrs outputs // { all = map (entry: entry.value) outputs; } // passthru // guarded package;
    in
    common;
  hydraJob =
    package:
    let
      outputs = package.outputs or [ "out" ];
      common = { inherit (package) meta name system; inherit outputs; }
        // (
          if package._hydraAggregate or false then
            { _hydraAggregate = true; constituents = map self.hydraJob (lib.lists.flatten package.constituents); }
          else
            { }
        )
        // lib.attrsets.genAttrs outputs output;
      output = outputName:
        common // { type = "derivation"; inherit outputName; inherit (package.${outputName}) drvPath outPath; };
      first = output (builtins.head outputs);
    in
    if package == null then null else builtins.deepSeq first first;

  makeScope =
    newScope: f:
    let
      scope =
        { callPackage = scope.newScope { }; }
        // f scope
        // {
          newScope = more: newScope (scope // more);
          overrideScope = overlay: self.makeScope newScope (lib.fixedPoints.extends overlay f);
          packages = f;
        };
    in
    scope;
  makeScopeWithSplicing =
    splicePackages: newScope: otherSplices: keep: extra: f:
    self.makeScopeWithSplicing' { inherit splicePackages newScope; } { inherit otherSplices keep extra f; };
  makeScopeWithSplicing' =
    { splicePackages, newScope }@how:
    { otherSplices, keep ? (_: { }), extra ? (_: { }), f }@what:
    let
      ours = self.renameCrossIndexFrom "self" (otherSplices // { selfHostTarget = scope; });
      plain = splicePackages (self.renameCrossIndexTo "pkgs" ours);
      spliced = extra plain // plain // keep scope;
      scope = f scope // {
        newScope = more: newScope (spliced // more);
        callPackage = newScope spliced;
        overrideScope = overlay: self.makeScopeWithSplicing' how (what // { f = lib.fixedPoints.extends overlay f; });
        packages = f;
      };
    in
    scope;
  extendMkDerivation =
    {
      constructDrv, extendDrvArgs, excludeDrvArgNames ? [ ], excludeFunctionArgNames ? [ ],
      inheritFunctionArgs ? true, transformDrv ? lib.trivial.id,
    }:
    let
      inherited = if inheritFunctionArgs then removeAttrs (functionArgs constructDrv) excludeDrvArgNames else { };
    in
    {
      inherit constructDrv excludeDrvArgNames extendDrvArgs transformDrv;
      __functionArgs = removeAttrs (inherited // functionArgs (extendDrvArgs { })) excludeFunctionArgNames;
      __functor =
        _: given:
        transformDrv (
          constructDrv (
            final:
            let
              args = lib.trivial.toFunction given final;
            in
            removeAttrs args excludeDrvArgNames // extendDrvArgs final args
          )
        );
    };
  renameCrossIndexFrom =
    prefix: set: listToAttrs (map (pair: { name = uncapital pair; value = set.${prefix + pair}; }) crossPairs);
  renameCrossIndexTo =
    prefix: set: listToAttrs (map (pair: { name = prefix + pair; value = set.${uncapital pair}; }) crossPairs);
  mapCrossIndex =
    f: { buildBuild, buildHost, buildTarget, hostHost, hostTarget, targetTarget }@set: mapAttrs (_: f) set;
}
