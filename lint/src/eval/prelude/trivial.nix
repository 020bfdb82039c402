{ lib }:
let
  inherit (builtins) elemAt genList isInt isString match;
  self = lib.trivial;

  # The digits of sixteen, in both directions.
  digits = lib.strings.stringToCharacters "0123456789ABCDEF";
  digitValues = builtins.listToAttrs (
    genList (n: { name = lib.strings.toLower (elemAt digits n); value = n; }) 16
  );

  unlessWarned = silent: message: if silent then self.id else self.warn message;
  unlessThrown = fine: message: if fine then self.id else throw message;
in
{
  inherit (builtins)
    add bitAnd bitOr bitXor ceil deepSeq div floor genericClosure isBool isFloat isInt lessThan mul pathExists
    readFile seq sub;

  id = value: value;
  const = value: _: value;
  flip = f: a: b: f b a;
  pipe = builtins.foldl' (value: f: f value);
  concat = a: b: a ++ b;
  mergeAttrs = a: b: a // b;
  and = a: b: a && b;
  "or" = a: b: a || b;
  xor = a: b: if a then !b else b || false;
  bitNot = n: -1 - n;
  boolToString = flag: if flag then "true" else "false";
  boolToYesNo = flag: if flag then "yes" else "no";
  defaultTo = fallback: value: if value == null then fallback else value;
  mapNullable = f: value: if value == null then value else f value;

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
  # The remainder has the dividend's sign, as with the language's own division.
  mod = dividend: divisor: dividend - divisor * (builtins.div dividend divisor);
  compare = a: b: if a < b then -1 else if b < a then 1 else 0;
  splitByAndCompare =
    first: whenBoth: whenNeither: a: b:
    if first a then (if first b then whenBoth a b else -1) else if first b then 1 else whenNeither a b;

  fromHexString =
    text:
    let
      lower = lib.strings.removePrefix "0x" (lib.strings.toLower text);
      parts = match "0*([0-7]?[0-9a-f]{0,15})" lower;
    in
    if lower == "" || parts == null then
      throw "fromHexString: '${text}' is no hexadecimal number"
    else
      builtins.foldl' (sum: c: sum * 16 + digitValues.${c}) 0 (lib.strings.stringToCharacters (elemAt parts 0));
  toHexString = n: lib.strings.concatMapStrings (elemAt digits) (self.toBaseDigits 16 n);
  toBaseDigits =
    base: number:
    let
      into = n: tail: if n < base then [ n ] ++ tail else into (n / base) ([ (self.mod n base) ] ++ tail);
    in
    assert isInt base && isInt number;
    assert base > 1 && number >= 0;
    into number [ ];

  isFunction = f: builtins.isFunction f || (f ? __functor && self.isFunction (f.__functor f));
  toFunction = value: if self.isFunction value then value else _: value;
  functionArgs =
    f:
    if !(f ? __functor) then
      builtins.functionArgs f
    else
      f.__functionArgs or (self.functionArgs (f.__functor f));
  setFunctionArgs = f: __functionArgs: { inherit __functionArgs; __functor = _: f; };
  mirrorFunctionArgs = f: g: self.setFunctionArgs g (self.functionArgs f);

  importJSON = file: builtins.fromJSON (builtins.readFile file);
  importTOML = file: builtins.fromTOML (builtins.readFile file);

  warn =
    builtins.warn or (
      message: value:
      assert isString message;
      builtins.trace "evaluation warning: ${message}" value
    );
  info = message: builtins.trace "INFO: ${message}";
  warnIf = condition: unlessWarned (!condition);
  warnIfNot = unlessWarned;
  throwIf = condition: unlessThrown (!condition);
  throwIfNot = unlessThrown;
  showWarnings = warnings: value: lib.lists.foldr self.warn value warnings;
  checkListOfEnum =
    what: allowed: given:
    let
      strange = lib.lists.subtractLists allowed given;
      enumerate = lib.strings.concatMapStringsSep ", " toString;
    in
    unlessThrown (strange == [ ]) "${what}: ${enumerate strange} unexpected; valid ones: ${enumerate allowed}";

  inNixShell = builtins.getEnv "IN_NIX_SHELL" != "";
  inPureEvalMode = !(builtins ? currentSystem);

  # Which nixpkgs it is, is not known here.
  release = builtins.__unknown "nixpkgs' release";
  version = builtins.__unknown "nixpkgs' version";
  nixpkgsVersion = self.version;
  versionSuffix = builtins.__unknown "nixpkgs' version";
  codeName = builtins.__unknown "nixpkgs' release";
  revisionWithDefault = _: builtins.__unknown "nixpkgs' revision";
  oldestSupportedRelease = 2511;
  oldestSupportedReleaseIsAtLeast = release: release <= self.oldestSupportedRelease;
  isInOldestRelease = self.oldestSupportedReleaseIsAtLeast;
}
