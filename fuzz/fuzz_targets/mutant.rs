//! Our Raft with the seeded bug that `WHITEWATER_MUTANT` names. Without a fuzzer: replays files.
#![cfg_attr(fuzzing, no_main)]

use whitewater::mutants::system_under_test;

#[cfg(fuzzing)]
whitewater::fuzz_target!(clones, "mutant", system_under_test, whitewater::target::REPLAY);

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    whitewater::target::replay_files("mutant", system_under_test)
}
