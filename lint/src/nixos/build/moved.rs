//! Options as they are where a text was edited elsewhere: the same, but for the places of what stands behind the edit.

use super::walk::Unit;
use crate::nixos::difference::Difference;
use crate::nixos::model::{ConditionModel, DefinitionModel, OptionModel, Place, Prediction, Read, Span};
use rowan::TextRange;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The files that were edited, by their numbers.
pub(super) type Edited<'d> = FxHashMap<u32, &'d Difference>;

impl Unit {
    /// The unit with its places in the new texts; `None` if one of them is not there any more.
    pub(super) fn moved(self: &Arc<Self>, edited: &Edited<'_>) -> Option<Arc<Self>> {
        let is_elsewhere = |file: &u32| edited.get(file).is_some_and(|difference| !difference.in_place);
        if !self.files.iter().any(is_elsewhere) {
            return Some(self.clone());
        }
        let mut unit = Unit::clone(self);
        let mut all = true;
        for (_, option) in &mut unit.options {
            each_range(Arc::make_mut(option), &mut |file, range| {
                if let Some(difference) = edited.get(&file) {
                    match difference.moved(*range) {
                        Some(new) => *range = new,
                        None => all = false,
                    }
                }
            });
        }
        all.then(|| Arc::new(unit))
    }

    /// The unit where the modules have other numbers: these, by those that they had.
    pub(super) fn of_modules(self: &Arc<Self>, numbers: &[u32]) -> Arc<Self> {
        let mut unit = Unit::clone(self);
        unit.modules.iter_mut().for_each(|module| *module = numbers[*module as usize]);
        Arc::new(unit)
    }
}

/// The files in which places of options are.
pub(super) fn files_of(options: &mut [(String, Arc<OptionModel>)]) -> Vec<u32> {
    let mut files = Vec::new();
    for (_, option) in options {
        each_range(Arc::make_mut(option), &mut |file, _| {
            if !files.contains(&file) {
                files.push(file);
            }
        });
    }
    files
}

/// Every place in an option.
fn each_range(option: &mut OptionModel, f: &mut dyn FnMut(u32, &mut TextRange)) {
    let OptionModel { prediction, definitions, declaration, reads, .. } = option;
    if let Prediction::Recursion(spans) = prediction {
        spans.iter_mut().for_each(|span| of_span(span, f));
    }
    declaration.iter_mut().for_each(|place| of_place(place, f));
    reads.iter_mut().for_each(|read| of_read(read, f));
    for definition in definitions {
        let DefinitionModel { place, expression, conditions, reads, misfits, of_nixos, .. } = definition;
        place.iter_mut().for_each(|place| of_place(place, f));
        expression.iter_mut().for_each(|span| of_span(span, f));
        for ConditionModel { span, guard, reads, .. } in conditions {
            span.iter_mut().for_each(|span| of_span(span, f));
            guard.iter_mut().for_each(|(_, span)| of_span(span, f));
            reads.iter_mut().for_each(|read| of_read(read, f));
        }
        reads.iter_mut().for_each(|read| of_read(read, f));
        misfits.iter_mut().filter_map(|misfit| misfit.span.as_mut()).for_each(|span| of_span(span, f));
        let because = of_nixos.iter_mut().flat_map(|made| &mut made.because);
        because.for_each(|(place, _)| of_place(place, f));
    }
}

fn of_read(read: &mut Read, f: &mut dyn FnMut(u32, &mut TextRange)) {
    if let Some((_, span)) = &mut read.missing {
        of_span(span, f);
    }
}

fn of_place(place: &mut Place, f: &mut dyn FnMut(u32, &mut TextRange)) {
    for range in [&mut place.range, &mut place.path, &mut place.value] {
        f(place.file, range);
    }
}

fn of_span(span: &mut Span, f: &mut dyn FnMut(u32, &mut TextRange)) {
    f(span.file, &mut span.range);
}
