# Platforms: what `lib.systems.elaborate "x86_64-linux"` knows of them.
{ lib }:
let
  inherit (builtins) any elem elemAt isAttrs isList mapAttrs;
  inherit (lib.lists) optionals;
  inherit (lib.strings) hasInfix hasSuffix optionalString removeSuffix toUpper;
  inherit (lib.systems) architectures inspect parse platforms;
  self = lib.systems;
  tables = import ./systems-tables.nix { inherit lib; };

  # The value of the first pair `[ condition value ]` whose condition holds.
  select = default: pairs: elemAt (lib.lists.findFirst (pair: elemAt pair 0) [ true default ] pairs) 1;

  functionNames = [ "canExecute" "emulator" "emulatorAvailable" "staticEmulatorAvailable" ];

  # Names that programs and languages have for the platform `final`.
  uname = final: {
    release = null;
    system = {
      cygwin = "CYGWIN_NT"; darwin = "Darwin"; freebsd = "FreeBSD"; genode = "Genode"; linux = "Linux"; netbsd = "NetBSD";
      openbsd = "OpenBSD"; redox = "Redox"; wasi = "Wasi"; windows = "Windows";
    }.${final.parsed.kernel.name} or null;
    processor = select final.parsed.cpu.name [
      [ final.isPower64 "ppc64${optionalString final.isLittleEndian "le"}" ]
      [ final.isPower "ppc${optionalString final.isLittleEndian "le"}" ]
      [ final.isMips64 "mips64" ]
      [ final.isDarwin final.darwinArch ]
    ];
  };
  linuxArch = final: select final.parsed.cpu.name [
    [ final.isAarch32 "arm" ] [ final.isAarch64 "arm64" ] [ final.isx86_32 "i386" ] [ final.isx86_64 "x86_64" ]
    [ final.isMicroBlaze "microblaze" ] [ final.isMips "mips" ] [ final.isPower "powerpc" ] [ final.isRiscV "riscv" ]
    [ final.isSh4 "sh" ] [ final.isS390 "s390" ] [ final.isLoongArch64 "loongarch" ]
  ];
  qemuArch = final: select final.uname.processor [
    [ final.isAarch32 "arm" ]
    [ final.isAarch64 "aarch64${optionalString final.isBigEndian "_be"}" ]
    [ (final.isS390 && !final.isS390x) null ]
    [ final.isx86_64 "x86_64" ]
    [ final.isx86 "i386" ]
    [ final.isMips64n32 "mipsn32${optionalString final.isLittleEndian "el"}" ]
    [ final.isMips64 "mips64${optionalString final.isLittleEndian "el"}" ]
  ];
  efiArch = final: select final.parsed.cpu.name [
    [ final.isx86_32 "ia32" ] [ final.isx86_64 "x64" ] [ final.isAarch32 "arm" ] [ final.isAarch64 "aa64" ]
  ];
  libc = final: select "native/impure" [
    [ final.isDarwin "libSystem" ] [ final.isMsvc "ucrt" ] [ final.isMinGW "msvcrt" ] [ final.isCygwin "cygwin" ]
    [ final.isWasi "wasilibc" ] [ final.isWasm null ] [ final.isRedox "relibc" ] [ final.isMusl "musl" ]
    [ final.isUClibc "uclibc" ] [ final.isAndroid "bionic" ] [ final.isLinux "glibc" ] [ final.isFreeBSD "fblibc" ]
    [ final.isOpenBSD "oblibc" ] [ final.isNetBSD "nblibc" ] [ final.isAvr "avrlibc" ] [ final.isGhcjs null ]
    [ final.isNone "newlib" ]
  ];
  go = final: {
    GOARCH = {
      aarch64 = "arm64"; arm = "arm"; armv5tel = "arm"; armv6l = "arm"; armv7l = "arm"; i686 = "386"; loongarch64 = "loong64";
      mips = "mips"; mips64el = "mips64le"; mipsel = "mipsle"; powerpc64 = "ppc64"; powerpc64le = "ppc64le";
      riscv64 = "riscv64"; s390x = "s390x"; wasm32 = "wasm"; x86_64 = "amd64";
    }.${final.parsed.cpu.name} or null;
    GOOS = if final.isWasi then "wasip1" else final.parsed.kernel.name;
    GOARM = optionalString (elem (final.parsed.cpu.version or "") [ "5" "6" "7" ]) final.parsed.cpu.version;
  };
  node = final: {
    arch = select null [
      [ final.isAarch "arm${optionalString final.is64bit "64"}" ]
      [ final.isMips32 "mips${optionalString final.isLittleEndian "el"}" ]
      [ (final.isMips64 && final.isLittleEndian) "mips64el" ]
      [ final.isPower "ppc${optionalString final.is64bit "64"}" ]
      [ final.isx86_64 "x64" ] [ final.isx86_32 "ia32" ] [ final.isS390x "s390x" ] [ final.isRiscV64 "riscv64" ]
      [ final.isLoongArch64 "loong64" ]
    ];
    platform = select null [
      [ final.isAndroid "android" ] [ final.isDarwin "darwin" ] [ final.isFreeBSD "freebsd" ] [ final.isLinux "linux" ]
      [ final.isOpenBSD "openbsd" ] [ final.isSunOS "sunos" ] [ (final.isWindows || final.isCygwin) "win32" ]
    ];
  };
  nim = final: {
    cpu = select null [
      [ final.isAarch32 "arm" ] [ final.isAarch64 "arm64" ] [ final.isAlpha "alpha" ] [ final.isAvr "avr" ]
      [ (final.isMips && final.is32bit) "mips" ] [ (final.isMips && final.is64bit) "mips64" ] [ final.isMsp430 "msp430" ]
      [ (final.isPower && final.is32bit) "powerpc" ] [ (final.isPower && final.is64bit) "powerpc64" ]
      [ (final.isRiscV && final.is64bit) "riscv64" ] [ final.isSparc "sparc" ] [ final.isx86_32 "i386" ]
      [ final.isx86_64 "amd64" ]
    ];
    os = select null [
      [ final.isAndroid "Android" ] [ final.isDarwin "MacOSX" ] [ final.isFreeBSD "FreeBSD" ] [ final.isGenode "Genode" ]
      [ final.isLinux "Linux" ] [ final.isNetBSD "NetBSD" ] [ final.isNone "Standalone" ] [ final.isOpenBSD "OpenBSD" ]
      [ final.isWindows "Windows" ] [ final.isiOS "iOS" ]
    ];
  };
  rust =
    args: final:
    let
      own = args.rust or args.rustc or { };
      inherit (final.parsed) abi cpu kernel vendor;
      described = own ? platform;
      arch = own.platform.arch or {
        armv5tel = "armv5te"; armv6l = "arm"; armv7a = "armv7"; armv7l = "armv7"; riscv32 = "riscv32gc"; riscv64 = "riscv64gc";
      }.${cpu.name} or cpu.name;
      abiName = if final.isPower && hasInfix "gnuabielfv" abi.name then "gnu" else abi.name;
      abiPart = optionalString (abi.name != "unknown") "-${abiName}";
      file = own.rustcTargetSpec or "";
      kinds =
        optionals final.isUnix [ "unix" ]
        ++ optionals final.isWindows [ "windows" ]
        ++ optionals final.isWasm [ "wasm" ];
      guessed =
        if final.isWasi then "${arch}-wasip1"
        else "${arch}-${final.rust.platform.vendor}-${kernel.name}${abiPart}";
      family = args.rust.platform.target-family or args.rustc.platform.target-family or null;
    in
    own
    // {
      platform = own.platform or (if hasSuffix ".json" file then lib.trivial.importJSON file else { }) // {
        arch = select cpu.name [
          [ described own.platform.arch or null ] [ final.isAarch32 "arm" ] [ final.isMips64 "mips64" ]
          [ final.isPower64 "powerpc64" ]
        ];
        os = select kernel.name [
          [ described own.platform.os or "none" ] [ final.isDarwin "macos" ] [ (final.isWasm && !final.isWasi) "unknown" ]
        ];
        target-family =
          if family == null then kinds
          else if isList family || args ? rust.platform.target-family then family
          else [ family ];
        vendor = own.platform.vendor or (if vendor.name == "w64" then "pc" else vendor.name);
      };
      rustcTargetSpec = args.rust.rustcTargetSpec or args.rustc.config or (
        if described then builtins.toFile "${own.rustcTarget or guessed}.json" (builtins.toJSON own.platform)
        else args.rust.rustcTarget or guessed
      );
      rustcTarget = own.rustcTarget or final.rust.cargoShortTarget;
      cargoShortTarget = removeSuffix ".json" (baseNameOf "${final.rust.rustcTargetSpec}");
      cargoEnvVarTarget = builtins.replaceStrings [ "-" ] [ "_" ] (toUpper final.rust.cargoShortTarget);
      isNoStdTarget = any (part: hasInfix part final.rust.rustcTarget) [ "-none" "-uefi" "nvptx" "switch" ];
    };

  elaborated =
    given:
    let
      args = removeAttrs given [ "_withoutFunctions" "parsed" "system" ];
      dllLike = final.isWindows || final.isCygwin;
      emulator = _: builtins.__unknown "an emulator, which is a package";
      ambiguous =
        final.isAarch32 && elem final.parsed.abi.name [ "android" "gnu" ]
        || final.isPower64 && final.isBigEndian && final.parsed.abi.name == "gnu";
      final = {
        parsed = parse.mkSystemFromString (args.config or given.system);
        system = parse.doubleFromSystem final.parsed;
        config = parse.tripleFromSystem final.parsed;
        _withoutFunctions = removeAttrs final (functionNames ++ [ "_withoutFunctions" ]);

        linuxArch = linuxArch final;
        qemuArch = qemuArch final;
        efiArch = efiArch final;
        ubootArch = if final.isx86_32 then "x86" else if final.isMips64 then "mips64" else final.linuxArch;
        uname = uname final;
        libc = libc final;
        libDir =
          if !final.isLinux then null
          else if final.isx86_64 || final.isMips64 || final.isPower64 then "lib64"
          else "lib";
        linker = if final.useLLVM or false then "lld" else if final.isDarwin then "cctools" else "bfd";
        useLLVM = final.isFreeBSD || final.isOpenBSD;
        useAndroidPrebuilt = false;
        useiOSPrebuilt = false;
        isStatic = final.isWasi || final.isRedox;
        hasSharedLibraries =
          !final.isStatic
          && any (kind: final.${kind}) [
            "isAndroid" "isCygwin" "isDarwin" "isFreeBSD" "isGnu" "isMinGW" "isMusl" "isNetBSD" "isOpenBSD" "isSunOS" "isWasm"
            "isWindows"
          ];
        extensions = {
          executable = if dllLike then ".exe" else "";
          library = final.extensions.${if final.isStatic then "staticLibrary" else "sharedLibrary"};
          staticLibrary = if final.isWindows then ".lib" else ".a";
        }
        // (
          if final.hasSharedLibraries then
            { sharedLibrary = if final.isDarwin then ".dylib" else if dllLike then ".dll" else ".so"; }
          else
            { }
        );
        gcc = (platforms.select final).gcc or args.gcc or { };
        rustc = args.rustc or { };
        androidSdkVersion = args.androidSdkVersion or null;
        androidNdkVersion = args.androidNdkVersion or null;
        darwinArch = parse.darwinArch final.parsed.cpu;
        darwinPlatform = if final.isMacOS then "macos" else if final.isiOS then "ios" else null;
        darwinSdkVersion = final.sdkVer or "14.4";
        darwinMinVersion = "14.0";
        darwinMinVersionVariable =
          if final.isMacOS then "MACOSX_DEPLOYMENT_TARGET"
          else if final.isiOS then "IPHONEOS_DEPLOYMENT_TARGET"
          else null;

        canExecute =
          other:
          final.isAndroid == other.isAndroid
          && final.parsed.kernel == other.parsed.kernel
          && parse.isCompatible final.parsed.cpu other.parsed.cpu
          && (
            final.parsed.cpu != other.parsed.cpu
            || !(other ? gcc.arch)
            || final ? gcc.arch && architectures.canExecute final.gcc.arch other.gcc.arch
          );
        emulatorAvailable = emulator;
        staticEmulatorAvailable = emulator;
        inherit emulator;
      }
      // mapAttrs (_: holds: holds final.parsed) inspect.predicates
      // mapAttrs (_: holds: holds (final.gcc.arch or "default")) architectures.predicates
      // args
      // { rust = rust args final; go = go final; node = node final; nim = nim final; };
    in
    if args ? linux-kernel then throw "lib.systems.elaborate: there is no linux-kernel any more"
    else if ambiguous then throw "lib.systems.elaborate: the ABI ${final.parsed.abi.name} is several on this processor"
    else
      assert final.useAndroidPrebuilt -> final.isAndroid;
      final;
in
{
  parse = import ./systems-parse.nix { inherit lib; };
  inspect = import ./systems-inspect.nix { inherit lib; };
  inherit (tables) architectures doubles examples platforms;
  inherit functionNames;

  systemToAttrs = given: if isAttrs given then given else { system = given; };
  elaborate = given: elaborated (self.systemToAttrs given);
  equals = a: b: a._withoutFunctions == b._withoutFunctions;
  flakeExposed = [
    "x86_64-linux" "aarch64-linux" "x86_64-darwin" "armv6l-linux" "armv7l-linux" "i686-linux" "aarch64-darwin"
    "powerpc64le-linux" "riscv64-linux" "x86_64-freebsd"
  ];
}
