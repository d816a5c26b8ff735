//! Whitewater: bytes become a schedule of fuzz events, the schedule drives a Raft cluster in
//! memory, oracles watch every step, and the first broken promise is shrunk to a story.
//!
//! ```text
//! bytes ── schedule ──▶ cluster ──▶ watch ──▶ oracles ──▶ violation ──▶ shrink ──▶ story
//!            event      network      history   goals
//!            generator  disk
//!            mutate     replica ◀── ours (and any other Raft)
//! ```
//!
//! Read [`event`] for what can go wrong, [`replica`] for how a Raft is seen, [`oracle`] for what
//! is promised, [`run`] for how it all comes together, [`mutants`] for what it catches.

pub mod bench;
pub mod canary;
pub mod chain;
pub mod clients;
pub mod cluster;
pub mod disk;
pub mod event;
pub mod explore;
pub mod family;
mod faults;
pub mod files;
pub mod gate;
pub mod generator;
pub mod goal;
pub mod history;
mod host;
pub mod machine;
mod moves;
pub mod mutants;
pub mod mutate;
pub mod network;
pub mod observer;
pub mod operand;
mod options;
pub mod oracle;
pub mod ours;
pub mod panics;
pub mod paths;
pub mod possible;
pub mod quorum;
pub mod recovery;
pub mod replica;
mod resolve;
pub mod run;
pub mod schedule;
pub mod setup;
pub mod shrink;
mod standing;
pub mod story;
pub mod subject;
pub mod target;
pub mod teller;
pub mod violation;
pub mod watch;
pub mod zones;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys;
/// The vocabulary of the seam: terms, indexes, entries.
pub use raft;

/// A fuzz target: the entry points that libFuzzer calls, for a target of this name that runs what
/// the function `$subject` gives, with the command that replays a file.
#[macro_export]
macro_rules! fuzz_target {
    ($name:literal, $subject:expr, $replay:expr) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: { $crate::target::prepare($name, $subject, $replay) },
            |schedule: $crate::schedule::Schedule| { $crate::target::run_input(&schedule) }
        );

        $crate::libfuzzer_sys::fuzz_mutator!(
            |data: &mut [u8], size: usize, max_size: usize, seed: u32| {
                let own = $crate::libfuzzer_sys::fuzzer_mutate;
                $crate::mutate::mutate(data, size, max_size, seed, own)
            }
        );

        $crate::libfuzzer_sys::fuzz_crossover!(
            |data1: &[u8], data2: &[u8], out: &mut [u8], seed: u32| {
                $crate::mutate::cross_over(data1, data2, out, seed)
            }
        );
    };
}
