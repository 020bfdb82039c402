//! The command line of speclint: thin, one file a subcommand.

mod cache;
mod commands;
mod destination;
mod disk;
mod problems;
mod sources;
mod watched;

use clap::{CommandFactory as _, Parser, Subcommand};
use mimalloc::MiMalloc;
use std::process::ExitCode;

/// An evaluation makes many small values and drops them all at once: the system's own allocator takes half of the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Predicts what NixOS will make of specialisations, and reports what will go wrong. Runs no Nix.
#[derive(Parser)]
#[command(name = "speclint", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Report pitfalls, and mend them.
    Check(commands::check::Arguments),
    /// Print what the system and each specialisation will be.
    Show(commands::show::Arguments),
    /// The options that there are: make tables of them, list them, look one up.
    Options(commands::options::Arguments),
    /// Print what a rule finds, why that hurts and how it is mended.
    Explain(commands::explain::Arguments),
    /// List all rules.
    Rules(commands::rules::Arguments),
    /// Print the settings that are in force, and where they come from.
    Config(commands::config::Arguments),
    /// Write a speclint.toml in which everything is explained, and the entry for pre-commit.
    Init(commands::init::Arguments),
    /// Run the language server, for editors.
    Lsp(commands::lsp::Arguments),
    /// Print what an expression is taken to be.
    Eval(commands::eval::Args),
    /// Print what a shell needs to complete the command line.
    Completions(commands::completions::Arguments),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a failed write of them is not worth a panic.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    let result = match cli.command {
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Show(arguments) => commands::show::run(&arguments),
        Command::Options(arguments) => commands::options::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Rules(arguments) => commands::rules::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments, Cli::command()),
        Command::Config(arguments) => commands::config::run(&arguments),
        Command::Init(arguments) => commands::init::run(&arguments),
        Command::Lsp(arguments) => commands::lsp::run(&arguments),
        Command::Eval(arguments) => commands::eval::run(arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("speclint: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether whoever reads the output has gone.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|e| {
        let kind = e.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let kind = kind.or_else(|| e.downcast_ref::<serde_json::Error>()?.io_error_kind());
        kind == Some(std::io::ErrorKind::BrokenPipe)
    })
}
