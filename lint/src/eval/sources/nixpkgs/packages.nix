# A set of packages: symbols below `name`, but for what follows from the system that it is for. Of NixOS' own packages it is at
# least known that they are for Linux.
{ name, system ? null, nixos ? false }:
let
  lib = import ./lib;

  platform =
    if system != null then lib.systems.elaborate system
    else if nixos then {
      isLinux = true;
      isUnix = true;
      isDarwin = false;
      isBSD = false;
      isFreeBSD = false;
      isOpenBSD = false;
      isCygwin = false;
      isWindows = false;
      isMacOS = false;
    }
    else { };
in
builtins.__symbolic
  ({
    inherit lib;
    stdenv = builtins.__symbolic
      (builtins.intersectAttrs { isLinux = null; isDarwin = null; } platform // {
        hostPlatform = builtins.__symbolic platform "${name}.stdenv.hostPlatform";
      })
      "${name}.stdenv";
    hostPlatform = builtins.__symbolic platform "${name}.hostPlatform";
  } // (if system == null then { } else { inherit system; }))
  name
