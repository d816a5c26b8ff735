//! All nodes commit the same entries, and committed entries never change.
//!
//! The first node that commits an index determines the log up to it; every other node that commits
//! it, or commits it again after a restart, must have the same prefix. Sound: this is the
//! definition of committed.

use raft::{LogIndex, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommittedAgree;

impl Oracle for CommittedAgree {
    const INFO: OracleInfo = OracleInfo {
        name: "committed-agree",
        id: "C1",
        property: "All nodes commit the same entries, and committed entries never change.",
        source: "Raft paper, Figure 3: State Machine Safety",
    };
}

impl Monitor for CommittedAgree {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.commit <= old.commit {
            return NOTHING;
        }
        let log = &history.node(node).log;
        let known = new.commit.min(history.last_committed());
        check(history.holds_committed(log, known), || {
            let index = (1..=known.0)
                .map(LogIndex)
                .find(|&index| !history.holds_committed(log, index))
                .expect("an index differs, since the last one does");
            let committed = history.committed_at(index).expect("known indexes are committed");
            Violation::CommittedAgree {
                node,
                index,
                committed: history.committed_log.at(index).map_or(Term(0), |link| link.term),
                by: committed.by,
                own: log.at(index).map_or(Term(0), |link| link.term),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn committing_the_same_entries_again_is_legal() {
        let mut run = cluster::<CommittedAgree>(3);
        for node in [0, 1] {
            run.stores(node, &write(1, &[(1, 0), (1, 7)])).unwrap();
            assert_eq!(run.commits(node, 2), HELD);
        }
        run.reboots(0).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn committing_a_different_entry_is_illegal() {
        let mut run = cluster::<CommittedAgree>(3);
        run.stores(0, &write(1, &[(1, 0), (1, 7)])).unwrap();
        run.commits(0, 2).unwrap();
        run.stores(1, &write(1, &[(1, 0), (2, 7)])).unwrap();
        assert!(run.commits(1, 2).is_err());
    }
}
