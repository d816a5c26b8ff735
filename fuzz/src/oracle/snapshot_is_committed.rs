//! A snapshot matches the committed log up to its last entry: its term, state and membership.
//!
//! Sound: a state machine applies only committed entries (section 7), and a snapshot carries the
//! membership at its last entry. Checked when it is written, by the node that took it and by each
//! node that received it.
//!
//! Legal as well: a snapshot behind the end of the log, with a tail of entries kept before or after
//! it; one that is older than what is applied; one that nobody needed.

use raft::{LogId, NodeId};

use crate::history::monitor::Monitor;
use crate::history::state_machine::state_of;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SnapshotIsCommitted;

impl Oracle for SnapshotIsCommitted {
    const INFO: OracleInfo = OracleInfo {
        name: "snapshot-is-committed",
        id: "S1, S2",
        property: "A snapshot matches the committed log up to its last entry: its term, state and membership.",
        source: "Raft paper, section 7",
    };
}

impl Monitor for SnapshotIsCommitted {
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(snapshot) = &write.snapshot else { return NOTHING };
        let last = snapshot.last;
        let state = state_of(&snapshot.data);
        let entry = history.committed_log.at(last.index);
        let same_state = history.reference.state_at(last.index) == Some(state);
        let is_true = entry.is_some_and(|link| link.term == last.term) && same_state;
        let members = history.committed_membership_at(last.index);
        check(is_true && snapshot.membership == members, || Violation::SnapshotIsCommitted {
            node,
            last,
            committed: entry.map_or(LogId::ZERO, |link| LogId { term: link.term, ..last }),
            same_state,
            same_members: snapshot.membership == members,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn committed() -> crate::history::recorder::Recorder<SnapshotIsCommitted> {
        let mut run = cluster::<SnapshotIsCommitted>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 7), (1, 8)])).unwrap();
        run.commits(0, 2).unwrap();
        run
    }

    #[test]
    fn a_snapshot_of_the_committed_state_is_legal() {
        let mut run = committed();
        let snapshot = snapshot(&run, LogId::new(1, 2), &[(1, 0), (1, 7)]);
        assert_eq!(run.writes(0, &snapshot), HELD);
    }

    #[test]
    fn a_snapshot_of_an_uncommitted_entry_is_illegal() {
        let mut run = committed();
        let snapshot = snapshot(&run, LogId::new(1, 3), &[(1, 0), (1, 7), (1, 8)]);
        assert!(run.writes(0, &snapshot).is_err());
    }

    #[test]
    fn a_snapshot_of_a_different_state_is_illegal() {
        let mut run = committed();
        let snapshot = snapshot(&run, LogId::new(1, 2), &[(1, 0), (1, 9)]);
        assert!(run.writes(0, &snapshot).is_err());
    }
}
