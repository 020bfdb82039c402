//! Systems as they would be with edits. What was tried stays known, so that findings which share a mend share the work.

use super::{Db, DbHost, Entry, lowered, settings_for};
use crate::analysis::HostTexts;
use crate::eval::host::{FileKind, Host, ReadError, SourcePlace};
use crate::findings::Edit;
use crate::fix::{Edited, Fixer, apply};
use crate::nixos::entry;
use crate::rules::{self, Context};
use crate::settings::Settings;
use crate::syntax::hir::{self, Name};
use crate::syntax::lower;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

/// Edits, in order.
#[salsa::interned]
pub(crate) struct Edits<'db> {
    #[returns(ref)]
    list: Vec<Edit>,
}

/// A system as it would be with these edits; `None` if they do not fit, or leave a file that does not parse.
pub(crate) fn edited(db: &dyn Db, entry: Entry, edits: &[Edit]) -> Option<Arc<Edited>> {
    let mut edits = edits.to_vec();
    edits.sort();
    edited_by(db, entry, Edits::new(db, edits))
}

#[salsa::tracked(returns(clone), lru = 256)]
fn edited_by<'db>(db: &'db dyn Db, entry: Entry, edits: Edits<'db>) -> Option<Arc<Edited>> {
    let mut texts = HashMap::new();
    for (path, edits) in apply::by_file(edits.list(db)) {
        let contents = db.contents(path);
        let text = contents.text(db).as_ref().ok()?;
        let new = apply::edited(text, &edits)?;
        let file = lower(&new);
        let errors = lowered(db, contents).ok()?.errors.len();
        if file.errors.len() > errors {
            return None;
        }
        texts.insert(path.to_owned(), (Arc::from(new), Arc::new(file)));
    }
    let host = EditedHost { base: DbHost::new(db), texts };
    let former = db.record(entry);
    let system = entry::trial(&host, entry.start(db), entry.name(db), former.as_deref());
    let settings = settings_for(db, &entry.start(db).file());
    let alternatives = settings.as_deref().map(Settings::alternatives).unwrap_or_default();
    let context = Context {
        system: &system,
        texts: &HostTexts(&host),
        fixer: &Fixer::idle(),
        alternatives: &alternatives,
    };
    let findings = rules::check(&context);
    Some(Arc::new(Edited { system, findings }))
}

/// A host some of whose texts are edited.
struct EditedHost<'d> {
    base: DbHost<'d>,
    texts: HashMap<String, (Arc<str>, Arc<hir::File>)>,
}

impl Host for EditedHost<'_> {
    fn file(&self, path: &str) -> Result<Arc<hir::File>, ReadError> {
        self.texts.get(path).map_or_else(|| self.base.file(path), |(_, file)| Ok(file.clone()))
    }

    fn text(&self, path: &str) -> Result<Arc<str>, ReadError> {
        self.texts.get(path).map_or_else(|| self.base.text(path), |(text, _)| Ok(text.clone()))
    }

    fn kind(&self, path: &str) -> Option<FileKind> {
        self.base.kind(path)
    }

    fn entries(&self, path: &str) -> Result<Arc<[(Name, FileKind)]>, ReadError> {
        self.base.entries(path)
    }

    fn search(&self, name: &str) -> Option<String> {
        self.base.search(name)
    }

    fn kept(&self, name: &str, source: &SourcePlace) -> Option<&'static (dyn Any + Send + Sync)> {
        self.base.kept(name, source)
    }

    fn pause(&self) {
        self.base.pause();
    }
}
