//! With leases, a voter that has heard a leader gives no vote for an election timeout.
//!
//! A leader reads by lease because a quorum has acknowledged messages of it, and each of these
//! voters disregards candidates for the shortest election timeout after the message, in newer terms
//! too. Counted are the ticks of the voter's clock since it last followed a leader's message, also
//! while the voter is down: with leases, time passes for all nodes at once. A voter that has
//! restarted remembers nothing of the lease, and must honour it all the same. Judged is a vote when
//! it leaves, the own vote of a candidate included, by the time when it was decided. Sound: without
//! this, a leader may be elected while another one has a lease. A vote in a term that TimeoutNow
//! has begun is legal, since the leader that sent it has no lease any more; so is a late vote for
//! the node that leads the term already, and a vote of a Raft, or in a setup, without leases or
//! without CheckQuorum.

use raft::{NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaseIsHonoured {
    voters: PerNode<Voter>,
}

/// What matters of one voter.
#[derive(Clone, Copy, Debug, Default)]
struct Voter {
    /// Its last vote, if a lease bound it then.
    bound: Option<Vote>,
    /// The terms of the TimeoutNow that it has received, modulo 64: a bit each.
    timeout_now: u64,
}

impl Voter {
    /// Whether TimeoutNow may have begun its candidacy in `term`: a candidate may raise its term by
    /// more than one.
    fn campaigns_by_transfer(&self, term: Term) -> bool {
        (1..=8).any(|raised| self.timeout_now & bit(term.0.wrapping_sub(raised)) != 0)
    }
}

fn bit(term: u64) -> u64 {
    1 << (term % 64)
}

/// A vote, and the age of the last message of a leader when it was decided.
#[derive(Clone, Copy, Debug)]
struct Vote {
    candidate: NodeId,
    term: Term,
    ticks: u32,
}

impl Oracle for LeaseIsHonoured {
    const INFO: OracleInfo = OracleInfo {
        name: "lease-is-honoured",
        id: "L6",
        property:
            "With leases, a voter that has heard a leader gives no vote for an election timeout.",
        source: "Raft dissertation, 4.2.3 and 6.4.1",
    };
}

impl Monitor for LeaseIsHonoured {
    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        if matches!(message.body, MessageBody::TimeoutNow) {
            self.voters[message.to].timeout_now |= bit(message.term.0);
        }
        NOTHING
    }

    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !has_leases(history) || new.hard_state == old.hard_state {
            return NOTHING;
        }
        let (term, ticks) = (new.term(), history.node(node).hearing.ticks());
        let by_transfer = |id: &NodeId| self.voters[*id].campaigns_by_transfer(term);
        let elects_nobody = |id: &NodeId| history.leader_of(term) == Some(*id);
        let candidate = new.hard_state.vote.filter(|id| !by_transfer(id) && !elects_nobody(id));
        let vote = candidate.map(|candidate| Vote { candidate, term, ticks });
        self.voters[node].bound = vote.filter(|_| ticks < lease(history));
        NOTHING
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let candidate = match message.body {
            MessageBody::VoteGranted => message.to,
            MessageBody::RequestVote { .. } => message.from,
            _ => return NOTHING,
        };
        if !has_leases(history) {
            return NOTHING;
        }
        let (voter, term) = (message.from, message.term);
        let bound = self.voters[voter].bound;
        let bound = bound.filter(|vote| (vote.candidate, vote.term) == (candidate, term));
        check(bound.is_none(), || Violation::LeaseIsHonoured {
            voter,
            candidate,
            term,
            ticks: bound.map_or(0, |vote| vote.ticks),
            lease: lease(history),
        })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.voters[node].bound = None;
        NOTHING
    }
}

fn has_leases(history: &History) -> bool {
    history.setup.lease && history.setup.check_quorum
}

/// How long a lease binds a voter, in ticks of its clock.
fn lease(history: &History) -> u32 {
    history.setup.election_ticks.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::history::violation::HELD;
    use crate::schedule::event::{Event, Kind};
    use crate::schedule::Setup;
    use raft::{LogId, LogIndex, Role};

    /// n0 has heard n1, the leader of term 1; a lease binds it for ten ticks.
    fn leased() -> Recorder<LeaseIsHonoured> {
        let mut run = cluster::<LeaseIsHonoured>(3);
        (run.history.setup.lease, run.history.setup.check_quorum) = (true, true);
        run.becomes(0, Role::Follower, 1).unwrap();
        run.persisted(NodeId(0), &ballot(1, None)).unwrap();
        run.receives(says(1, 0, 1, MessageBody::Heartbeat { commit: LogIndex(0) })).unwrap();
        run
    }

    fn ticks(run: &mut Recorder<LeaseIsHonoured>, times: usize) {
        (0..times).for_each(|_| assert!(run.ticks(0).is_ok()));
    }

    /// n0 votes for n2 in term 2, and the vote leaves.
    fn votes(run: &mut Recorder<LeaseIsHonoured>) -> Verdict {
        run.votes(0, 2, 2)?;
        run.sends(says(0, 2, 2, MessageBody::VoteGranted))
    }

    #[test]
    fn a_vote_an_election_timeout_after_the_leader_was_heard_is_legal() {
        let mut run = leased();
        ticks(&mut run, 10);
        assert_eq!(votes(&mut run), HELD);
    }

    #[test]
    fn a_vote_a_tick_earlier_is_illegal() {
        let mut run = leased();
        ticks(&mut run, 9);
        assert!(votes(&mut run).is_err());
    }

    #[test]
    fn a_candidate_votes_for_itself() {
        let mut run = leased();
        run.votes(0, 2, 0).unwrap();
        assert!(run
            .sends(says(0, 2, 2, MessageBody::RequestVote { last_log: LogId::ZERO }))
            .is_err());
    }

    #[test]
    fn a_restart_does_not_end_a_lease_and_time_does_although_the_voter_is_down() {
        let mut run = leased();
        ticks(&mut run, 5);
        run.reboots(0).unwrap();
        assert!(votes(&mut run).is_err());
        let mut run = leased();
        run.stopped(NodeId(0), 0).unwrap();
        (0..10).for_each(|_| assert!(run.happens(Event::exact(Kind::TickAll, [0; 3])).is_ok()));
        run.reboots(0).unwrap();
        assert_eq!(votes(&mut run), HELD);
    }

    #[test]
    fn a_vote_for_the_target_of_a_transfer_is_legal_and_so_is_one_without_leases() {
        let mut run = leased();
        run.receives(says(1, 2, 1, MessageBody::TimeoutNow)).unwrap();
        run.receives(says(1, 2, 3, MessageBody::TimeoutNow)).unwrap();
        assert_eq!(votes(&mut run), HELD);
        let mut run = leased();
        run.has_setup(Setup { lease: false, ..run.history.setup });
        assert!(votes(&mut run).is_ok());
    }

    #[test]
    fn a_late_vote_for_the_leader_of_the_term_is_legal() {
        let mut run = leased();
        run.becomes(2, Role::Leader, 2).unwrap();
        assert_eq!(votes(&mut run), HELD);
    }

    #[test]
    fn a_vote_that_is_only_recorded_and_never_sent_is_legal() {
        let mut run = leased();
        run.votes(0, 2, 2).unwrap();
        assert!(run
            .sends(says(0, 2, 2, MessageBody::VoteRefused { vote: None, term: None }))
            .is_ok());
    }
}
