//! The modules of a former evaluation, and which of them are still there.

use super::definitions::place;
use super::moved::{Edited, Mover};
use crate::eval::Eval;
use crate::nixos::system::{Module, ModuleOrigin};
use crate::syntax::hir::Name;
use rowan::TextRange;
use std::sync::Arc;

/// A module, as far as another one may be it.
#[derive(Clone)]
pub(super) struct KnownModule {
    file: Box<str>,
    key: Box<str>,
    pub(super) origin: ModuleOrigin,
    /// The file that it is part of, and whether it is all of it.
    pub(super) within: Option<(Box<str>, bool)>,
    /// Where the definition stands that it is, or is part of: the file's number, and the binding.
    place: Option<(u32, TextRange)>,
    parts: (usize, bool, bool),
    /// The options that it declares, if all of them are known.
    pub(super) declared: Option<Vec<Vec<Name>>>,
}

impl KnownModule {
    /// What is kept of a module; what it declares is still to be found out.
    pub(super) fn of(ev: &Eval<'_>, module: &Module) -> Self {
        KnownModule {
            file: (&*module.file).into(),
            key: (&*module.key).into(),
            origin: module.origin,
            within: module.within.as_ref().map(|within| ((&*within.file).into(), within.whole)),
            place: written(ev, module),
            parts: parts(module),
            declared: None,
        }
    }

    /// Whether a module takes the same place among those of a scope.
    pub(super) fn is_like(&self, module: &Module) -> bool {
        *self.key == *module.key && self.looks_like(module)
    }

    /// Whether a module is the same but for what it is called.
    fn looks_like(&self, module: &Module) -> bool {
        let within = module.within.as_ref().map(|within| (&*within.file, within.whole));
        *self.file == *module.file
            && self.origin == module.origin
            && self.within.as_ref().map(|(file, whole)| (&**file, *whole)) == within
            && self.parts == parts(module)
    }

    /// The same with its place in new texts.
    pub(super) fn moved(self: &Arc<Self>, mover: &mut Mover<'_>) -> Arc<Self> {
        let mut module = self.clone();
        if let Some((file, mut range)) = module.place {
            mover.range(file, &mut range);
            if module.place != Some((file, range)) {
                Arc::make_mut(&mut module).place = Some((file, range));
            }
        }
        module
    }

    /// Where the definition stands now that it is, if one is and it is still there.
    fn place(&self, edited: &Edited<'_>) -> Option<(u32, TextRange)> {
        let (file, range) = self.place?;
        match edited.get(&file) {
            Some(difference) => Some((file, difference.moved(range)?)),
            None => Some((file, range)),
        }
    }
}

/// Which of the modules that there were each of these is, by its number; `None` if one of them is gone, if they are in another order, or
/// if that is not to be told.
pub(super) fn former(
    ev: &Eval<'_>,
    known: &[Arc<KnownModule>],
    modules: &[Module],
    edited: &Edited<'_>,
) -> Option<Vec<Option<u32>>> {
    if known.len() == modules.len() && known.iter().zip(modules).all(|(known, module)| known.is_like(module))
    {
        return Some((0..known.len() as u32).map(Some).collect());
    }
    // Modules that are definitions are called by their numbers, which are others as soon as there is another one; they are where they
    // are written.
    let mut places = Vec::new();
    for known in known.iter().filter(|known| known.place.is_some()) {
        places.push(known.place(edited)?);
    }
    let mut left = (0..).zip(known).peekable();
    let mut former = Vec::with_capacity(modules.len());
    for module in modules {
        let now = written(ev, module);
        let is_it = |known: &KnownModule| match known.place {
            Some(_) => {
                known.place(edited) == now
                    && within_definition(&known.key) == within_definition(&module.key)
                    && known.looks_like(module)
            }
            None => known.is_like(module),
        };
        let found = left.next_if(|(_, known)| is_it(known)).map(|(i, _)| i);
        // One that is made in the same place might be any of those.
        if found.is_none() && now.is_some_and(|now| places.contains(&now)) {
            return None;
        }
        former.push(found);
    }
    left.next().is_none().then_some(former)
}

/// The part of a module's key that says where in the definition it stands which it is part of.
fn within_definition(key: &str) -> &str {
    key.strip_prefix(":anon-").map_or(key, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

/// Where the definition stands that a module is part of.
fn written(ev: &Eval<'_>, module: &Module) -> Option<(u32, TextRange)> {
    let place = place(ev, module.place?)?;
    Some((place.file, place.range))
}

/// What a module consists of.
fn parts(module: &Module) -> (usize, bool, bool) {
    (module.config.len(), module.options.is_some(), module.freeform.is_some())
}
