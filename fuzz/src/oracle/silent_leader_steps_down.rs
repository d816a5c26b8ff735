//! With CheckQuorum, a leader that receives no messages from a quorum steps down.
//!
//! Counted are the ticks that the leader has processed, not those that it misses while it waits for
//! its disk, and the last tick at which it received a message from each peer. Sound: once per
//! election timeout it checks whether a quorum has replied since the last check, so after two
//! timeouts, and a tick at each end, without a reply such a check has failed. A Raft that requires
//! a longer timeout than the configured one has one that is longer than its heartbeat interval.
//! The membership is the newest in the leader's log.
//!
//! Legal as well: a leader that steps down earlier; one that takes any message, and not only a
//! reply, for a sign of a follower.

use raft::{NodeId, NodeSet, Role};

use crate::base::quorum::is_quorum;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageView, View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SilentLeaderStepsDown {
    clocks: PerNode<Clock>,
}

/// One node's time as a leader.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    ticks: u32,
    /// The tick at which it last received a message from each peer, or became leader.
    received: PerNode<u32>,
}

impl Oracle for SilentLeaderStepsDown {
    const INFO: OracleInfo = OracleInfo {
        name: "silent-leader-steps-down",
        id: "L8",
        property: "With CheckQuorum, a leader that receives no messages from a quorum steps down.",
        source: "Raft dissertation, 6.2; etcd's CheckQuorum",
    };
}

impl Monitor for SilentLeaderStepsDown {
    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        let setup = history.setup_of(node);
        if !setup.check_quorum || history.node(node).view.role != Role::Leader {
            return NOTHING;
        }
        let clock = &mut self.clocks[node];
        clock.ticks += 1;
        let limit = u32::from(2 * setup.election_ticks.max(setup.heartbeat_ticks + 1) + 2);
        let (ticks, since) = (clock.ticks, clock.ticks.saturating_sub(limit));
        let recent = |id: &NodeId| *id == node || clock.received[*id] >= since;
        let members = history.membership_of(history.node(node));
        let heard: NodeSet = members.all_voters().iter().filter(recent).collect();
        let is_active = ticks <= limit || is_quorum(members, heard);
        let members = *members;
        check(is_active, || Violation::SilentLeaderStepsDown {
            leader: node,
            heard,
            members,
            ticks,
        })
    }

    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        let clock = &mut self.clocks[message.to];
        clock.received[message.from] = clock.ticks;
        NOTHING
    }

    /// A membership change also changes the peers whose replies count, in the step of a tick too.
    fn writing(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        if write.changes_membership() {
            self.clocks[node] = Clock::default();
        }
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.newly_leads(old) {
            self.clocks[node] = Clock::default();
        }
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
    use crate::schedule::Setup;
    use raft::LogIndex;

    fn leading(check_quorum: bool) -> Recorder<SilentLeaderStepsDown> {
        let mut run = cluster::<SilentLeaderStepsDown>(3);
        run.has_setup(Setup { check_quorum, ..run.history.setup });
        run.becomes(0, Role::Leader, 1).unwrap();
        run
    }

    fn ticks(run: &mut Recorder<SilentLeaderStepsDown>, times: usize) -> Verdict {
        (0..times).try_for_each(|_| run.ticks(0).map(drop))?;
        HELD
    }

    #[test]
    fn a_leader_with_replies_from_one_of_two_followers_is_legal() {
        let mut run = leading(true);
        for _ in 0..20 {
            run.receives(says(1, 0, 1, MessageBody::AppendAccepted { match_index: LogIndex(0) }))
                .unwrap();
            assert_eq!(ticks(&mut run, 10), HELD);
        }
    }

    #[test]
    fn a_leader_without_replies_for_two_timeouts_is_illegal() {
        let mut run = leading(true);
        assert_eq!(ticks(&mut run, 20), HELD);
        assert!(ticks(&mut run, 10).is_err());
    }

    #[test]
    fn without_check_quorum_a_leader_need_not_step_down() {
        assert!(ticks(&mut leading(false), 100).is_ok());
    }
}
