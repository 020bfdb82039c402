# What a platform is: patterns of parsed names, and their predicates.
{ lib }:
let
  inherit (builtins) any attrValues concatMap filter mapAttrs;
  inherit (lib.lists) toList;
  inherit (lib.systems.parse) abis cpuTypes execFormats kernelFamilies kernels significantBytes;
  self = lib.systems.inspect;

  cpu = attributes: { cpu = attributes; };
  family = name: cpu { family = name; };
  wide = bits: name: cpu { family = name; inherit bits; };
  mips64 = abi: { cpu = { family = "mips"; bits = 64; }; abi = { inherit abi; }; };
  kernel = name: { kernel = kernels.${name}; };
  abiOf = map (name: { abi = abis.${name}; });
in
{
  patterns = {
    # Processors
    isi686 = cpu cpuTypes.i686;
    isx86 = family "x86";
    isx86_32 = wide 32 "x86";
    isx86_64 = wide 64 "x86";
    isAarch = family "arm";
    isAarch32 = wide 32 "arm";
    isAarch64 = wide 64 "arm";
    isArmv7 = map ({ arch, ... }: cpu { inherit arch; }) (
      filter (type: lib.strings.hasPrefix "armv7" (type.arch or "")) (attrValues cpuTypes)
    );
    isPower = family "power";
    isPower64 = wide 64 "power";
    isMips = family "mips";
    isMips32 = wide 32 "mips";
    isMips64 = wide 64 "mips";
    isMips64n32 = mips64 "n32";
    isMips64n64 = mips64 "64";
    isRiscV = family "riscv";
    isRiscV32 = wide 32 "riscv";
    isRiscV64 = wide 64 "riscv";
    isSparc = family "sparc";
    isSparc64 = wide 64 "sparc";
    isS390 = family "s390";
    isS390x = wide 64 "s390";
    isLoongArch64 = wide 64 "loongarch";
    isAlpha = family "alpha";
    isArc = family "arc";
    isAvr = family "avr";
    isM68k = family "m68k";
    isMicroBlaze = family "microblaze";
    isMmix = family "mmix";
    isMsp430 = family "msp430";
    isOr1k = family "or1k";
    isRx = family "rx";
    isSh4 = family "sh";
    isVc4 = family "vc4";
    isWasm = family "wasm";
    isJavaScript = cpu cpuTypes.javascript;
    is32bit = cpu { bits = 32; };
    is64bit = cpu { bits = 64; };
    isBigEndian = cpu { significantByte = significantBytes.bigEndian; };
    isLittleEndian = cpu { significantByte = significantBytes.littleEndian; };
    isILP32 = [ (wide 32 "wasm") ] ++ map (abi: { abi = { inherit abi; }; }) [ "n32" "ilp32" "x32" ];
    isEfi =
      map (version: cpu { family = "arm"; inherit version; }) [ "6" "7" "8" ]
      ++ map family [ "riscv" "x86" "loongarch" ];

    # Kernels
    isBSD.kernel.families = { inherit (kernelFamilies) bsd; };
    isDarwin.kernel.families = { inherit (kernelFamilies) darwin; };
    isUnix = map (name: self.patterns.${name}) [ "isBSD" "isDarwin" "isLinux" "isSunOS" "isCygwin" "isRedox" ];
    isFreeBSD.kernel.name = "freebsd";
    isMacOS = kernel "macos";
    isiOS = kernel "ios";
    isLinux = kernel "linux";
    isSunOS = kernel "solaris";
    isNetBSD = kernel "netbsd";
    isOpenBSD = kernel "openbsd";
    isWindows = kernel "windows";
    isCygwin = kernel "cygwin";
    isWasi = kernel "wasi";
    isRedox = kernel "redox";
    isGhcjs = kernel "ghcjs";
    isGenode = kernel "genode";
    isNone = kernel "none";
    isUefi = [ (kernel "uefi") ];
    isMinGW = kernel "windows" // { abi = abis.gnu; };
    isMsvc = kernel "windows" // { abi = abis.msvc; };
    isElf.kernel.execFormat = execFormats.elf;
    isMacho.kernel.execFormat = execFormats.macho;
    isPE.kernel.execFormat = execFormats.pe;

    # ABIs
    isAbiElfv1.abi.abi = "elfv1";
    isAbiElfv2 = [ { abi.abi = "elfv2"; } (wide 64 "power" // { abi.name = "musl"; }) ];
    isEabi.abi.eabi = true;
    isAndroid = abiOf [ "android" "androideabi" ];
    isGnu = abiOf [ "gnuabi64" "gnuabin32" "gnu" "gnueabi" "gnueabihf" "gnuabielfv1" "gnuabielfv2" ];
    isMusl = abiOf [ "musl" "musleabi" "musleabihf" "muslabin32" "muslabi64" ];
    isUClibc = abiOf [ "uclibc" "uclibceabi" "uclibceabihf" ];
  };
  platformPatterns.isStatic = { parsed = { }; isStatic = true; };

  patternLogicalAnd =
    a: b:
    let
      compatible = x: y: builtins.intersectAttrs x y == { } || x == y;
      join = path: x: y: compatible x y || throw "two patterns differ at ${toString path}";
    in
    concatMap (x: map (lib.attrsets.recursiveUpdateUntil join x) (toList b)) (toList a);
  matchAnyAttrs = patterns: attributes: any (pattern: lib.attrsets.matchAttrs pattern attributes) (toList patterns);
  predicates = mapAttrs (_: self.matchAnyAttrs) self.patterns;
}
