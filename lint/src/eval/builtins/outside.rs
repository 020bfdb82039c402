//! What only the machine knows that runs Nix: the network, the environment, the clock, its store.

use super::Builtin;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;

/// A builtin whose result comes from outside: its name, how many arguments it has, what it yields, and why that is not known.
macro_rules! outside {
    ($($name:literal $arity:literal $kinds:ident $why:literal)*) => {
        &[$(Builtin {
            name: $name,
            arity: $arity,
            kinds: Kinds::$kinds,
            run: |ev, args| from_outside(ev, args, concat!("`", $name, "` ", $why), Kinds::$kinds),
        }),*]
    };
}

pub(super) const TABLE: &[Builtin] = outside! {
    "fetchClosure" 1 STRING "needs the network"
    "fetchGit" 1 SET "needs the network"
    "fetchMercurial" 1 SET "needs the network"
    "fetchTarball" 1 STRING "needs the network"
    "fetchTree" 1 SET "needs the network"
    "fetchurl" 1 STRING "needs the network"
    "getEnv" 1 STRING "reads the environment of Nix"
    "getFlake" 1 SET "needs the network"
    "outputOf" 2 STRING "needs a derivation to be built"
    "storePath" 1 STRING "needs the Nix store"
};

/// The constants that come from outside, with their kinds and why they are not known.
pub(super) const CONSTANTS: &[(&str, Kinds, &str)] = &[
    ("currentSystem", Kinds::STRING, "`currentSystem` is the system that runs Nix"),
    ("currentTime", Kinds::INT, "`currentTime` is the time at which Nix runs"),
    ("nixPath", Kinds::LIST, "`nixPath` is set where Nix runs"),
    ("nixVersion", Kinds::STRING, "`nixVersion` is the version of the Nix that runs"),
];

/// Unknown, unless the argument stops with an error.
fn from_outside(ev: &mut Eval<'_>, args: &[ThunkId], why: &'static str, kinds: Kinds) -> Res {
    match ev.force(args[0]) {
        Err(stop @ Stop::Error(_)) => Err(stop),
        _ => Err(Stop::unknown_kind(why, kinds)),
    }
}
