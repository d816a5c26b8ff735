//! Whitewater: bytes become a schedule of fuzz events, the schedule drives a Raft cluster in
//! memory, oracles watch every step, and the first broken promise is shrunk to a story.
//!
//! ```text
//! bytes ──▶ schedule ──▶ cluster ──▶ history ──▶ oracle ──▶ violation ──▶ report
//!              ▲            │                    goal                  (shrink, story)
//!           search       replica (our Raft, or any other)
//! ```
//!
//! The folders in reading order: [`base`] (leaves), [`schedule`] (events, as bytes and text),
//! [`replica`] (how a Raft is seen, and how to put yours behind that door), [`history`] (the facts
//! of a run), [`oracle`] (what is promised), [`goal`] (what a campaign must reach), [`cluster`]
//! (the network, the disks and the faults), [`run`] (how it all comes together), [`search`] (where
//! schedules come from), [`mutants`] (the seeded bugs), [`report`] (the smallest failure, as a
//! story), [`target`] (the glue to libFuzzer). Which folder may use which is a table in
//! `tests/architecture.rs`.

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
pub mod target;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys;
/// The vocabulary of the seam: terms, indexes, entries.
pub use raft;

/// A fuzz target: the entry points that libFuzzer calls, for a target of this name that runs what
/// the function `$subject` gives, with the command that replays a file.
#[macro_export]
macro_rules! fuzz_target {
    ($name:literal, $sut:expr, $replay:expr) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: { $crate::target::prepare($name, $sut, $replay) },
            |schedule: $crate::schedule::Schedule| { $crate::target::run_input(&schedule) }
        );

        $crate::libfuzzer_sys::fuzz_mutator!(
            |data: &mut [u8], size: usize, max_size: usize, seed: u32| {
                let own = $crate::libfuzzer_sys::fuzzer_mutate;
                $crate::search::mutator::mutate(data, size, max_size, seed, own)
            }
        );

        $crate::libfuzzer_sys::fuzz_crossover!(
            |data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
                $crate::search::mutator::cross_over(data1, data2, out, seed)
            }
        );
    };
}
