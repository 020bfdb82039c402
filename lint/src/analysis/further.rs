//! What has systems besides the sources of a project, among that flakes inside of it, which have systems of their own.

use super::Analysis;
use crate::db::{self, Db};
use crate::eval::paths;
use crate::nixos::entry::flake_file;
use crate::project::{Project, Source};
use std::collections::BTreeSet;
use std::path::Path;

impl Analysis {
    /// What has systems besides the sources of a project: what settings name, and flakes inside of it.
    pub(super) fn further_sources(&self, project: &Project) -> Vec<Source> {
        [self.set_sources(project), self.inner_flakes(project)].concat()
    }

    /// The flakes below the folder of a project that have to do with specialisations and are none of its sources. Those that are
    /// templates are not among them.
    fn inner_flakes(&self, project: &Project) -> Vec<Source> {
        if !project.whole {
            return Vec::new();
        }
        let inner = self.files_about_specialisations(project).filter_map(|file| {
            let is_flake = |folder: &&str| self.db.state(&flake_file(folder)).kind(&self.db).is_some();
            above(project, &file).find(is_flake).map(str::to_owned)
        });
        let mut inner: BTreeSet<String> = inner.collect();
        if inner.is_empty() {
            return Vec::new();
        }
        for (of, roots) in &self.projects {
            for root in roots.iter().filter(|_| of == project) {
                let outputs = db::outputs(&self.db, *root);
                let is_template =
                    |folder: &str| outputs.templates.iter().any(|t| Path::new(folder).starts_with(t));
                inner.retain(|folder| !is_template(folder));
            }
        }
        inner.into_iter().map(Source::Flake).collect()
    }
}

/// The folders that a file is in, from the inside, up to the folder of its project and to its sources, without these.
fn above<'f>(project: &Project, file: &'f str) -> impl Iterator<Item = &'f str> {
    let own = |folder: &str| {
        let is_it = |source: &Source| matches!(source, Source::Flake(own) if own == folder);
        folder.len() <= project.folder.len() || project.sources.iter().any(is_it)
    };
    let folders = std::iter::successors(Some(paths::parent(file)), |folder| Some(paths::parent(folder)));
    folders.take_while(move |folder| !own(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files::MemoryFiles;
    use std::sync::Arc;

    const FLAKE: &str = r#"{ outputs = { nixpkgs, ... }: {
        nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./host.nix ]; };
        templates.host = { path = ./templates/host; description = "a host"; };
    }; }"#;

    #[test]
    fn their_systems_are_called_after_their_folders() {
        let files = [
            ("flake.nix", FLAKE),
            ("host.nix", "{ }"),
            ("legacy/flake.nix", FLAKE),
            ("legacy/host.nix", "{ specialisation.tv.configuration = { }; }"),
            ("legacy/old/flake.nix", FLAKE),
            ("legacy/old/host.nix", "{ specialisation.tv.configuration = { }; }"),
            ("templates/host/flake.nix", FLAKE),
            ("templates/host/host.nix", "{ specialisation.tv.configuration = { }; }"),
            ("packages/flake.nix", "{ outputs = _: { nixosConfigurations.none = 1; }; }"),
        ];
        let files = files.map(|(path, text)| (format!("/r/{path}"), text.to_owned()));
        let files = Arc::new(MemoryFiles(files.into_iter().collect()));
        let mut analysis = Analysis::new(files.clone());
        analysis.add_project(Project::of(&*files, "/r").expect("a project"));
        let systems = analysis.systems();
        let shown: Vec<(&str, usize)> =
            systems.iter().map(|system| (system.name.as_str(), system.specialisations.len())).collect();
        assert_eq!(shown, [("atlas", 0), ("legacy#atlas", 1), ("legacy/old#atlas", 1)]);
        assert_eq!(analysis.unreached(), [""; 0]);
    }
}
