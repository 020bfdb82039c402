//! Where output goes, and whether in colours.

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

/// Whether to use colours.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Colour {
    /// On terminals, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colour {
    /// Whether what goes to a terminal, or not to one, is coloured.
    pub(crate) fn is_wanted(self, is_terminal: bool) -> bool {
        let unset = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        self == Colour::Always || (self == Colour::Auto && is_terminal && unset())
    }
}

/// Where output goes.
pub(crate) enum Destination {
    /// The standard output.
    Output,
    /// The standard error.
    Error,
    /// A file.
    File(PathBuf),
}

impl Destination {
    /// Writes to it.
    pub(crate) fn write(
        &self,
        colour: Colour,
        write: impl FnOnce(&mut dyn WriteColor) -> Result<()>,
    ) -> Result<()> {
        let (out, is_terminal): (Box<dyn Write>, bool) = match self {
            Destination::Output => (Box::new(io::stdout().lock()), io::stdout().is_terminal()),
            Destination::Error => (Box::new(io::stderr().lock()), io::stderr().is_terminal()),
            Destination::File(path) => {
                let file =
                    File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?;
                (Box::new(file), false)
            }
        };
        let out = BufWriter::with_capacity(1 << 16, out);
        let mut out: Box<dyn WriteColor> = if colour.is_wanted(is_terminal) {
            Box::new(Ansi::new(out))
        } else {
            Box::new(NoColor::new(out))
        };
        let written = write(&mut *out).and_then(|()| Ok(out.flush()?));
        match self {
            Destination::File(path) => written.with_context(|| format!("cannot write `{}`", path.display())),
            _ => written,
        }
    }
}
