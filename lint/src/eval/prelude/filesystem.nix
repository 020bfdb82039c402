{ lib }:
let
  inherit (builtins) attrNames concatMap filter isString map match pathExists readDir;
  inherit (lib.strings) hasSuffix removeSuffix;
  self = lib.filesystem;

  typeOf = builtins.readFileType or (path: (readDir (dirOf path)).${baseNameOf path});

  # What a directory holds, by the names of packages.
  packagesIn =
    { callPackage, directory, ... }@args:
    lib.attrsets.concatMapAttrs (
      name: type:
      let
        path = directory + "/${name}";
      in
      if type == "directory" then
        { ${name} = self.packagesFromDirectoryRecursive (args // { directory = path; }); }
      else if type != "regular" then
        throw "packagesFromDirectoryRecursive: ${toString path} is a ${type}"
      else if hasSuffix ".nix" name then
        { ${removeSuffix ".nix" name} = callPackage path { }; }
      else
        { }
    ) (readDir directory);
in
{
  inherit (builtins) baseNameOf dirOf hashFile isPath readDir;
  readFileType = typeOf;
  pathType = typeOf;
  pathIsDirectory = path: pathExists path && typeOf path == "directory";
  pathIsRegularFile = path: pathExists path && typeOf path == "regular";

  listFilesRecursive =
    directory:
    let
      types = readDir directory;
      files =
        name:
        let
          path = directory + "/${name}";
        in
        if types.${name} == "directory" then self.listFilesRecursive path else [ path ];
    in
    concatMap files (attrNames types);
  haskellPathsInDir =
    root:
    lib.attrsets.filterAttrs (name: path: pathExists (path + "/${name}.cabal")) (
      builtins.mapAttrs (name: _: root + "/${name}") (readDir root)
    );
  # The nearest directory, upwards from `file`, that holds a file whose name matches.
  locateDominatingFile =
    pattern: file:
    let
      search =
        path:
        let
          matches = filter (found: found != null) (map (match pattern) (attrNames (readDir path)));
        in
        if matches != [ ] then { inherit path matches; }
        else if toString path == "/" then null
        else search (dirOf path);
      isDirectory = toString file == "/" || (readDir (dirOf file)).${baseNameOf file} or null == "directory";
    in
    search (if isDirectory then file else dirOf file);
  packagesFromDirectoryRecursive =
    { callPackage, directory, newScope ? null }@args:
    let
      whole = directory + "/package.nix";
      inScope = scope: packagesIn (args // { inherit (scope) callPackage newScope; });
    in
    if pathExists whole then callPackage whole { }
    else if args ? newScope then lib.attrsets.recurseIntoAttrs (lib.customisation.makeScope newScope inScope)
    else packagesIn args;
  resolveDefaultNix =
    value:
    if self.pathIsDirectory value then value + "/default.nix"
    else if isString value && hasSuffix "/" value then value + "default.nix"
    else value;
}
