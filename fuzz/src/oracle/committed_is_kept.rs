//! A node never removes an entry that it has committed.
//!
//! Sound: a committed entry does not conflict with the log of any later leader.
//!
//! Legal as well: a snapshot that covers everything committed replaces the whole log (Figure 13, 7:
//! "discard the entire log") in one write.

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
        let covered = write.snapshot.as_ref().is_some_and(|it| it.last.index >= commit);
        check(index > commit || covered, || Violation::CommittedIsKept { node, index, commit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::{LogId, LogIndex};

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
    fn a_snapshot_of_all_that_is_committed_may_replace_the_whole_log() {
        for (commit, is_legal) in [(1, true), (2, false)] {
            let mut run = committed_one();
            run.commits(0, commit).unwrap();
            let taken = snapshot(&run, LogId::new(1, 1), &[(1, 0)]);
            let discard = Write { truncate_from: Some(LogIndex(1)), ..taken };
            assert_eq!(run.writes(0, &discard).is_ok(), is_legal);
        }
    }

    #[test]
    fn removing_a_committed_entry_is_illegal() {
        assert!(committed_one().writes(0, &overwrite(1, &[(2, 0)])).is_err());
    }
}
