//! A voter that hears no leader campaigns, and campaigns again, within its election timeout.
//!
//! Counted are the ticks that a node has processed since anything that may legally reset its
//! election timer: a message of a leader of its term or a newer one, a change of its view, a vote
//! or Pre-Vote that it gives or asks for, a reply that may end its pre-candidacy, a start. A
//! request of an older term is no sign of a leader and is not among them. Sound: when an election
//! timeout elapses, a follower becomes candidate and a candidate starts a new election (Figure 2);
//! timeouts are shorter than twice `election_ticks`, after those of an election priority, and with
//! leases a node withholds its candidacy for no longer than `election_ticks` after a leader's
//! message or a start. Not judged is a node that may wait for something else than time: for its
//! disk, for a membership change in its log to be applied, or for the vote that it does not have;
//! nor one that comes back with an empty disk, before a membership reaches it.
//! Then the count begins again.

use raft::{NodeId, Payload, Role};

use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, Violation, HELD, NOTHING};
use crate::history::{History, NodeHistory, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{Entry, MessageBody, MessageView, View, Write};
use crate::schedule::Setup;

/// A node's election timer may have been read a tick before or after.
const SLACK: u32 = 2;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SilentFollowerCampaigns {
    clocks: PerNode<Clock>,
}

/// One node's time without a leader.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    /// Ticks since its election timer may have been reset.
    ticks: u32,
    /// The writes that are not yet durable.
    pending: u32,
}

impl SilentFollowerCampaigns {
    fn reset(&mut self, node: NodeId) -> Verdict {
        self.clocks[node].ticks = 0;
        NOTHING
    }
}

impl Oracle for SilentFollowerCampaigns {
    const INFO: OracleInfo = OracleInfo {
        name: "silent-follower-campaigns",
        id: "L1",
        property:
            "A voter that hears no leader campaigns, and campaigns again, within its election timeout.",
        source: "Raft paper, 5.2 and Figure 2: rules for followers and candidates; redpanda PR 30817",
    };
}

impl Monitor for SilentFollowerCampaigns {
    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        if facts.view.role == Role::Leader {
            return NOTHING;
        }
        let clock = &mut self.clocks[node];
        clock.ticks += 1;
        if clock.ticks <= history.setup.election_ticks.into() {
            return NOTHING;
        }
        let (ticks, bound) = (clock.ticks, longest_timeout(&history.setup, node) + SLACK);
        if ticks <= bound {
            return HELD;
        }
        if clock.pending > 0 || !must_campaign(history, facts) {
            return self.reset(node);
        }
        let term = facts.view.term();
        Err(Box::new(Violation::SilentFollowerCampaigns { node, term, ticks, bound }))
    }

    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        let view = history.node(message.to).view;
        let may_reset = match message.body {
            MessageBody::AppendEntries { .. }
            | MessageBody::Heartbeat { .. }
            | MessageBody::InstallSnapshot { .. }
            | MessageBody::TimeoutNow => message.term >= view.term(),
            // A vote that is given again.
            MessageBody::RequestVote { .. } => view.hard_state.vote == Some(message.from),
            // A pre-candidacy that is lost, even if the view did not show it.
            MessageBody::PreVoteReply { .. } | MessageBody::PreVoteUnknown => true,
            MessageBody::ReadIndex | MessageBody::Other => true,
            _ => false,
        };
        match may_reset {
            true => self.reset(message.to),
            false => NOTHING,
        }
    }

    fn changed(&mut self, _: &History, node: NodeId, _: &View, _: &View) -> Verdict {
        self.reset(node)
    }

    fn pre_candidacy_changed(&mut self, _: &History, node: NodeId, _: &View) -> Verdict {
        self.reset(node)
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        match message.body {
            MessageBody::PreVote { .. }
            | MessageBody::RequestVote { .. }
            | MessageBody::VoteGranted
            | MessageBody::PreVoteReply { granted: true } => self.reset(message.from),
            _ => NOTHING,
        }
    }

    fn wrote(&mut self, _: &History, node: NodeId, _: &Write) -> Verdict {
        self.clocks[node].pending += 1;
        self.reset(node)
    }

    fn persisted(&mut self, _: &History, node: NodeId, _: &Write) -> Verdict {
        let clock = &mut self.clocks[node];
        clock.pending = clock.pending.saturating_sub(1);
        self.reset(node)
    }

    fn applied(&mut self, _: &History, node: NodeId, entry: &Entry) -> Verdict {
        match entry.payload {
            Payload::Change(_) => self.reset(node),
            _ => NOTHING,
        }
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.clocks[node] = Clock::default();
        NOTHING
    }
}

