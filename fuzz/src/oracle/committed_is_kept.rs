//! A node never removes an entry that it has committed.
//!
//! Sound: a committed entry does not conflict with the log of any later leader.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommittedIsKept;

impl Oracle for CommittedIsKept {
    const INFO: OracleInfo = OracleInfo {
        name: "committed-is-kept",
        id: "G6",
        property: "A node never removes an entry that it has committed.",
        source: "Raft paper, 5.3 and Figure 3: State Machine Safety",
    };
}

impl Monitor for CommittedIsKept {
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(index) = write.truncate_from else { return NOTHING };
        let commit = history.node(node).view.commit;
        check(index > commit, || Violation::CommittedIsKept { node, index, commit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;

    fn committed_one() -> crate::history::recorder::Recorder<CommittedIsKept> {
        let mut run = cluster::<CommittedIsKept>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
        run.commits(0, 1).unwrap();
        run
    }

    #[test]
    fn removing_an_uncommitted_entry_is_legal() {
        assert!(committed_one().writes(0, &overwrite(2, &[(2, 0)])).is_ok());
    }

    #[test]
    fn removing_a_committed_entry_is_illegal() {
        assert!(committed_one().writes(0, &overwrite(1, &[(2, 0)])).is_err());
    }
}
