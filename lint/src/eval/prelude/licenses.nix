# Common licences, by what SPDX calls them; null is for those that SPDX does not know.
{ lib }:
let
  inherit (builtins) all any elem;
  self = lib.licenses;

  licence =
    { free ? true, redistributable ? free, deprecated ? false }:
    shortName: spdxId:
    {
      licenseType = "simple";
      inherit shortName free redistributable deprecated;
      fullName = builtins.__unknown "the full name of a licence";
    }
    // (if spdxId == null then { } else { inherit spdxId; url = "https://spdx.org/licenses/${spdxId}.html"; });
  group = kind: builtins.mapAttrs (licence kind);

  # Whether `test` holds of a licence: of one alternative when it is `generous`, else of all.
  holds =
    test: generous: license:
    let
      type = license.licenseType;
      inner = holds test generous;
    in
    if type == "simple" then test license
    else if type == "plus" then inner license.license
    else if type == "exception" then inner license.license && inner license.exception
    else if type == "compound" && elem license.operator [ "AND" "OR" ] then
      (if (license.operator == "OR") == generous then any else all) inner license.licenses
    else throw "lib.licenses: no licence of a known kind";
  compound = operator: licenses: { licenseType = "compound"; inherit operator licenses; };
in
group { } {
  afl20 = "AFL-2.0"; afl21 = "AFL-2.1"; afl3 = "AFL-3.0"; agpl3Only = "AGPL-3.0-only";
  agpl3Plus = "AGPL-3.0-or-later"; arphicpl = "Arphic-1999"; artistic1 = "Artistic-1.0";
  artistic1-cl8 = "Artistic-1.0-cl8"; artistic2 = "Artistic-2.0"; asl11 = "Apache-1.1"; asl20 = "Apache-2.0";
  beerware = "Beerware"; bitstreamCharter = "Bitstream-Charter"; bitstreamVera = "Bitstream-Vera";
  bitTorrent10 = "BitTorrent-1.0"; bitTorrent11 = "BitTorrent-1.1"; blueOak100 = "BlueOak-1.0.0";
  boehmGC = "Boehm-GC"; boost = "BSL-1.0"; bsd0 = "0BSD"; bsd1 = "BSD-1-Clause"; bsd2 = "BSD-2-Clause";
  bsd2Patent = "BSD-2-Clause-Patent"; bsd3 = "BSD-3-Clause"; bsd3Clear = "BSD-3-Clause-Clear";
  bsd3Lbnl = "BSD-3-Clause-LBNL"; bsdOriginal = "BSD-4-Clause"; bsdOriginalUC = "BSD-4-Clause-UC";
  bsdSourceCode = "BSD-Source-Code"; bzip2 = "bzip2-1.0.6"; cal10 = "CAL-1.0"; cc-by-10 = "CC-BY-1.0";
  cc-by-20 = "CC-BY-2.0"; cc-by-30 = "CC-BY-3.0"; cc-by-40 = "CC-BY-4.0"; cc-by-sa-10 = "CC-BY-SA-1.0";
  cc-by-sa-20 = "CC-BY-SA-2.0"; cc-by-sa-25 = "CC-BY-SA-2.5"; cc-by-sa-30 = "CC-BY-SA-3.0";
  cc-by-sa-40 = "CC-BY-SA-4.0"; cc0 = "CC0-1.0"; cddl = "CDDL-1.0"; cecill-b = "CECILL-B"; cecill-c = "CECILL-C";
  cecill20 = "CECILL-2.0"; cecill21 = "CECILL-2.1"; clArtistic = "ClArtistic";
  classpathException20 = "Classpath-exception-2.0"; cpal10 = "CPAL-1.0"; cpl10 = "CPL-1.0"; curl = "curl";
  drl10 = "DRL-1.0"; efl10 = "EFL-1.0"; efl20 = "EFL-2.0"; epl10 = "EPL-1.0"; epl20 = "EPL-2.0";
  eupl11 = "EUPL-1.1"; eupl12 = "EUPL-1.2"; fair = "Fair"; fdl11Only = "GFDL-1.1-only";
  fdl11Plus = "GFDL-1.1-or-later"; fdl12Only = "GFDL-1.2-only"; fdl12Plus = "GFDL-1.2-or-later";
  fdl13Only = "GFDL-1.3-only"; fdl13Plus = "GFDL-1.3-or-later"; fontException = "Font-exception-2.0";
  ftl = "FTL"; giftware = "Giftware"; gnuplot = "gnuplot"; gpl1Only = "GPL-1.0-only";
  gpl1Plus = "GPL-1.0-or-later"; gpl2Only = "GPL-2.0-only"; gpl2Plus = "GPL-2.0-or-later";
  gpl3Only = "GPL-3.0-only"; gpl3Plus = "GPL-3.0-or-later"; hpnd = "HPND"; hpndSellVariant = "HPND-sell-variant";
  hpndUc = "HPND-UC"; iasl = "Intel-ACPI"; icu = "ICU"; ijg = "IJG"; imagemagick = "ImageMagick";
  imlib2 = "Imlib2"; info-zip = "Info-ZIP"; ipl10 = "IPL-1.0"; isc = "ISC"; knuth = "Knuth-CTAN";
  lal12 = "LAL-1.2"; lal13 = "LAL-1.3"; lgpl21Only = "LGPL-2.1-only"; lgpl21Plus = "LGPL-2.1-or-later";
  lgpl2Only = "LGPL-2.0-only"; lgpl2Plus = "LGPL-2.0-or-later"; lgpl3Only = "LGPL-3.0-only";
  lgpl3Plus = "LGPL-3.0-or-later"; lgpllr = "LGPLLR"; libpng = "Libpng"; libpng2 = "libpng-2.0";
  libtiff = "libtiff"; llvm-exception = "LLVM-exception"; lppl1 = "LPPL-1.0"; lppl12 = "LPPL-1.2";
  lppl13a = "LPPL-1.3a"; lppl13c = "LPPL-1.3c"; lsof = "lsof"; mit = "MIT"; mit-cmu = "MIT-CMU";
  mit-enna = "MIT-enna"; mit-feh = "MIT-feh"; mit0 = "MIT-0"; mitAdvertising = "MIT-advertising";
  mpich2 = "mpich2"; mpl10 = "MPL-1.0"; mpl11 = "MPL-1.1"; mpl20 = "MPL-2.0"; mspl = "MS-PL";
  mulan-psl2 = "MulanPSL-2.0"; naist-2003 = "NAIST-2003"; ncsa = "NCSA"; nposl3 = "NPOSL-3.0"; ntp = "NTP";
  ocamlLgplLinkingException = "OCaml-LGPL-linking-exception"; odbl = "ODbL-1.0"; ofl = "OFL-1.1"; oml = "OML";
  openldap = "OLDAP-2.8"; openssl = "OpenSSL"; osl2 = "OSL-2.0"; osl21 = "OSL-2.1"; osl3 = "OSL-3.0";
  php301 = "PHP-3.01"; postgresql = "PostgreSQL"; psfl = "Python-2.0"; qhull = "Qhull"; qpl = "QPL-1.0";
  ruby = "Ruby"; sendmail = "Sendmail"; sgi-b-20 = "SGI-B-2.0"; sissl11 = "SISSL"; sleepycat = "Sleepycat";
  smlnj = "SMLNJ"; tcltk = "TCL"; ufl = "Ubuntu-font-1.0"; unicode-30 = "Unicode-3.0";
  unicode-dfs-2015 = "Unicode-DFS-2015"; unicode-dfs-2016 = "Unicode-DFS-2016"; unlicense = "Unlicense";
  upl = "UPL-1.0"; vim = "Vim"; vsl10 = "VSL-1.0"; w3c = "W3C"; w3c-19980720 = "W3C-19980720"; wtfpl = "WTFPL";
  wxWindowsException31 = "WxWindows-exception-3.1"; x11 = "X11"; xfig = "Xfig"; xinetd = "xinetd"; zlib = "Zlib";
  zpl20 = "ZPL-2.0"; zpl21 = "ZPL-2.1";
  free = null; publicDomain = null; ucd = null; unfreeRedistributableFirmware = null;
}
// group { deprecated = true; } {
  apsl10 = "APSL-1.0"; apsl20 = "APSL-2.0"; gpl2 = "GPL-2.0"; gpl3 = "GPL-3.0"; lgpl2 = "LGPL-2.0";
  lgpl21 = "LGPL-2.1"; lgpl3 = "LGPL-3.0";
}
// group { free = false; redistributable = true; } {
  bsl11 = "BUSL-1.1"; fsl11Asl20 = "FSL-1.1-ALv2"; fsl11Mit = "FSL-1.1-MIT"; sspl = "SSPL-1.0";
  watcom = "Watcom-1.0";
  teamspeak = null; unfreeRedistributable = null;
}
// group { free = false; } {
  aladdin = "Aladdin"; cc-by-nc-30 = "CC-BY-NC-3.0"; cc-by-nc-40 = "CC-BY-NC-4.0";
  cc-by-nc-nd-30 = "CC-BY-NC-ND-3.0"; cc-by-nc-nd-40 = "CC-BY-NC-ND-4.0"; cc-by-nc-sa-20 = "CC-BY-NC-SA-2.0";
  cc-by-nc-sa-25 = "CC-BY-NC-SA-2.5"; cc-by-nc-sa-30 = "CC-BY-NC-SA-3.0"; cc-by-nc-sa-40 = "CC-BY-NC-SA-4.0";
  cc-by-nd-30 = "CC-BY-ND-3.0"; cc-by-nd-40 = "CC-BY-ND-4.0"; elastic20 = "Elastic-2.0"; json = "JSON";
  nasa13 = "NASA-1.3"; ncbiPd = "NCBI-PD"; sustainableUse = "SUL-1.0";
  amd = null; epson = null; geogebra = null; intel-eula = null; issl = null; obsidian = null; postman = null;
  prosperity30 = null; unfree = null; virtualbox-puel = null;
}
// {
  nvidiaCuda = licence { free = false; } "CUDA EULA" null;
  nvidiaCudaRedist = licence { free = false; redistributable = true; } "CUDA EULA" null;

  AND = compound "AND";
  OR = compound "OR";
  PLUS = license: { licenseType = "plus"; operator = "+"; inherit license; };
  WITH = license: exception: { licenseType = "exception"; operator = "WITH"; inherit license exception; };

  evaluateProperty = holds;
  evaluateNamedProperty = name: holds (license: license.${name});
  isFree = self.evaluateNamedProperty "free" true;
  isRedistributable = self.evaluateNamedProperty "redistributable" true;
  containsLicenses = licenses: holds (license: elem license licenses) false;
  toSPDX =
    license:
    let
      isJoined = inner: elem inner.licenseType [ "compound" "exception" ];
      part = inner: if isJoined inner then "(${self.toSPDX inner})" else self.toSPDX inner;
      forms = {
        simple = license.spdxId or "LicenseRef-nixos-${license.shortName}";
        plus = "${part license.license}+";
        exception = "${part license.license} WITH ${part license.exception}";
        compound = lib.strings.concatMapStringsSep " ${license.operator} " part license.licenses;
      };
    in
    forms.${license.licenseType} or (throw "lib.licenses: no licence of a known kind");
}
