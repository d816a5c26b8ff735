//! While a leader may read by a lease of its wall clock, no leader of a newer term commits.
//!
//! A leader answers reads from its own state until its clock shows the end of a lease that a quorum
//! of its membership has acknowledged. What a newer leader commits meanwhile, it does not know. The
//! acknowledgements are counted as they arrive at the leader, by the end that each names; the
//! leader itself acknowledges what it asks for. As its clock may be behind true time by half of the
//! bound, the lease can last that much longer. Sound: a Raft with this capability waits for that
//! long; any quorum of votes has a voter that has acknowledged the lease, and either reports its
//! end, or has started since and reports a later one. Legal are: commits while no lease has been
//! acknowledged; while its leader has stepped down, is down, or has sent TimeoutNow, since it may
//! have given up its lease with that; and whatever happens after clocks have differed by more than
//! the bound. A member that was removed acknowledges nothing from before.

use raft::{LogIndex, Membership, NodeId, NodeSet, Term};

use crate::base::quorum::is_quorum;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::{History, NodeHistory, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};
use crate::schedule::feature::Feature;
use crate::schedule::wall_clock::FARTHEST;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OldLeaseIsWaitedOut {
    leaders: PerNode<Leases>,
}

/// The leases of one leader in one term.
#[derive(Clone, Copy, Debug, Default)]
struct Leases {
    term: Term,
    /// The latest end that each node has acknowledged.
    ends: PerNode<u64>,
    /// It has sent TimeoutNow.
    is_given_up: bool,
}

impl Leases {
    /// The latest end that a quorum has acknowledged.
    fn end(&self, membership: &Membership) -> u64 {
        let voters = membership.all_voters();
        let acknowledged =
            |end: u64| -> NodeSet { voters.iter().filter(|&id| self.ends[id] >= end).collect() };
        let ends = voters.iter().map(|id| self.ends[id]);
        ends.filter(|&end| is_quorum(membership, acknowledged(end))).max().unwrap_or_default()
    }
}

impl OldLeaseIsWaitedOut {
    fn of(&mut self, leader: NodeId, term: Term) -> &mut Leases {
        let leases = &mut self.leaders[leader];
        if leases.term != term {
            *leases = Leases { term, ..Leases::default() };
        }
        leases
    }

    /// A message that names a lease has arrived.
    #[cold]
    fn arrived(&mut self, history: &History, message: &MessageView) {
        let view = history.node(message.to).view;
        let is_ack = matches!(message.body, MessageBody::AppendAccepted { .. });
        if is_ack && view.is_leader() && view.term() == message.term {
            let end = &mut self.of(message.to, message.term).ends[message.from];
            *end = message.lease.max(*end);
        }
    }

    /// A message that names a lease, or TimeoutNow, has left.
    #[cold]
    fn left(&mut self, message: &MessageView) {
        let leases = self.of(message.from, message.term);
        if matches!(message.body, MessageBody::TimeoutNow) {
            leases.is_given_up = true;
        } else if message.body.is_from_leader() {
            let end = &mut leases.ends[message.from];
            *end = message.lease.max(*end);
        }
    }

    /// The end of the last lease of `leader`, if that was in a term before `term`.
    fn end(&self, history: &History, leader: &NodeHistory, term: Term) -> Option<u64> {
        let leases = &self.leaders[leader.id];
        let end = leases.end(history.membership_of(leader));
        (end > 0 && leases.term < term).then_some(end)
    }

    /// Whether a node still leads in the term of its last lease, and has not given that up.
    fn has_lease(&self, leader: &NodeHistory) -> bool {
        let (leases, view) = (&self.leaders[leader.id], leader.view);
        leader.up && view.is_leader() && view.term() == leases.term && !leases.is_given_up
    }
}

impl Oracle for OldLeaseIsWaitedOut {
    const INFO: OracleInfo = OracleInfo {
        name: "old-lease-is-waited-out",
        id: "K7",
        property: "While a leader may read by a lease of its wall clock, no newer leader commits.",
        source: "YugabyteDB, leader leases, #19447, #18121; MongoDB, LeaseGuard",
    };
}

