//! Builtins that compute hashes.

use super::Builtin;
use super::nix32;
use crate::eval::coerce::TEXT_PER_STEP;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::value::*;
use sha2::Digest;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "convertHash", arity: 1, kinds: Kinds::STRING, run: convert_hash },
    Builtin { name: "hashFile", arity: 2, kinds: Kinds::STRING, run: hash_file },
    Builtin { name: "hashString", arity: 2, kinds: Kinds::STRING, run: hash_string },
    Builtin { name: "placeholder", arity: 1, kinds: Kinds::STRING, run: placeholder },
    Builtin { name: "toFile", arity: 2, kinds: Kinds::STRING, run: to_file },
];

/// A hash function that Nix has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    const ALL: [Algorithm; 4] = [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512];

    fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "md5",
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
        }
    }

    /// How many bytes a hash has.
    fn size(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        }
    }

    fn named(name: &str) -> Res<Algorithm> {
        if name == "blake3" {
            return Err(Stop::unknown("`blake3` is an experimental feature of Nix"));
        }
        let found = Algorithm::ALL.into_iter().find(|a| a.name() == name);
        found.ok_or_else(|| Stop::fail(format!("unknown hash algorithm '{name}'")))
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Md5 => md5::Md5::digest(bytes).to_vec(),
            Algorithm::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Algorithm::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Algorithm::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
        }
    }
}

fn hash(ev: &mut Eval<'_>, algorithm: Algorithm, text: &str) -> Res {
    ev.charge(1 + text.len() as u64 / TEXT_PER_STEP)?;
    Ok(Value::str(&nix32::hex(&algorithm.digest(text.as_bytes()))))
}

fn hash_string(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let algorithm = Algorithm::named(&ev.want_text(args[0])?)?;
    let text = ev.want_text(args[1])?;
    hash(ev, algorithm, &text)
}

fn hash_file(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let algorithm = Algorithm::named(&ev.want_text(args[0])?)?;
    let path = ev.want_path(args[1])?;
    let text = ev.read(&path)?;
    hash(ev, algorithm, &text)
}

/// What stands for an output's path in a build: a hash of the output's name.
fn placeholder(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let output = ev.want_text(args[0])?;
    let digest = Algorithm::Sha256.digest(format!("nix-output:{output}").as_bytes());
    Ok(Value::str(&format!("/{}", nix32::encode(&digest))))
}

/// The store path of a text follows from the text alone, as long as that refers to no other store path.
fn to_file(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let name = ev.want_text(args[0])?;
    let text = ev.want_text(args[1])?;
    let valid = !name.is_empty()
        && name.len() <= 211
        && !matches!(name.split('-').next(), Some("." | ".."))
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._?=".contains(&b));
    if !valid {
        return Err(Stop::fail(format!("the name '{name}' is not valid in the Nix store")));
    }
    if text.contains(STORE_FOLDER) {
        return Err(Stop::unknown("whether a text refers to the Nix store is not known"));
    }
    ev.charge(1 + text.len() as u64 / TEXT_PER_STEP)?;
    Ok(Value::str(&store_path("text", &Algorithm::Sha256.digest(text.as_bytes()), &name)))
}

/// The store path of something of a kind, with a SHA-256 hash of its content.
fn store_path(kind: &str, content: &[u8], name: &str) -> String {
    let content = nix32::hex(content);
    let digest = Algorithm::Sha256.digest(format!("{kind}:sha256:{content}:/nix/store:{name}").as_bytes());
    // Store paths have 160 bits of the hash: the rest is folded onto them.
    let mut folded = [0u8; 20];
    for (i, byte) in digest.iter().enumerate() {
        folded[i % 20] ^= byte;
    }
    format!("{STORE_FOLDER}{}-{name}", nix32::encode(&folded))
}

/// The store path of a source whose archive has this hash, as `flake.lock` notes it (`narHash`): a fixed-output path that is
/// called `source`. `None` if it is no SHA-256 hash.
pub fn source_path(hash: &str) -> Option<String> {
    let bytes = match hash.strip_prefix("sha256-") {
        Some(base64) => nix32::unbase64(base64)?,
        None => {
            let digits = hash.strip_prefix("sha256:").unwrap_or(hash);
            if digits.len() == 64 { nix32::unhex(digits)? } else { nix32::decode(digits, 32)? }
        }
    };
    (bytes.len() == 32).then(|| store_path("source", &bytes, "source"))
}

/// The folder of Nix' store, with a slash.
pub(super) const STORE_FOLDER: &str = "/nix/store/";

fn convert_hash(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let set = ev.want_attrs(args[0])?;
    let text = ev.want_attr(&set, "hash")?;
    let text = ev.want_text(text)?;
    let format = ev.want_attr(&set, "toHashFormat")?;
    let format = ev.want_text(format)?;
    let wanted = match ev.attr(&set, &crate::syntax::hir::Name::new_static("hashAlgo"))? {
        Some(attr) => Some(Algorithm::named(&ev.want_text(attr.value)?)?),
        None => None,
    };
    let invalid = |why: &str| Stop::fail(format!("hash '{text}' {why}"));
    // `sha256:…` in any notation, `sha256-…` in base 64, or the bare hash.
    let (named, rest, sri) = match text.split_once([':', '-']) {
        Some((name, rest)) => (Some(Algorithm::named(name)?), rest, text[name.len()..].starts_with('-')),
        None => (None, &*text, false),
    };
    let algorithm = match (named, wanted) {
        (Some(a), Some(b)) if a != b => return Err(invalid("is of another algorithm than `hashAlgo` says")),
        (Some(a), _) | (None, Some(a)) => a,
        (None, None) => return Err(invalid("does not say of which algorithm it is")),
    };
    let size = algorithm.size();
    let bytes = if sri || rest.len() == size.div_ceil(3) * 4 {
        nix32::unbase64(rest).filter(|bytes| bytes.len() == size)
    } else if rest.len() == size * 2 {
        nix32::unhex(rest)
    } else {
        nix32::decode(rest, size)
    };
    let bytes = bytes.ok_or_else(|| invalid("is not valid for its algorithm"))?;
    Ok(Value::str(&match &*format {
        "base16" => nix32::hex(&bytes),
        "nix32" | "base32" => nix32::encode(&bytes),
        "base64" => nix32::base64(&bytes),
        "sri" => format!("{}-{}", algorithm.name(), nix32::base64(&bytes)),
        other => return Err(Stop::fail(format!("unknown hash format '{other}'"))),
    }))
}
