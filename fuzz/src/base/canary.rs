//! Canaries: whether a run reached a seeded bug, and whether the bug changed a decision.
//!
//! Promises: the three levels of the Magma benchmark. A bug is *reached* when its decision is
//! evaluated, and *triggered* when the result differs from that of correct Raft for the same
//! arguments; whether it is *detected* is decided by the oracles. This separates a search that
//! never reaches a bug from an oracle that misses it. Influences nothing: no run, search or oracle
//! may read the level. Each thread has its own level, over all that it ran since [`clear`]. Correct
//! Raft has no canary.

use std::cell::Cell;

/// How far a run got with a seeded bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Its decision was not evaluated.
    Unreached,
    /// It was evaluated, with the result of correct Raft each time.
    Reached,
    /// It was evaluated, at least once with a result different from correct Raft.
    Triggered,
}

thread_local! {
    static LEVEL: Cell<Level> = const { Cell::new(Level::Unreached) };
}

/// Resets the level.
pub fn clear() {
    LEVEL.set(Level::Unreached);
}

/// The highest level since [`clear`].
pub fn level() -> Level {
    LEVEL.get()
}

/// A seeded bug was evaluated; `differs` says whether its result is incorrect, and is returned.
pub(crate) fn note(differs: bool) -> bool {
    let level = if differs { Level::Triggered } else { Level::Reached };
    LEVEL.set(level.max(LEVEL.get()));
    differs
}

/// A seeded bug was evaluated: compares its `answer` with the `truth`, and returns the answer.
pub(crate) fn held<T: PartialEq>(answer: T, truth: T) -> T {
    note(answer != truth);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_level_stays_until_a_reset() {
        clear();
        assert_eq!(level(), Level::Unreached);
        assert_eq!((held(7, 7), level()), (7, Level::Reached));
        assert_eq!((held(7, 8), level()), (7, Level::Triggered));
        assert_eq!((note(false), level()), (false, Level::Triggered));
        clear();
        assert_eq!(level(), Level::Unreached);
    }
}
