//! RequestVote claims no more than the last entry that the candidate had when it became candidate.
//!
//! Sound: the request is made from the log at the start of the candidacy. A request is sent only
//! for a durable candidacy, of which a node has at most one per term.
//!
//! Legal as well: a smaller claim, for example of the durable part of the log. It costs votes, and
//! a leader that won by it has a log at least as up-to-date.

use raft::{LogId, NodeId, Role, Term};

use crate::base::cloning::clone_by_field;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Debug, Default)]
pub struct ClaimIsTrue {
    /// By node: the terms in which it was candidate, and its last entry then.
    candidacies: PerNode<Vec<(Term, LogId)>>,
}

clone_by_field!(ClaimIsTrue; candidacies);

impl Oracle for ClaimIsTrue {
    const INFO: OracleInfo = OracleInfo {
        name: "claim-is-true",
        id: "E7",
        property:
            "RequestVote claims no more than the last entry that the candidate had when it became candidate.",
        source: "Raft paper, Figure 2: lastLogIndex and lastLogTerm",
    };
}

impl Monitor for ClaimIsTrue {
    fn begin(&mut self) {
        self.candidacies.iter_mut().for_each(Vec::clear);
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.role.in_paper() != Role::Follower && new.term() != old.term() {
            self.candidacies[node].push((new.term(), old.last_log));
        }
        NOTHING
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        let MessageBody::RequestVote { last_log } = message.body else { return NOTHING };
        let candidate = message.from;
        let candidacies = &self.candidacies[candidate];
        let own = candidacies.iter().rev().find(|(term, _)| *term == message.term);
        let own = own.map_or(LogId::ZERO, |(_, last)| *last);
        check(last_log <= own, || Violation::ClaimIsTrue { candidate, claimed: last_log, own })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn claim(index: u64) -> MessageView {
        says(0, 1, 2, MessageBody::RequestVote { last_log: LogId::new(1, index) })
    }

    #[test]
    fn claiming_the_log_at_the_start_is_legal_even_if_it_has_grown() {
        let mut run = cluster::<ClaimIsTrue>(3);
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.becomes(0, Role::Candidate, 2).unwrap();
        run.writes(0, &write(2, &[(2, 0)])).unwrap();
        assert_eq!(run.sends(claim(1)), HELD);
    }

    #[test]
    fn claiming_less_is_legal() {
        let mut run = cluster::<ClaimIsTrue>(3);
        run.writes(0, &write(1, &[(1, 0), (1, 0)])).unwrap();
        run.becomes(0, Role::Candidate, 2).unwrap();
        assert_eq!(run.sends(claim(1)), HELD);
    }

    #[test]
    fn claiming_a_longer_log_is_illegal() {
        let mut run = cluster::<ClaimIsTrue>(3);
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.becomes(0, Role::Candidate, 2).unwrap();
        assert!(run.sends(claim(2)).is_err());
    }
}
