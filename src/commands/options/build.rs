//! `speclint options build`: a table of what a source declares.

use crate::cache;
use crate::sources::Given;
use anyhow::{Context as _, Result, bail};
use clap::Args;
use speclint_lint::nixos::model::World;
use speclint_lint::nixos::table::{Node, OptionTable};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The source of nixpkgs whose options are wanted.
    #[arg(long, value_name = "PATH", required_unless_present = "home_manager")]
    nixpkgs: Option<PathBuf>,
    /// The source of Home Manager whose options are wanted instead; nixpkgs then tells what it takes from there.
    #[arg(long, value_name = "PATH")]
    home_manager: Option<PathBuf>,
    /// Write the table to this file (`-`: the standard output). Without it the table is only kept for later runs.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let given = Given {
        nixpkgs: arguments.nixpkgs.clone(),
        home_manager: arguments.home_manager.clone(),
        ..Given::default()
    };
    // Home Manager's is the last, if both are given.
    let Some(source) = given.sources()?.pop() else { bail!("no source is given") };
    let made = cache::options(&source).map_err(anyhow::Error::msg)?;
    if let Some(output) = &arguments.output {
        super::write(&made.text, Some(output))?;
    }
    let (world, table) = OptionTable::read(made.text).context("the options were written wrongly")?;
    let options: Vec<Node<'_>> = table.options().collect();
    let count = |is: fn(&Node<'_>) -> bool| options.iter().filter(|option| is(option)).count();
    let unknown = count(|option| option.type_description().is_none_or(|ty| ty.has_unknown()));
    let other_names = count(|option| !option.facts().renamed_to.is_empty());
    let removed = count(|option| option.facts().removed.is_some());
    let by_import = count(|option| option.is_by_import());
    let name = if world == World::HomeManager { "Home Manager" } else { "NixOS" };
    eprintln!("{} options of {name}", options.len());
    for (count, what) in [
        (other_names, "are other names of options"),
        (removed, "have been removed"),
        (by_import, "are declared by modules that must be imported"),
        (unknown, "have a type that is not known in full"),
    ] {
        if count > 0 {
            eprintln!("  {count} {what}");
        }
    }
    for trouble in &made.troubles {
        eprintln!("not known: {trouble}");
    }
    Ok(ExitCode::SUCCESS)
}
