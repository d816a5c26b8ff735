//! Messages carry no term or commit index above the sender's; only a term's leader appends.
//!
//! Sound: a server speaks in its current term or, if the message had to wait for the disk, in an
//! earlier one; AppendEntries come from whoever leads the term.

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
        promise: "Messages carry no term or commit index above the sender's; only a term's leader appends.",
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
        let honest = from != to && term <= view.term() && may_append && may_name;
        check(honest, || Violation::MessageMatchesSender { from, to, term, leader })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::{LogId, LogIndex, Role};

    const BEAT: MessageBody = MessageBody::AppendEntries {
        prev_log: LogId::ZERO,
        last_log: LogId::ZERO,
        entries: 0,
        commit: LogIndex(0),
    };

    /// Says that an entry is committed.
    const AHEAD: MessageBody = MessageBody::AppendEntries {
        prev_log: LogId::ZERO,
        last_log: LogId::ZERO,
        entries: 0,
        commit: LogIndex(1),
    };

    #[test]
    fn a_leader_may_append_and_an_answer_may_be_late() {
        let mut run = cluster::<MessageMatchesSender>(3);
        run.becomes(0, Role::Leader, 2).unwrap();
        assert!(run.sends(says(0, 1, 2, BEAT)).is_ok());
        assert!(run.sends(says(0, 1, 1, MessageBody::VoteGranted)).is_ok());
    }

    #[test]
    fn appending_without_leading_and_saying_more_than_one_knows_are_illegal() {
        for message in [
            says(1, 2, 2, BEAT),
            says(0, 1, 3, MessageBody::VoteRefused),
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
    fn a_heartbeat_commits_no_more_than_is_known_to_be_equal() {
        let mut run = cluster::<MessageMatchesSender>(2);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0), (1, 5)])).unwrap();
        run.commits(0, 2).unwrap();
        run.learns(0, 1, knows(1, 2)).unwrap();
        let beat = |commit| says(0, 1, 1, MessageBody::Heartbeat { commit: LogIndex(commit) });
        assert!(run.sends(beat(1)).is_ok());
        assert!(run.sends(beat(2)).is_err());
    }

    #[test]
    fn what_binds_nobody_may_speak_of_any_term() {
        let mut run = cluster::<MessageMatchesSender>(2);
        assert!(run.sends(says(0, 1, 9, MessageBody::Other)).is_ok());
    }
}
