//! Which tables there are besides the embedded ones.

use super::OptionTable;
use crate::eval::host::SourcePlace;
use crate::nixos::model::World;

/// Where tables come from that are those of a user's own sources. Whoever implements it also keeps what it makes: a table lives
/// as long as the program.
pub trait Tables: Send + Sync {
    /// The options of a world in a source; `None` where the embedded table has to do.
    fn table(&self, world: World, source: &SourcePlace) -> Option<&'static OptionTable>;
    /// The folder of a well-known source that the search path names (`<nixpkgs>`).
    fn search(&self, kind: &str) -> Option<String>;
}

/// None besides the embedded ones.
#[derive(Clone, Copy, Debug)]
pub struct EmbeddedTables;

impl Tables for EmbeddedTables {
    fn table(&self, _: World, _: &SourcePlace) -> Option<&'static OptionTable> {
        None
    }

    fn search(&self, _: &str) -> Option<String> {
        None
    }
}
