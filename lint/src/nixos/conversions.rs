//! How NixOS converts values, for those options of the table whose type says that they are converted: the description names only
//! the two types, but for these pairs all options convert alike.

use super::types::{StrRule, Type};
use crate::eval::{Attr, Coerce, Eval, List, Res, Stop, ThunkId, Value};
use crate::syntax::hir::Name;
use std::rc::Rc;

/// A value of the type `from` made one of `to`; `None` where it is not known how.
pub(super) fn convert(ev: &mut Eval<'_>, from: &Type, to: &Type, value: ThunkId) -> Option<ThunkId> {
    Some(match (from, to) {
        // `boot.supportedFilesystems`
        (Type::ListOf { elem, .. }, Type::AttrsOf { elem: to, .. })
            if is_str(elem) && matches!(**to, Type::Bool) =>
        {
            ev.lazy(move |ev| all_true(ev, value))
        }
        // `xdg.mime.defaultApplications`, `xdg.portal.config`
        (Type::Either(list, one), to) if is_list_of_str(list) && is_str(one) && is_str(to) => {
            ev.lazy(move |ev| joined(ev, value))
        }
        // Home Manager's `xdg.mimeApps`
        (Type::Either(list, one), to) if is_list_of_str(list) && is_str(one) && is_list_of_str(to) => ev
            .lazy(move |ev| match ev.force(value)? {
                list @ Value::List(_) => Ok(list),
                _ => Ok(Value::list(vec![value])),
            }),
        // Home Manager's `xdg.userDirs`
        (Type::Path { .. }, to) if is_str(to) => ev.lazy(move |ev| {
            let path = ev.force(value)?;
            ev.coerce(path, Coerce::ToString).map(Value::Str)
        }),
        // One instead of several.
        (_, Type::ListOf { elem, .. }) if from.describe() == elem.describe() => {
            ev.ready(Value::list(vec![value]))
        }
        _ => return None,
    })
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Str(StrRule::Any))
}

fn is_list_of_str(ty: &Type) -> bool {
    matches!(ty, Type::ListOf { elem, .. } if is_str(elem))
}

fn items(ev: &mut Eval<'_>, list: ThunkId) -> Res<Rc<List>> {
    let list = ev.force(list);
    let list = ev.as_list(list)?;
    match &list.open {
        Some(why) => Err(Stop::Unknown(why.clone()).of_any_kind()),
        None => Ok(list),
    }
}

/// A set in which each of the names is true.
fn all_true(ev: &mut Eval<'_>, names: ThunkId) -> Res {
    let mut entries = Vec::new();
    for item in &items(ev, names)?.items {
        let name = ev.force(*item).map_err(Stop::of_any_kind)?;
        let name = ev.coerce(name, Coerce::Interpolate)?;
        entries.push((Name::new(&name.text), Attr::anonymous(ev.ready(Value::Bool(true)))));
    }
    Ok(Value::attrs(entries))
}

/// The strings of a list with semicolons between them; a single string as it is.
fn joined(ev: &mut Eval<'_>, value: ThunkId) -> Res {
    match ev.force(value)? {
        Value::List(_) => {
            let separator = ev.ready(Value::str(";"));
            ev.call_builtin("concatStringsSep", &[separator, value])
        }
        single => Ok(single),
    }
}
