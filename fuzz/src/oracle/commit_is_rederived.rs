//! A node restarts with a commit index only up to committed entries that are on its disk.
//!
//! Sound: a commit index may be stored, but never ahead of the log or of the true commit index.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitIsRederived;

impl Oracle for CommitIsRederived {
    const INFO: OracleInfo = OracleInfo {
        name: "commit-is-rederived",
        id: "D5",
        property:
            "A node restarts with a commit index only up to committed entries that are on its disk.",
        source: "Raft paper, Figure 2: commitIndex is volatile",
    };
}

impl Monitor for CommitIsRederived {
    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        let commit = facts.view.commit;
        check(history.holds_committed(&facts.disk, commit), || Violation::CommitIsRederived {
            node,
            commit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use crate::replica::View;
    use raft::LogIndex;

    fn committed_on_node_0() -> crate::history::recorder::Recorder<CommitIsRederived> {
        let mut run = cluster::<CommitIsRederived>(3);
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.commits(0, 1).unwrap();
        run
    }

    #[test]
    fn starting_with_committed_entries_on_disk_is_legal() {
        let view = View { commit: LogIndex(1), ..View::default() };
        assert_eq!(committed_on_node_0().started(NodeId(0), view, None), HELD);
    }

    #[test]
    fn starting_with_a_commit_index_beyond_the_disk_is_illegal() {
        let view = View { commit: LogIndex(1), ..View::default() };
        assert!(committed_on_node_0().started(NodeId(1), view, None).is_err());
    }
}
