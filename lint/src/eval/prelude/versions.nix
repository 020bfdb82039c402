{ lib }:
let
  inherit (builtins) elemAt splitVersion;
  part = index: version: elemAt (splitVersion version) index;
in
{
  inherit (builtins) compareVersions splitVersion;
  major = part 0;
  minor = part 1;
  patch = part 2;
  majorMinor = version: builtins.concatStringsSep "." (lib.lists.take 2 (splitVersion version));
  # `count` components before the first dash, filled up with zeros.
  pad =
    count: version:
    let
      numbers = builtins.head (lib.strings.splitString "-" version);
      filled = splitVersion numbers ++ lib.lists.replicate count "0";
    in
    builtins.concatStringsSep "." (lib.lists.take count filled) + lib.strings.removePrefix numbers version;
}
