# Users, made of the homes that a system has.
{ config, lib, ... }:
let
  inherit (lib) mapAttrs mkDefault mkOption types;
  user = { name, ... }: {
    options = {
      create = mkOption { type = types.bool; default = true; };
      admin = mkOption { type = types.bool; default = true; };
      home.enable = mkOption { type = types.bool; default = true; };
      home.path = mkOption { type = types.str; default = "/home/${name}"; };
      # It is a part of the home.
      home.config = mkOption { type = types.deferredModule; default = { }; };
    };
  };
in
{
  _file = ./default.nix;
  key = toString ./default.nix;
  imports = [ (lib.mkRenamedOptionModule [ "snowfallorg" "user" ] [ "snowfallorg" "users" ]) ];
  options.snowfallorg.users = mkOption { type = types.attrsOf (types.submodule user); default = { }; };
  config.users.users = mapAttrs
    (name: user: {
      isNormalUser = mkDefault true;
      name = mkDefault name;
      home = mkDefault user.home.path;
      group = mkDefault "users";
      extraGroups = lib.optional user.admin "wheel";
    })
    (lib.filterAttrs (_: user: user.create) config.snowfallorg.users);
}
