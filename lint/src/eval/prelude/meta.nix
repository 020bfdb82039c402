{ lib }:
let
  inherit (builtins) any isString map mapAttrs parseDrvName typeOf;
  self = lib.meta;

  byIdentifier = builtins.listToAttrs (
    map (licence: { name = licence.spdxId; value = licence; }) (
      builtins.filter (licence: licence ? spdxId) (builtins.attrValues lib.licenses)
    )
  );
  byLowerIdentifier = lib.attrsets.mapAttrs' (name: lib.attrsets.nameValuePair (lib.strings.toLower name)) byIdentifier;
in
{
  addMetaAttrs =
    added: package:
    let
      extended = old: { meta = (old.meta or { }) // added; };
    in
    if package ? overrideAttrs then package.overrideAttrs extended else package // extended package;
  dontDistribute = self.addMetaAttrs { hydraPlatforms = [ ]; };
  setName = name: package: package // { inherit name; };
  updateName = f: package: package // { name = f package.name; };
  appendToName =
    suffix:
    self.updateName (
      name:
      let
        parts = parseDrvName name;
      in
      "${parts.name}-${suffix}-${parts.version}"
    );
  mapDerivationAttrset = f: mapAttrs (_: value: if lib.attrsets.isDerivation value then f value else value);
  defaultPriority = 5;
  setPrio = priority: self.addMetaAttrs { inherit priority; };
  lowPrio = self.setPrio 10;
  lowPrioSet = self.mapDerivationAttrset self.lowPrio;
  hiPrio = self.setPrio (-10);
  hiPrioSet = self.mapDerivationAttrset self.hiPrio;

  platformMatch =
    platform: wanted:
    if isString wanted then platform.system or null == wanted
    else lib.attrsets.matchAttrs (if wanted ? parsed then wanted else { parsed = wanted; }) platform;
  availableOn =
    platform: package:
    let
      listed = list: any (self.platformMatch platform) package.meta.${list};
    in
    (!(package ? meta.platforms) || listed "platforms") && !(package ? meta.badPlatforms && listed "badPlatforms");

  licensesSpdx = byIdentifier;
  getLicenseFromSpdxIdOr = identifier: default: byLowerIdentifier.${lib.strings.toLower identifier} or default;
  getLicenseFromSpdxId =
    identifier: self.getLicenseFromSpdxIdOr identifier { shortName = identifier; spdxId = identifier; };

  getExe = package: self.getExe' package (package.meta.mainProgram or (lib.strings.getName package));
  getExe' =
    package: program:
    if !(lib.attrsets.isDerivation package) then
      throw "lib.getExe: a ${typeOf package} is no package"
    else if !(isString program) then
      throw "lib.getExe': a ${typeOf program} is no program's name"
    else if builtins.match ".*/.*" program != null then
      throw "lib.getExe': a program's name has no path, unlike ${program}"
    else
      "${lib.attrsets.getBin package}/bin/${program}";
  cpeFullVersionWithVendor = vendor: version: { inherit vendor version; update = "*"; };

  sourceTypes = mapAttrs (shortName: isSource: { inherit shortName isSource; }) {
    fromSource = true;
    binaryBytecode = false;
    binaryFirmware = false;
    binaryNativeCode = false;
    obfuscatedCode = false;
  };
}
