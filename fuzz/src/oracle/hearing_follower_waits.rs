//! A follower that hears its leader does not campaign.
//!
//! Judged is a campaign that begins with a tick: the age of the last message of its leader, in
//! ticks of the follower, is then at least the shortest election timeout. Sound: each such message
//! resets the election timer (Figure 2, followers), and no timeout is shorter than
//! `election_ticks`. A campaign that an event forces, or that TimeoutNow asks for, does not begin
//! with a tick, and a newer term ends what was heard in an older one.

use raft::{NodeId, Role};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct HearingFollowerWaits {
    /// In this step a follower has begun to campaign: the leader that it heard before, and the age
    /// of the leader's last message.
    campaign: Option<(NodeId, u32)>,
}

impl Oracle for HearingFollowerWaits {
    const INFO: OracleInfo = OracleInfo {
        name: "hearing-follower-waits",
        id: "L6",
        property: "A follower that hears its leader does not campaign.",
        source: "Raft paper, 5.2: an election timeout without a message of the current leader",
    };
}

impl Monitor for HearingFollowerWaits {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if old.role == Role::Follower && new.role != Role::Follower {
            self.campaign = history.node(node).hearing.leader(old);
        }
        NOTHING
    }

    fn pre_candidacy_changed(&mut self, history: &History, node: NodeId, new: &View) -> Verdict {
        if new.role == Role::PreCandidate {
            self.campaign = history.node(node).hearing.leader(new);
        }
        NOTHING
    }

    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        let Some((leader, ticks)) = self.campaign else { return NOTHING };
        let shortest = history.setup.election_ticks.into();
        check(ticks >= shortest, || Violation::HearingFollowerWaits {
            node,
            leader,
            ticks,
            shortest,
        })
    }

    fn stepped(&mut self, _: &History, _: NodeId, _: usize) -> Verdict {
        self.campaign = None;
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::history::violation::HELD;
    use crate::replica::MessageBody;
    use raft::LogIndex;

    /// n0 has heard n1, this many ticks before the next one; ten are the shortest timeout.
    fn heard(ticks: usize) -> Recorder<HearingFollowerWaits> {
        let mut run = cluster::<HearingFollowerWaits>(3);
        run.becomes(0, Role::Follower, 1).unwrap();
        run.ticks(0).unwrap();
        run.receives(says(1, 0, 1, MessageBody::Heartbeat { commit: LogIndex(0) })).unwrap();
        (0..ticks).for_each(|_| assert!(run.ticks(0).is_ok()));
        run
    }

    #[test]
    fn a_campaign_when_the_shortest_timeout_has_elapsed_is_legal() {
        assert_eq!(heard(9).campaigns(0, Role::Candidate, 2), HELD);
        assert_eq!(heard(9).campaigns(0, Role::PreCandidate, 1), HELD);
    }

    #[test]
    fn a_campaign_a_tick_earlier_is_illegal() {
        assert!(heard(8).campaigns(0, Role::Candidate, 2).is_err());
        assert!(heard(8).campaigns(0, Role::PreCandidate, 1).is_err());
    }

    #[test]
    fn timeout_now_and_a_newer_term_allow_a_campaign_at_once() {
        let mut run = heard(0);
        run.receives(says(1, 0, 1, MessageBody::TimeoutNow)).unwrap();
        assert!(run.campaigns(0, Role::Candidate, 2).is_ok());
        let mut run = heard(0);
        run.becomes(0, Role::Follower, 2).unwrap();
        assert!(run.campaigns(0, Role::Candidate, 3).is_ok());
    }

    #[test]
    fn a_campaign_by_something_else_than_a_tick_is_legal_and_the_next_tick_too() {
        let mut run = heard(0);
        assert!(run.becomes(0, Role::Candidate, 2).is_ok());
        assert!(run.ticks(0).is_ok());
    }
}
