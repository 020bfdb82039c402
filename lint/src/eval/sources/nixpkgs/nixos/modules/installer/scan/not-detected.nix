# What `nixos-generate-config` imports into every hardware-configuration.nix.
{ lib, ... }:
{
  hardware.enableRedistributableFirmware = lib.mkDefault true;
}
