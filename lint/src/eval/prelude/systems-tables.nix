# Platforms by name: the pairs that Nix knows, examples for cross compilation, and what compilers are told of each.
{ lib }:
let
  inherit (builtins) concatMap elem elemAt filter mapAttrs;
  inherit (lib.attrsets) genAttrs;
  inherit (lib.systems) inspect parse platforms;

  kernelsOf = cpus: kernel: map (cpu: "${cpu}-${kernel}") cpus;
  all =
    kernelsOf [ "i686" "x86_64" ] "cygwin"
    ++ kernelsOf [ "x86_64" "aarch64" ] "darwin"
    ++ kernelsOf [ "i686" "x86_64" "aarch64" ] "freebsd"
    ++ kernelsOf [ "aarch64" "i686" "x86_64" ] "genode"
    ++ [ "x86_64-solaris" "javascript-ghcjs" ]
    ++ kernelsOf [
      "aarch64" "arc" "armv5tel" "armv6l" "armv7a" "armv7l" "i686" "loongarch64" "m68k" "sh4" "microblaze" "microblazeel"
      "mips" "mips64" "mips64el" "mipsel" "powerpc" "powerpc64" "powerpc64le" "riscv32" "riscv64" "s390" "s390x" "x86_64"
    ] "linux"
    ++ [ "mmix-mmixware" ]
    ++ kernelsOf [
      "aarch64" "armv6l" "armv7a" "armv7l" "i686" "m68k" "mipsel" "powerpc" "riscv32" "riscv64" "x86_64"
    ] "netbsd"
    ++ kernelsOf [
      "aarch64_be" "aarch64" "arm" "armv6l" "avr" "i686" "microblaze" "microblazeel" "mips" "mips64" "msp430" "or1k" "m68k"
      "powerpc" "powerpcle" "riscv32" "riscv64" "rx" "s390" "s390x" "vc4" "x86_64"
    ] "none"
    ++ kernelsOf [ "i686" "x86_64" ] "openbsd"
    ++ [ "x86_64-redox" "wasm64-wasi" "wasm32-wasi" ]
    ++ kernelsOf [ "aarch64" "x86_64" "i686" ] "windows"
    ++ kernelsOf [ "aarch64" "x86_64" ] "uefi";
  parsed = map parse.mkSystemFromString all;
  named = predicate: map parse.doubleFromSystem (filter predicate parsed);

  # Levels of x86-64's vector instructions, one upon the other.
  sse4 = [ "sse3" "ssse3" "sse4_1" "sse4_2" ];
  avx2 = [ "avx" "avx2" ];
  avx512 = avx2 ++ [ "avx512" ];
  piledriver = sse4 ++ [ "sse4a" "aes" "avx" "fma" "fma4" ];
  loongson = [ "div32" "frecipe" "lam-bh" "lamcas" "ld-seq-sa" ];
  zen = sse4 ++ [ "sse4a" "aes" ];
  features =
    genAttrs [ "x86-64-v2" "nehalem" "westmere" "silvermont" "btver1" ] (_: sse4)
    // genAttrs [ "sandybridge" "ivybridge" ] (_: sse4 ++ [ "avx" ])
    // genAttrs [ "x86-64-v3" "haswell" "broadwell" ] (_: sse4 ++ avx2 ++ [ "fma" ])
    // { x86-64-v4 = sse4 ++ avx512 ++ [ "fma" ]; btver2 = sse4 ++ [ "aes" "avx" ]; }
    // genAttrs [ "skylake" "alderlake" "sierraforest" ] (_: sse4 ++ [ "aes" ] ++ avx2 ++ [ "fma" ])
    // genAttrs [
      "skylake-avx512" "cannonlake" "icelake-client" "icelake-server" "rocketlake" "cascadelake" "cooperlake" "tigerlake"
      "sapphirerapids" "emeraldrapids"
    ] (_: sse4 ++ [ "aes" ] ++ avx512 ++ [ "fma" ])
    // genAttrs [ "bdver1" "bdver2" "bdver3" ] (_: piledriver)
    // { bdver4 = zen ++ avx2 ++ [ "fma" "fma4" ]; }
    // genAttrs [ "znver1" "znver2" "znver3" ] (_: zen ++ avx2 ++ [ "fma" ])
    // genAttrs [ "znver4" "znver5" ] (_: zen ++ avx512 ++ [ "fma" ])
    // {
      loongarch64 = [ "fpu64" ];
      "la64v1.0" = [ "fpu64" "lsx" ];
      "la64v1.1" = [ "fpu64" "lsx" ] ++ loongson;
      la464 = [ "fpu64" "lsx" "lasx" ];
      la664 = [ "fpu64" "lsx" "lasx" ] ++ loongson;
    };

  # The architectures right below each: what runs there runs here.
  below = {
    x86-64-v2 = [ "x86-64" ]; x86-64-v3 = [ "x86-64-v2" ]; x86-64-v4 = [ "x86-64-v3" ];
    nehalem = [ "x86-64-v2" ]; westmere = [ "nehalem" ]; sandybridge = [ "westmere" ]; ivybridge = [ "sandybridge" ];
    haswell = [ "ivybridge" "x86-64-v3" ]; broadwell = [ "haswell" ]; skylake = [ "broadwell" ];
    skylake-avx512 = [ "skylake" "x86-64-v4" ]; cannonlake = [ "skylake-avx512" ]; icelake-client = [ "cannonlake" ];
    icelake-server = [ "icelake-client" ]; cascadelake = [ "cannonlake" ]; cooperlake = [ "cascadelake" ];
    tigerlake = [ "icelake-server" ]; sapphirerapids = [ "tigerlake" ]; emeraldrapids = [ "sapphirerapids" ];
    rocketlake = [ "x86-64-v4" ]; alderlake = [ "skylake" ]; sierraforest = [ "alderlake" ];
    btver1 = [ "x86-64" ]; btver2 = [ "x86-64-v2" ]; bdver1 = [ "x86-64-v2" ]; bdver2 = [ "x86-64-v2" ];
    bdver3 = [ "x86-64-v2" ]; bdver4 = [ "x86-64-v3" ];
    znver1 = [ "skylake" ]; znver2 = [ "znver1" ]; znver3 = [ "znver2" ]; znver4 = [ "znver3" "x86-64-v4" ]; znver5 = [ "znver4" ];
    "armv8.1-a" = [ "armv8-a" ]; "armv8.2-a" = [ "armv8.1-a" ]; "armv8.3-a" = [ "armv8.2-a" ]; "armv8.4-a" = [ "armv8.3-a" ];
    "armv8.5-a" = [ "armv8.4-a" ]; "armv8.6-a" = [ "armv8.5-a" ]; "armv8.7-a" = [ "armv8.6-a" ]; "armv8.8-a" = [ "armv8.7-a" ];
    "armv8.9-a" = [ "armv8.8-a" ]; armv9-a = [ "armv8.5-a" ]; "armv9.1-a" = [ "armv9-a" "armv8.6-a" ];
    "armv9.2-a" = [ "armv9.1-a" "armv8.7-a" ]; "armv9.3-a" = [ "armv9.2-a" "armv8.8-a" ]; "armv9.4-a" = [ "armv9.3-a" ];
    cortex-a53 = [ "armv8-a" ]; cortex-a72 = [ "armv8-a" ]; cortex-a55 = [ "armv8.2-a" "cortex-a53" "cortex-a72" ];
    cortex-a76 = [ "armv8.2-a" "cortex-a53" "cortex-a72" ]; ampere1 = [ "armv8.6-a" "cortex-a55" "cortex-a76" ];
    ampere1a = [ "ampere1" ]; ampere1b = [ "ampere1a" ];
    "la64v1.0" = [ "loongarch64" ]; "la64v1.1" = [ "la64v1.0" ]; la464 = [ "la64v1.0" ]; la664 = [ "la464" "la64v1.1" ];
  };
  lowest = [ "default" "x86-64" "armv8-a" "loongarch64" "armv5te" "armv6" "armv7-a" "mips32" "loongson2f" ];
  allBelow = name: let next = below.${name} or [ ]; in lib.lists.unique (next ++ concatMap allBelow next);

  gcc = arch: { gcc = { inherit arch; }; };
  mips = arch: abi: { gcc = { inherit arch abi; }; };
  armv7 = float: { gcc = { arch = "armv7-a"; fpu = "vfpv3-d16"; } // float; };

  config = name: { config = name; };
  linux = cpu: abi: config "${cpu}-unknown-linux-${abi}";
  bare = name: { config = name; libc = "newlib"; };
  llvm = name: { config = name; useLLVM = true; };
  android = { androidSdkVersion = "35"; androidNdkVersion = "27"; };
  iphone = cpu: platform: {
    config = "${cpu}-apple-ios";
    darwinSdkVersion = "14.3";
    xcodeVer = "12.3";
    xcodePlatform = platform;
    useiOSPrebuilt = true;
  };
  macos = cpu: { config = "${cpu}-apple-darwin"; xcodePlatform = "MacOSX"; platform = { }; };
  uefi = cpu: { config = "${cpu}-unknown-uefi"; libc = null; useLLVM = true; linker = "lld"; };
  mingw = cpu: libc: { config = "${cpu}-w64-mingw32"; inherit libc; };
  rustTarget = name: { rust.rustcTarget = name; };
in
{
  doubles =
    mapAttrs (_: name: named inspect.predicates.${name}) {
      aarch = "isAarch"; aarch64 = "isAarch64"; arc = "isArc"; arm = "isAarch32"; armv7 = "isArmv7"; bigEndian = "isBigEndian";
      cygwin = "isCygwin"; darwin = "isDarwin"; embedded = "isNone"; freebsd = "isFreeBSD"; genode = "isGenode"; i686 = "isi686";
      illumos = "isSunOS"; js = "isJavaScript"; linux = "isLinux"; littleEndian = "isLittleEndian"; loongarch64 = "isLoongArch64";
      m68k = "isM68k"; microblaze = "isMicroBlaze"; mips = "isMips"; mmix = "isMmix"; netbsd = "isNetBSD"; openbsd = "isOpenBSD";
      or1k = "isOr1k"; power = "isPower"; redox = "isRedox"; riscv = "isRiscV"; riscv32 = "isRiscV32"; riscv64 = "isRiscV64";
      rx = "isRx"; s390 = "isS390"; s390x = "isS390x"; sh4 = "isSh4"; uefi = "isUefi"; unix = "isUnix"; vc4 = "isVc4";
      wasi = "isWasi"; windows = "isWindows"; x86 = "isx86"; x86_64 = "isx86_64";
    }
    // {
      inherit all;
      none = [ ];
      gnu = concatMap (abi: named (system: inspect.predicates.isLinux system && system.abi.name == abi)) [
        "gnu" "gnueabi" "gnueabihf" "gnuabin32" "gnuabi64" "gnuabielfv1" "gnuabielfv2"
      ];
    };

  architectures = {
    features = genAttrs [ "default" "x86-64" "armv5te" "armv6" "armv7-a" "armv8-a" "mips32" "loongson2f" ] (_: [ ]) // features;
    inferiors = genAttrs (lowest ++ builtins.attrNames below) allBelow;
    hasInferior = high: low: elem low (allBelow high);
    canExecute = high: low: high == low || elem low (allBelow high);
    predicates =
      mapAttrs (_: feature: arch: elem feature (features.${arch} or [ ])) {
        aesSupport = "aes"; avxSupport = "avx"; avx2Support = "avx2"; avx512Support = "avx512"; fmaSupport = "fma";
        fma4Support = "fma4"; lasxSupport = "lasx"; lsxSupport = "lsx"; sse3Support = "sse3"; ssse3Support = "ssse3";
        sse4_1Support = "sse4_1"; sse4_2Support = "sse4_2"; sse4_aSupport = "sse4a";
      };
  };

  platforms = {
    armv5tel-multiplatform = gcc "armv5te";
    raspberrypi.gcc = { arch = "armv6kz"; fpu = "vfpv2"; };
    raspberrypi2 = armv7 { };
    armv7l-hf-multiplatform = armv7 { };
    armv7a-android = armv7 { float-abi = "softfp"; };
    bluefield2 = gcc "armv8-a+fp+simd+crc+crypto";
    zero-gravitas.gcc = { fpu = "neon"; cpu = "cortex-a9"; };
    zero-sugar.gcc = { cpu = "cortex-a7"; fpu = "neon-vfpv4"; float-abi = "hard"; };
    aarch64-multiplatform = gcc "armv8-a";
    apple-m1.gcc = { arch = "armv8.3-a+crypto+sha2+aes+crc+fp16+lse+simd+ras+rdm+rcpc"; cpu = "apple-a13"; };
    ben_nanonote.gcc = { arch = "mips32"; float = "soft"; };
    fuloong2f_n32.gcc = { arch = "loongson2f"; float = "hard"; abi = "n32"; };
    gcc_mips32r2_o32 = mips "mips32r2" "32";
    gcc_mips32r6_o32 = mips "mips32r6" "32";
    gcc_mips64r2_n32 = mips "mips64r2" "n32";
    gcc_mips64r6_n32 = mips "mips64r6" "n32";
    gcc_mips64r2_64 = mips "mips64r2" "64";
    gcc_mips64r6_64 = mips "mips64r6" "64";
    loongarch64-multiplatform.gcc = { arch = "la64v1.0"; cmodel = "medium"; strict-align = false; };
    select =
      platform:
      let
        version = platform.parsed.cpu.version or null;
        older = lib.strings.versionOlder version;
      in
      if platform.isAarch32 then
        if version == null then { }
        else if older "6" then platforms.armv5tel-multiplatform
        else if older "7" then platforms.raspberrypi
        else platforms.armv7l-hf-multiplatform
      else if platform.isAarch64 then
        if platform.isDarwin then platforms.apple-m1 else platforms.aarch64-multiplatform
      else if platform.isLoongArch64 then platforms.loongarch64-multiplatform
      else if platform.parsed.cpu.name == "mipsel" then lib.systems.examples.mipsel-linux-gnu
      else { };
  };

  examples =
    builtins.listToAttrs (
      map (row: { name = elemAt row 0; value = linux (elemAt row 1) (elemAt row 2) // platforms.${elemAt row 3} or { }; }) [
        [ "gnu64" "x86_64" "gnu" "" ] [ "gnu32" "i686" "gnu" "" ] [ "musl64" "x86_64" "musl" "" ] [ "musl32" "i686" "musl" "" ]
        [ "powernv" "powerpc64le" "gnu" "" ] [ "musl-power" "powerpc64le" "musl" "" ]
        [ "ppc64" "powerpc64" "gnuabielfv2" "" ] [ "ppc64-elfv1" "powerpc64" "gnuabielfv1" "" ]
        [ "ppc64-elfv2" "powerpc64" "gnuabielfv2" "" ]
        [ "armv5tel-multiplatform" "armv5tel" "gnueabi" "" ] [ "raspberryPi" "armv6l" "gnueabihf" "raspberrypi" ]
        [ "muslpi" "armv6l" "musleabihf" "raspberrypi" ] [ "bluefield2" "aarch64" "gnu" "bluefield2" ]
        [ "remarkable1" "armv7l" "gnueabihf" "zero-gravitas" ] [ "remarkable2" "armv7l" "gnueabihf" "zero-sugar" ]
        [ "armv7l-hf-multiplatform" "armv7l" "gnueabihf" "" ] [ "aarch64-multiplatform" "aarch64" "gnu" "" ]
        [ "aarch64-multiplatform-musl" "aarch64" "musl" "" ] [ "ben-nanonote" "mipsel" "uclibc" "ben_nanonote" ]
        [ "fuloongminipc" "mipsel" "gnu" "fuloong2f_n32" ] [ "mips-linux-gnu" "mips" "gnu" "gcc_mips32r2_o32" ]
        [ "mipsel-linux-gnu" "mipsel" "gnu" "gcc_mips32r2_o32" ]
        [ "mips64-linux-gnuabin32" "mips64" "gnuabin32" "gcc_mips64r2_n32" ]
        [ "mips64el-linux-gnuabin32" "mips64el" "gnuabin32" "gcc_mips64r2_n32" ]
        [ "mips64-linux-gnuabi64" "mips64" "gnuabi64" "gcc_mips64r2_64" ]
        [ "mips64el-linux-gnuabi64" "mips64el" "gnuabi64" "gcc_mips64r2_64" ]
        [ "riscv64" "riscv64" "gnu" "" ] [ "riscv32" "riscv32" "gnu" "" ] [ "riscv64-musl" "riscv64" "musl" "" ]
        [ "loongarch64-linux" "loongarch64" "gnu" "loongarch64-multiplatform" ]
        [ "m68k" "m68k" "gnu" "" ] [ "arc" "arc" "gnu" "" ] [ "sh4" "sh4" "gnu" "" ] [ "s390" "s390" "gnu" "" ]
        [ "s390x" "s390x" "gnu" "" ]
      ]
    )
    // mapAttrs (_: bare) {
      riscv64-embedded = "riscv64-none-elf"; riscv32-embedded = "riscv32-none-elf"; mips64-embedded = "mips64-none-elf";
      mips-embedded = "mips-none-elf"; mmix = "mmix-unknown-mmixware"; rx-embedded = "rx-none-elf"; msp430 = "msp430-elf";
      vc4 = "vc4-elf"; or1k = "or1k-elf"; arm-embedded = "arm-none-eabi"; aarch64be-embedded = "aarch64_be-none-elf";
      ppc-embedded = "powerpc-none-eabi"; ppcle-embedded = "powerpcle-none-eabi"; i686-embedded = "i686-elf";
      x86_64-embedded = "x86_64-elf"; microblaze-embedded = "microblazeel-none-elf";
    }
    // mapAttrs (_: llvm) {
      aarch64-freebsd = "aarch64-unknown-freebsd"; x86_64-freebsd = "x86_64-unknown-freebsd";
      x86_64-netbsd-llvm = "x86_64-unknown-netbsd"; x86_64-openbsd = "x86_64-unknown-openbsd"; wasi32 = "wasm32-unknown-wasi";
      x86_64-windows = "x86_64-pc-windows-msvc"; aarch64-windows = "aarch64-pc-windows-msvc";
    }
    // mapAttrs (_: config) {
      avr = "avr"; x86_64-netbsd = "x86_64-unknown-netbsd"; x86_64-cygwin = "x86_64-pc-cygwin"; ghcjs = "javascript-unknown-ghcjs";
    }
    // {
      ppc64-musl = linux "powerpc64" "musl" // { gcc.abi = "elfv2"; };
      ppc32 = linux "powerpc" "gnu" // rustTarget "powerpc-unknown-linux-gnu";
      armv7a-android-prebuilt =
        linux "armv7a" "androideabi"
        // android
        // platforms.armv7a-android
        // rustTarget "armv7-linux-androideabi"
        // { useAndroidPrebuilt = true; };
      aarch64-android-prebuilt =
        linux "aarch64" "android" // android // rustTarget "aarch64-linux-android" // { useAndroidPrebuilt = true; };
      aarch64-android =
        linux "aarch64" "android" // android // { libc = "bionic"; useAndroidPrebuilt = false; useLLVM = true; };
      loongarch64-linux-embedded =
        linux "loongarch64" "gnu" // { gcc = { arch = "loongarch64"; cmodel = "medium"; strict-align = true; }; };
      arm-embedded-nano = { config = "arm-none-eabi"; libc = "newlib-nano"; };
      armhf-embedded = bare "arm-none-eabihf" // { gcc = { arch = "armv5t"; fpu = "vfp"; }; };
      aarch64-embedded = bare "aarch64-none-elf" // rustTarget "aarch64-unknown-none";
      wasm32-unknown-none = llvm "wasm32-unknown-none" // rustTarget "wasm32-unknown-unknown";
      iphone64 = iphone "arm64" "iPhoneOS";
      iphone64-simulator = iphone "x86_64" "iPhoneSimulator" // { darwinPlatform = "ios-simulator"; };
      aarch64-darwin = macos "arm64";
      x86_64-darwin = macos "x86_64";
      x86_64-unknown-uefi = uefi "x86_64";
      aarch64-unknown-uefi = uefi "aarch64";
      mingw32 = mingw "i686" "msvcrt";
      mingwW64 = mingw "x86_64" "msvcrt";
      mingw-msvcrt-i686 = mingw "i686" "msvcrt";
      mingw-msvcrt-x86_64 = mingw "x86_64" "msvcrt";
      mingw-ucrt-x86_64 = mingw "x86_64" "ucrt";
      ucrt64 = mingw "x86_64" "ucrt";
      mingw-ucrt-x86_64-llvm = mingw "x86_64" "ucrt" // rustTarget "x86_64-pc-windows-gnullvm" // { useLLVM = true; };
      mingw-ucrt-aarch64 = mingw "aarch64" "ucrt" // rustTarget "aarch64-pc-windows-gnullvm" // { useLLVM = true; };
      ucrtAarch64 = mingw "aarch64" "ucrt" // rustTarget "aarch64-pc-windows-gnullvm" // { useLLVM = true; };
    };
}
