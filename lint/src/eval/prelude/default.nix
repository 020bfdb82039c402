# nixpkgs' `lib`, as modules receive it. Each subject is a file that is only loaded when something of it is used.
# What the evaluator alone can answer comes from its own primitives: builtins.__evalModules, __mergeDefinitions,
# __presumed, __typeCheck, __typeMerge and __unknown.
let
  # Another release of nixpkgs may have more in it.
  presumed = builtins.__presumed "nixpkgs' `lib` as it is known here";

  contents =
    self:
    let
      subject = file: presumed (import file { lib = self; });
    in
    presumed {
      asserts = subject ./asserts.nix;
      attrsets = subject ./attrsets.nix;
      cli = subject ./cli.nix;
      customisation = subject ./customisation.nix;
      debug = subject ./debug.nix;
      derivations = subject ./derivations.nix;
      fetchers = subject ./fetchers.nix;
      fileset = subject ./fileset.nix;
      filesystem = subject ./filesystem.nix;
      fixedPoints = subject ./fixed-points.nix;
      generators = subject ./generators.nix;
      gvariant = subject ./gvariant.nix;
      kernel = subject ./kernel.nix;
      licenses = subject ./licenses.nix;
      lists = subject ./lists.nix;
      meta = subject ./meta.nix;
      misc = subject ./misc.nix;
      modules = subject ./modules.nix;
      network = subject ./network.nix;
      options = subject ./options.nix;
      path = subject ./path.nix;
      sources = subject ./sources.nix;
      sourceTypes = self.meta.sourceTypes;
      strings = subject ./strings.nix;
      stringsWithDeps = subject ./strings-with-deps.nix;
      systems = subject ./systems.nix;
      trivial = subject ./trivial.nix;
      types = subject ./types.nix;
      versions = subject ./versions.nix;

      flakes = {
        parseFlakeRef = builtins.parseFlakeRef or (builtins.__unknown "builtins.parseFlakeRef");
        flakeRefToString = builtins.flakeRefToString or (builtins.__unknown "builtins.flakeRefToString");
      };
      platforms = self.systems.doubles;
      # Thousands of names that no configuration's meaning depends on.
      maintainers = builtins.__unknown "the list of nixpkgs' maintainers";
      teams = builtins.__unknown "the list of nixpkgs' teams";

      # What the flake adds.
      nixosSystem = arguments: import "/nix/store/«nixpkgs»/nixos/lib/eval-config.nix" ({ lib = self; system = null; } // arguments);
      nixos = builtins.__unknown "nixpkgs.lib.nixos";

      convertHash = builtins.convertHash or (builtins.__unknown "builtins.convertHash");
      inherit (builtins)
        fromJSON getContext hasContext hashString parseDrvName placeholder toFile toJSON toString toXML tryEval;
      fromTOML = builtins.fromTOML;

      inherit (self.trivial)
        add and bitAnd bitNot bitOr bitXor boolToString boolToYesNo ceil checkListOfEnum compare concat const deepSeq
        defaultTo div flip floor fromHexString functionArgs genericClosure id importJSON importTOML inNixShell
        inPureEvalMode info isBool isFloat isFunction isInOldestRelease isInt lessThan mapNullable max mergeAttrs min
        mirrorFunctionArgs mod mul nixpkgsVersion oldestSupportedReleaseIsAtLeast "or" pathExists pipe readFile seq
        setFunctionArgs showWarnings splitByAndCompare sub throwIf throwIfNot toBaseDigits toFunction toHexString
        version warn warnIf warnIfNot xor;
      inherit (self.fixedPoints)
        composeExtensions composeManyExtensions converge extends fix fix' makeExtensible makeExtensibleWithCustomName
        toExtension;
      inherit (self.attrsets)
        attrByPath attrNames attrVals attrValues attrsToList cartesianProduct cartesianProductOfSets catAttrs
        chooseDevOutputs collect concatMapAttrs dontRecurseIntoAttrs filterAttrs filterAttrsRecursive foldAttrs
        foldlAttrs genAttrs genAttrs' getAttr getAttrFromPath getAttrs getBin getDev getFirstOutput getInclude getLib
        getMan getOutput getStatic hasAttr hasAttrByPath intersectAttrs isAttrs isDerivation listToAttrs mapAttrs
        mapAttrs' mapAttrsRecursive mapAttrsRecursiveCond mapAttrsToList mapAttrsToListRecursive
        mapAttrsToListRecursiveCond mapCartesianProduct matchAttrs mergeAttrsList nameValuePair optionalAttrs
        overrideExisting recurseIntoAttrs recursiveUpdate recursiveUpdateUntil removeAttrs setAttrByPath showAttrPath
        toDerivation updateManyAttrsByPath zip zipAttrs zipAttrsWith zipAttrsWithNames zipWithNames;
      inherit (self.lists)
        all allUnique any compareLists concatAttrValues concatLists concatMap count crossLists drop dropEnd elem
        elemAt filter findFirst findSingle flatten fold foldl foldl' foldr forEach genList groupBy groupBy' head
        ifilter0 imap0 imap1 init intersectLists isList last length listDfs map mutuallyExclusive naturalSort optional
        optionals partition range remove replaceElemAt replicate reverseList singleton sort sortOn sublist
        subtractLists tail take takeEnd toList toposort unique uniqueStrings zipLists zipListsWith;
      inherit (self.strings)
        addContextFrom appendContext cmakeBool cmakeFeature cmakeOptionType concatImapStrings concatImapStringsSep
        concatLines concatMapAttrsStringSep concatMapStrings concatMapStringsSep concatStrings concatStringsSep
        enableFeature enableFeatureAs escape escapeRegex escapeShellArg escapeShellArgs escapeURL escapeXML
        fileContents fixedWidthNumber fixedWidthString getName getVersion hasInfix hasPrefix hasSuffix intersperse
        isStorePath isString isStringLike isValidPosixName join lowerChars makeBinPath makeIncludePath
        makeLibraryPath makeSearchPath makeSearchPathOutput match mesonBool mesonEnable mesonOption nameFromURL
        optionalString readPathsFromFile removePrefix removeSuffix replaceChars replaceString replaceStrings split
        splitString splitStringBy stringAsChars stringLength stringToCharacters substring toCamelCase toInt
        toIntBase10 toLower toSentenceCase toShellVar toShellVars toUpper trim trimWith typeOf
        unsafeDiscardStringContext upperChars versionAtLeast versionOlder withFeature withFeatureAs;
      inherit (self.stringsWithDeps)
        fullDepEntry noDepEntry packEntry stringAfter textClosureList textClosureMap;
      inherit (self.customisation)
        callPackageWith callPackagesWith extendDerivation extendMkDerivation hydraJob makeOverridable makeScope
        makeScopeWithSplicing makeScopeWithSplicing' mapCrossIndex overrideDerivation renameCrossIndexFrom
        renameCrossIndexTo;
      inherit (self.derivations)
        addDrvOutputDependencies lazyDerivation optionalDrvAttr unsafeDiscardOutputDependency warnOnInstantiate;
      inherit (self.generators) mkLuaInline;
      inherit (self.meta)
        addMetaAttrs appendToName dontDistribute getExe getExe' getLicenseFromSpdxId getLicenseFromSpdxIdOr hiPrio
        hiPrioSet licensesSpdx lowPrio lowPrioSet mapDerivationAttrset setName setPrio updateName;
      inherit (self.filesystem)
        baseNameOf dirOf hashFile isPath packagesFromDirectoryRecursive pathIsDirectory pathIsRegularFile pathType
        readDir readFileType;
      inherit (self.sources)
        canCleanSource cleanSource cleanSourceFilter cleanSourceWith commitIdFromGitRepo filterSource pathHasContext
        pathIsGitRepo repoRevToName revOrTag sourceByRegex sourceFilesBySuffices;
      inherit (self.modules)
        applyModuleArgsIfFunction dischargeProperties doRename evalModules evalOptionValue filterOverrides
        fixMergeModules fixupOptionType mergeDefinitions mergeModules mergeModules' mergeOptionDecls mkAfter
        mkAliasAndWrapDefinitions mkAliasDefinitions mkAliasOptionModule mkAliasOptionModuleMD mkAssert mkBefore
        mkChangedOptionModule mkDefault mkDefinition mkDerivedConfig mkFixStrictness mkForce mkIf
        mkImageMediaOverride mkMerge mkMergedOptionModule mkOptionDefault mkOrder mkOverride mkRemovedOptionModule
        mkRenamedOptionModule mkRenamedOptionModuleWith mkVMOverride pushDownProperties setDefaultModuleLocation
        sortProperties unifyModuleSyntax;
      inherit (self.options)
        getFiles getValues isOption literalDocBook literalExample literalExpression literalMD mdDoc
        mergeDefaultOption mergeEqualOption mergeOneOption mergeUniqueOption mkEnableOption mkOption mkPackageOption
        mkPackageOptionMD mkSinkUndeclaredOptions optionAttrSetToDocList optionAttrSetToDocList' scrubOptionValue
        showFiles showOption showOptionWithDefLocs unknownModule;
      inherit (self.types) defaultFunctor defaultTypeMerge isOptionType isType mkOptionType setType;
      inherit (self.asserts) assertMsg assertOneOf;
      inherit (self.debug)
        addErrorContext runTests testAllTrue trace traceFnSeqN traceIf traceSeq traceSeqN traceVal traceValFn
        traceValSeq traceValSeqFn traceValSeqN traceValSeqNFn unsafeGetAttrPos;
      inherit (self.misc)
        checkFlag checkReqs closePropagation condConcat defaultMerge defaultMergeArg fakeHash fakeSha256 fakeSha512
        foldArgs getValue ifEnable imap innerClosePropagation innerModifySumArgs lazyGenericClosure maybeAttr
        maybeAttrNullable maybeEnv mergeAttrBy mergeAttrByFunc mergeAttrsByFuncDefaults mergeAttrsByFuncDefaultsClean
        mergeAttrsConcatenateValues mergeAttrsNoOverride mergeAttrsWithFunc modifySumArgs nixType nvs setAttr
        setAttrMerge uniqList uniqListExt;
      inherit (self.versions) compareVersions splitVersion;
      inherit (self.network.ipv6) mkEUI64Suffix;
      inherit (self.flakes) flakeRefToString parseFlakeRef;
    };

  lib = contents lib // {
    extend = overlay: lib.makeExtensible (lib.extends overlay contents);
  };
in
lib
