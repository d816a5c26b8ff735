//! Once everything works again, no message stays in flight, no write pending, nothing unapplied.
//!
//! Sound: between two ticks everything that is in flight arrives, and what that causes as well,
//! thousands of times over; only a Raft that answers answers for ever has something left. Asked
//! only if the fresh command was applied.

use crate::history::History;
use crate::observer::Observer;
use crate::oracle::{Card, Oracle};
use crate::recovery::Healing;
use crate::violation::{check, Verdict, Violation, NOTHING};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct QueuesDrain;

impl Oracle for QueuesDrain {
    const CARD: Card = Card {
        name: "queues-drain",
        id: "L4",
        promise: "Once everything works again, no message stays in flight, no write pending, nothing unapplied.",
        source: "bounded queues: oracles-and-faults, L4",
    };
}

impl Observer for QueuesDrain {
    fn recovered(&mut self, history: &History, healing: &Healing) -> Verdict {
        if !history.has_recovered(healing.fresh) {
            return NOTHING;
        }
        check(healing.is_quiet, || Violation::QueuesDrain { ticks: healing.ticks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::HELD;
    use crate::watch::by_hand::*;
    use raft::Role;

    fn recovered(is_quiet: bool) -> Verdict {
        let mut run = cluster::<QueuesDrain>(1);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 7)])).unwrap();
        run.commits(0, 1).unwrap();
        run.applies(0, 1, 7).unwrap();
        run.recovered(&Healing { fresh: 7, is_quiet, ..Healing::default() })
    }

    #[test]
    fn empty_queues_are_legal() {
        assert_eq!(recovered(true), HELD);
    }

    #[test]
    fn queues_that_never_empty_are_illegal() {
        assert!(recovered(false).is_err());
    }
}
