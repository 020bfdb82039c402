{ lib }:
let
  inherit (builtins) concatMap elemAt filter length;
  inherit (lib.strings) hasInfix hasPrefix hasSuffix splitString toLower;
  inherit (lib.trivial) fromHexString toHexString;

  # The eight groups of an address as texts, with `::` written out.
  groups =
    address:
    let
      parts = splitString ":" address;
      given = filter (part: part != "") parts;
      zeros = lib.lists.replicate (8 - length given) "0";
      short = hasInfix "::" address;
      empty = if !short then 0 else if hasPrefix "::" address || hasSuffix "::" address then 2 else 1;
    in
    if builtins.match "[0-9A-Fa-f:]+" address == null then
      throw "${address} has characters that no IPv6 address has"
    else if address == "::" then zeros
    else if length parts - length given != empty || (if short then length given > 7 else length given != 8) then
      throw "${address} is no IPv6 address"
    else if hasPrefix "::" address then zeros ++ given
    else if hasSuffix "::" address then given ++ zeros
    else concatMap (part: if part == "" then zeros else [ part ]) parts;

  group =
    text:
    let
      value = fromHexString text;
    in
    if value > 65535 then throw "${text} does not fit into 16 bits" else toLower (toHexString value);

  prefix =
    text: whole:
    let
      value = lib.strings.toInt text;
    in
    if value < 1 || value > 128 then throw "${whole}: a prefix has 1 to 128 bits, not ${text}" else value;
in
{
  ipv6 = {
    fromString =
      text:
      let
        parts = splitString "/" text;
      in
      if length parts > 2 then
        throw "${text} is no IPv6 address with a prefix"
      else
        {
          address = lib.strings.concatMapStringsSep ":" group (groups (elemAt parts 0));
          prefixLength = if length parts == 1 then 128 else prefix (elemAt parts 1) text;
        };
    mkEUI64Suffix =
      mac:
      let
        octet = "([0-9A-Fa-f]{2})";
        octets = builtins.match (builtins.concatStringsSep "[-:.]?" (lib.lists.replicate 6 octet)) mac;
        at = elemAt octets;
        # The bit that tells local from universal addresses is turned over.
        first = toHexString (builtins.bitXor 512 (fromHexString (at 0 + at 1)));
      in
      if octets == null then
        throw "${mac} is no MAC address"
      else
        toLower "${first}:${at 2}ff:fe${at 3}:${at 4}${at 5}";
  };
}
