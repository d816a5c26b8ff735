//! A Pre-Vote is granted only for a log that could win, and only where no leader is heard.
//!
//! Judged is a granted reply when it leaves, by the PreVote that it answers, as that arrived: the
//! claimed log was at least as up-to-date as the voter's, in memory or on its disk, and the voter
//! had no message of its leader within the shortest election timeout. Sound: this is the rule of
//! dissertation, 9.6, for the log. Whether leaders count is declared by each Raft
//! ([`Capabilities::pre_vote_stickiness`](crate::replica::Capabilities::pre_vote_stickiness)). A
//! voter may always grant its Pre-Vote to its own leader, or to the candidate that has its vote in
//! this term, since that changes nothing. A reply may leave late: then any earlier PreVote of the
//! same node, in this incarnation, justifies it.

use raft::{LogId, NodeId, NodeSet};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, PreVoteStickiness};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct PreVoteIsJustified {
    voters: PerNode<Asked>,
}

/// The PreVotes that one voter has received.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    last: Option<Ask>,
    /// The nodes that a late reply may grant a Pre-Vote.
    late: NodeSet,
}

/// A PreVote, and its voter when it arrived.
#[derive(Clone, Copy, Debug)]
struct Ask {
    by: NodeId,
    claimed: LogId,
    own: LogId,
    could_win: bool,
    /// The leader that the voter hears, if its Pre-Vote must not be granted because of that.
    leader: Option<NodeId>,
    /// A granted reply to its sender has left since.
    granted: bool,
}

impl Ask {
    fn is_justified(&self) -> bool {
        self.could_win && self.leader.is_none()
    }
}

impl Oracle for PreVoteIsJustified {
    const INFO: OracleInfo = OracleInfo {
        name: "pre-vote-is-justified",
        id: "L7",
        property:
            "A Pre-Vote is granted only for a log that could win, and only where no leader is heard.",
        source: "Raft dissertation, 9.6; ClickHouse/NuRaft PR 134",
    };
}

impl PreVoteIsJustified {
    /// A Pre-Vote has arrived.
    #[cold]
    fn asked(&mut self, history: &History, message: &MessageView, claimed: LogId) {
        let Asked { last, late } = &mut self.voters[message.to];
        if let Some(unanswered) = last.filter(|ask| !ask.granted && ask.is_justified()) {
            late.insert(unanswered.by);
        }
        let voter = history.node(message.to);
        *last = Some(Ask {
            by: message.from,
            claimed,
            own: voter.view.last_log,
            could_win: claimed >= voter.view.last_log.min(voter.disk.last()),
            leader: leader_in_the_way(history, message.to, message.from),
            granted: false,
        });
    }
}

impl Monitor for PreVoteIsJustified {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        if let MessageBody::PreVote { last_log } = message.body {
            self.asked(history, message, last_log);
        }
        NOTHING
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        if !matches!(message.body, MessageBody::PreVoteReply { granted: true }) {
            return NOTHING;
        }
        let (voter, asker) = (message.from, message.to);
        let Asked { last, late } = &mut self.voters[voter];
        let ask = last.as_mut().filter(|ask| ask.by == asker);
        let ask = ask.map(|ask| {
            ask.granted = true;
            *ask
        });
        let is_justified = ask.is_some_and(|ask| ask.is_justified()) || late.contains(asker);
        check(is_justified, || Violation::PreVoteIsJustified {
            voter,
            asker,
            logs: ask.map(|ask| (ask.claimed, ask.own)),
            leader: ask.and_then(|ask| ask.leader),
        })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.voters[node] = Asked::default();
        NOTHING
    }
}

