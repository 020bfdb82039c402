{ lib }:
let
  inherit (builtins)
    all attrNames concatStringsSep elem elemAt filter fromJSON genList head isAttrs isInt isList isPath isString
    length map match replaceStrings split stringLength substring tail toJSON typeOf;
  inherit (lib.lists) imap1;
  self = lib.strings;

  # Of what the arguments of builders' flags must be.
  expect = test: what: value: if test value then value else throw "expected ${what}, got ${typeOf value}";
  bool = expect builtins.isBool "a Boolean";
  string = expect isString "a string";

  # Character codes: the printable ones and three of the blanks.
  codes =
    { "\t" = 9; "\n" = 10; "\r" = 13; }
    // builtins.listToAttrs (
      imap1 (n: name: { inherit name; value = 31 + n; }) (self.stringToCharacters
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~")
    );
  hexByte = code: self.fixedWidthString 2 "0" (lib.trivial.toHexString code);

  # Two rows of the edit distance at a time.
  editDistance =
    a: b:
    let
      as = self.stringToCharacters a;
      bs = self.stringToCharacters b;
      row = previous: n:
        builtins.foldl' (
          cells: m:
          let
            change = elemAt previous m + (if elemAt as n == elemAt bs m then 0 else 1);
            shorter = lib.trivial.min (elemAt previous (m + 1)) (elemAt cells m) + 1;
          in
          cells ++ [ (lib.trivial.min change shorter) ]
        ) [ (n + 1) ] (genList (m: m) (length bs));
    in
    lib.lists.last (builtins.foldl' row (genList (m: m) (length bs + 1)) (genList (n: n) (length as)));

  # How many characters `a` and `b` share, reading them with `at`.
  shared =
    at: a: b:
    let
      most = lib.trivial.min (stringLength a) (stringLength b);
      from = n: if n < most && at n a == at n b then from (n + 1) else n;
    in
    from 0;

  parseInt =
    who: text: digits:
    let
      value = fromJSON digits;
    in
    if isInt value then value else noInt who text;
  noInt = who: text: throw "${who}: ${self.escapeNixString text} is no integer";

  keywords = [ "assert" "else" "if" "in" "inherit" "let" "or" "rec" "then" "with" ];
  versionOf = part: attribute: drv:
    let
      parsed = name: (builtins.parseDrvName name).${part};
    in
    if isString drv then parsed drv else drv.${attribute} or (parsed drv.name);
in
{
  inherit (builtins)
    appendContext compareVersions concatStringsSep elem elemAt filter fromJSON genList head isAttrs isInt isList
    isPath isString match parseDrvName readFile replaceStrings split storeDir stringLength substring tail toJSON
    typeOf unsafeDiscardStringContext;

  # Joining
  join = concatStringsSep;
  concatStrings = concatStringsSep "";
  concatMapStrings = f: list: concatStringsSep "" (map f list);
  concatImapStrings = f: list: concatStringsSep "" (imap1 f list);
  concatMapStringsSep = separator: f: list: concatStringsSep separator (map f list);
  concatImapStringsSep = separator: f: list: concatStringsSep separator (imap1 f list);
  concatMapAttrsStringSep = separator: f: set: concatStringsSep separator (lib.attrsets.mapAttrsToList f set);
  concatLines = self.concatMapStrings (line: "${line}\n");
  intersperse = separator: list: lib.lists.drop 1 (builtins.concatMap (value: [ separator value ]) list);
  replicate = count: text: concatStringsSep "" (genList (_: text) count);
  optionalString = condition: text: if condition then text else "";
  makeSearchPath =
    below: paths: self.concatMapStringsSep ":" (path: path + "/" + below) (filter (path: path != null) paths);
  makeSearchPathOutput =
    output: below: packages: self.makeSearchPath below (map (lib.attrsets.getOutput output) packages);
  makeLibraryPath = self.makeSearchPathOutput "lib" "lib";
  makeIncludePath = self.makeSearchPathOutput "dev" "include";
  makeBinPath = self.makeSearchPathOutput "bin" "bin";

  # Parts. A path as prefix or suffix never matches: it is not a string.
  hasPrefix = prefix: text: !(isPath prefix) && substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      from = stringLength text - stringLength suffix;
      name = baseNameOf text;
      # A path becomes one in the store, of which only the name at its end is known.
      isIn = isPath text && stringLength suffix <= stringLength name;
    in
    if isPath suffix then false
    else if isIn then substring (stringLength name - stringLength suffix) (-1) name == suffix
    else from >= 0 && substring from (-1) text == suffix;
  hasInfix = infix: text: "${infix}" == "" || replaceStrings [ "${infix}" ] [ "" ] "${text}" != "${text}";
  removePrefix = prefix: text: if self.hasPrefix prefix text then substring (stringLength prefix) (-1) text else text;
  removeSuffix =
    suffix: text:
    if self.hasSuffix suffix text then substring 0 (stringLength text - stringLength suffix) text else text;
  trim = self.trimWith { start = true; end = true; };
  trimWith =
    { start ? false, end ? false }:
    let
      outer = wanted: if wanted then "[ \t\r\n]*" else "";
      inner = if end then "(.*[^ \t\r\n])" else "(.*)";
    in
    text:
    let
      parts = match "${outer start}${inner}${outer end}" text;
    in
    if parts == null then "" else head parts;
  stringToCharacters = text: genList (n: substring n 1 text) (stringLength text);
  stringAsChars = f: text: self.concatMapStrings f (self.stringToCharacters text);
  splitString =
    separator: text:
    map (self.addContextFrom text) (filter isString (split (self.escapeRegex (toString separator)) (toString text)));
  splitStringBy =
    isBreak: keep: text:
    let
      at = n: if n < 0 then "" else substring n 1 text;
      count = stringLength text;
      breaks = filter (n: isBreak (at (n - 1)) (at n)) (genList (n: n) count);
      starts = [ 0 ] ++ map (n: if keep then n else n + 1) breaks;
      ends = breaks ++ [ count ];
    in
    lib.lists.zipListsWith (from: to: self.addContextFrom text (substring from (to - from) text)) starts ends;
  addContextFrom = source: text: substring 0 0 source + text;
  commonPrefixLength = shared (n: text: substring n 1 text);
  commonSuffixLength = shared (n: text: substring (stringLength text - n - 1) 1 text);
  fileContents = file: self.removeSuffix "\n" (builtins.readFile file);
  readPathsFromFile =
    root: file:
    let
      isPathLine = line: line != "" && !(self.hasPrefix "#" line);
    in
    map (line: root + ("/" + line)) (filter isPathLine (self.splitString "\n" (builtins.readFile file)));
  normalizePath = path: self.addContextFrom path (concatStringsSep "/" (filter isString (split "/+" path)));

  # Case
  lowerChars = self.stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = self.stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings self.upperChars self.lowerChars;
  toUpper = replaceStrings self.lowerChars self.upperChars;
  toSentenceCase =
    text:
    self.addContextFrom (string text) (self.toUpper (substring 0 1 text) + self.toLower (substring 1 (-1) text));
  toCamelCase =
    text:
    let
      words = builtins.concatMap (self.splitStringBy (a: b: match "[a-z]" a != null && match "[A-Z]" b != null) true) (
        self.splitStringBy (_: c: elem c [ "-" "_" " " ]) false (string text)
      );
    in
    self.toLower (head words) + self.concatMapStrings self.toSentenceCase (tail words);

  # Escaping
  escape = chars: replaceStrings chars (map (c: "\\" + c) chars);
  escapeC = chars: replaceStrings chars (map (c: "\\x" + self.toLower (hexByte (self.charToInt c))) chars);
  escapeURL =
    let
      unsafe = filter (c: match "[A-Za-z0-9_.~-]" c == null) (attrNames codes);
    in
    replaceStrings unsafe (map (c: "%" + hexByte codes.${c}) unsafe);
  escapeXML = replaceStrings [ "&" "<" ">" "\"" "'" ] [ "&amp;" "&lt;" "&gt;" "&quot;" "&apos;" ];
  escapeRegex = self.escape (self.stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg =
    value:
    let
      text = toString value;
    in
    if match "[[:alnum:],._+:@%/-]+" text != null then text else "'${replaceStrings [ "'" ] [ "'\\''" ] text}'";
  escapeShellArgs = self.concatMapStringsSep " " self.escapeShellArg;
  escapeNixString = text: replaceStrings [ "$" ] [ "\\$" ] (toJSON text);
  escapeNixIdentifier =
    name:
    if match "[a-zA-Z_][a-zA-Z0-9_'-]*" name != null && !(elem name keywords) then name else self.escapeNixString name;
  replaceString = from: to: replaceStrings [ from ] [ to ];
  replaceChars = replaceStrings;
  charToInt = char: codes.${char};
  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar =
    name: value:
    if !(self.isValidPosixName name) then
      throw "toShellVar: no variable can have the name ${name}"
    else if isList value then
      "declare -a ${name}=(${self.escapeShellArgs value})"
    else if isAttrs value && !(self.isStringLike value) then
      "declare -A ${name}=(${
        self.concatMapAttrsStringSep " " (key: item: "[${self.escapeShellArg key}]=${self.escapeShellArg item}") value
      })"
    else
      "${name}=${self.escapeShellArg value}";
  toShellVars = self.concatMapAttrsStringSep "\n" self.toShellVar;

  # Kinds of values
  isStringLike = value: isString value || isPath value || value ? outPath || value ? __toString;
  isConvertibleWithToString =
    value:
    self.isStringLike value
    || elem (typeOf value) [ "null" "int" "float" "bool" ]
    || isList value && all self.isConvertibleWithToString value;
  isStorePath =
    value:
    let
      text = toString value;
    in
    self.isStringLike value
    && self.hasPrefix "/" text
    && (dirOf text == builtins.storeDir || match "/[0-9a-z]{52}" text != null);

  # Numbers
  toInt =
    text:
    let
      parts = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
    in
    if parts == null then noInt "toInt" text
    else if match "0[[:digit:]]+" (head parts) != null then
      throw "toInt: ${self.escapeNixString text} may be octal or filled with zeros; use toIntBase10"
    else parseInt "toInt" text (head parts);
  toIntBase10 =
    text:
    let
      parts = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
    in
    if parts == null then noInt "toIntBase10" text
    else parseInt "toIntBase10" text (head parts);
  fixedWidthString =
    width: filler: text:
    let
      missing = width - stringLength text;
      step = stringLength filler;
    in
    if missing == 0 then text
    else if missing < 0 || step == 0 || lib.trivial.mod missing step != 0 then
      throw "fixedWidthString: '${text}' cannot be filled up to ${toString width} characters with '${filler}'"
    else self.replicate (missing / step) filler + text;
  fixedWidthNumber = width: number: self.fixedWidthString width "0" (toString number);
  floatToString = toString;

  # Versions and names
  versionOlder = a: b: builtins.compareVersions a b < 0;
  versionAtLeast = a: b: builtins.compareVersions a b >= 0;
  getName = versionOf "name" "pname";
  getVersion = versionOf "version" "version";
  nameFromURL =
    url: separator:
    let
      file = lib.lists.last (self.splitString "/" url);
      name = head (self.splitString separator file);
    in
    assert name != file;
    name;
  sanitizeDerivationName =
    name:
    let
      plain = builtins.unsafeDiscardStringContext name;
      undotted = head (match "\\.*(.*)" plain);
      safe = self.concatMapStrings (part: if isList part then "-" else part) (split "[^[:alnum:]+._?=-]+" undotted);
      fitting = substring (lib.trivial.max 0 (stringLength safe - 207)) (-1) safe;
    in
    if stringLength name <= 207 && match "[[:alnum:]+_?=-][[:alnum:]+._?=-]*" plain != null then plain
    else if fitting == "" then "unknown"
    else fitting;
  levenshtein = editDistance;
  levenshteinAtMost = limit: a: b: if limit <= 0 then a == b else editDistance a b <= limit;

  # Flags of build systems
  cmakeOptionType =
    type: name: value:
    if elem (self.toUpper type) [ "BOOL" "FILEPATH" "PATH" "STRING" "INTERNAL" "LIST" ] then
      "-D${string name}:${self.toUpper type}=${string value}"
    else
      throw "cmakeOptionType: unknown type ${type}";
  cmakeBool = name: flag: self.cmakeOptionType "BOOL" name (if bool flag then "TRUE" else "FALSE");
  cmakeFeature = self.cmakeOptionType "STRING";
  mesonOption = name: value: "-D${string name}=${string value}";
  mesonBool = name: flag: self.mesonOption name (if bool flag then "true" else "false");
  mesonEnable = name: flag: self.mesonOption name (if bool flag then "enabled" else "disabled");
  enableFeature = flag: name: "--${if bool flag then "enable" else "disable"}-${string name}";
  enableFeatureAs = flag: name: value: self.enableFeature flag name + (if flag then "=${value}" else "");
  withFeature = flag: name: "--${if flag then "with" else "without"}-${string name}";
  withFeatureAs = flag: name: value: self.withFeature flag name + (if flag then "=${value}" else "");
}
