# What Home Manager does about specialisations. They always inherit; those inside of one are dropped.
{ lib, extendModules, ... }@arguments:
let
  inherit (lib) mkForce mkOption mkOverride types;

  inEverySpecialisation = {
    specialisation = mkOverride 0 { };
    # Otherwise the name of the user would contradict that of the option.
    _module.args = if arguments ? name then { name = mkForce arguments.name; } else { };
  };
in
{
  _file = ./misc/specialisation.nix;
  key = toString ./misc/specialisation.nix;
  imports = [ (lib.mkRenamedOptionModule [ "specialization" ] [ "specialisation" ]) ];
  # Functions for the user's modules.
  config.lib = {
    file = builtins.__symbol "config.lib.file";
    dag = lib.hm.dag;
    shell = builtins.__symbol "config.lib.shell";
    strings = builtins.__symbol "config.lib.strings";
    zsh = builtins.__symbol "config.lib.zsh";
  };
  options.specialisation = mkOption {
    default = { };
    type = types.attrsOf (types.submodule {
      options.configuration = mkOption {
        default = { };
        type = (extendModules { modules = [ inEverySpecialisation ]; }).type;
      };
    });
  };
}
