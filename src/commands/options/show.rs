//! `speclint options show`: one option, and what becomes of it.

use super::Format;
use super::chosen::{Chosen, Meant};
use super::list::did_you_mean;
use anyhow::Result;
use clap::Args;
use speclint_lint::nixos::model::System;
use speclint_lint::nixos::table::{Acceptance, Location, Node, path::parse_option_path};
use speclint_lint::render;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The path of the option.
    path: String,
    #[command(flatten)]
    meant: Meant,
    /// Show what becomes of it in these systems only.
    #[arg(long, value_name = "NAME")]
    system: Vec<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let path = parse_option_path(&arguments.path)
        .map_err(|error| anyhow::anyhow!("`{}` is no path of an option: {error}", arguments.path))?;
    let chosen = Chosen::new(&arguments.meant)?;
    let found = chosen.tables.iter().find_map(|(world, table)| Some((*world, option(table.locate(&path))?)));
    let asked = |system: &System| arguments.system.is_empty() || arguments.system.contains(&system.name);
    let systems = chosen.systems.iter().map(AsRef::as_ref).filter(|system| asked(system));
    let systems: Vec<&System> = match found {
        Some((world, _)) => systems.filter(|system| system.world == world).collect(),
        // An option of the configuration's own.
        None => systems.filter(|system| render::has_option(system, &path)).collect(),
    };
    let node = found.map(|(_, node)| node);
    if node.is_none() && systems.is_empty() {
        let shown = render::option_path(&path);
        let below = chosen.tables.iter().filter_map(|(_, table)| table.node(&path));
        let below: usize = below.map(|node| node.and_below().filter(|node| node.is_option()).count()).sum();
        if below > 0 {
            eprintln!(
                "speclint: `{shown}` is no option, but {below} options lie below it: speclint options list --prefix {shown}"
            );
        } else {
            let mean = did_you_mean(&chosen, &path);
            eprintln!("speclint: there is no option `{shown}` as far as is known{mean}");
        }
        return Ok(ExitCode::FAILURE);
    }
    let analysis = &chosen.analysis;
    let locate = |file: &str, range| {
        let text = analysis.text(file).unwrap_or_default();
        (crate::commands::shown(Path::new(file)), render::range_json(&text, range))
    };
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => {
            out.write_all(render::option_text(&path, node, &systems, &locate).as_bytes())?;
        }
        Format::Json => {
            serde_json::to_writer(&mut out, &render::option_in_systems(&path, node, &systems, &locate))?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The option that a path leads to or into.
fn option(location: Location<'static>) -> Option<Node<'static>> {
    match location {
        Location::Option(option) => Some(option),
        Location::Below { option, accepts: Acceptance::Accepted | Acceptance::Unknown, .. } => Some(option),
        _ => None,
    }
}
