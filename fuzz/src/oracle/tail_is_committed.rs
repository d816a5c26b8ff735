//! The entries that a node keeps behind a snapshot are those of the committed log.
//!
//! With a tail, a log has two boundaries: its first entry and the snapshot's last. Sound: a tail is
//! a part of the log, which has no gap, and is sent to others as such; a snapshot covers committed
//! entries (section 7). So the log must contain the snapshot's last entry, with all before it (Log
//! Matching), and nothing up to there is truncated in the same write.
//!
//! Legal as well: any length of the tail, that of a snapshot from the leader too; none at all.

use raft::{LogId, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct TailIsCommitted;

impl Oracle for TailIsCommitted {
    const INFO: OracleInfo = OracleInfo {
        name: "tail-is-committed",
        id: "S5",
        property: "The entries that a node keeps behind a snapshot are those of the committed log.",
        source: "Raft paper, section 7 and Figure 13, 6 and 7; hashicorp/raft #697",
    };
}

impl Monitor for TailIsCommitted {
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(snapshot) = write.snapshot.as_ref().filter(|_| write.tail > 0) else {
            return NOTHING;
        };
        let (log, last) = (&history.node(node).log, snapshot.last);
        if history.last_committed() < last.index {
            return NOTHING; // Another oracle judges such a snapshot.
        }
        let is_cut = write.truncate_from.is_some_and(|index| index <= last.index);
        let is_committed = !is_cut && history.holds_committed(log, last.index);
        check(is_committed, || {
            let own =
                log.at(last.index).map_or(log.last(), |link| LogId { term: link.term, ..last });
            let committed = history.committed_log.at(last.index).map_or(Term(0), |link| link.term);
            Violation::TailIsCommitted { node, snapshot: last, own, committed, is_cut }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::LogIndex;

    /// Three entries are committed; n1 has a log of its own, and stores a snapshot up to the third.
    fn stores_with_tail(log: &[(u64, u64)], tail: u64, truncate_from: Option<u64>) -> Verdict {
        let committed = [(1, 0), (1, 7), (2, 8)];
        let mut run = cluster::<TailIsCommitted>(3);
        run.writes(0, &write(1, &committed)).unwrap();
        run.commits(0, 3).unwrap();
        run.writes(1, &write(1, log)).unwrap();
        let taken = snapshot(&run, LogId::new(2, 3), &committed);
        run.writes(1, &Write { tail, truncate_from: truncate_from.map(LogIndex), ..taken })
    }

    #[test]
    fn the_tail_of_a_log_that_contains_the_last_entry_of_the_snapshot_is_legal() {
        assert_eq!(stores_with_tail(&[(1, 0), (1, 7), (2, 8)], 2, None), HELD);
        assert_eq!(stores_with_tail(&[(1, 0), (1, 7), (2, 8), (2, 9)], 9, Some(4)), HELD);
    }

    #[test]
    fn without_a_tail_any_log_may_be_replaced() {
        assert_eq!(stores_with_tail(&[(1, 0), (1, 7), (1, 9)], 0, Some(3)), NOTHING);
    }

    #[test]
    fn the_tail_of_a_log_that_conflicts_is_too_short_or_is_cut_is_illegal() {
        assert!(stores_with_tail(&[(1, 0), (1, 7), (1, 9)], 2, None).is_err());
        assert!(stores_with_tail(&[(1, 0), (1, 7), (1, 9)], 2, Some(3)).is_err());
        assert!(stores_with_tail(&[(1, 0), (1, 7)], 2, None).is_err());
        assert!(stores_with_tail(&[(1, 0), (1, 7), (2, 8)], 2, Some(2)).is_err());
    }
}
