{ lib, ... }:

{
  specialisation.tv.configuration = {
    system.nixos.tags = [ "tv" ];
    environment.etc."specialisation".text = "tv";

    /* 🎮 電視 é */ services.xserver.enable = true;
    hardware.bluetooth.enable = lib.mkForce true;
  };

  specialisation.gaming.configuration = {
    system.nixos.tags = [ "gaming" ];
    environment.etc."specialisation".text = "gaming";

    /* 🎮 */ boot.loader.timeout = 0;
  };
}
