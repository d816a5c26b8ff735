//! No message has a term or a commit index above its sender's; only the leader of a term sends
//! entries, heartbeats, snapshots or TimeoutNow in it.
//!
//! Sound: a message has the current term of its sender or, if it had to wait for the disk, an
//! earlier one; the messages of a leader come only from the leader of their term.
//!
//! Legal as well: heartbeats of a kind of their own, with any smaller commit index; messages of a
//! leader that leave after it has stepped down; votes and replies that had to wait for the disk. A
//! Raft that sends in the name of others wraps such messages in its adapter.

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, NodeHistory};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MessageMatchesSender;

impl Oracle for MessageMatchesSender {
    const INFO: OracleInfo = OracleInfo {
        name: "message-matches-sender",
        id: "M5",
        property: "No message has a term or commit index above its sender's; only a term's leader replicates in it.",
        source: "CCF's MonoTermInv; Verdi's no append to self",
    };
}

impl Monitor for MessageMatchesSender {
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageView { from, to, term, body, .. } = *message;
        if body.claims_nothing() {
            return NOTHING;
        }
        let leader = history.leader_of(term);
        let NodeHistory { view, progress, .. } = history.node(from);
        let may_append = match body {
            MessageBody::AppendEntries { commit, .. } => {
                leader == Some(from) && commit <= view.commit
            }
            MessageBody::InstallSnapshot { last_log, .. } => {
                leader == Some(from) && last_log.index <= view.commit
            }
            MessageBody::TimeoutNow => leader == Some(from),
            MessageBody::Heartbeat { commit } => {
                let known = progress[to].match_index.min(view.commit);
                leader == Some(from) && commit <= known
            }
            _ => true,
        };
        let may_name = message.committed.index <= view.commit;
        let matches = from != to && term <= view.term() && may_append && may_name;
        check(matches, || Violation::MessageMatchesSender { from, to, term, leader })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::{LogId, LogIndex, Role};

    const HEARTBEAT: MessageBody = MessageBody::AppendEntries {
        prev_log: LogId::ZERO,
        last_log: LogId::ZERO,
        entries: 0,
        commit: LogIndex(0),
    };

    /// Has a commit index above the sender's.
    const AHEAD: MessageBody = MessageBody::AppendEntries {
        prev_log: LogId::ZERO,
        last_log: LogId::ZERO,
        entries: 0,
        commit: LogIndex(1),
    };

    #[test]
    fn a_leader_may_append_and_a_reply_may_be_late() {
        let mut run = cluster::<MessageMatchesSender>(3);
        run.becomes(0, Role::Leader, 2).unwrap();
        assert!(run.sends(says(0, 1, 2, HEARTBEAT)).is_ok());
        assert!(run.sends(says(0, 1, 1, MessageBody::VoteGranted)).is_ok());
    }

    #[test]
    fn appending_without_leading_and_claims_beyond_the_own_state_are_illegal() {
        for message in [
            says(1, 2, 2, HEARTBEAT),
            says(0, 1, 3, REFUSED),
            says(0, 0, 2, MessageBody::VoteGranted),
            says(0, 1, 2, AHEAD),
        ] {
            let mut run = cluster::<MessageMatchesSender>(3);
            run.becomes(0, Role::Leader, 2).unwrap();
            run.becomes(1, Role::Follower, 2).unwrap();
            assert!(run.sends(message).is_err(), "{message:?}");
        }
    }

    #[test]
    fn a_heartbeat_commits_no_more_than_the_match_index() {
        let mut run = cluster::<MessageMatchesSender>(2);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0), (1, 5)])).unwrap();
        run.commits(0, 2).unwrap();
        run.learns(0, 1, knows(1, 2)).unwrap();
        let heartbeat = |commit| says(0, 1, 1, MessageBody::Heartbeat { commit: LogIndex(commit) });
        assert!(run.sends(heartbeat(1)).is_ok());
        assert!(run.sends(heartbeat(2)).is_err());
    }

    #[test]
    fn a_message_without_claims_may_have_any_term() {
        let mut run = cluster::<MessageMatchesSender>(2);
        assert!(run.sends(says(0, 1, 9, MessageBody::Other)).is_ok());
    }
}
