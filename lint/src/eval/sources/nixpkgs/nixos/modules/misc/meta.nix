{ lib, ... }:
{
  options.meta = {
    buildDocsInSandbox = lib.mkOption { type = lib.types.bool; internal = true; default = true; };
    doc = lib.mkOption { type = lib.types.unspecified; internal = true; };
    maintainers = lib.mkOption { type = lib.types.listOf lib.types.unspecified; internal = true; default = [ ]; };
    teams = lib.mkOption { type = lib.types.listOf lib.types.unspecified; internal = true; default = [ ]; };
  };
}
