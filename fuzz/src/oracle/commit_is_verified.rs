//! A follower commits only entries that messages of its leader verify as matching and committed.
//!
//! Matching: an AppendEntries of the current term reached the node, and the node's log has the last
//! entry of that message. Committed: the leader of that term sent a commit index that reaches the
//! entry. A heartbeat may state both with one number. Some implementations also name a committed
//! entry in other messages; this counts in any term once the node has exactly that entry. Sound:
//! logs that match up to a committed entry always do so, so an entry that was verified once stays
//! verified.
//!
//! Legal as well: a follower that takes only a part of the entries of a message, or none, and the
//! commit index up to there; one that commits later than it could, or keeps its commit index over
//! restarts; a commit index that comes with heartbeats alone.

use raft::{LogId, LogIndex, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitIsVerified {
    verified: PerNode<Verified>,
}

/// The entries of one node that messages have verified in this incarnation.
#[derive(Clone, Copy, Debug, Default)]
struct Verified {
    /// The term of `matching` and `committed`.
    term: Term,
    /// Up to here its log matches the leader's.
    matching: LogIndex,
    /// The highest commit index that the leader has sent.
    committed: LogIndex,
    /// Up to here both held, in some term.
    both: LogIndex,
}

impl Oracle for CommitIsVerified {
    const INFO: OracleInfo = OracleInfo {
        name: "commit-is-verified",
        id: "C6",
        property: "A follower commits only entries that messages of its leader verify as matching and committed.",
        source: "Raft paper, Figure 2, AppendEntries 5: min(leaderCommit, index of last new entry)",
    };
}

/// How much of an AppendEntries the receiver's log has, if it has the previous entry and not the
/// last one: as far as the logs agree, if the sender still leads; else as far as they may.
fn taken(history: &History, message: &MessageView, prev: LogId, last: LogId) -> LogIndex {
    let (log, leader) = (&history.node(message.to).log, history.node(message.from));
    let end = last.index.min(log.last_index());
    if !leader.up || !leader.view.is_leader() || leader.view.term() != message.term {
        return end;
    }
    let mut new = (prev.index.0..=end.0).rev().map(LogIndex);
    new.find(|&index| log.agrees(&leader.log, index)).unwrap_or(prev.index)
}

impl Monitor for CommitIsVerified {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        let node = history.node(message.to);
        let holds = |id: LogId| node.log.at(id.index).is_some_and(|link| link.term == id.term);
        let verified = &mut self.verified[message.to];
        if node.view.term() != verified.term {
            let both = verified.both;
            *verified = Verified { term: node.view.term(), both, ..Verified::default() };
        }
        let (matching, committed) = match message.body {
            _ if message.term != verified.term => (LogIndex(0), LogIndex(0)),
            MessageBody::AppendEntries { last_log, commit, .. } if holds(last_log) => {
                (last_log.index, commit)
            }
            MessageBody::AppendEntries { prev_log, last_log, commit, .. } if holds(prev_log) => {
                (taken(history, message, prev_log, last_log), commit)
            }
            MessageBody::AppendEntries { commit, .. } => (LogIndex(0), commit),
            MessageBody::Heartbeat { commit } => (commit, commit),
            MessageBody::InstallSnapshot { last_log, .. } if holds(last_log) => {
                (last_log.index, last_log.index)
            }
            _ => (LogIndex(0), LogIndex(0)),
        };
        verified.matching = verified.matching.max(matching);
        verified.committed = verified.committed.max(committed);
        let named = Some(message.committed).filter(|&id| holds(id)).unwrap_or_default();
        let both = verified.matching.min(verified.committed);
        verified.both = both.max(named.index).max(verified.both);
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.has_led_since(old) || new.commit <= old.commit {
            return NOTHING;
        }
        let (verified, commit) = (self.verified[node].both, new.commit);
        check(commit <= verified, || Violation::CommitIsVerified { node, commit, verified })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.verified[node] = Verified::default();
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::{LogId, Role};

    fn heartbeat_at(index: u64) -> MessageView {
        let at = LogId::new(1, index);
        let commit = LogIndex(9);
        says(1, 0, 2, MessageBody::AppendEntries { prev_log: at, last_log: at, entries: 0, commit })
    }

    fn follower_with_two_entries() -> crate::history::recorder::Recorder<CommitIsVerified> {
        let mut run = cluster::<CommitIsVerified>(3);
        run.becomes(0, Role::Follower, 2).unwrap();
        run.stores(0, &write(1, &[(1, 0), (1, 7)])).unwrap();
        run
    }

    #[test]
    fn committing_verified_entries_is_legal() {
        let mut run = follower_with_two_entries();
        run.receives(heartbeat_at(1)).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn committing_the_part_of_a_message_that_was_taken_is_legal() {
        let mut run = cluster::<CommitIsVerified>(3);
        run.becomes(1, Role::Leader, 2).unwrap();
        run.writes(1, &write(1, &[(1, 0), (1, 7), (2, 8)])).unwrap();
        run.becomes(0, Role::Follower, 2).unwrap();
        run.writes(0, &write(1, &[(1, 0), (1, 7), (1, 9)])).unwrap();
        let (prev_log, last_log) = (LogId::new(1, 1), LogId::new(2, 3));
        let body =
            MessageBody::AppendEntries { prev_log, last_log, entries: 2, commit: LogIndex(3) };
        run.receives(says(1, 0, 2, body)).unwrap();
        assert_eq!(run.commits(0, 2), HELD);
        assert!(run.commits(0, 3).is_err());
    }

    #[test]
    fn committing_a_tail_that_is_not_verified_is_illegal() {
        let mut run = follower_with_two_entries();
        run.receives(heartbeat_at(1)).unwrap();
        assert!(run.commits(0, 2).is_err());
    }

    fn receives(
        run: &mut crate::history::recorder::Recorder<CommitIsVerified>,
        term: u64,
        body: MessageBody,
    ) {
        run.becomes(1, raft::Role::Follower, term).unwrap();
        run.receives(says(0, 1, term, body)).unwrap();
    }

    #[test]
    fn a_heartbeat_verifies_matching_and_committed_with_one_number() {
        let mut run = cluster::<CommitIsVerified>(3);
        run.writes(1, &write(1, &[(1, 0), (1, 5)])).unwrap();
        receives(&mut run, 1, MessageBody::Heartbeat { commit: LogIndex(1) });
        assert!(run.commits(1, 2).is_err());
        assert!(run.commits(1, 1).is_ok());
    }

    #[test]
    fn entries_verified_in_one_term_may_be_committed_in_a_later_one() {
        let mut run = cluster::<CommitIsVerified>(3);
        run.writes(1, &write(1, &[(1, 0)])).unwrap();
        receives(&mut run, 1, MessageBody::Heartbeat { commit: LogIndex(1) });
        run.becomes(1, raft::Role::Follower, 2).unwrap();
        assert!(run.commits(1, 1).is_ok());
    }

    #[test]
    fn a_named_committed_entry_counts_only_at_a_node_that_has_it() {
        let mut run = cluster::<CommitIsVerified>(3);
        run.writes(1, &write(1, &[(1, 0), (1, 5)])).unwrap();
        let named = |term, index| MessageView {
            committed: LogId::new(term, index),
            ..says(0, 1, 9, MessageBody::VoteGranted)
        };
        run.receives(named(2, 2)).unwrap();
        assert!(run.commits(1, 2).is_err());
        run.receives(named(1, 2)).unwrap();
        assert!(run.commits(1, 2).is_ok());
    }
}
