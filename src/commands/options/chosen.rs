//! Which options are meant: those of the sources that are given, of the configuration at hand, of the search path, or the embedded
//! ones, the first that there is.

use super::Whose;
use crate::commands::{Opened, absolute, expect_settings};
use crate::disk::Disk;
use crate::sources::{Given, Set, Sources};
use anyhow::Result;
use clap::Args;
use speclint_lint::analysis::Analysis;
use speclint_lint::eval::host::SourcePlace;
use speclint_lint::nixos::model::{System, World};
use speclint_lint::nixos::table::{OptionTable, Tables};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub(super) struct Meant {
    /// The configuration whose options are meant: a file or folder.
    #[arg(long = "in", value_name = "PATH", default_value = ".")]
    configuration: PathBuf,
    /// Whose options; by default NixOS', and Home Manager's where NixOS has none.
    #[arg(long, value_enum)]
    of: Option<Whose>,
    #[command(flatten)]
    sources: Given,
}

/// The tables that are meant, and the configuration.
pub(super) struct Chosen {
    pub(super) analysis: Analysis,
    pub(super) systems: Vec<Arc<System>>,
    pub(super) tables: Vec<(World, &'static OptionTable)>,
}

impl Chosen {
    pub(super) fn new(meant: &Meant) -> Result<Self> {
        let is_default = meant.configuration.as_os_str() == ".";
        let (analysis, sources) =
            match Opened::new(std::slice::from_ref(&meant.configuration), &meant.sources) {
                Ok(Opened { analysis, sources, .. }) => (analysis, sources),
                // Nothing is said of a configuration, and there is none here.
                Err(_) if is_default => {
                    let here = absolute(&meant.configuration)?;
                    let set = Set::of(&Disk, &here);
                    let sources = Arc::new(Sources::new(&meant.sources, set.as_ref())?);
                    (Analysis::with_tables(Arc::new(Disk), sources.clone()), sources)
                }
                Err(error) => return Err(error),
            };
        expect_settings(&analysis)?;
        let systems = analysis.systems();
        let worlds = match meant.of {
            Some(whose) => vec![whose.world()],
            None => vec![World::Nixos, World::HomeManager],
        };
        let table = |world| {
            let of_system = systems.iter().filter(|s| s.world == world).find_map(|s| s.options);
            let own = of_system.map(|root| root.table());
            let own = own.or_else(|| sources.table(world, &SourcePlace::Searched));
            own.unwrap_or_else(|| OptionTable::embedded(world))
        };
        let tables = worlds.into_iter().map(|world| (world, table(world))).collect();
        Ok(Chosen { analysis, systems, tables })
    }
}
