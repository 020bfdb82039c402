{ lib }:
let
  inherit (builtins) concatLists concatMap isBool isList stringLength;
  inherit (lib.strings) escapeShellArgs;
  self = lib.cli;
  plain = lib.generators.mkValueStringDefault { };
  each = f: set: concatLists (lib.attrsets.mapAttrsToList f set);

  # One option with one value, as the words of a command line.
  words =
    { option, sep, explicitBool, formatArg ? plain }:
    value:
    if value == null || value == false && !explicitBool then [ ]
    else if value == true && !explicitBool then [ option ]
    else if sep == null then [ option (formatArg value) ]
    else [ "${option}${sep}${formatArg value}" ];
in
{
  toCommandLine =
    format:
    each (
      name: value:
      if name == "" then throw "lib.cli.toCommandLine: an option needs a name"
      else concatMap (words (format name)) (if isList value then value else [ value ])
    );
  toCommandLineShell = format: options: escapeShellArgs (self.toCommandLine format options);
  toCommandLineGNU =
    { isLong ? (name: stringLength name > 1), explicitBool ? false, formatArg ? plain }:
    self.toCommandLine (
      name:
      {
        option = "${if isLong name then "--" else "-"}${name}";
        sep = if isLong name then "=" else "";
        inherit explicitBool formatArg;
      }
    );
  toCommandLineShellGNU = style: options: escapeShellArgs (self.toCommandLineGNU style options);

  # The older pair.
  toGNUCommandLine =
    {
      mkOptionName ? (name: if stringLength name == 1 then "-${name}" else "--${name}"),
      mkBool ? (name: value: if value then [ (mkOptionName name) ] else [ ]),
      mkList ? (name: concatMap (mkOption name)),
      mkOption ? (
        name: value:
        if value == null then [ ]
        else if optionValueSeparator == null then [ (mkOptionName name) (plain value) ]
        else [ "${mkOptionName name}${optionValueSeparator}${plain value}" ]
      ),
      optionValueSeparator ? null,
    }:
    each (name: value: (if isBool value then mkBool else if isList value then mkList else mkOption) name value);
  toGNUCommandLineShell = style: options: escapeShellArgs (self.toGNUCommandLine style options);
}
