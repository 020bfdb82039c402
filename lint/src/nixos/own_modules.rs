//! Modules that the analyser makes itself.

use super::system::{InitialModule, ModuleOrigin, ModuleSystem};
use crate::eval::{Eval, ThunkId, Value, prelude};
use std::rc::Rc;

/// The module that declares the module system's own options: the same for all scopes, so it is evaluated once.
pub(super) fn internal(system: &ModuleSystem, ev: &mut Eval<'_>) -> InitialModule {
    let thunk = system.internal_module().unwrap_or_else(|| {
        let thunk = ev.lazy(|ev| {
            let function = ev.import(prelude::INTERNAL_MODULE)?;
            let lib = ev.lib()?;
            let args = ev.ready(Value::set([("lib", lib)]));
            ev.call(&function, args)
        });
        system.set_internal_module(thunk);
        thunk
    });
    InitialModule {
        thunk,
        file: Rc::from("<the module system>"),
        origin: ModuleOrigin::System,
        within: None,
        place: None,
    }
}

/// The module that tells a submodule its name.
pub(super) fn naming(ev: &mut Eval<'_>, name: &str) -> InitialModule {
    let value = ev.ready(Value::str(name));
    let args = ev.ready(Value::set([("name", value)]));
    let module = ev.ready(Value::set([("args", args)]));
    let config = ev.ready(Value::set([("_module", module)]));
    let thunk = ev.ready(Value::set([("config", config)]));
    InitialModule { thunk, file: Rc::from("<name>"), origin: ModuleOrigin::System, within: None, place: None }
}

/// A module that imports another, and says which file it is of.
pub(super) fn located(ev: &mut Eval<'_>, module: ThunkId, file: &str) -> ThunkId {
    let imports = ev.ready(Value::list(vec![module]));
    let file = ev.ready(Value::str(file));
    ev.ready(Value::set([("_file", file), ("imports", imports)]))
}
