//! Submodules and deferred modules: the definitions are modules.

use crate::eval::{Attrs, Eval, Res, ThunkId, Value};
use crate::nixos::definitions::Candidate;
use crate::nixos::own_modules;
use crate::nixos::system::{
    InitialModule, Module, ModuleOrigin, ModuleSystem, NewScope, NodeId, Within, is_specialisation,
};
use crate::nixos::types::Submodule;
use crate::nixos::views::config_value;
use std::rc::Rc;

impl ModuleSystem {
    /// `types.submodule`: the configuration of a scope whose modules the definitions are.
    pub(super) fn merge_submodule(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        submodule: &Submodule,
        defs: &[Candidate],
    ) -> Res {
        let modules = self.modules_of(ev, id, submodule, defs)?;
        let scope = match submodule.base {
            // The options of a specialisation are called by their own names.
            Some(base) => {
                ev.note_all();
                let loc = self.loc(id);
                let prefix = if is_specialisation(&loc) { Rc::new([]) } else { loc };
                self.extend(ev, base, modules, Some(prefix))
            }
            None => {
                let fixed = submodule.modules.iter().map(|(thunk, file)| InitialModule {
                    thunk: *thunk,
                    file: file.clone(),
                    origin: ModuleOrigin::System,
                    within: None,
                    place: None,
                });
                let mut all: Vec<InitialModule> = fixed.collect();
                all.extend(modules);
                all.push(own_modules::internal(self, ev));
                let special_args = match submodule.special_args {
                    Some(args) => args,
                    None => ev.ready(Value::Attrs(Attrs::empty())),
                };
                let new = NewScope {
                    prefix: self.loc(id),
                    modules: all,
                    special_args,
                    table: submodule.table,
                    freeform: submodule.freeform.clone(),
                    class: submodule.class,
                    inside: Some(self.scope_of(id)),
                };
                self.scope(ev, new)
            }
        };
        self.set_submodule(id, scope);
        Ok(config_value(self, scope))
    }

    /// The modules that definitions of a submodule are, and the one that says what it is called.
    fn modules_of(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        submodule: &Submodule,
        defs: &[Candidate],
    ) -> Res<Vec<InitialModule>> {
        let name = self.loc(id).last().cloned().unwrap_or_default();
        let mut modules = vec![own_modules::naming(ev, &name)];
        for def in defs {
            let module = self.module(ev, self.scope_of(id), def.definition.module)?;
            let within = module.as_ref().and_then(|module| module.within.clone()).map(Within::part);
            let (file, origin) = file_and_origin(module);
            let thunk = match (&def.maybe, submodule.shorthand, ev.force(def.value)) {
                (Some(why), ..) => ev.unknown(why),
                (None, true, Ok(Value::Attrs(_))) => ev.ready(Value::set([("config", def.value)])),
                _ => own_modules::located(ev, def.value, &file),
            };
            // What extends a configuration is its own; the parts of other submodules are of those who define them.
            let origin = if submodule.base.is_some() { ModuleOrigin::Own } else { origin };
            modules.push(InitialModule { thunk, file, origin, within, place: def.definition.place });
        }
        Ok(modules)
    }

    /// `types.deferredModuleWith`: a module that imports the definitions.
    pub(super) fn merge_deferred(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        fixed: &[ThunkId],
        defs: &[Candidate],
    ) -> Res {
        let mut imports = fixed.to_vec();
        for def in defs {
            let (file, _) = self.module_of_definition(ev, id, def)?;
            imports.push(own_modules::located(ev, def.value, &file));
        }
        let imports = ev.ready(Value::list(imports));
        Ok(Value::set([("imports", imports)]))
    }

    /// The file and the origin of the module that makes a definition of a node.
    pub(super) fn module_of_definition(
        &self,
        ev: &mut Eval<'_>,
        id: NodeId,
        def: &Candidate,
    ) -> Res<(Rc<str>, ModuleOrigin)> {
        Ok(file_and_origin(self.module(ev, self.scope_of(id), def.definition.module)?))
    }
}

/// The file and the origin of a module, or of the default that takes its place.
fn file_and_origin(module: Option<Module>) -> (Rc<str>, ModuleOrigin) {
    module.map_or((Rc::from("<default>"), ModuleOrigin::System), |module| (module.file, module.origin))
}
