//! Our Raft on our store, over files that crash and lie, or on the store with the seeded bug that
//! `WHITEWATER_MUTANT` names. Without a fuzzer: replays files.
#![cfg_attr(fuzzing, no_main)]

use whitewater::mutants::storage::system_under_test;

#[cfg(fuzzing)]
whitewater::fuzz_target!(clones, "store", system_under_test, whitewater::target::REPLAY);

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    whitewater::target::replay_files("store", system_under_test)
}
