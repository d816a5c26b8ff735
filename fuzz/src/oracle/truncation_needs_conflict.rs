//! A node removes entries only to replace them by conflicting ones.
//!
//! A truncation must be followed, in the same write, by an entry of another term at its index, or
//! by a snapshot whose last entry the log does not have. Sound: a follower truncates only in this
//! case, and no other role truncates.
//!
//! Legal as well: a follower that truncates as soon as the previous entry of an AppendEntries of
//! its term conflicts with the entry there, before it knows what replaces it (noraft); a snapshot
//! that replaces the whole log, however far back the two differ (Figure 13, 7).

use raft::{LogIndex, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct TruncationNeedsConflict {
    /// The first entry that the current step removes without a replacement.
    unreplaced: Option<(LogIndex, Term)>,
}

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
        let log = &history.node(node).log;
        let is_replaced = match (&write.snapshot, write.entries.first()) {
            (Some(snapshot), _) => {
                let own = log.at(snapshot.last.index).map(|link| link.term);
                own != Some(snapshot.last.term)
            }
            (None, Some(first)) => first.id.index == index && first.id.term != removed.term,
            (None, None) => false,
        };
        self.unreplaced = (!is_replaced).then_some((index, removed.term));
        Ok(is_replaced.into())
    }

    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::AppendEntries { prev_log, .. } = message.body else { return NOTHING };
        let is_current = message.term == history.node(message.to).view.term();
        let shows_conflict =
            |(index, term): &(LogIndex, Term)| prev_log.index == *index && prev_log.term != *term;
        self.unreplaced = self.unreplaced.filter(|cut| !(is_current && shows_conflict(cut)));
        NOTHING
    }

    fn wrote(&mut self, _: &History, node: NodeId, _: &Write) -> Verdict {
        match self.unreplaced.take() {
            Some((index, term)) => {
                check(false, || Violation::TruncationNeedsConflict { node, index, term })
            }
            None => NOTHING,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::LogId;

    #[test]
    fn replacing_an_entry_by_one_of_another_term_is_legal() {
        let mut run = cluster::<TruncationNeedsConflict>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
        assert!(run.writes(0, &overwrite(2, &[(2, 0)])).is_ok());
    }

    /// A follower in term 2 with two entries of term 1 receives this previous entry, and truncates
    /// its log from index 2 on.
    fn cuts_at(prev_log: LogId) -> Verdict {
        let mut run = cluster::<TruncationNeedsConflict>(3);
        run.becomes(0, raft::Role::Follower, 2).unwrap();
        run.writes(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
        let body = MessageBody::AppendEntries {
            prev_log,
            last_log: prev_log,
            entries: 0,
            commit: LogIndex(0),
        };
        run.receives_and_writes(says(1, 0, 2, body), &overwrite(2, &[]))
    }

    #[test]
    fn truncating_at_a_previous_entry_that_conflicts_is_legal() {
        assert!(cuts_at(LogId::new(2, 2)).is_ok());
        assert!(cuts_at(LogId::new(1, 2)).is_err());
        assert!(cuts_at(LogId::new(2, 3)).is_err());
    }

    #[test]
    fn a_snapshot_replaces_a_log_that_lacks_its_last_entry_from_anywhere_on() {
        for (last, is_legal) in [(LogId::new(2, 2), true), (LogId::new(1, 2), false)] {
            let mut run = cluster::<TruncationNeedsConflict>(3);
            run.writes(0, &write(1, &[(1, 0), (1, 1)])).unwrap();
            let taken = snapshot(&run, last, &[]);
            let discard = Write { truncate_from: Some(LogIndex(1)), ..taken };
            assert_eq!(run.writes(0, &discard).is_ok(), is_legal);
        }
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
