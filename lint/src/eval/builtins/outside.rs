//! What only the machine knows that runs Nix: the network, the environment, the clock, its store.

use super::{Builtin, hashes};
use crate::eval::heap::ThunkId;
use crate::eval::host::SourcePlace;
use crate::eval::machine::Eval;
use crate::eval::sources;
use crate::eval::value::*;
use crate::syntax::hir::Name;
use std::rc::Rc;

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
    "fetchMercurial" 1 SET "needs the network"
    "fetchurl" 1 STRING "needs the network"
    "getFlake" 1 SET "needs the network"
    "outputOf" 2 STRING "needs a derivation to be built"
    "storePath" 1 STRING "needs the Nix store"
};

/// Sources, which may be at hand or well known, and the environment.
pub(super) const SOURCES: &[Builtin] = &[
    Builtin { name: "fetchGit", arity: 1, kinds: Kinds::SET, run: fetch_tree },
    Builtin { name: "fetchTarball", arity: 1, kinds: Kinds::STRING, run: fetch_tarball },
    Builtin { name: "fetchTree", arity: 1, kinds: Kinds::SET, run: fetch_tree },
    Builtin { name: "getEnv", arity: 1, kinds: Kinds::STRING, run: get_env },
];

/// Whoever sets these overrides a pin for a moment; a configuration is judged without them.
const OVERRIDES: &str = "NPINS_OVERRIDE_";

fn get_env(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    match ev.want_text(args[0]) {
        Ok(name) if name.starts_with(OVERRIDES) => Ok(Value::str("")),
        Err(stop @ Stop::Error(_)) => Err(stop),
        _ => Err(Stop::unknown_kind("`getEnv` reads the environment of Nix", Kinds::STRING)),
    }
}

fn fetch_tarball(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    match fetched(ev, args[0])? {
        Some(folder) => Ok(Value::Str(folder)),
        None => Err(Stop::unknown_kind("`fetchTarball` needs the network", Kinds::STRING)),
    }
}

fn fetch_tree(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let why: Rc<str> = "what is fetched needs the network".into();
    match fetched(ev, args[0])? {
        Some(folder) => {
            let folder = ev.ready(Value::Str(folder));
            let rest = Rest::Open(Rc::new(Unknown { reason: why, kinds: Kinds::ANY }));
            let entries = vec![(Name::new_static("outPath"), Attr::anonymous(folder))];
            Ok(Value::Attrs(Rc::new(Attrs { entries, rest })))
        }
        None => Err(Stop::unknown_kind(why, Kinds::SET)),
    }
}

/// The folder of a source that is in the store, or well known: by its hash or its URL.
fn fetched(ev: &mut Eval<'_>, argument: ThunkId) -> Res<Option<Str>> {
    let (url, hash) = match ev.force(argument) {
        Ok(Value::Str(url)) => (Some(url.text), None),
        Ok(Value::Attrs(set)) => {
            let mut text = |name: &str| {
                let value = set.known(name).map(|attr| ev.force(attr.value));
                match value {
                    Some(Ok(Value::Str(text))) if !text.stand_in => Ok(Some(text.text)),
                    Some(Err(stop @ Stop::Error(_))) => Err(stop),
                    _ => Ok(None),
                }
            };
            let hash = match text("narHash")? {
                Some(hash) => Some(hash),
                None => text("sha256")?,
            };
            let url = match (text("url")?, text("owner")?, text("repo")?) {
                (Some(url), _, _) => Some(url),
                (None, Some(owner), Some(repo)) => Some(format!("github:{owner}/{repo}").into()),
                _ => None,
            };
            (url, hash)
        }
        Err(stop @ Stop::Error(_)) => return Err(stop),
        _ => (None, None),
    };
    let at = hash.as_deref().and_then(hashes::source_path).filter(|path| ev.host.kind(path).is_some());
    let kind = url.as_deref().and_then(sources::identify);
    Ok(match (kind, url, at) {
        (Some(kind), Some(url), at) => {
            // Another version is another source.
            let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
            let text: Rc<str> = sources::root(kind, &url.chars().map(plain).collect::<String>()).into();
            let place = at.map_or(SourcePlace::Elsewhere, SourcePlace::Folder);
            ev.place_source(text.clone(), place);
            Some(Str { text, stand_in: true })
        }
        (_, _, Some(path)) => Some(Str::new(&path)),
        _ => None,
    })
}

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
