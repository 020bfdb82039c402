# A flake of hosts, each with a channel of packages.
let
  inherit (builtins) foldl' head isAttrs isList listToAttrs map mapAttrs;
  lib = import "/«speclint»/lib/default.nix";
  flakeUtils = import "/nix/store/«flake-utils»/lib.nix";

  # Lists are joined, and sets of the first level.
  mergeAny = a: b:
    a // mapAttrs
      (name: value:
        if isAttrs value then a.${name} or { } // value
        else if isList value then a.${name} or [ ] ++ value
        else value)
      b;

  mkFlake =
    arguments@{
      self,
      inputs,
      supportedSystems ? flakeUtils.defaultSystems,
      channels ? { },
      hosts ? { },
      hostDefaults ? { },
      ...
    }:
    let
      rest = removeAttrs arguments [
        "channels" "channelsConfig" "hostDefaults" "hosts" "inputs" "nixosProfiles" "outputsBuilder" "self" "sharedOverlays"
        "supportedSystems"
      ];

      sourceOf = channel: channels.${channel}.input or inputs.${channel};
      packages = system: channel:
        (sourceOf channel).legacyPackages.${system} // { name = channel; input = sourceOf channel; };
      # Which inputs are channels is not asked: any may be.
      pkgs = lib.genAttrs supportedSystems (system: builtins.__everyAttr (packages system));

      configuration = name: settings:
        let
          labels = lib.reverseList (lib.splitString "." name);
          host = mergeAny hostDefaults settings;
          channel = host.channelName or "nixpkgs";
          output = host.output or "nixosConfigurations";
          system = host.system or "x86_64-linux";
          build = host.builder or (sourceOf channel).lib.nixosSystem;
          isNixos = output == "nixosConfigurations";
          isDarwin = output == "darwinConfigurations";
          given = { lib, options, pkgs, ... }: lib.mkMerge [
            (lib.optionalAttrs (options ? networking.hostName) { networking.hostName = head labels; })
            (lib.optionalAttrs (options ? networking.domain) {
              networking.domain =
                if lib.tail labels == [ ] then lib.mkDefault null else lib.concatStringsSep "." (lib.tail labels);
            })
            (if options ? nixpkgs.pkgs then {
              nixpkgs.pkgs = packages system channel;
              nixpkgs.config = lib.mkForce { };
            }
            else { })
            (lib.optionalAttrs (options ? system.configurationRevision) {
              system.configurationRevision = lib.mkIf (self ? rev) self.rev;
            })
            (lib.optionalAttrs (options ? nix.package) { nix.package = lib.mkDefault pkgs.nixVersions.latest; })
            (lib.optionalAttrs (options ? nix.extraOptions) {
              nix.extraOptions = "extra-experimental-features = nix-command flakes";
            })
            { _module.args = (if isDarwin then { } else { inherit inputs; }) // host.extraArgs or { }; }
          ];
        in
        {
          ${output}.${name} = build ({
            inherit system;
            modules = [ given ] ++ host.modules or [ ] ++ [ ./options.nix ];
            specialArgs =
              (if isNixos then { nixpkgsModulesPath = toString (sourceOf "nixpkgs" + "/nixos/modules"); } else { })
              // host.specialArgs or { }
              // { channel = packages system channel; };
          }
          // (if isDarwin then { inherit inputs; pkgs = packages system channel; } else { }));
        };
    in
    mergeAny rest (foldl' mergeAny { inherit pkgs; } (lib.mapAttrsToList configuration hosts));
in
flakeUtils // {
  inherit mergeAny mkFlake;
  exportModules = modules: listToAttrs (map
    (module: { name = lib.removeSuffix ".nix" (baseNameOf module); value = import module; })
    modules);
  exportOverlays = _: builtins.__symbol "overlays";
  exportPackages = _: _: builtins.__symbol "packages";
  genPkgOverlay = _: _: builtins.__symbol "an overlay";
  patchChannel = _: channel: _: channel;
}
