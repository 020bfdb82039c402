{ lib }:
let
  inherit (builtins) any elem elemAt filter head isList isString length map match split tail;
  inherit (lib.strings) hasPrefix hasSuffix removePrefix removeSuffix;
  self = lib.sources;

  filtered = source: source ? _isLibCleanSourceWith;
  # A source of `origSrc`. Nothing is copied to the store here: what is read from it, is read where it lies.
  source = origSrc: filter: name: {
    _isLibCleanSourceWith = true;
    inherit origSrc filter name;
    outPath = origSrc;
  };
  origin = given: if filtered given then given.origSrc else given;

  # Whether `path`, in components, is one that `globs` choose, or a directory above one.
  globMatches =
    globs: type: path:
    let
      here = head globs;
      later = tail globs;
      rest = tail path;
      fits = glob: match glob (head path) != null;
    in
    if path == [ ] then globs == [ ] || elem type [ "directory" "symlink" ]
    else if globs == [ ] then false
    else if here != ".*" then fits here && globMatches later type rest
    else if later == [ ] then true
    else if fits (head later) then globMatches later type path
    else globMatches globs type rest;
  globRegex =
    glob:
    let
      regex = part: if isList part then "[^/]*" else lib.strings.escapeRegex part;
    in
    if glob == "**" then ".*" else lib.strings.concatMapStrings regex (split "\\*+" glob);
  components = path: filter isString (split "/" path);

  nameOfUrl =
    url:
    let
      base = baseNameOf (removeSuffix "/" (lib.lists.last (lib.strings.splitString ":" (toString url))));
      shrink = name: let parts = match "(.*)\\.(git|tar|zip|gz|tgz|bz|tbz|bz2|tbz2|lzma|txz|xz|zstd)" name; in
        if parts == null then name else shrink (head parts);
    in
    shrink base;
in
{
  inherit (builtins) filterSource;

  cleanSource = src: self.cleanSourceWith { inherit src; filter = self.cleanSourceFilter; };
  cleanSourceFilter =
    path: type:
    let
      name = baseNameOf path;
    in
    !(
      name == ".git"
      || type == "directory" && elem name [ ".hg" ".jj" ".pijul" ".svn" "CVS" "_darcs" ]
      || type == "symlink" && hasPrefix "result" name
      || type == "unknown"
      || any (suffix: hasSuffix suffix name) [ "~" ".o" ".so" ]
      || match "\\.(.*\\.)?sw[a-z]" name != null
    );
  cleanSourceWith =
    { src, filter ? (_: _: true), name ? null }:
    let
      before = if filtered src then src else source src (_: _: true) "source";
    in
    source before.origSrc (path: type: filter path type && before.filter path type) (
      if name == null then before.name else name
    );
  sourceByRegex =
    src: patterns:
    self.cleanSourceWith {
      inherit src;
      filter = path: _:
        let
          relative = removePrefix "${toString (origin src)}/" (toString path);
        in
        any (pattern: match pattern relative != null) patterns;
    };
  sourceFilesBySuffices =
    src: suffixes:
    self.cleanSourceWith {
      inherit src;
      filter = path: type: type == "directory" || any (suffix: hasSuffix suffix (baseNameOf path)) suffixes;
    };
  sourceByGlobs =
    src: globs:
    let
      patterns = map (glob: map globRegex (components glob)) globs;
    in
    self.cleanSourceWith {
      inherit src;
      filter = path: type:
        let
          relative = components (removePrefix "${toString src}/" path);
        in
        any (pattern: globMatches pattern type relative) patterns;
    };
  trace = src: self.cleanSourceWith { inherit src; };
  canCleanSource = src: filtered src || !(builtins.hasContext (toString src));
  pathHasContext = builtins.hasContext;

  pathIsGitRepo = _: builtins.__unknown "whether a directory is a Git repository";
  commitIdFromGitRepo = _: builtins.__unknown "the commit of a Git repository";

  # Names of fetched sources
  urlToName = nameOfUrl;
  shortRev =
    revision:
    let
      base = baseNameOf (toString revision);
      version = match "([A-Za-z]+[-_. ]?)*(v)?([0-9.]+.*)" base;
    in
    if match "[a-f0-9]+" base != null then builtins.substring 0 7 base
    else if version != null then elemAt version (length version - 1)
    else base;
  revOrTag = revision: tag: if tag != null then tag else if revision != null then revision else "HEAD";
  repoRevToName =
    kind: url: revision: suffix:
    let
      part = value: if value == null then "" else "-${value}";
      short = if revision == null then null else self.shortRev revision;
      full = suffix: "${nameOfUrl url}${part short}${part suffix}-source";
    in
    if kind == "source" then "source"
    else if kind == "versioned" then full null
    else if kind == "full" then full suffix
    else throw "repoRevToName: there is no kind ${kind}";
}
