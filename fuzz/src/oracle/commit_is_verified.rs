//! A follower commits no further than its leader has shown their logs to be equal.
//!
//! Shown: some AppendEntries of the current term reached the node, and the node's log has the last
//! entry that the message spoke of; and the leader of that term has said that it is committed. A
//! heartbeat may say both in one number. Some implementations also name a committed entry in other
//! messages, which binds in any term once the node has that very entry. Sound: logs that were
//! equal up to a committed entry stay so, so what was shown once is shown for good.

use raft::{LogId, LogIndex, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitIsVerified {
    shown: PerNode<Shown>,
}

/// What one node has been shown in this life.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    /// The term of `equal` and `said`.
    term: Term,
    /// Up to here its log equals the leader's.
    equal: LogIndex,
    /// Up to here the leader has committed.
    said: LogIndex,
    /// Up to here both held, in some term.
    verified: LogIndex,
}

impl Oracle for CommitIsVerified {
    const INFO: OracleInfo = OracleInfo {
        name: "commit-is-verified",
        id: "C6",
        promise: "A follower commits no further than its leader has shown their logs to be equal.",
        source: "Raft paper, Figure 2, AppendEntries 5: min(leaderCommit, index of last new entry)",
    };
}

impl Monitor for CommitIsVerified {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        let node = history.node(message.to);
        let holds = |id: LogId| node.log.at(id.index).is_some_and(|link| link.term == id.term);
        let shown = &mut self.shown[message.to];
        if node.view.term() != shown.term {
            *shown = Shown { term: node.view.term(), verified: shown.verified, ..Shown::default() };
        }
        let (equal, said) = match message.body {
            _ if message.term != shown.term => (LogIndex(0), LogIndex(0)),
            MessageBody::AppendEntries { last_log, commit, .. } if holds(last_log) => {
                (last_log.index, commit)
            }
            MessageBody::AppendEntries { commit, .. } => (LogIndex(0), commit),
            MessageBody::Heartbeat { commit } => (commit, commit),
            MessageBody::InstallSnapshot { last_log, .. } if holds(last_log) => {
                (last_log.index, last_log.index)
            }
            _ => (LogIndex(0), LogIndex(0)),
        };
        shown.equal = shown.equal.max(equal);
        shown.said = shown.said.max(said);
        let named = Some(message.committed).filter(|&id| holds(id)).unwrap_or_default();
        shown.verified = shown.equal.min(shown.said).max(named.index).max(shown.verified);
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.has_led_since(old) || new.commit <= old.commit {
            return NOTHING;
        }
        let (verified, commit) = (self.shown[node].verified, new.commit);
        check(commit <= verified, || Violation::CommitIsVerified { node, commit, verified })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.shown[node] = Shown::default();
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
    fn committing_what_the_leader_has_shown_is_legal() {
        let mut run = follower_with_two_entries();
        run.receives(heartbeat_at(1)).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn committing_a_tail_that_the_leader_has_not_shown_is_illegal() {
        let mut run = follower_with_two_entries();
        run.receives(heartbeat_at(1)).unwrap();
        assert!(run.commits(0, 2).is_err());
    }

    fn hears(
        run: &mut crate::history::recorder::Recorder<CommitIsVerified>,
        term: u64,
        body: MessageBody,
    ) {
        run.becomes(1, raft::Role::Follower, term).unwrap();
        run.receives(says(0, 1, term, body)).unwrap();
    }

    #[test]
    fn a_heartbeat_says_in_one_number_that_logs_are_equal_and_committed() {
        let mut run = cluster::<CommitIsVerified>(3);
        run.writes(1, &write(1, &[(1, 0), (1, 5)])).unwrap();
        hears(&mut run, 1, MessageBody::Heartbeat { commit: LogIndex(1) });
        assert!(run.commits(1, 2).is_err());
        assert!(run.commits(1, 1).is_ok());
    }

    #[test]
    fn what_was_shown_in_one_term_may_be_committed_in_a_later_one() {
        let mut run = cluster::<CommitIsVerified>(3);
        run.writes(1, &write(1, &[(1, 0)])).unwrap();
        hears(&mut run, 1, MessageBody::Heartbeat { commit: LogIndex(1) });
        run.becomes(1, raft::Role::Follower, 2).unwrap();
        assert!(run.commits(1, 1).is_ok());
    }

    #[test]
    fn a_committed_entry_that_is_named_binds_only_who_has_it() {
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
