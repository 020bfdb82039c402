//! Options as they are where a text was edited elsewhere: the same, but for the places of what stands behind the edit.

use super::walk::Unit;
use crate::nixos::difference::Difference;
use crate::nixos::model::{
    Cause, ConditionModel, DefinitionModel, DefinitionOfNixos, Misfit, Mixed, OptionModel, OptionPath, Place,
    Prediction, Read, Scope, Span, Specialisation, System, Trouble,
};
use rowan::TextRange;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock};

/// The files that were edited, by their numbers.
pub(super) type Edited<'d> = FxHashMap<u32, &'d Difference>;

/// What puts places where they are now.
pub(super) struct Mover<'d> {
    edited: &'d Edited<'d>,
    /// What has become of options, by where they are in memory: scopes share them.
    options: FxHashMap<*const OptionModel, Arc<OptionModel>>,
    /// Whether a place is not there any more.
    is_lost: bool,
}

impl<'d> Mover<'d> {
    /// What `moved` makes with it, unless a place is not there any more.
    pub(super) fn all<T>(edited: &'d Edited<'d>, moved: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let mut mover = Mover { edited, options: FxHashMap::default(), is_lost: false };
        let moved = moved(&mut mover);
        (!mover.is_lost).then_some(moved)
    }

    fn is_elsewhere(&self, file: u32) -> bool {
        self.edited.get(&file).is_some_and(|difference| !difference.in_place)
    }

    pub(super) fn range(&mut self, file: u32, range: &mut TextRange) {
        if let Some(difference) = self.edited.get(&file) {
            match difference.moved(*range) {
                Some(new) => *range = new,
                None => self.is_lost = true,
            }
        }
    }

    /// A unit with its places in the new texts.
    pub(super) fn unit(&mut self, unit: &Arc<Unit>) -> Arc<Unit> {
        if !unit.files.iter().any(|file| self.is_elsewhere(*file)) {
            return unit.clone();
        }
        let mut unit = Unit { inherited: OnceLock::new(), ..Unit::clone(unit) };
        unit.options.iter_mut().for_each(|(_, option)| *option = self.option(option));
        Arc::new(unit)
    }

    /// An option, likewise.
    fn option(&mut self, option: &Arc<OptionModel>) -> Arc<OptionModel> {
        let key = Arc::as_ptr(option);
        if let Some(known) = self.options.get(&key) {
            return known.clone();
        }
        let mut is_elsewhere = false;
        each_range(option, &mut |file, _| is_elsewhere |= self.is_elsewhere(file));
        let mut new = option.clone();
        if is_elsewhere {
            each_range_mut(Arc::make_mut(&mut new), &mut |file, range| self.range(file, range));
        }
        self.options.insert(key, new.clone());
        new
    }

    fn place(&mut self, place: &mut Place) {
        of_place_mut(place, &mut |file, range| self.range(file, range));
    }

    fn span(&mut self, span: &mut Span) {
        self.range(span.file, &mut span.range);
    }

    fn trouble(&mut self, Trouble { span, cause, .. }: &mut Trouble) {
        span.iter_mut().for_each(|span| self.span(span));
        match cause {
            Cause::Recursion(spans) => spans.iter_mut().for_each(|span| self.span(span)),
            Cause::Mixed(Mixed { top, settings, .. }) => {
                top.iter_mut().chain(settings).for_each(|place| self.place(place));
            }
            Cause::Other => {}
        }
    }

    fn scope(&mut self, scope: &mut Arc<Scope>) {
        let moved: Vec<Arc<OptionModel>> = scope.options.values().map(|option| self.option(option)).collect();
        let is_elsewhere = scope.options.values().zip(&moved).any(|(old, new)| !Arc::ptr_eq(old, new));
        // There are no more than a few of the others.
        if !is_elsewhere && scope.troubles.is_empty() && scope.intruders.is_empty() {
            return;
        }
        let Scope { options, troubles, intruders, .. } = Arc::make_mut(scope);
        options.values_mut().zip(moved).for_each(|(option, new)| *option = new);
        intruders.iter_mut().for_each(|option| *option = self.option(option));
        troubles.iter_mut().for_each(|trouble| self.trouble(trouble));
    }

