{
  outputs = { self, ... }:
    let
      plain = import ./lib;
      # Its systems have the options of this source, and of no other.
      own = final: _: {
        nixosSystem = arguments: import ./nixos/lib/eval-config.nix ({ lib = final; system = null; } // arguments);
      };
      lib = plain // own lib plain // {
        extend = overlay: plain.extend (plain.composeExtensions own overlay);
      };
    in
    {
      inherit lib;
      legacyPackages = builtins.__everyAttr (system:
        import ./packages.nix { name = "${self._name}.legacyPackages.${system}"; inherit system; });
      nixosModules = {
        notDetected = ./nixos/modules/installer/scan/not-detected.nix;
        readOnlyPkgs = ./nixos/modules/misc/nixpkgs/read-only.nix;
      };
    };
}
