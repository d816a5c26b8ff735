//! A committed entry is on the disks of a quorum, and stays there.
//!
//! The leader has no privilege: a quorum of followers may be durable first (dissertation, 10.2.1).
//! The membership is the one with which the last entry was committed: the newest in the log of the
//! node that committed it first. Checked at each commit, at each durable truncation, at each crash,
//! and where a start cuts a log or finds less than before. Sound: acknowledgements wait for the
//! disk, and no later leader removes a committed entry. A start cuts only what was never reported
//! as durable to the node, so that nobody has counted it.
//!
//! Legal as well: a leader that counts itself late, or commits later than it could; and one that
//! begins a membership change in the step in which it commits, before or after that.

use raft::{LogIndex, NodeId};

use crate::base::quorum::is_quorum;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommittedIsDurable;

impl Oracle for CommittedIsDurable {
    const INFO: OracleInfo = OracleInfo {
        name: "committed-is-durable",
        id: "C5",
        property: "A committed entry is on the disks of a quorum, and stays there.",
        source: "Raft paper, 5.3 and 5.6; the sound form of etcd's CommittedIsDurableInv (etcd-io/raft#226)",
    };
}

fn is_durable(history: &History) -> Verdict {
    let index = history.last_committed();
    if index == LogIndex(0) {
        return NOTHING;
    }
    let (holders, members) = (history.holders(), history.committed_by);
    let held = is_quorum(&members, holders);
    check(held, || Violation::CommittedIsDurable { index, holders, members })
}

impl Monitor for CommittedIsDurable {
    fn committed(&mut self, history: &History, _: NodeId, _: LogIndex, _: LogIndex) -> Verdict {
        is_durable(history)
    }

    fn persisted(&mut self, history: &History, _: NodeId, write: &Write) -> Verdict {
        match write.truncate_from {
            Some(_) => is_durable(history),
            None => NOTHING,
        }
    }

    fn stopped(&mut self, history: &History, _: NodeId, _: usize) -> Verdict {
        is_durable(history)
    }

    fn shortened(&mut self, history: &History, _: NodeId, _: LogIndex) -> Verdict {
        is_durable(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn a_leader_may_commit_before_its_own_disk_is_done() {
        let mut run = cluster::<CommittedIsDurable>(3);
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.stores(1, &write(1, &[(1, 0)])).unwrap();
        run.stores(2, &write(1, &[(1, 0)])).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn a_leader_may_begin_a_change_in_the_step_in_which_it_commits() {
        let mut run = cluster::<CommittedIsDurable>(5);
        run.stores(0, &change(1, 1, &[0])).unwrap();
        run.stores(0, &write(2, &[(1, 1)])).unwrap();
        assert_eq!(run.writes_and_commits(0, &change(3, 1, &[0, 1, 2]), 2), HELD);
        let mut run = cluster::<CommittedIsDurable>(5);
        run.stores(0, &change(1, 1, &[0, 1, 2])).unwrap();
        run.stores(0, &write(2, &[(1, 1)])).unwrap();
        assert!(run.writes_and_commits(0, &change(3, 1, &[0, 1, 2, 3]), 2).is_err());
    }

    #[test]
    fn counting_entries_only_in_memory_is_illegal() {
        let mut run = cluster::<CommittedIsDurable>(3);
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.writes(1, &write(1, &[(1, 0)])).unwrap();
        assert!(run.commits(0, 1).is_err());
    }

    #[test]
    fn removing_a_committed_entry_from_a_disk_is_illegal() {
        let mut run = cluster::<CommittedIsDurable>(3);
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.stores(1, &write(1, &[(1, 0)])).unwrap();
        run.commits(0, 1).unwrap();
        assert!(run.stores(1, &overwrite(1, &[(2, 0)])).is_err());
    }
}
