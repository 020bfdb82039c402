//! Places in files as Nix tells them: `__curPos` and `builtins.unsafeGetAttrPos`.

use super::machine::Eval;
use super::value::*;
use crate::syntax::hir::Name;
use rowan::TextRange;

impl Eval<'_> {
    /// The set `{ file, line, column }` for the start of `range`.
    pub(super) fn position(&mut self, unit: u32, range: TextRange) -> Res {
        let path = self.units()[unit as usize].path.clone();
        self.charge_text(usize::from(range.start()))?;
        let [line, column] = match self.host.text(&path) {
            Ok(text) => {
                let before = text.get(..usize::from(range.start())).unwrap_or(&text);
                let line = before.matches('\n').count() + 1;
                let column = before.len() - before.rfind('\n').map_or(0, |i| i + 1) + 1;
                [line, column].map(|n| self.ready(Value::Int(n as i64)))
            }
            // The program's own files are not where they seem to be.
            Err(error) => [(); 2].map(|()| self.stopped(Stop::unknown_kind(error.to_string(), Kinds::INT))),
        };
        let file = self.ready(Value::str(&path));
        let entries = [("file", file), ("line", line), ("column", column)];
        Ok(Value::attrs(entries.map(|(name, value)| (Name::new_static(name), Attr::anonymous(value))).into()))
    }
}
