//! What is asked again after an edit, and what is not.

use super::{Database, Root, discovered};
use crate::source::files::MemoryFiles;
use std::sync::{Arc, Mutex};

#[test]
fn where_something_stands_is_no_matter_for_what_there_is() {
    const FLAKE: &str = "{ outputs = _: { nixosConfigurations.a = import ./a.nix; }; }";
    let files = [("/r/flake.nix", FLAKE), ("/r/a.nix", "{ }")];
    let files =
        MemoryFiles(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into_iter().collect());
    let executed: Arc<Mutex<Vec<String>>> = Arc::default();
    let events = executed.clone();
    let note = move |event: salsa::Event| {
        if let salsa::EventKind::WillExecute { database_key } = event.kind {
            events.lock().expect("no thread has failed").push(format!("{database_key:?}"));
        }
    };
    let mut db = Database::with_events(Arc::new(files), Some(Box::new(note)));
    let root = Root::new(&db, "/r".into(), true);
    let mut ask = |text: &str| {
        db.set_text("/r/flake.nix", text);
        executed.lock().expect("no thread has failed").clear();
        let names: Vec<String> =
            discovered(&db, root).systems.iter().map(|(name, ..)| name.clone()).collect();
        let executed = executed.lock().expect("no thread has failed");
        let is = |query: &str| executed.iter().any(|key| key.starts_with(query));
        (names, is("lowered"), is("discovered"))
    };
    assert_eq!(ask(FLAKE), (vec!["a".into()], true, true));
    assert_eq!(ask(&format!("# A comment.\n{FLAKE}")), (vec!["a".into()], true, false));
    assert_eq!(ask(&FLAKE.replace(".a =", ".b  =")), (vec!["b".into()], true, true));
}
