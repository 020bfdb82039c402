# The packages themselves. Two imports may have different overlays and configurations: no package is known to be the same in both.
{ system ? null, localSystem ? null, ... }:
import ./packages.nix {
  name = builtins.__fresh "nixpkgs";
  system =
    if system != null then system
    else if builtins.isString localSystem then localSystem
    else localSystem.system or null;
}
