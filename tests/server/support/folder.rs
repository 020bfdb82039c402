//! A folder of a user's.

use std::fs;
use std::path::PathBuf;

/// A folder with files, gone when this is dropped.
pub(crate) struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// The folder of a flake with a host whose parent and child contradict each other: `base.nix` and `tv.nix`.
    pub(crate) fn with_conflict() -> Self {
        Folder::with(&[("flake.nix", FLAKE), ("base.nix", BASE), ("tv.nix", TV)])
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let real = self.0.path().canonicalize().expect("the folder is there");
        // The name of the folder itself ends with a slash, so that files' names can follow it.
        if name.is_empty() { PathBuf::from(format!("{}/", real.display())) } else { real.join(name) }
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        let path = self.path(name).to_string_lossy().into_owned();
        let encoded = path.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        });
        format!("file://{}", encoded.collect::<String>())
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path("").join(name);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn rename(&self, name: &str, new: &str) {
        fs::rename(self.path(name), self.path("").join(new)).expect("a file to rename");
    }

    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("a file to remove");
    }
}

pub(crate) const FLAKE: &str = "{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.atlas = nixpkgs.lib.nixosSystem { modules = [ ./base.nix ./tv.nix ]; };
  };
}
";
pub(crate) const BASE: &str = "{
  services.xserver.enable = false;
}
";
pub(crate) const TV: &str = "{
  specialisation.tv.configuration = {
    system.nixos.tags = [ \"tv\" ];
    services.xserver.enable = true;
    services.getty.helpLine = \"tv\";
  };
}
";
