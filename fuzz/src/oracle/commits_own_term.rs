//! A leader advances its commit index only to an entry of its own term.
//!
//! Sound: this is the commitment rule. Entries of older terms are committed with one of the own
//! term, never by counting replicas.
//!
//! Legal as well: an entry of an older term that a message has named as committed, and that the
//! leader has.

use raft::{LogId, LogIndex, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageView, View};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitsOwnTerm {
    /// By node, in this incarnation: the last entry of its log that a message named as committed.
    named: PerNode<LogIndex>,
}

impl Oracle for CommitsOwnTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "commits-own-term",
        id: "C4",
        property: "A leader advances its commit index only to an entry of its own term.",
        source: "Raft paper, 5.4.2 and Figure 8",
    };
}

impl Monitor for CommitsOwnTerm {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        let LogId { term, index } = message.committed;
        let own = history.node(message.to).log.at(index);
        if own.is_some_and(|link| link.term == term) {
            let named = &mut self.named[message.to];
            *named = index.max(*named);
        }
        NOTHING
    }

    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !new.has_led_since(old) || new.commit <= old.commit {
            return NOTHING;
        }
        let Some(link) = history.node(node).log.at(new.commit) else { return NOTHING };
        let (leader, term) = (node, new.term());
        let entry = LogId { term: link.term, index: new.commit };
        let is_known = new.commit <= self.named[node];
        check(link.term == term || is_known, || Violation::CommitsOwnTerm { leader, term, entry })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.named[node] = LogIndex(0);
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn leader_of_2() -> crate::history::recorder::Recorder<CommitsOwnTerm> {
        let mut run = cluster::<CommitsOwnTerm>(3);
        run.becomes(0, Role::Leader, 2).unwrap();
        run.stores(0, &write(1, &[(1, 7), (2, 0)])).unwrap();
        run
    }

    #[test]
    fn an_older_entry_may_be_committed_with_one_of_the_own_term() {
        assert_eq!(leader_of_2().commits(0, 2), HELD);
    }

    #[test]
    fn an_older_entry_that_a_message_names_as_committed_may_be_committed_by_itself() {
        let mut run = leader_of_2();
        let body = crate::replica::MessageBody::VoteGranted;
        let message = MessageView { committed: LogId::new(1, 1), ..says(1, 0, 2, body) };
        run.receives(message).unwrap();
        assert_eq!(run.commits(0, 1), HELD);
    }

    #[test]
    fn an_older_entry_committed_by_itself_is_illegal() {
        assert!(leader_of_2().commits(0, 1).is_err());
    }
}
