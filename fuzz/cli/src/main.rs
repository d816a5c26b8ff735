//! The command line for our own Raft.

use std::process::ExitCode;

use whitewater::mutants;

fn main() -> ExitCode {
    whitewater_cli::main_with_store(mutants::system_under_test, mutants::storage::system_under_test)
}
