//! Whitewater: bytes become a schedule of fuzz events, the schedule drives a Raft cluster in
//! memory, oracles check every step, and the first violation is shrunk and printed as a story.
//!
//! ```text
//! bytes ──▶ schedule ──▶ cluster ──▶ history ──▶ oracle ──▶ violation ──▶ report
//!              ▲            │                    goal                  (shrink, story)
//!           search       replica (our Raft, or any other)
//! ```
//!
//! The folders in reading order: [`base`] (leaf modules), [`schedule`] (events, as bytes and text),
//! [`replica`] (the interface to a Raft under test, and how to write an adapter), [`history`] (the
//! facts of a run), [`oracle`] (the properties that are checked), [`goal`] (the situations that a
//! campaign must reach), [`cluster`] (the network, the disks and the faults), [`run`] (from a
//! schedule to a verdict), [`search`] (where schedules come from), [`storage`] (a real store behind
//! the disks, and how to put yours there), [`mutants`] (the seeded bugs), [`report`] (the shrunk
//! failure, as a story), [`target`] (the glue to libFuzzer). The table in `tests/architecture.rs`
//! says which folder may use which.

pub mod base;
pub mod cluster;
pub mod goal;
pub mod history;
pub mod mutants;
pub mod oracle;
pub mod replica;
pub mod report;
pub mod run;
pub mod schedule;
pub mod search;
pub mod storage;
pub mod target;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys;
/// The types that the interface to a Raft shares with it: terms, indexes, entries.
pub use raft;
/// The interface of stores, and files that crash and lie.
pub use store;

/// A fuzz target: the entry points that libFuzzer calls. `$name` is the target's name, `$sut` the
/// function that returns the system under test, `$replay` the command that replays a file. Before
/// the name, `clones` says that clones of this Raft share nothing with it, so that the explorer
/// clones clusters instead of executing their schedules again.
#[macro_export]
macro_rules! fuzz_target {
    (clones, $name:literal, $sut:expr, $replay:expr) => {
        $crate::fuzz_target!(@prepare_with_clones, $name, $sut, $replay);
    };
    ($name:literal, $sut:expr, $replay:expr) => {
        $crate::fuzz_target!(@prepare, $name, $sut, $replay);
    };
    (@$prepare:ident, $name:literal, $sut:expr, $replay:expr) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: { $crate::target::$prepare($name, $sut, $replay) },
            |schedule: $crate::schedule::Schedule| { $crate::target::run_input(&schedule) }
        );

        $crate::libfuzzer_sys::fuzz_mutator!(
            |data: &mut [u8], size: usize, max_size: usize, seed: u32| {
                let own = $crate::libfuzzer_sys::fuzzer_mutate;
                $crate::target::mutate(data, size, max_size, seed, own)
            }
        );

        $crate::libfuzzer_sys::fuzz_crossover!(
            |data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
                $crate::target::cross_over(data1, data2, out, seed)
            }
        );
    };
}
