//! Our Raft under all oracles. Without a fuzzer: replays the files it is given.
#![cfg_attr(fuzzing, no_main)]

whitewater::fuzz_target!("cluster");
