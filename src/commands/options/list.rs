//! `speclint options list`: names and types.

use super::Format;
use super::chosen::{Chosen, Meant};
use anyhow::Result;
use clap::Args;
use speclint_lint::nixos::table::{Location, Node, OptionTable, path::parse_option_path};
use speclint_lint::render;
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// List only the options whose paths begin like this.
    #[arg(long, value_name = "PATH")]
    prefix: Option<String>,
    #[command(flatten)]
    meant: Meant,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Runs the subcommand.
pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let prefix = match &arguments.prefix {
        Some(prefix) => parse_option_path(prefix.trim_end_matches('.'))
            .map_err(|error| anyhow::anyhow!("`{prefix}` is no path of an option: {error}"))?,
        None => Vec::new(),
    };
    let chosen = Chosen::new(&arguments.meant)?;
    // Without a word on whose options they are, those of the first table that has any.
    let found = chosen.tables.iter().find_map(|(_, table)| {
        let begin = beginning(table, &prefix).into_iter();
        let options: Vec<Node<'_>> =
            begin.flat_map(|node| node.and_below().filter(|node| node.is_option())).collect();
        (!options.is_empty()).then_some(options)
    });
    let Some(options) = found else {
        let shown = arguments.prefix.as_deref().unwrap_or_default();
        eprintln!("speclint: no option begins with `{shown}`{}", did_you_mean(&chosen, &prefix));
        return Ok(ExitCode::FAILURE);
    };
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Text => {
            for option in options {
                out.write_all(render::option_line(option).as_bytes())?;
            }
        }
        Format::Json => {
            let options: Vec<_> = options.into_iter().map(render::option_json).collect();
            serde_json::to_writer(&mut out, &serde_json::json!({ "options": options }))?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The nodes whose paths begin like this; the last name need not be whole.
fn beginning<'t>(table: &'t OptionTable, prefix: &[String]) -> Vec<Node<'t>> {
    if let Some(node) = table.node(prefix) {
        return vec![node];
    }
    let Some((last, above)) = prefix.split_last() else { return Vec::new() };
    let children = table.node(above).into_iter().flat_map(Node::children);
    children.filter(|child| child.name().starts_with(last.as_str())).collect()
}

/// Paths like one that does not exist, as the rest of a sentence.
pub(super) fn did_you_mean(chosen: &Chosen, path: &[String]) -> String {
    const MOST: usize = 3;
    let similar = chosen.tables.iter().map(|(_, table)| {
        let nearest = match table.locate(path) {
            // The last name is the beginning of others, perhaps.
            Location::Unknown { namespace, depth } if depth + 1 == path.len() => {
                let names = namespace.nearest(&path[depth], MOST);
                names.iter().map(|name| [&path[..depth], &[(*name).to_owned()]].concat()).collect()
            }
            _ => Vec::new(),
        };
        if nearest.is_empty() { table.suggest(path, MOST) } else { nearest }
    });
    let similar: Vec<Vec<String>> = similar.into_iter().find(|paths| !paths.is_empty()).unwrap_or_default();
    let similar: Vec<String> =
        similar.iter().map(|path| format!("`{}`", render::option_path(path))).collect();
    match similar.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [all @ .., last] => format!("; did you mean {} or {last}?", all.join(", ")),
    }
}
