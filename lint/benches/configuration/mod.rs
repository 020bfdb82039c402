//! A configuration to measure with: as many modules as wanted, written as people write them, always the same.

use speclint_lint::source::files::MemoryFiles;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The folder that the configuration seems to lie in.
pub(crate) const ROOT: &str = "/etc/nixos";
/// The file that the system starts from.
pub(crate) const ENTRY: &str = "/etc/nixos/configuration.nix";

/// What a module is about. `@` stands for its number, which keeps what several modules set apart.
const SUBJECTS: [&str; 5] = [
    r#"{ config, lib, pkgs, ... }:

let
  domain = "site@.example.org";
  port = 8000 + @;
in
{
  # A website with its service behind a proxy.
  services.nginx = {
    enable = true;
    recommendedProxySettings = true;
    virtualHosts.${domain} = {
      enableACME = true;
      forceSSL = true;
      locations."/".proxyPass = "http://127.0.0.1:${toString port}";
    };
  };
  security.acme.acceptTerms = true;
  networking.firewall.allowedTCPPorts = [ 80 443 port ];

  systemd.services."site@" = {
    description = "The site ${domain}";
    wantedBy = [ "multi-user.target" ];
    after = [ "network.target" ];
    environment.PORT = toString port;
    serviceConfig = {
      ExecStart = "${pkgs.hello}/bin/site --port ${toString port}";
      DynamicUser = true;
      Restart = "on-failure";
    };
  };
  services.fail2ban.enable = lib.mkDefault config.services.openssh.enable;
}
"#,
    r#"{ lib, pkgs, ... }:

with lib;

let
  people = [ "anna@" "ben@" "chloe@" ];
in
{
  # Users, each with the same shell and rights.
  users.users = genAttrs people (name: {
    isNormalUser = true;
    home = "/home/${name}";
    extraGroups = [ "audio" "video" ] ++ optional (hasPrefix "anna" name) "wheel";
  });
  users.groups."team@".members = people;

  programs.zsh.enable = true;
  programs.git.enable = mkDefault true;
  environment.variables."TEAM_@" = concatStringsSep "," people;
  environment.systemPackages = with pkgs; [ git htop ripgrep ];
}
"#,
    r#"{ config, lib, ... }:

let
  volumes = {
    "/srv/data@" = "data@";
    "/srv/media@" = "media@";
  };
in
{
  # Volumes and what keeps them safe.
  fileSystems = lib.mapAttrs (_: label: {
    device = "/dev/disk/by-label/${label}";
    fsType = "ext4";
    options = [ "noatime" "nofail" ];
  }) volumes;

  services.borgbackup.jobs."backup@" = lib.mkIf (config.specialisation != { }) {
    paths = builtins.attrNames volumes;
    repo = "/mnt/backup/@";
    encryption.mode = "none";
    startAt = "daily";
  };
  services.smartd.enable = lib.mkDefault true;
  boot.kernel.sysctl."vm.example@" = 10 + @;
}
"#,
    r#"{ config, lib, pkgs, ... }:

{
  # A desktop, where there is a screen.
  config = lib.mkMerge [
    {
      environment.etc."desktop@.conf".text = ''
        [desktop]
        number = @
        screen = ${lib.boolToString config.services.pipewire.enable}
      '';
      fonts.fontDir.enable = true;
      boot.kernelParams = [ "desktop@=1" ];
    }
    (lib.mkIf config.services.pipewire.enable {
      services.pipewire.alsa.enable = true;
      services.pipewire.pulse.enable = true;
      security.rtkit.enable = true;
      environment.systemPackages = [ pkgs.pavucontrol ];
      environment.sessionVariables."SCREEN_@" = "wayland";
    })
  ];
}
"#,
    r#"{ config, lib, pkgs, ... }:

let
  cfg = config.local.machine@;
in
{
  # An option of one's own, and what it does.
  options.local.machine@ = {
    enable = lib.mkEnableOption "the machine @";
    cores = lib.mkOption {
      type = lib.types.ints.positive;
      default = 4;
    };
    labels = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      default = { };
    };
  };

  config = {
    local.machine@ = {
      enable = true;
      labels = { rack = "r@"; row = "3"; };
    };
    nix.settings.max-jobs = lib.mkIf cfg.enable (lib.mkDefault cfg.cores);
    environment.etc."machine@".text =
      lib.concatStringsSep "\n" (lib.mapAttrsToList (name: value: "${name}=${value}") cfg.labels);
    networking.extraHosts = "10.0.0.@ machine@";
    systemd.tmpfiles.rules = [ "d /var/lib/machine@ 0755 root root -" ];
  };
}
"#,
];

/// What is in the entry, besides its imports.
const BASE: &str = r#"
  networking.hostName = "atlas";
  time.timeZone = "Europe/London";
  i18n.defaultLocale = "en_GB.UTF-8";
  boot.loader.systemd-boot.enable = true;
  boot.loader.efi.canTouchEfiVariables = true;
  boot.kernelModules = [ "kvm-amd" ];
  services.openssh.enable = true;
  services.xserver.enable = false;
  services.pipewire.enable = lib.mkDefault false;
  powerManagement.cpuFreqGovernor = lib.mkDefault "powersave";
  networking.networkmanager.enable = true;
  system.stateVersion = "25.11";
"#;

/// A configuration of `modules` modules, the entry among them, that defines as many specialisations in its entry. The first of
/// them contradicts [`CONFLICT`].
pub(crate) fn files(modules: usize, specialisations: usize) -> MemoryFiles {
    let mut files = BTreeMap::new();
    let mut entry = String::from("{ config, lib, pkgs, ... }:\n\n{\n  imports = [\n");
    for number in 1..modules {
        let name = format!("module-{number:02}.nix");
        let _ = writeln!(entry, "    ./{name}");
        let subject = SUBJECTS[number % SUBJECTS.len()];
        files.insert(format!("{ROOT}/{name}"), subject.replace('@', &number.to_string()));
    }
    entry.push_str("  ];\n");
    entry.push_str(BASE);
    for number in 1..=specialisations {
        let screen =
            if number == 1 { "services.xserver.enable = true;" } else { "services.pipewire.enable = true;" };
        let _ = write!(
            entry,
            "
  specialisation.variant-{number}.configuration = {{
    system.nixos.tags = [ \"variant-{number}\" ];
    {screen}
    powerManagement.cpuFreqGovernor = \"performance\";
    boot.kernelParams = [ \"variant={number}\" ];
    environment.systemPackages = [ pkgs.mangohud ];
  }};
"
        );
    }
    entry.push_str("}\n");
    files.insert(ENTRY.to_owned(), entry);
    MemoryFiles(files)
}
