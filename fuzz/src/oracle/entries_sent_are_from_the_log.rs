//! What an AppendEntries carries is a part of its sender's log: the previous entry, as many entries
//! as it says, and the last of them.
//!
//! Judged at the message, and only while its sender leads the term of the message. Sound: a leader
//! removes nothing from its log (Leader Append-Only), so whatever it has sent in its term, from
//! memory, from its disk or from a tail behind a snapshot, is in its log still.
//!
//! Legal as well: messages that leave after their sender has stepped down, which may have truncated
//! its log since, are not judged; entries that are not yet on the sender's disk; a previous entry
//! that the sender has compacted; heartbeats that name the place before the first entry.

use raft::{LogId, LogIndex};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct EntriesSentAreFromTheLog;

impl Oracle for EntriesSentAreFromTheLog {
    const INFO: OracleInfo = OracleInfo {
        name: "entries-sent-are-from-the-log",
        id: "M6",
        property: "What an AppendEntries carries is a part of its sender's log.",
        source: "Raft paper, Figure 2, AppendEntries; openraft #1795",
    };
}

impl Monitor for EntriesSentAreFromTheLog {
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::AppendEntries { prev_log, last_log, entries, .. } = message.body else {
            return NOTHING;
        };
        let facts = history.node(message.from);
        if !facts.view.is_leader() || facts.view.term() != message.term {
            return NOTHING;
        }
        let has = |id: LogId| facts.log.at(id.index).is_some_and(|link| link.term == id.term);
        let follows = last_log.index.0 == prev_log.index.0 + entries as u64;
        check(has(prev_log) && has(last_log) && follows, || {
            let own =
                |index: LogIndex| facts.log.at(index).map(|link| LogId { term: link.term, index });
            Violation::EntriesSentAreFromTheLog {
                leader: message.from,
                to: message.to,
                sent: (prev_log, entries, last_log),
                own: (own(prev_log.index), own(last_log.index)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    fn append(prev_log: LogId, entries: usize, last_log: LogId) -> MessageBody {
        MessageBody::AppendEntries { prev_log, last_log, entries, commit: LogIndex(0) }
    }

    /// n0, with a log of the terms 1, 1 and 2, leads term 2 and sends this.
    fn sends(body: MessageBody) -> Verdict {
        let mut run = cluster::<EntriesSentAreFromTheLog>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 7)])).unwrap();
        run.becomes(0, Role::Leader, 2).unwrap();
        run.writes(0, &write(3, &[(2, 0)])).unwrap();
        run.sends(says(0, 1, 2, body))
    }

    #[test]
    fn a_part_of_the_log_from_its_start_or_from_anywhere_on_is_legal() {
        assert!(sends(append(LogId::ZERO, 3, LogId::new(2, 3))).is_ok());
        assert!(sends(append(LogId::new(1, 2), 1, LogId::new(2, 3))).is_ok());
        assert!(sends(append(LogId::new(1, 1), 0, LogId::new(1, 1))).is_ok());
    }

    #[test]
    fn another_term_before_the_entries_a_gap_and_entries_beyond_the_end_are_illegal() {
        assert!(sends(append(LogId::new(2, 2), 1, LogId::new(2, 3))).is_err());
        assert!(sends(append(LogId::new(1, 1), 1, LogId::new(2, 3))).is_err());
        assert!(sends(append(LogId::new(1, 2), 2, LogId::new(2, 4))).is_err());
        assert!(sends(append(LogId::new(1, 2), 1, LogId::new(1, 3))).is_err());
    }

    #[test]
    fn a_message_that_leaves_after_its_sender_has_stepped_down_is_legal() {
        let mut run = cluster::<EntriesSentAreFromTheLog>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.becomes(0, Role::Follower, 2).unwrap();
        run.writes(0, &overwrite(1, &[(2, 0)])).unwrap();
        assert!(run.sends(says(0, 1, 1, append(LogId::ZERO, 1, LogId::new(1, 1)))).is_ok());
    }
}
