//! The command `whitewater-kv`.

use std::process::ExitCode;

use clap::Parser;

/// A replicated key-value store: Raft over TCP and disk.
///
/// Exit codes: 0 done; 1 failed; 2 wrong usage. `serve` and `cli` have more: see their help.
#[derive(Parser)]
#[command(name = "whitewater-kv", version, propagate_version = true)]
enum Command {
    Serve(Box<kv::serve::Args>),
    /// Starts servers on this machine, keeps them running, and leaves you at a prompt
    Cluster(kv::cluster::Args),
    /// Sends a command to a server; without a command, a prompt
    Cli(kv::cli::Args),
    Maelstrom(kv::maelstrom::Args),
}

fn main() -> ExitCode {
    match Command::parse() {
        Command::Serve(args) => kv::serve::run(*args),
        Command::Cluster(args) => kv::cluster::run(args),
        Command::Cli(args) => kv::cli::run(args),
        Command::Maelstrom(args) => kv::maelstrom::run(&args),
    }
}
