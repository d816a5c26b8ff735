//! A node that could win an election holds every committed entry.
//!
//! A node could win if its log is at least as up-to-date as the logs of a quorum, itself included;
//! a stopped node counts with its disk. Sound: some voter of that quorum durably holds all
//! committed entries. If its log and the candidate's end in the same term, the longer one contains
//! the shorter; if the candidate's last term is newer, the leader of that term was elected after
//! the commit and had the entry. Each node uses the membership in its own log, whose quorums
//! overlap those of the next one. The published form requires this for every single voter, which
//! legal Raft violates: see scenario B.
//!
//! Legal as well: voters that refuse votes, candidates that claim less, nodes that never campaign:
//! whoever could win by the voting rule is judged, not who does.

use raft::{LogIndex, NodeId, NodeSet};

use crate::base::quorum::is_quorum;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::{History, NodeHistory};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ElectableHasCommitted;

impl Oracle for ElectableHasCommitted {
    const INFO: OracleInfo = OracleInfo {
        name: "electable-has-committed",
        id: "E9",
        property: "A node that could win an election holds every committed entry.",
        source: "our sound form of etcd's MoreUpToDateCorrectInv (etcd-io/raft#515)",
    };
}

/// Checks every node.
fn all_hold(history: &History) -> Verdict {
    let mut verdict = NOTHING;
    for node in &history.nodes {
        verdict = Ok(verdict? | holds(history, node)?);
    }
    verdict
}

/// If `node` could win, it holds all committed entries.
fn holds(history: &History, node: &NodeHistory) -> Verdict {
    let committed = history.last_committed();
    if history.holds_committed(&node.log, committed) {
        return if committed == LogIndex(0) { NOTHING } else { HELD };
    }
    let members = history.membership_of(node);
    if !members.all_voters().contains(node.id) {
        return NOTHING;
    }
    let last = node.log.last();
    let others = history.nodes.iter().filter(|other| last >= other.log.last());
    let voters: NodeSet = others.map(|other| other.id).collect();
    check(!is_quorum(members, voters), || Violation::ElectableHasCommitted {
        node: node.id,
        last,
        voters,
        members: *members,
        committed,
    })
}

impl Monitor for ElectableHasCommitted {
    fn committed(&mut self, history: &History, _: NodeId, _: LogIndex, _: LogIndex) -> Verdict {
        all_hold(history)
    }

    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        // A log that grows makes no other node electable.
        match (write.truncate_from, write.entries.is_empty()) {
            (None, true) => NOTHING,
            (None, false) => holds(history, history.node(node)),
            (Some(_), _) => all_hold(history),
        }
    }

    fn stopped(&mut self, history: &History, _: NodeId, _: usize) -> Verdict {
        all_hold(history)
    }

    fn shortened(&mut self, history: &History, _: NodeId, _: LogIndex) -> Verdict {
        all_hold(history)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    #[test]
    fn a_node_without_the_committed_entry_is_legal_if_no_quorum_would_elect_it() {
        let mut run = cluster::<ElectableHasCommitted>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.stores(1, &write(1, &[(1, 0)])).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn committing_an_entry_that_only_one_node_has_is_illegal() {
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
