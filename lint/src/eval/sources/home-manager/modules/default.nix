# What Home Manager does about specialisations. They always inherit; those inside of one are dropped.
{ lib, name, extendModules, ... }:
let
  inherit (lib) mkForce mkOption mkOverride types;

  inEverySpecialisation = {
    specialisation = mkOverride 0 { };
    # Otherwise the name of the user would contradict that of the option.
    _module.args.name = mkForce name;
  };
in
{
  _file = ./misc/specialisation.nix;
  key = toString ./misc/specialisation.nix;
  imports = [ (lib.mkRenamedOptionModule [ "specialization" ] [ "specialisation" ]) ];
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
