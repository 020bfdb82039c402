//! Modules that the analyser makes itself.

use super::system::{InitialModule, ModuleOrigin};
use crate::eval::{Eval, ThunkId, Value, prelude};
use std::rc::Rc;

/// The module that declares the module system's own options.
pub(super) fn internal(ev: &mut Eval<'_>) -> InitialModule {
    let thunk = ev.ready(Value::Path(prelude::INTERNAL_MODULE.into()));
    InitialModule { thunk, file: Rc::from("<the module system>"), origin: ModuleOrigin::System }
}

/// The module that tells a submodule its name.
pub(super) fn naming(ev: &mut Eval<'_>, name: &str) -> InitialModule {
    let value = ev.ready(Value::str(name));
    let args = ev.ready(Value::set([("name", value)]));
    let module = ev.ready(Value::set([("args", args)]));
    let config = ev.ready(Value::set([("_module", module)]));
    let thunk = ev.ready(Value::set([("config", config)]));
    InitialModule { thunk, file: Rc::from("<name>"), origin: ModuleOrigin::System }
}

/// A module that imports another, and says which file it is of.
pub(super) fn located(ev: &mut Eval<'_>, module: ThunkId, file: &str) -> ThunkId {
    let imports = ev.ready(Value::list(vec![module]));
    let file = ev.ready(Value::str(file));
    ev.ready(Value::set([("_file", file), ("imports", imports)]))
}
