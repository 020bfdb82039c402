# `lib` of a repository that is laid out as snowfall has it: nixpkgs', that of each input under its name, and the repository's own
# in its namespace. `mkFlake` makes the outputs of what lies in the folders.
{ inputs, src, snowfall ? { } }:
let
  inherit (builtins) attrNames attrValues concatMap isFunction listToAttrs map pathExists readDir replaceStrings;
  nixpkgs = inputs.nixpkgs;
  plain = nixpkgs.lib;
  flakeUtilsPlus = import "/nix/store/«flake-utils-plus»/lib";

  root = snowfall.root or src;
  namespace = snowfall.namespace or "internal";

  entries = folder: if pathExists folder then readDir folder else { };
  foldersIn = folder: attrNames (plain.filterAttrs (_: type: type == "directory") (entries folder));
  # The files called `default.nix` anywhere below, and the folders that they are in.
  defaultsBelow = folder: below folder "";
  below = folder: name:
    plain.optional ((entries folder)."default.nix" or null == "regular") { inherit name; path = folder + "/default.nix"; }
    ++ concatMap (part: below (folder + "/${part}") (if name == "" then part else "${name}/${part}")) (foldersIn folder);
  # What lies in FOLDER/TARGET/NAME.
  placed = folder: concatMap
    (target: concatMap
      (name:
        let
          path = root + "/${folder}/${target}/${name}/default.nix";
        in
        plain.optional (pathExists path) { inherit name path target; })
      (foldersIn (root + "/${folder}/${target}")))
    (foldersIn (root + "/${folder}"));

  # The first of these names that is in a target's makes an image of that kind.
  formats = [
    "amazon" "azure" "cloudstack" "docker" "do" "gce" "install-iso-hyperv" "hyperv" "install-iso" "iso" "kexec" "kubevirt"
    "proxmox-lxc" "lxc-metadata" "lxc" "openstack" "proxmox" "qcow" "raw-efi" "raw" "sd-aarch64-installer" "sd-aarch64"
    "vagrant-virtualbox" "virtualbox" "vm-bootloader" "vm-nogui" "vmware" "vm"
  ];
  imageOf = target: plain.findFirst (format: plain.hasInfix format target) "" formats;
  isDarwin = plain.hasInfix "darwin";
  formatOf = target: if imageOf target != "" then imageOf target else if isDarwin target then "darwin" else "linux";

  # What is asked of it elsewhere than here is not known.
  own = builtins.__symbolic
    {
      fs = builtins.__symbolic
        {
          get-file = path: "${src}/${path}";
          get-snowfall-file = path: "${root}/${path}";
          get-directories = folder: map (name: "${folder}/${name}") (foldersIn folder);
          get-default-nix-files-recursive = folder: map (found: found.path) (defaultsBelow folder);
        }
        "lib.snowfall.fs";
      module.create-modules = { src ? root + "/modules/nixos", overrides ? { }, alias ? { } }: modulesIn src alias overrides;
    }
    "lib.snowfall";

  inputsWithoutSrc = removeAttrs inputs [ "src" ];
  libsOfInputs = plain.mapAttrs (_: input: input.lib)
    (plain.filterAttrs (_: input: builtins.__attempt (builtins.isAttrs (input.lib or null)) false) (removeAttrs inputs [ "self" ]));
  base = plain // libsOfInputs // { snowfall = own; inherit mkFlake; };
  ofUser = plain.foldl plain.recursiveUpdate { } (map
    ({ path, ... }:
      let
        part = import path;
      in
      if isFunction part then
        plain.callPackageWith
          { inherit inputs namespace; snowfall-inputs = builtins.__symbol "snowfall's inputs"; lib = base // { ${namespace} = ofUser; }; }
          path
          { }
      else part)
    (defaultsBelow (root + "/lib")));
  lib = base // { ${namespace} = ofUser; };
  homeLib = lib // { inherit (inputs.home-manager.lib) hm; };

  # Each module gets what the modules of a system get, and no more of `_module.args` than `pkgs`.
  modulesIn = folder: alias: overrides:
    let
      module = path: arguments@{ pkgs, ... }:
        let
          system = arguments.system or pkgs.stdenv.hostPlatform.system;
          target = arguments.target or system;
          made = import path;
        in
        (if isFunction made then
          made (arguments // {
            inherit lib namespace system target;
            inputs = inputsWithoutSrc;
            format = formatOf target;
            virtual = arguments.virtual or (imageOf target != "");
            systems = arguments.systems or { };
            pkgs = inputs.self.pkgs.${system}.nixpkgs;
          })
        else made) // { _file = path; };
      found = listToAttrs (map (found: { inherit (found) name; value = module found.path; }) (defaultsBelow folder));
    in
    found // plain.mapAttrs (_: name: found.${name}) alias // overrides;

  homes = settings: map
    (home:
      let
        parts = plain.splitString "@" home.name;
        set = settings.users.${home.name} or { };
      in
      home // {
        inherit set;
        user = plain.head parts;
        host = if plain.tail parts == [ ] then "" else plain.elemAt parts 1;
        modules = set.modules or [ ] ++ settings.modules or [ ];
        specialArgs = set.specialArgs or { };
      })
    (placed "homes");
  homeModules = attrValues (modulesIn (root + "/modules/home") { } { });

  # A home by itself.
  homeConfiguration = home:
    let
      pkgs = inputs.self.pkgs.${home.target}.nixpkgs // { lib = homeLib; };
    in
    {
      output = "homeConfigurations";
      system = home.target;
      modules = [ home.path ../modules/home/user ] ++ homeModules ++ home.modules;
      builder = arguments: inputs.home-manager.lib.homeManagerConfiguration {
        inherit pkgs;
        lib = homeLib;
        modules = arguments.modules ++ [
          { snowfallorg.user = { name = plain.mkDefault home.user; enable = plain.mkDefault true; }; }
          (builtins.__symbol "snowfall's registry of inputs")
        ];
        extraSpecialArgs = home.specialArgs // {
          inherit (home) name user host;
          inherit namespace pkgs;
          system = home.target;
          format = "home";
          inputs = inputsWithoutSrc;
          lib = homeLib;
        };
      };
    };

  # The homes in a system.
  homesOfSystems = settings:
    [
      ({ pkgs, system ? pkgs.stdenv.hostPlatform.system, target ? system, format ? "home", host ? "", virtual ? imageOf target != "", systems ? { }, ... }: {
        home-manager.extraSpecialArgs = {
          inherit format host system systems target virtual;
          lib = homeLib;
          inputs = inputsWithoutSrc;
        };
        home-manager.sharedModules = [ ../modules/home/user ] ++ settings.modules or [ ] ++ homeModules;
      })
    ]
    ++ map
      (home: { config, pkgs, host ? "", system ? pkgs.stdenv.hostPlatform.system, ... }: {
        config = plain.mkIf (home.host == host || home.host == "" && home.target == system) {
          snowfallorg.users.${home.user}.home.config = {
            snowfallorg.user = { enable = plain.mkDefault true; name = plain.mkDefault home.user; };
            _module.args = removeAttrs (home.specialArgs // { inherit namespace; }) [ "options" "config" "lib" "pkgs" "specialArgs" "host" ];
          };
          home-manager.useGlobalPkgs = plain.mkDefault true;
          home-manager.users.${home.user} = plain.mkIf config.snowfallorg.users.${home.user}.home.enable {
            imports = [ config.snowfallorg.users.${home.user}.home.config ] ++ home.set.modules or [ ] ++ [ home.path ];
          };
        };
      })
      (homes settings);

  systems = settings: homeSettings:
    let
      common = kind: attrValues (modulesIn (root + "/modules/${kind}") { } { });
      made = listToAttrs (map (placed: { inherit (placed) name; value = make placed; }) (placed "systems"));
      make = { name, path, target }:
        let
          set = settings.hosts.${name} or { };
          image = imageOf target;
          kind = if isDarwin target then "darwin" else "nixos";
          system = if image != "" then replaceStrings [ image ] [ "linux" ] target else target;
          arguments = set.specialArgs or { } // {
            inherit lib namespace system target;
            systems = made;
            host = name;
            virtual = image != "";
            inputs = inputsWithoutSrc;
          };
        in
        {
          inherit system;
          output = set.output or (if image != "" then "${image}Configurations" else "${kind}Configurations");
          channelName = set.channelName or "nixpkgs";
          specialArgs = arguments;
          modules =
            [ path ] ++ common kind ++ set.modules or [ ] ++ settings.modules.${kind} or [ ]
            ++ plain.optionals (inputs ? home-manager)
              ([ inputs.home-manager."${kind}Modules".home-manager ] ++ homesOfSystems homeSettings);
          builder = set.builder or (given:
            if image != "" then inputs.nixos-generators.nixosGenerate given
            else if kind == "darwin" then inputs.darwin.lib.darwinSystem given
            else nixpkgs.lib.nixosSystem (given // {
              specialArgs = given.specialArgs // { format = "linux"; };
              modules = given.modules ++ [ ../modules/nixos/user ];
            }));
        };
    in
    made;

  mkFlake = settings:
    flakeUtilsPlus.mkFlake (removeAttrs settings
      [
        "alias" "channels-config" "checks" "homes" "modules" "outputs-builder" "outputsBuilder" "overlays" "packages"
        "packagesPrefix" "snowfall" "systems" "templates"
      ]
    // {
      inherit (inputs) self;
      inputs = inputsWithoutSrc;
      lib = ofUser;
      hosts = systems (settings.systems or { }) (settings.homes or { })
        // listToAttrs (map (home: { inherit (home) name; value = homeConfiguration home; }) (homes (settings.homes or { })));
      templates = settings.templates or { };
      nixosModules = modulesIn (root + "/modules/nixos") (settings.alias.modules.nixos or { }) (settings.modules.nixos or { });
      darwinModules = modulesIn (root + "/modules/darwin") (settings.alias.modules.darwin or { }) (settings.modules.darwin or { });
      homeModules = modulesIn (root + "/modules/home") (settings.alias.modules.home or { }) (settings.modules.home or { });
      overlays = builtins.__symbol "overlays";
    });
in
lib