/// The leader because of which `voter` must not grant `asker` its Pre-Vote, if there is one.
fn leader_in_the_way(history: &History, voter: NodeId, asker: NodeId) -> Option<NodeId> {
    let setup = history.setup_of(voter);
    let is_sticky = match history.pre_vote_stickiness {
        PreVoteStickiness::Never => false,
        PreVoteStickiness::WithCheckQuorum => setup.check_quorum,
        PreVoteStickiness::Always => true,
    };
    let facts = history.node(voter);
    if !is_sticky || facts.view.hard_state.vote == Some(asker) {
        return None;
    }
    if facts.view.is_leader() {
        return Some(voter);
    }
    let (leader, ticks) = facts.hearing.leader(&facts.view)?;
    (leader != asker && ticks < setup.election_ticks.into()).then_some(leader)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::history::violation::HELD;
    use crate::schedule::Setup;
    use raft::{LogIndex, Role};

    /// n0 is a follower with the entry 1@1.
    fn voter() -> Recorder<PreVoteIsJustified> {
        let mut run = cluster::<PreVoteIsJustified>(3);
        run.stores(0, &write(1, &[(1, 0)])).unwrap();
        run.becomes(0, Role::Follower, 1).unwrap();
        run
    }

    fn asks(run: &mut Recorder<PreVoteIsJustified>, from: u8, index: u64) {
        let last_log = LogId::new(index.min(1), index);
        run.receives(says(from, 0, 1, MessageBody::PreVote { last_log })).unwrap();
    }

    fn grants(run: &mut Recorder<PreVoteIsJustified>, to: u8) -> Verdict {
        run.sends(says(0, to, 1, MessageBody::PreVoteReply { granted: true }))
    }

    fn hears(run: &mut Recorder<PreVoteIsJustified>, leader: u8, ticks: usize) {
        run.receives(says(leader, 0, 1, MessageBody::Heartbeat { commit: LogIndex(0) })).unwrap();
        (0..ticks).for_each(|_| assert!(run.ticks(0).is_ok()));
    }

    #[test]
    fn a_pre_vote_for_an_equal_log_is_legal_also_if_it_leaves_late() {
        let mut run = voter();
        asks(&mut run, 1, 1);
        assert_eq!(grants(&mut run, 1), HELD);
        asks(&mut run, 1, 1);
        asks(&mut run, 2, 0);
        run.writes(0, &write(2, &[(1, 0)])).unwrap();
        assert_eq!(grants(&mut run, 1), HELD);
    }

    #[test]
    fn a_late_refusal_does_not_take_away_what_a_later_request_justifies() {
        let mut run = voter();
        asks(&mut run, 1, 0);
        asks(&mut run, 1, 1);
        run.sends(says(0, 1, 1, MessageBody::PreVoteReply { granted: false })).unwrap();
        asks(&mut run, 2, 0);
        assert_eq!(grants(&mut run, 1), HELD);
        assert!(grants(&mut run, 2).is_err());
    }

    #[test]
    fn a_pre_vote_for_a_shorter_log_or_for_no_request_is_illegal() {
        let mut run = voter();
        asks(&mut run, 1, 0);
        assert!(grants(&mut run, 1).is_err());
        assert!(grants(&mut voter(), 2).is_err());
    }

    #[test]
    fn a_voter_may_compare_with_the_log_on_its_disk() {
        let mut run = voter();
        run.writes(0, &write(2, &[(1, 0)])).unwrap();
        asks(&mut run, 1, 1);
        assert_eq!(grants(&mut run, 1), HELD);
    }

    #[test]
    fn a_pre_vote_is_illegal_until_the_shortest_timeout_after_the_leader_was_heard() {
        let mut run = voter();
        hears(&mut run, 2, 9);
        asks(&mut run, 1, 1);
        assert!(grants(&mut run, 1).is_err());
        run.ticks(0).unwrap();
        asks(&mut run, 1, 1);
        assert_eq!(grants(&mut run, 1), HELD);
    }

    #[test]
    fn a_raft_that_does_not_promise_it_may_grant_a_pre_vote_although_it_hears_a_leader() {
        let mut run = voter();
        run.history.pre_vote_stickiness = PreVoteStickiness::WithCheckQuorum;
        hears(&mut run, 2, 0);
        asks(&mut run, 1, 1);
        assert_eq!(grants(&mut run, 1), HELD);
        run.has_setup(Setup { check_quorum: true, ..run.history.setup });
        asks(&mut run, 1, 1);
        assert!(grants(&mut run, 1).is_err());
    }

    #[test]
    fn a_pre_vote_for_the_leader_itself_or_in_a_newer_term_is_legal() {
        let mut run = voter();
        hears(&mut run, 2, 0);
        asks(&mut run, 2, 1);
        assert_eq!(grants(&mut run, 2), HELD);
        run.becomes(0, Role::Follower, 2).unwrap();
        asks(&mut run, 1, 1);
        assert_eq!(grants(&mut run, 1), HELD);
    }
}
