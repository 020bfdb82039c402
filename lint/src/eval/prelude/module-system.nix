# The module system's own options. `_module.args` is lazy in its values, so that an argument may depend on the configuration.
{ lib, ... }:
{
  _file = "<the module system>";
  key = "<the module system>";
  options._module = {
    args = lib.mkOption { type = lib.types.lazyAttrsOf lib.types.raw; default = { }; };
    check = lib.mkOption { type = lib.types.bool; default = true; };
    freeformType = lib.mkOption { type = lib.types.nullOr lib.types.optionType; default = null; };
  };
}
