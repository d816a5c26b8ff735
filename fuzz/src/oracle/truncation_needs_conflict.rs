//! A node removes entries only to replace them by conflicting ones.
//!
//! A truncation must be followed, in the same write, by an entry of another term at its index, or
//! by a snapshot whose last entry is that entry. Sound: a follower truncates only in this case, and
//! no other role truncates.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct TruncationNeedsConflict;

impl Oracle for TruncationNeedsConflict {
    const INFO: OracleInfo = OracleInfo {
        name: "truncation-needs-conflict",
        id: "G6",
        property: "A node removes entries only to replace them by conflicting ones.",
        source: "Raft paper, Figure 2, AppendEntries 3; SandTable on RaftOS#26",
    };
}

impl Monitor for TruncationNeedsConflict {
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(index) = write.truncate_from else { return NOTHING };
        let Some(removed) = history.node(node).log.at(index) else { return NOTHING };
        let installed = write.snapshot.as_ref().map(|snapshot| snapshot.last);
        let replacing = installed.or(write.entries.first().map(|entry| entry.id));
        let replaced =
            replacing.is_some_and(|entry| entry.index == index && entry.term != removed.term);
        let term = removed.term;
        check(replaced, || Violation::TruncationNeedsConflict { node, index, term })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;

    #[test]
    fn replacing_an_entry_by_one_of_another_term_is_legal() {
        let mut run = cluster::<TruncationNeedsConflict>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
        assert!(run.writes(0, &overwrite(2, &[(2, 0)])).is_ok());
    }

    #[test]
    fn removing_entries_without_a_conflict_is_illegal() {
        for wrong in [overwrite(2, &[]), overwrite(2, &[(1, 1)])] {
            let mut run = cluster::<TruncationNeedsConflict>(3);
            run.writes(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
            assert!(run.writes(0, &wrong).is_err(), "{wrong:?}");
        }
    }
}
