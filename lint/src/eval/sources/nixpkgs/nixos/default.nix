# A system from one module, as `nixos-rebuild` evaluates it without a flake.
{ configuration ? <nixos-config>, system ? builtins.currentSystem, ... }:
let
  eval = import ./lib/eval-config.nix { inherit system; modules = [ configuration ]; };
in
{
  inherit (eval) pkgs config options;
  system = eval.config.system.build.toplevel;
  inherit (eval.config.system.build) vm vmWithBootLoader;
}
