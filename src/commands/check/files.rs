//! Which files each system is made of.

use super::super::shown;
use super::session::Session;
use anyhow::Result;
use serde_json::{Value as Json, json};
use speclint_lint::nixos::model::System;
use speclint_lint::render::{Format, printable};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Prints the files of each system that is asked about, and those that define specialisations and belong to none.
pub(super) fn print(session: &Session<'_>) -> Result<()> {
    let systems = session.analysis.systems();
    let read: BTreeSet<String> = session.analysis.files().into_iter().collect();
    let is_asked = |system: &&Arc<System>| {
        session.wants_system(&system.name) && system.files.iter().any(|file| session.wants_file(file))
    };
    let named: Vec<(String, Vec<String>)> =
        systems.iter().filter(is_asked).map(|system| (system.name.clone(), files(system, &read))).collect();
    let unreached =
        if session.arguments.system.is_empty() { session.analysis.unreached() } else { Vec::new() };
    let unreached = unreached.iter().filter(|file| session.wants_file(file));
    let unreached: Vec<String> = unreached.map(|file| shown(Path::new(file))).collect();
    session.arguments.destination().write(session.arguments.color, |out| {
        if session.arguments.format == Format::Json {
            let system = |(name, files): &(String, Vec<String>)| json!({ "name": name, "files": files });
            let systems: Vec<Json> = named.iter().map(system).collect();
            writeln!(out, "{}", json!({ "systems": systems, "unreached": unreached }))?;
            return Ok(());
        }
        let mut parts = named;
        if !unreached.is_empty() {
            parts.push(("part of no system".to_owned(), unreached));
        }
        for (name, files) in parts {
            writeln!(out, "{}", printable(&name))?;
            for file in files {
                writeln!(out, "  {}", printable(&file))?;
            }
        }
        Ok(())
    })
}

/// The files of those that were read that a system is made of, sorted. Others are only known, such as nixpkgs' own.
pub(super) fn files(system: &System, read: &BTreeSet<String>) -> Vec<String> {
    let files: BTreeSet<&String> = system.files.iter().filter(|file| read.contains(*file)).collect();
    files.into_iter().map(|file| shown(Path::new(file))).collect()
}
