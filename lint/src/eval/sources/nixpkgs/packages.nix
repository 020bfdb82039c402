# A set of packages: symbols below `name`, but for what follows from the system that it is for: `system` is its name, null if that
# is not known. Of NixOS' own packages it is at least known that they are for Linux, of nix-darwin's that they are for macOS.
{ name, system ? null, nixos ? false, darwin ? false }:
let
  lib = import ./lib;

  linux = {
    isLinux = true;
    isUnix = true;
    isDarwin = false;
    isBSD = false;
    isFreeBSD = false;
    isOpenBSD = false;
    isCygwin = false;
    isWindows = false;
    isMacOS = false;
  };

  macos = linux // { isLinux = false; isDarwin = true; isMacOS = true; };

  # What `lib.systems.elaborate` tells of the system; it is only asked for what is not known otherwise.
  platform = name:
    let
      elaborated =
        if system == null then builtins.__symbol name
        else lib.systems.elaborate system;
      known = if nixos then linux else if darwin then macos else { };
    in
    builtins.__beside (known // { system = if system == null then builtins.__symbol "${name}.system" else system; }) elaborated;
in
builtins.__symbolic
  {
    inherit lib;
    formats = import ./formats.nix { inherit lib; name = "${name}.formats"; };
    stdenv = builtins.__symbolic
      {
        inherit (platform "${name}.stdenv.hostPlatform") isLinux isDarwin;
        hostPlatform = platform "${name}.stdenv.hostPlatform";
      }
      "${name}.stdenv";
    hostPlatform = platform "${name}.hostPlatform";
    system = (platform name).system;
  }
  name
