//! Places in files as Nix tells them: `__curPos` and `builtins.unsafeGetAttrPos`.

use super::machine::Eval;
use super::value::*;
use crate::syntax::hir::Name;
use rowan::TextRange;

impl Eval<'_> {
    /// The set `{ file, line, column }` for the start of `range`.
    pub(super) fn position(&mut self, unit: u32, range: TextRange) -> Res {
        let path = self.units()[unit as usize].path.clone();
        let text = self.host.text(&path).map_err(|e| Stop::unknown(e.to_string()))?;
        self.charge_text(usize::from(range.start()))?;
        let before = text.get(..usize::from(range.start())).unwrap_or(&text);
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |i| i + 1) + 1;
        let mut entries = Vec::new();
        for (name, value) in [
            ("file", Value::str(&path)),
            ("line", Value::Int(line as i64)),
            ("column", Value::Int(column as i64)),
        ] {
            let value = self.ready(value);
            entries.push((Name::new_static(name), Attr::anonymous(value)));
        }
        Ok(Value::attrs(entries))
    }
}
