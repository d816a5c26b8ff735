//! A node that could win an election holds every committed entry.
//!
//! Could win: its log passes the vote check of a quorum, itself included; a stopped node counts
//! with its disk. Sound: some voter of that quorum durably holds everything committed. If both end
//! in the same term, the longer log contains the shorter; if the candidate's last term is newer,
//! its leader was elected after the commit and had the entry. The published form asks this of every
//! single voter, which legal Raft breaks: see scenario B.

use raft::{LogIndex, NodeId, NodeSet};

use crate::history::History;
use crate::oracle::{Card, Oracle};
use crate::replica::Write;
use crate::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ElectableHasCommitted;

impl Oracle for ElectableHasCommitted {
    const CARD: Card = Card {
        name: "electable-has-committed",
        id: "E9",
        promise: "A node that could win an election holds every committed entry.",
        source: "our sound form of etcd's MoreUpToDateCorrectInv (etcd-io/raft#515)",
    };
}

fn electable_has_committed(history: &History) -> Verdict {
    let committed = history.last_committed();
    if committed == LogIndex(0) {
        return NOTHING;
    }
    for node in &history.nodes {
        if history.holds_committed(&node.log, committed) {
            continue;
        }
        let last = node.log.last();
        let voters: NodeSet = history
            .nodes
            .iter()
            .filter(|other| last >= other.log.last())
            .map(|other| other.id)
            .collect();
        let node = node.id;
        check(!history.membership.is_quorum(voters), || Violation::ElectableHasCommitted {
            node,
            last,
            voters,
            committed,
        })?;
    }
    HELD
}

impl Observer for ElectableHasCommitted {
    fn committed(&mut self, history: &History, _: NodeId, _: LogIndex, _: LogIndex) -> Verdict {
        electable_has_committed(history)
    }

    fn wrote(&mut self, history: &History, _: NodeId, write: &Write) -> Verdict {
        match write.entries.is_empty() && write.truncate_from.is_none() {
            true => NOTHING,
            false => electable_has_committed(history),
        }
    }

    fn stopped(&mut self, history: &History, _: NodeId, _: usize) -> Verdict {
        electable_has_committed(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::by_hand::*;
    use raft::Role;

    #[test]
    fn a_node_without_the_committed_entry_may_lack_it_while_a_quorum_refuses_it() {
        let mut run = cluster::<ElectableHasCommitted>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.stores(1, &write(1, &[(1, 0)])).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn committing_what_only_one_node_has_is_illegal() {
        let mut run = cluster::<ElectableHasCommitted>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.commits(0, 1).is_err());
    }

    #[test]
    fn a_crash_that_loses_the_committed_entry_is_illegal() {
        let mut run = cluster::<ElectableHasCommitted>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.writes(1, &write(1, &[(1, 0)])).unwrap();
        run.commits(0, 1).unwrap();
        assert!(run.reboots(1).is_err());
    }
}
