//! Builtins about strings and the names in paths.

use super::Builtin;
use crate::eval::coerce::Coerce;
use crate::eval::heap::ThunkId;
use crate::eval::machine::Eval;
use crate::eval::paths;
use crate::eval::value::*;

pub(super) const TABLE: &[Builtin] = &[
    Builtin { name: "baseNameOf", arity: 1, kinds: Kinds::STRING, run: base_name_of },
    Builtin { name: "concatStringsSep", arity: 2, kinds: Kinds::STRING, run: concat_strings_sep },
    Builtin { name: "dirOf", arity: 1, kinds: Kinds(Kinds::STRING.0 | Kinds::PATH.0), run: dir_of },
    Builtin { name: "stringLength", arity: 1, kinds: Kinds::INT, run: string_length },
    Builtin { name: "substring", arity: 3, kinds: Kinds::STRING, run: substring },
    Builtin { name: "toString", arity: 1, kinds: Kinds::STRING, run: to_string },
];

fn to_string(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let value = ev.force(args[0])?;
    ev.coerce(value, Coerce::ToString).map(Value::Str)
}

fn string_length(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let text = ev.want_coerced(args[0])?;
    Ok(Value::Int(text.len() as i64))
}

fn substring(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let start = ev.want_int(args[0])?;
    let Ok(start) = usize::try_from(start) else {
        return Err(Stop::fail("negative start position in `substring`"));
    };
    let length = ev.want_int(args[1])?;
    let value = ev.force(args[2]);
    let text = value.and_then(|value| ev.coerce(value, Coerce::Interpolate));
    if length == 0 {
        // nixpkgs' `lib` takes nothing of a string in order to get at its context.
        return match text {
            Err(stop @ Stop::Error(_)) => Err(stop),
            _ => Ok(Value::str("")),
        };
    }
    let text = super::exact(text?)?;
    if start >= text.len() {
        return Ok(Value::str(""));
    }
    let end = match usize::try_from(length) {
        Ok(length) => start.saturating_add(length).min(text.len()),
        // A negative length means all there is.
        Err(_) => text.len(),
    };
    ev.charge_text(end - start)?;
    match text.get(start..end) {
        Some(part) => Ok(Value::str(part)),
        None => Err(Stop::unknown_kind(
            "a part of a string that begins or ends inside a character",
            Kinds::STRING,
        )),
    }
}

fn concat_strings_sep(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let list = ev.want_list(args[1])?;
    // Between fewer than two strings there is no separator.
    let separator = match ev.want_str(args[0]) {
        Err(Stop::Unknown(_)) if list.items.len() < 2 && list.open.is_none() => Str::new(""),
        result => result?,
    };
    if let Some(why) = &list.open {
        return Err(Stop::Unknown(why.clone()));
    }
    let mut text = String::new();
    let mut stand_in = false;
    for (i, item) in list.items.iter().enumerate() {
        let value = ev.force(*item)?;
        let part = ev.coerce(value, Coerce::Interpolate)?;
        ev.charge_text(32 + separator.text.len() + part.text.len())?;
        if i > 0 {
            text.push_str(&separator.text);
            stand_in |= separator.stand_in;
        }
        text.push_str(&part.text);
        stand_in |= part.stand_in;
    }
    Ok(Value::Str(Str { text: text.into(), stand_in }))
}

/// The part of a text with stand-ins that certainly is as it stands: what follows the last `»/`.
/// Where a file of the configuration is copied to in the store cannot be seen in the text.
fn below_store_path(text: &str) -> Option<usize> {
    let end = text.rfind('»')? + '»'.len_utf8();
    text[end..].starts_with('/').then_some(end)
}

fn base_name_of(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let value = ev.force(args[0])?;
    let s = ev.coerce(value, Coerce::PathPart)?;
    if s.stand_in && below_store_path(&s.text).is_none() {
        return super::exact(s).map(|text| Value::str(&text));
    }
    ev.charge_text(s.text.len())?;
    Ok(Value::str(paths::base_name(&s.text)))
}

fn dir_of(ev: &mut Eval<'_>, args: &[ThunkId]) -> Res {
    let value = ev.force(args[0])?;
    if let Value::Path(path) = &value {
        return Ok(Value::Path(paths::parent(path).into()));
    }
    let s = ev.coerce(value, Coerce::PathPart)?;
    if s.stand_in && below_store_path(&s.text).is_none() {
        return super::exact(s).map(|text| Value::str(&text));
    }
    ev.charge_text(s.text.len())?;
    let folder = match s.text.rfind('/') {
        None => ".",
        Some(0) => "/",
        Some(i) => &s.text[..i],
    };
    Ok(Value::Str(Str { text: folder.into(), stand_in: s.stand_in }))
}
