# Whose home it is.
{ config, lib, pkgs, ... }@arguments:
let
  inherit (lib) mkDefault mkIf mkOption types;
  cfg = config.snowfallorg.user;
  ofSystem = arguments.osConfig.users.users.${cfg.name}.home or null;
in
{
  _file = ./default.nix;
  key = toString ./default.nix;
  options.snowfallorg.user = {
    enable = mkOption { type = types.bool; default = false; };
    name = mkOption { type = types.str; };
    home.directory = mkOption {
      type = types.str;
      default =
        if ofSystem != null then ofSystem
        else "/${if pkgs.stdenv.isDarwin then "Users" else "home"}/${cfg.name}";
    };
  };
  config.home = mkIf cfg.enable {
    username = mkIf ((cfg.name or null) != null) (mkDefault cfg.name);
    homeDirectory = mkIf ((cfg.name or null) != null) (mkDefault cfg.home.directory);
  };
}
