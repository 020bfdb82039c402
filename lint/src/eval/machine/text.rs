//! Strings and paths with interpolations.

use super::{Eval, Unit};
use crate::eval::coerce::Coerce;
use crate::eval::heap::FrameId;
use crate::eval::value::*;
use crate::eval::{paths, sources};
use crate::syntax::hir::{ExprId, Part, PathKind};
use std::rc::Rc;

impl Eval<'_> {
    /// A string's value.
    pub(super) fn interpolate(&mut self, unit: &Rc<Unit>, parts: &[Part], frame: FrameId) -> Res {
        let mut text = String::new();
        let mut stand_in = false;
        for part in parts {
            match part {
                Part::Text(t) => text.push_str(t),
                Part::Interpolation(e) => {
                    let value = self
                        .interpolation(unit, *e, frame, Coerce::Interpolate)
                        .map_err(|s| s.yielding(Kinds::STRING))?;
                    self.charge_text(value.text.len())?;
                    text.push_str(&value.text);
                    stand_in |= value.stand_in;
                }
            }
        }
        Ok(Value::Str(Str { text: text.into(), stand_in }))
    }

    /// The text of an interpolation.
    fn interpolation(&mut self, unit: &Rc<Unit>, expr: ExprId, frame: FrameId, how: Coerce) -> Res<Str> {
        self.deeper(|ev| {
            let value = ev.eval(unit, expr, frame)?;
            ev.coerce(value, how)
        })
    }

    /// A path's value.
    pub(super) fn path_literal(
        &mut self,
        unit: &Rc<Unit>,
        kind: PathKind,
        parts: &[Part],
        frame: FrameId,
    ) -> Res {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(t) => text.push_str(t),
                Part::Interpolation(e) => {
                    let value = self
                        .interpolation(unit, *e, frame, Coerce::PathPart)
                        .map_err(|s| s.yielding(Kinds::PATH))?;
                    if value.stand_in {
                        return Err(Stop::unknown_kind("the path contains a store path", Kinds::PATH));
                    }
                    text.push_str(&value.text);
                }
            }
        }
        match kind {
            PathKind::Absolute => Ok(Value::Path(paths::normalise(&text).into())),
            PathKind::Relative => {
                let folder = paths::parent(&unit.path);
                Ok(Value::Path(paths::normalise(&format!("{folder}/{text}")).into()))
            }
            PathKind::Home => Err(Stop::unknown_kind("the home folder is not known", Kinds::PATH)),
            PathKind::Search => self.search_path(&text),
        }
    }

    /// What `<name>` means.
    pub(in crate::eval) fn search_path(&mut self, name: &str) -> Res {
        // Where a well-known source is at hand it is read from there, but for what is written down of it.
        let found = sources::searched(name).or_else(|| self.host.search(name));
        Ok(match found {
            Some(path) => Value::Path(path.into()),
            None => Value::Symbol(format!("<{name}>").into()),
        })
    }
}
