//! The command line for our own Raft.

use std::process::ExitCode;

fn main() -> ExitCode {
    whitewater_cli::main_with_explore(whitewater::mutants::system_under_test)
}
