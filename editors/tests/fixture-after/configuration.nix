# A machine in the living room. Characters of every width stand before what is found: é is two bytes, 電 three, 🎮 four.
{ config, lib, pkgs, ... }:

{
  imports = [ ./specialisations.nix ];

  networking.hostName = "salon";
  boot.loader.timeout = lib.mkDefault 3;

  /* 電視 🎮 é */ services.xserver.enable = lib.mkDefault false;
  services.openssh.enable = true;
  hardware.bluetooth.enable = false;

  environment.systemPackages = [ pkgs.git ];
}
