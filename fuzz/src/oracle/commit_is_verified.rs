//! A follower commits no further than its leader has shown their logs to be equal.
//!
//! Shown: some AppendEntries of the current term reached the node, and the node's log has the last
//! entry that the message spoke of; and its leader has said that it is committed. A heartbeat may
//! say both in one number. Some implementations also name a committed entry in other messages:
//! that binds in any term, once the node has that very entry. Sound: that is how far the rule lets
//! a follower go, or less.

use raft::{LogId, LogIndex, NodeId, Term};

use crate::history::{History, PerNode};
use crate::oracle::{Card, Oracle};
use crate::replica::{Meaning, Speech, View};
use crate::violation::{check, Verdict, Violation, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitIsVerified {
    /// By node: a term, and how far that term's leader has shown its log.
    verified: PerNode<(Term, LogIndex)>,
}

impl Oracle for CommitIsVerified {
    const CARD: Card = Card {
        name: "commit-is-verified",
        id: "C6",
        promise: "A follower commits no further than its leader has shown their logs to be equal.",
        source: "Raft paper, Figure 2, AppendEntries 5: min(leaderCommit, index of last new entry)",
    };
}

impl Observer for CommitIsVerified {
    fn received(&mut self, history: &History, message: &Meaning) -> Verdict {
        let node = history.node(message.to);
        let holds = |id: LogId| node.log.at(id.index).is_some_and(|link| link.term == id.term);
        let named = message.committed;
        let named = if holds(named) { named.index } else { LogIndex(0) };
        let shown = match message.speech {
            Speech::Append { last_log, commit, .. } if holds(last_log) => {
                last_log.index.min(commit)
            }
            Speech::Heartbeat { commit } => commit,
            _ => LogIndex(0),
        };
        let (term, verified) = &mut self.verified[message.to];
        if node.view.term() != *term {
            (*term, *verified) = (node.view.term(), LogIndex(0));
        }
        let shown = if message.term == *term { shown } else { LogIndex(0) };
        *verified = shown.max(named).max(*verified);
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.is_leader() || new.commit <= old.commit {
            return NOTHING;
        }
        let (term, shown) = self.verified[node];
        let verified = if term == new.term() { shown } else { LogIndex(0) };
        let commit = new.commit;
        check(commit <= verified, || Violation::CommitIsVerified { node, commit, verified })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.verified[node] = (Term(0), LogIndex(0));
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::HELD;
    use crate::watch::by_hand::*;
    use raft::{LogId, Role};

    fn heartbeat_at(index: u64) -> Meaning {
        let at = LogId::new(1, index);
        let commit = LogIndex(9);
        says(1, 0, 2, Speech::Append { prev_log: at, last_log: at, entries: 0, commit })
    }

    fn follower_with_two_entries() -> crate::watch::Watch<CommitIsVerified> {
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
}
