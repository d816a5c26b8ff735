//! Canaries: whether a run came upon a seeded bug, and whether the bug made a difference there.
//!
//! Promises the three levels of Magma's bench: a bug is *reached* where its decision is asked for,
//! *triggered* where the answer is not what true Raft would have said to the same question; that it
//! is *detected* is for an oracle to say. So a search that never comes upon a bug and an oracle
//! that never sees it are told apart. Decides nothing: no run, search or oracle may look here. Each
//! thread has a level of its own, of all that it ran since [`clear`]. True Raft has no canary.

use std::cell::Cell;

/// How near a seeded bug was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Its decision was not asked for.
    Unreached,
    /// It was, and its answer was true Raft's each time.
    Reached,
    /// It was, and its answer was not true Raft's at least once.
    Triggered,
}

thread_local! {
    static LEVEL: Cell<Level> = const { Cell::new(Level::Unreached) };
}

/// Begins anew.
pub fn clear() {
    LEVEL.set(Level::Unreached);
}

/// The highest level since [`clear`].
pub fn level() -> Level {
    LEVEL.get()
}

/// A seeded bug was asked; whether its answer `differs` from the true one, which is given back.
pub(crate) fn note(differs: bool) -> bool {
    let level = if differs { Level::Triggered } else { Level::Reached };
    LEVEL.set(level.max(LEVEL.get()));
    differs
}

/// A seeded bug was asked: its `answer`, held against the `truth`.
pub(crate) fn held<T: PartialEq>(answer: T, truth: T) -> T {
    note(answer != truth);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_level_stays_until_all_begins_anew() {
        clear();
        assert_eq!(level(), Level::Unreached);
        assert_eq!((held(7, 7), level()), (7, Level::Reached));
        assert_eq!((held(7, 8), level()), (7, Level::Triggered));
        assert_eq!((note(false), level()), (false, Level::Triggered));
        clear();
        assert_eq!(level(), Level::Unreached);
    }
}
