//! After recovery, a new read is answered.
//!
//! During recovery, a client repeatedly sends the leader a read, as it does a command. Sound: a
//! leader that has committed an entry of its term, which is so once a new command is applied, waits
//! only for a round of messages, and none is lost. Checked only if the new command was applied.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::RecoveryOutcome;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct FreshReadIsAnswered;

impl Oracle for FreshReadIsAnswered {
    const INFO: OracleInfo = OracleInfo {
        name: "fresh-read-is-answered",
        id: "L2",
        property: "After recovery, a new read is answered.",
        source: "Raft dissertation, 6.4",
    };
}

impl Monitor for FreshReadIsAnswered {
    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        if !history.has_recovered(outcome.fresh) {
            return NOTHING;
        }
        check(outcome.has_read, || Violation::FreshReadIsAnswered { ticks: outcome.ticks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn recovered(has_read: bool) -> Verdict {
        let mut run = cluster::<FreshReadIsAnswered>(1);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 7)])).unwrap();
        run.commits(0, 1).unwrap();
        run.applies(0, 1, 7).unwrap();
        run.recovered(&RecoveryOutcome { fresh: 7, has_read, ..RecoveryOutcome::default() })
    }

    #[test]
    fn a_read_that_is_answered_is_legal() {
        assert_eq!(recovered(true), HELD);
    }

    #[test]
    fn no_response_to_any_read_is_illegal() {
        assert!(recovered(false).is_err());
    }
}
