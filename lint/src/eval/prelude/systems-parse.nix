# Names of platforms, taken apart and put together.
{ lib }:
let
  inherit (builtins) any concatStringsSep elem elemAt head length mapAttrs match;
  inherit (lib.strings) hasPrefix splitString;
  inherit (lib.systems.inspect.predicates)
    isAarch32 isBigEndian isCygwin isDarwin isLinux isPower64 isWindows;
  self = lib.systems.parse;

  typed = _type: mapAttrs (name: attributes: { inherit name _type; } // attributes);
  plain = _type: names: typed _type (lib.attrsets.genAttrs names (_: { }));
  known = kind: table: name: table.${name} or (throw "there is no ${kind} ${name}");

  # Processors of one family and width.
  cpus = significantByte: bits: family: mapAttrs (_: more: { inherit bits family significantByte; } // more);
  little = cpus self.significantBytes.littleEndian;
  big = cpus self.significantBytes.bigEndian;
  version = version: arch: { inherit version arch; };
  own = names: lib.attrsets.genAttrs names (arch: { inherit arch; });

  # What each processor also runs, one step down.
  runs = [
    [ "i486" "i386" ] [ "i586" "i486" ] [ "i686" "i586" ] [ "x86_64" "i686" ] [ "armv5tel" "arm" ] [ "armv6l" "armv5tel" ]
    [ "armv6l" "armv6m" ] [ "armv7l" "armv6l" ] [ "armv7a" "armv7l" ] [ "armv7r" "armv7l" ] [ "armv7a" "armv7m" ]
    [ "armv7r" "armv7m" ] [ "aarch64" "armv8a" ] [ "powerpc64" "powerpc" ] [ "powerpc64le" "powerpcle" ] [ "mips64" "mips" ]
    [ "mips64el" "mipsel" ] [ "sparc64" "sparc" ]
  ];
  runsName = from: to: from == to || any (step: elemAt step 1 == to && runsName from (head step)) runs;

  # The parts of a platform's name.
  skeleton =
    parts:
    let
      at = elemAt parts;
      cpu = head parts;
      ambiguous = throw "the platform '${concatStringsSep "-" parts}' could be several";
      one = if cpu == "avr" then { inherit cpu; kernel = "none"; abi = "unknown"; } else ambiguous;
      two =
        let
          kernel = at 1;
        in
        if kernel == "cygwin" then skeleton [ cpu "pc" "cygwin" ]
        else if kernel == "windows" then { inherit cpu kernel; abi = "msvc"; }
        else if kernel == "elf" then { inherit cpu; vendor = "unknown"; kernel = "none"; abi = "elf"; }
        else { inherit cpu kernel; };
      three =
        let
          vendor = at 1;
          last = at 2;
          bsdLike = any (prefix: hasPrefix prefix last) [ "freebsd" "genode" "netbsd" "openbsd" ];
        in
        if vendor == "linux" || elem last [ "eabi" "eabihf" "elf" "gnu" ] then
          { inherit cpu; vendor = "unknown"; kernel = at 1; abi = last; }
        else if last == "mingw32" then { inherit cpu vendor; kernel = "windows"; }
        else if elem last [ "cygwin" "ghcjs" "mmixware" "redox" "uefi" ] || bsdLike then { inherit cpu vendor; kernel = last; }
        else if vendor == "apple" || hasPrefix "wasm32" cpu then { inherit cpu vendor; kernel = last; }
        else ambiguous;
      four = { inherit cpu; vendor = at 1; kernel = at 2; abi = at 3; };
    in
    if length parts == 1 then one
    else if length parts == 2 then two
    else if length parts == 3 then three
    else if length parts == 4 then four
    else throw "'${concatStringsSep "-" parts}' has too many parts for a platform";

  defaultAbi =
    system:
    if !(isLinux system || isWindows system) then "unknown"
    else if isAarch32 system then
      if lib.strings.versionAtLeast (system.cpu.version or "0") "6" then "gnueabihf" else "gnueabi"
    else if isPower64 system && isBigEndian system then "gnuabielfv1"
    else "gnu";

  # `gnu` for `linux`: a kernel's name may end in an ABI.
  kernelWithoutAbi =
    name:
    let
      parts = match "(.*)e?abi.*" name;
    in
    if hasPrefix "darwin" name then "darwin"
    else if hasPrefix "netbsd" name then "netbsd"
    else if parts == null then name
    else head parts;
in
{
  significantBytes = plain "significant-byte" [ "bigEndian" "littleEndian" ];
  cpuTypes =
    typed "cpu-type" (
      little 32 "arm" {
        arm = { };
        armv5tel = version "5" "armv5t";
        armv6m = version "6" "armv6-m";
        armv6l = version "6" "armv6";
        armv7a = version "7" "armv7-a";
        armv7r = version "7" "armv7-r";
        armv7m = version "7" "armv7-m";
        armv7l = version "7" "armv7";
        armv8a = version "8" "armv8-a";
        armv8r = version "8" "armv8-a";
        armv8m = version "8" "armv8-m";
      }
      // little 64 "arm" { aarch64 = version "8" "armv8-a"; }
      // big 64 "arm" { aarch64_be = version "8" "armv8-a"; }
      // little 32 "x86" (own [ "i386" "i486" "i586" "i686" ])
      // little 64 "x86" { x86_64.arch = "x86-64"; }
      // big 32 "microblaze" { microblaze = { }; }
      // little 32 "microblaze" { microblazeel = { }; }
      // big 32 "mips" { mips = { }; }
      // little 32 "mips" { mipsel = { }; }
      // big 64 "mips" { mips64 = { }; }
      // little 64 "mips" { mips64el = { }; }
      // big 64 "mmix" { mmix = { }; }
      // big 32 "m68k" { m68k = { }; }
      // little 32 "sh" { sh4 = { }; }
      // big 32 "power" { powerpc = { }; }
      // little 32 "power" { powerpcle = { }; }
      // big 64 "power" { powerpc64 = { }; }
      // little 64 "power" { powerpc64le = { }; }
      // little 32 "riscv" { riscv32 = { }; }
      // little 64 "riscv" { riscv64 = { }; }
      // big 32 "s390" { s390 = { }; }
      // big 64 "s390" { s390x = { }; }
      // big 32 "sparc" { sparc = { }; }
      // big 64 "sparc" { sparc64 = { }; }
      // little 32 "wasm" { wasm32 = { }; }
      // little 64 "wasm" { wasm64 = { }; }
      // little 64 "alpha" { alpha = { }; }
      // little 32 "rx" { rx = { }; }
      // little 16 "msp430" { msp430 = { }; }
      // { avr = { bits = 8; family = "avr"; }; }
      // little 32 "vc4" { vc4 = { }; }
      // big 32 "or1k" { or1k = { }; }
      // little 32 "arc" { arc = { }; }
      // little 64 "loongarch" { loongarch64 = { }; }
      // little 32 "javascript" { javascript = { }; }
    )
    // { arm64 = self.cpuTypes.aarch64; };
  vendors = plain "vendor" [ "apple" "knuth" "none" "pc" "unknown" "w64" ];
  execFormats = plain "exec-format" [ "aout" "elf" "macho" "pe" "unknown" "wasm" ];
  kernelFamilies = plain "exec-format" [ "bsd" "darwin" ];
  kernels =
    let
      all =
        format: families: names:
        lib.attrsets.genAttrs names (_: { execFormat = self.execFormats.${format}; inherit families; });
      bsd = { inherit (self.kernelFamilies) bsd; };
      darwin = { inherit (self.kernelFamilies) darwin; };
      named = typed "kernel" (
        all "elf" bsd [ "freebsd" "netbsd" "openbsd" ]
        // all "elf" { } [ "genode" "linux" "redox" "solaris" ]
        // all "pe" { } [ "cygwin" "uefi" "windows" ]
        // all "unknown" { } [ "ghcjs" "mmixware" "none" ]
        // all "wasm" { } [ "wasi" ]
        // all "macho" darwin [ "darwin" "ios" ]
      );
    in
    named // { macos = named.darwin; tvos = named.ios; watchos = named.ios; win32 = named.windows; };
  abis =
    let
      soft = { float = "soft"; eabi = true; };
      hard = { float = "hard"; eabi = true; };
    in
    typed "abi" {
      android = { };
      androideabi.eabi = true;
      eabi = soft;
      eabihf = hard;
      elf = { };
      gnu = { };
      gnuabi64.abi = "64";
      gnuabielfv1.abi = "elfv1";
      gnuabielfv2.abi = "elfv2";
      gnuabin32.abi = "n32";
      gnueabi = soft;
      gnueabihf = hard;
      msvc = { };
      musl = { };
      muslabi64.abi = "64";
      muslabin32.abi = "n32";
      musleabi = soft;
      musleabihf = hard;
      uclibc = { };
      uclibceabi = soft;
      uclibceabihf = hard;
      unknown = { };
    };

  isSystem = lib.types.isType "system";
  mkSystem = lib.types.setType "system";
  mkSkeletonFromList = skeleton;
  mkSystemFromSkeleton =
    names:
    let
      system = {
        cpu = known "CPU type" self.cpuTypes names.cpu;
        kernel = known "kernel" self.kernels (kernelWithoutAbi names.kernel);
        vendor = known "vendor" self.vendors (
          names.vendor or (
            if isDarwin system then "apple" else if isWindows system || isCygwin system then "pc" else "unknown"
          )
        );
        abi = known "ABI" self.abis (names.abi or (defaultAbi system));
      };
    in
    self.mkSystem system;
  mkSystemFromString = name: self.mkSystemFromSkeleton (skeleton (splitString "-" name));
  mkMuslSystem =
    system:
    let
      parts = match "(gnu|musl)(abi64|abin32|eabi|eabihf)" system.abi.name;
    in
    system // { abi = if parts == null then self.abis.musl else self.abis.${"musl" + elemAt parts 1}; };

  kernelName = kernel: kernel.name + toString (kernel.version or "");
  darwinArch = cpu: if cpu.name == "aarch64" then "arm64" else cpu.name;
  doubleFromSystem =
    { cpu, kernel, ... }: "${cpu.name}-${if kernel.families ? darwin then "darwin" else self.kernelName kernel}";
  tripleFromSystem =
    { cpu, vendor, kernel, abi, ... }@system:
    let
      usual = self.gnuNetBSDDefaultExecFormat cpu == kernel.execFormat;
      format = if kernel.name == "netbsd" && !usual then kernel.execFormat.name else "";
      name = if kernel.families ? darwin then self.darwinArch cpu else cpu.name;
    in
    assert self.isSystem system;
    "${name}-${vendor.name}-${self.kernelName kernel}${format}${if abi.name == "unknown" then "" else "-${abi.name}"}";
  gnuNetBSDDefaultExecFormat =
    cpu: self.execFormats.${if cpu.bits == 32 && elem cpu.family [ "arm" "m68k" "sparc" "x86" ] then "aout" else "elf"};
  isCompatible = a: b: runsName a.name b.name;
}
