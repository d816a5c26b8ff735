//! The commit index of a running node never decreases and never passes the end of its log.
//!
//! Sound: committed entries stay committed. After a restart the index may begin again at a value
//! that the disk shows.
//!
//! Legal as well: a commit index that lags, is kept over restarts, or comes with heartbeats alone.
//! An adapter to a Raft that notes a commit index beyond the end of its log shows the end.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitIsMonotone;

impl Oracle for CommitIsMonotone {
    const INFO: OracleInfo = OracleInfo {
        name: "commit-is-monotone",
        id: "C3",
        property:
            "The commit index of a running node never decreases and never passes the end of its log.",
        source:
            "Raft paper, Figure 2: commitIndex increases monotonically; SandTable on PySyncObj#166",
    };
}

impl Monitor for CommitIsMonotone {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.commit == old.commit {
            return NOTHING;
        }
        let (before, after) = (old.commit, new.commit);
        let last = history.node(node).log.last_index();
        check(after >= before && after <= last, || Violation::CommitIsMonotone {
            node,
            before,
            after,
            last,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn a_commit_index_may_increase_and_begin_again_after_a_restart() {
        let mut run = cluster::<CommitIsMonotone>(3);
        run.stores(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
        assert_eq!(run.commits(0, 2), HELD);
        run.reboots(0).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn a_commit_index_that_decreases_is_illegal() {
        let mut run = cluster::<CommitIsMonotone>(3);
        run.stores(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
        run.commits(0, 2).unwrap();
        assert!(run.commits(0, 1).is_err());
    }

    #[test]
    fn committing_past_the_end_of_the_log_is_illegal() {
        assert!(cluster::<CommitIsMonotone>(3).commits(0, 1).is_err());
    }
}
