//! Our Raft with the seeded bug that `WHITEWATER_MUTANT` names. Without a fuzzer: replays files.
#![cfg_attr(fuzzing, no_main)]

whitewater::fuzz_target!("mutant");