    /// A system, likewise.
    pub(super) fn system(&mut self, system: &System) -> System {
        let mut system = system.clone();
        let System { parent, specialisations, named, .. } = &mut system;
        self.scope(parent);
        for Specialisation { places, scope, nested, .. } in specialisations {
            places.iter_mut().for_each(|place| self.place(place));
            self.scope(scope);
            nested.iter_mut().filter_map(|nested| nested.place.as_mut()).for_each(|place| self.place(place));
        }
        named.iter_mut().for_each(|(_, place)| self.place(place));
        system
    }
}

impl Unit {
    /// The unit with its places in the new texts; `None` if one of them is not there any more.
    pub(super) fn moved(self: &Arc<Self>, edited: &Edited<'_>) -> Option<Arc<Self>> {
        Mover::all(edited, |mover| mover.unit(self))
    }

    /// The unit where the modules have other numbers: these, by those that they had.
    pub(super) fn of_modules(self: &Arc<Self>, numbers: &[u32]) -> Arc<Self> {
        let mut unit = Unit::clone(self);
        unit.modules.iter_mut().for_each(|module| *module = numbers[*module as usize]);
        Arc::new(unit)
    }
}

/// The files in which places of options are.
pub(super) fn files_of(options: &[(OptionPath, Arc<OptionModel>)]) -> Vec<u32> {
    let mut files = Vec::new();
    for (_, option) in options {
        each_range(option, &mut |file, _| {
            if !files.contains(&file) {
                files.push(file);
            }
        });
    }
    files
}

/// Functions that go through every place of something, to look at it or to change it.
macro_rules! each_range {
    ($each:ident, $of_read:ident, $of_place:ident, $of_span:ident, $($mut:ident)?) => {
        /// Every place in an option.
        fn $each(option: &$($mut)? OptionModel, f: &mut dyn FnMut(u32, &$($mut)? TextRange)) {
            let OptionModel { prediction, definitions, declaration, reads, .. } = option;
            if let Prediction::Recursion(spans) = prediction {
                for span in spans {
                    $of_span(span, f);
                }
            }
            if let Some(place) = declaration {
                $of_place(place, f);
            }
            for read in reads {
                $of_read(read, f);
            }
            for definition in definitions {
                let DefinitionModel { place, expression, conditions, reads, misfits, of_nixos, .. } = definition;
                if let Some(place) = place {
                    $of_place(place, f);
                }
                if let Some(span) = expression {
                    $of_span(span, f);
                }
                for ConditionModel { span, guard, reads, .. } in conditions {
                    if let Some(span) = span {
                        $of_span(span, f);
                    }
                    if let Some((_, span)) = guard {
                        $of_span(span, f);
                    }
                    for read in reads {
                        $of_read(read, f);
                    }
                }
                for read in reads {
                    $of_read(read, f);
                }
                for Misfit { span, .. } in misfits {
                    if let Some(span) = span {
                        $of_span(span, f);
                    }
                }
                if let Some(DefinitionOfNixos { because, .. }) = of_nixos {
                    for (place, _) in because {
                        $of_place(place, f);
                    }
                }
            }
        }

        fn $of_read(read: &$($mut)? Read, f: &mut dyn FnMut(u32, &$($mut)? TextRange)) {
            if let Some((_, span)) = &$($mut)? read.missing {
                $of_span(span, f);
            }
        }

        fn $of_place(place: &$($mut)? Place, f: &mut dyn FnMut(u32, &$($mut)? TextRange)) {
            f(place.file, &$($mut)? place.range);
            f(place.file, &$($mut)? place.path);
            f(place.file, &$($mut)? place.value);
        }

        fn $of_span(span: &$($mut)? Span, f: &mut dyn FnMut(u32, &$($mut)? TextRange)) {
            f(span.file, &$($mut)? span.range);
        }
    };
}

each_range!(each_range, of_read, of_place, of_span,);
each_range!(each_range_mut, of_read_mut, of_place_mut, of_span_mut, mut);