impl Monitor for OldLeaseIsWaitedOut {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        if message.lease > 0 {
            self.arrived(history, message);
        }
        NOTHING
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        if message.lease > 0 || matches!(message.body, MessageBody::TimeoutNow) {
            self.left(message);
        }
        NOTHING
    }

    fn configured(&mut self, history: &History, node: NodeId, members: &Membership) -> Verdict {
        if history.setup.features.has(Feature::WallClock) {
            for other in history.nodes.iter().map(|other| other.id) {
                if other != node && !members.members().contains(other) {
                    self.leaders[node].ends[other] = 0;
                }
            }
        }
        NOTHING
    }

    fn committed(&mut self, h: &History, node: NodeId, _: LogIndex, last: LogIndex) -> Verdict {
        if !h.setup.features.has(Feature::WallClock) || !h.clocks.are_within_bound() {
            return NOTHING;
        }
        let (term, time) = (h.node(node).view.term(), h.clocks.time());
        for leader in &h.nodes {
            let Some(end) = self.end(h, leader, term) else { continue };
            let is_over = end + FARTHEST as u64 <= time || !self.has_lease(leader);
            let leader = leader.id;
            check(is_over, || Violation::OldLeaseIsWaitedOut {
                node,
                last,
                term,
                leader,
                end,
                time,
            })?;
        }
        HELD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::schedule::wall_clock::START;
    use crate::schedule::Setup;
    use raft::{LogId, Role};

    /// The end of the lease that n0 asks for.
    const END: u64 = START + 4;

    /// n0 leads term 1, and n1 has acknowledged its lease; n2 leads term 2.
    fn leased() -> Recorder<OldLeaseIsWaitedOut> {
        let mut run = cluster::<OldLeaseIsWaitedOut>(3);
        let features = run.history.setup.features.with(Feature::WallClock);
        run.history.setup = Setup { features, ..run.history.setup };
        run.becomes(0, Role::Leader, 1).unwrap();
        run.sends(MessageView { lease: END, ..says(0, 1, 1, append()) }).unwrap();
        run.receives(MessageView { lease: END, ..says(1, 0, 1, accepted()) }).unwrap();
        run.becomes(2, Role::Leader, 2).unwrap();
        run
    }

    fn append() -> MessageBody {
        let (prev_log, commit) = (LogId::ZERO, LogIndex(0));
        MessageBody::AppendEntries { prev_log, last_log: prev_log, entries: 0, commit }
    }

    fn accepted() -> MessageBody {
        MessageBody::AppendAccepted { match_index: LogIndex(0) }
    }

    fn commits(run: &mut Recorder<OldLeaseIsWaitedOut>) -> Verdict {
        run.writes_and_commits(2, &write(1, &[(2, 0)]), 1)
    }

    fn passes(run: &mut Recorder<OldLeaseIsWaitedOut>, ticks: u64) {
        (0..ticks).for_each(|_| run.history.clocks.pass());
    }

    #[test]
    fn a_commit_is_legal_once_the_lease_is_over_by_the_slowest_clock() {
        let mut run = leased();
        passes(&mut run, END - START + 2);
        assert_eq!(commits(&mut run), HELD);
    }

    #[test]
    fn a_commit_a_tick_earlier_is_illegal() {
        let mut run = leased();
        passes(&mut run, END - START + 1);
        assert!(commits(&mut run).is_err());
    }

    #[test]
    fn a_lease_that_no_quorum_has_acknowledged_is_none() {
        let mut run = cluster::<OldLeaseIsWaitedOut>(3);
        run.history.setup.features = leased().history.setup.features;
        run.becomes(0, Role::Leader, 1).unwrap();
        run.sends(MessageView { lease: END, ..says(0, 1, 1, append()) }).unwrap();
        run.becomes(2, Role::Leader, 2).unwrap();
        assert!(commits(&mut run).is_ok());
    }

    #[test]
    fn a_leader_that_has_sent_timeout_now_or_has_restarted_has_no_lease() {
        let mut run = leased();
        run.sends(says(0, 2, 1, MessageBody::TimeoutNow)).unwrap();
        assert!(commits(&mut run).is_ok());
        let mut run = leased();
        run.reboots(0).unwrap();
        assert!(commits(&mut run).is_ok());
    }

    #[test]
    fn nothing_is_judged_once_clocks_have_differed_by_more_than_the_bound() {
        let mut run = leased();
        run.history.clocks.set(NodeId(2), FARTHEST + 1);
        assert!(commits(&mut run).is_ok());
    }
}
