lib: lib.extend (final: _: { hm = import ./hm.nix { lib = final; }; })
