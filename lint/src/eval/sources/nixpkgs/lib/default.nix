# nixpkgs' `lib` is the prelude, whatever nixpkgs it is of.
import "/«speclint»/lib/default.nix"
