//! Our Raft under all oracles. Without a fuzzer: replays the files it is given.
#![cfg_attr(fuzzing, no_main)]

use whitewater::mutants::system_under_test;

#[cfg(fuzzing)]
whitewater::fuzz_target!(clones, "cluster", system_under_test, whitewater::target::REPLAY);

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    whitewater::target::replay_files("cluster", system_under_test)
}