/// Whether nothing but time keeps a node from campaigning.
fn must_campaign(history: &History, facts: &NodeHistory) -> bool {
    // A membership in its log is one that it surely knows.
    let knows = !facts.joining || facts.log.changes()[0].is_some();
    knows
        && facts.log.last_change() <= facts.applied
        && history.membership_of(facts).all_voters().contains(facts.id)
}

/// The longest election timeout of a node. A Raft that requires a longer one than the configured
/// one has one that is longer than its heartbeat interval.
fn longest_timeout(setup: &Setup, node: NodeId) -> u32 {
    let shortest = u32::from(setup.election_ticks.max(setup.heartbeat_ticks + 1));
    let delays = if setup.priority { u32::from(node.0 % 3) } else { 0 };
    shortest * (2 + delays)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use raft::{LogId, LogIndex};

    /// Ten ticks are the shortest election timeout.
    fn follower() -> Recorder<SilentFollowerCampaigns> {
        let mut run = cluster::<SilentFollowerCampaigns>(3);
        run.becomes(0, Role::Follower, 2).unwrap();
        run
    }

    fn ticks(run: &mut Recorder<SilentFollowerCampaigns>, times: usize) -> Verdict {
        (0..times).try_for_each(|_| run.ticks(0).map(drop))?;
        HELD
    }

    fn append(term: u64) -> MessageView {
        let prev_log = LogId::ZERO;
        let (last_log, entries, commit) = (prev_log, 0, LogIndex(0));
        says(1, 0, term, MessageBody::AppendEntries { prev_log, last_log, entries, commit })
    }

    fn asks(body: MessageBody) -> MessageView {
        says(0, 1, 2, body)
    }

    #[test]
    fn a_follower_that_hears_its_leader_now_and_then_need_not_campaign() {
        let mut run = follower();
        for _ in 0..5 {
            assert_eq!(ticks(&mut run, 22), HELD);
            run.receives(append(2)).unwrap();
        }
    }

    #[test]
    fn a_pre_candidate_shown_as_follower_that_asks_again_and_again_is_legal() {
        let mut run = follower();
        for _ in 0..5 {
            assert_eq!(ticks(&mut run, 22), HELD);
            run.sends(asks(MessageBody::PreVote { last_log: LogId::ZERO })).unwrap();
        }
    }

    #[test]
    fn a_pre_candidate_that_has_lost_may_wait_for_another_timeout() {
        let mut run = follower();
        run.sends(asks(MessageBody::PreVote { last_log: LogId::ZERO })).unwrap();
        assert_eq!(ticks(&mut run, 19), HELD);
        run.receives(says(1, 0, 2, MessageBody::PreVoteReply { granted: false })).unwrap();
        assert_eq!(ticks(&mut run, 22), HELD);
    }

    #[test]
    fn a_follower_that_hears_only_a_deposed_leader_must_campaign() {
        let mut run = follower();
        assert_eq!(ticks(&mut run, 12), HELD);
        run.receives(append(1)).unwrap();
        assert_eq!(ticks(&mut run, 10), HELD);
        run.receives(append(1)).unwrap();
        assert!(ticks(&mut run, 1).is_err());
    }

    #[test]
    fn a_candidate_that_never_campaigns_again_is_illegal() {
        let mut run = follower();
        run.becomes(0, Role::Candidate, 3).unwrap();
        assert!(ticks(&mut run, 23).is_err());
    }

    #[test]
    fn a_node_that_waits_for_its_disk_or_has_no_vote_need_not_campaign() {
        let mut run = follower();
        run.writes(0, &ballot(2, None)).unwrap();
        assert_eq!(ticks(&mut run, 100), HELD);
        let mut run = follower();
        run.stores(0, &change(1, 1, &[1, 2])).unwrap();
        run.applies(0, 1, 0).unwrap();
        assert_eq!(ticks(&mut run, 100), HELD);
    }

    #[test]
    fn an_election_priority_makes_timeouts_longer() {
        let mut run = follower();
        run.has_setup(Setup { priority: true, ..run.history.setup });
        (0..42).for_each(|_| assert!(run.ticks(2).is_ok()));
        assert!(ticks(&mut run, 23).is_err());
    }

    #[test]
    fn a_node_that_comes_back_with_an_empty_disk_waits_for_a_membership() {
        let mut run = follower();
        run.comes_back(0).unwrap();
        assert_eq!(ticks(&mut run, 100), HELD);
        run.stores(0, &change(1, 1, &[0, 1, 2])).unwrap();
        run.applies(0, 1, 0).unwrap();
        assert!(ticks(&mut run, 23).is_err());
    }
}
