//! Recovery: after the last event all nodes are healed, or just a quorum, and the cluster must make
//! progress.
//!
//! Promises: during recovery nothing is lost or late: all links work, all nodes of the core run, a
//! write is durable before its node processes another input, and all messages arrive between two
//! ticks. Clocks tick in turn. Nodes outside the core are lost permanently. So are, as operators do
//! it, nodes that were removed or lost their vote without learning of it, and that may disturb the
//! others permanently. Under this schedule a correct Raft converges within a computed bound, and
//! then stays stable; whether it did is for oracles to decide. Nothing is required where the faults
//! have left no quorum, or logs with which no node can be elected.

use raft::{LogIndex, NodeId, NodeSet, Report};

use crate::base::hash::mix;
use crate::cluster::host::Stopping;
use crate::cluster::network::Link;
use crate::cluster::Cluster;
use crate::history::clients::ReadFact;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, QUIET_COMMANDS};
use crate::history::state_machine::keys;
use crate::history::violation::{Verdict, Violation, HELD, NOTHING};
use crate::history::NodeHistory;
use crate::replica::node_storage::NodeStorage;
use crate::replica::{Input, Replica};
use crate::schedule::event::{Event, Kind};
use crate::schedule::feature::Feature;
use crate::schedule::version::Version;
use crate::schedule::{Recovery, Setup};

/// A cluster may take this many of the longest election timeouts to converge. A few are for old
/// leaders and leases to expire. The others are for split votes: where two candidates block each
/// other, as nodes with different memberships may, each election is a coin toss, and a fuzzer
/// searches for losing ones.
pub(crate) const TIMEOUTS: u32 = 40;
/// How many times between two ticks some link is emptied: chains of replies are shorter, unless
/// the Raft replies to replies without end.
pub(crate) const DELIVERIES: usize = 1 << 12;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// Heals, and lets time pass until the cluster has converged, or should have.
    pub fn recover(&mut self) -> Verdict {
        if R::Storage::IS_REAL {
            self.learn_all()?;
        }
        let Some(core) = self.core().filter(|_| self.is_fair()) else { return NOTHING };
        self.recorder.healed(core)?;
        let outcome = self.settle_down(core)?;
        if self.recorder.history.newest_leader().is_none() && !self.can_elect() {
            return NOTHING;
        }
        self.recorder.recovered(&outcome)?;
        self.scan();
        let ticks = longest_timeout(self.setup()) + 1;
        let quiet = self.quiet(ticks, None)?;
        self.recorder.quiet_period_ended(&quiet)?;
        if let Some(node) = self.spare_follower(core) {
            let quiet = self.quiet(ticks, Some(node))?;
            self.recorder.quiet_period_ended(&quiet)?;
        }
        if self.setup().has_upgrades() {
            self.roll(core)?;
        }
        match core == NodeSet::first(self.setup().nodes) && self.differing().is_none() {
            true => self.request_unhindered(),
            false => HELD,
        }
    }

    /// Whether unequal election priorities cannot prevent an election. A server that has lost its
    /// vote may campaign as long as the change that removed it can be undone, and a server that
    /// votes for it restarts its election timer: if the only server that can win has the longest
    /// election timeout, it then never campaigns.
    pub(crate) fn is_fair(&self) -> bool {
        let history = &self.recorder.history;
        let is_changed = history.nodes.iter().any(|node| node.log.changes()[0].is_some());
        let all_pre_vote = history.nodes.iter().all(|node| history.setup_of(node.id).pre_vote);
        !self.setup().priority || !is_changed || all_pre_vote
    }

    /// The nodes that run from now on: all nodes whose disks can be read, or as few of them as
    /// leave a quorum in every membership that may be in force. None if even all are too few.
    fn core(&self) -> Option<NodeSet> {
        let all_nodes = NodeSet::first(self.setup().nodes);
        let mut gone = self.gone();
        let history = &self.recorder.history;
        if !history.can_spare(gone) {
            return None;
        }
        if self.setup().recovery == Recovery::Core {
            let unwanted = self.setup().lost;
            let mut candidates: Vec<NodeId> = all_nodes.without(gone).iter().collect();
            candidates.sort_by_key(|id| (!unwanted.contains(*id), std::cmp::Reverse(id.0)));
            for id in candidates {
                let more = gone | NodeSet::only(id);
                if history.can_spare(more) {
                    gone = more;
                }
            }
        }
        Some(all_nodes.without(gone))
    }

    /// The nodes that cannot run any more.
    pub(crate) fn gone(&self) -> NodeSet {
        let is_gone =
            |id: &NodeId| self.hosts[usize::from(id.0)].unrecoverable || !self.is_intact(*id);
        NodeSet::first(self.setup().nodes).iter().filter(is_gone).collect()
    }

    /// Heals the core, and lets time pass until the cluster has converged, or the bound is over.
    fn settle_down(&mut self, core: NodeSet) -> Result<RecoveryOutcome, Box<Violation>> {
        self.heal(core)?;
        let mut outcome = RecoveryOutcome { core, ..RecoveryOutcome::default() };
        outcome.fresh = self.recorder.history.clients.proposals + 1;
        outcome.has_read = !R::CAPABILITIES.reads;
        let first_read = self.recorder.history.clients.reads.len();
        let (timeout, bound) = (longest_timeout(self.setup()), self.bound(core));
        let (mut last_asked, mut digests) = (None, Vec::new());
        for tick in 0..=bound {
            outcome.ticks = tick;
            let read = |read: &ReadFact| read.index.is_some();
            outcome.has_read |= self.recorder.history.clients.reads[first_read..].iter().any(read);
            outcome.is_quiet = self.is_quiet();
            outcome.differing = self.differing();
            let is_over = self.recorder.history.has_recovered(outcome.fresh) && !self.is_disputed();
            if is_over && outcome.is_settled() {
                break;
            }
            let leader = self.recorder.history.newest_leader();
            // A command may be lost with its leader, so it is proposed again, but not at each tick.
            if let Some((id, _)) = leader.filter(|_| leader != last_asked || tick % timeout == 0) {
                last_asked = leader;
                self.request(id)?;
            }
            self.pass_time()?;
            digests.push(self.views_digest());
        }
        outcome.repeats = repeats(&digests);
        Ok(outcome)
    }

    /// A client reads every key at the leader, where everything is applied.
    fn scan(&mut self) {
        let Some((leader, _)) = self.recorder.history.newest_leader() else { return };
        let machine = &self.hosts[usize::from(leader.0)].machine;
        keys().for_each(|key| self.recorder.history.clients.scan(key, machine.value(key)));
    }

    /// A client requests a write and a read from `id`.
    fn request(&mut self, id: NodeId) -> Verdict {
        self.propose_now(id)?;
        if R::CAPABILITIES.reads {
            let read = self.recorder.history.read_at(id);
            self.announce(Kind::Read, [id.0, 0, 0])?;
            self.input_now(id, Input::Read(read))?;
            self.deliver_everything()?;
        }
        HELD
    }

    /// A client proposes a command to `id`.
    pub(crate) fn propose_now(&mut self, id: NodeId) -> Verdict {
        let command = self.recorder.history.propose_at(id, 0);
        self.announce(Kind::Propose, [id.0, 0, 0])?;
        self.input_now(id, Input::Propose(command))?;
        self.deliver_everything()
    }

    /// Each clock ticks once, in turn, and all effects of a tick are complete before the next.
    pub(crate) fn pass_time(&mut self) -> Verdict {
        self.pass_wall_time_in_recovery(Self::input_now)?;
        for id in (0..self.setup().nodes).map(NodeId) {
            self.announce(Kind::Tick, [id.0, 0, 0])?;
            self.input_now(id, Input::Tick)?;
            self.deliver_everything()?;
        }
        self.retire()
    }

    /// A quiet period: only ticks and a few commands; before it, possibly, one node is cut off for
    /// as long.
    fn quiet(
        &mut self,
        ticks: u32,
        cut_off: Option<NodeId>,
    ) -> Result<QuietPeriod, Box<Violation>> {
        let before = self.recorder.history.newest_leader();
        let sent = self.network.sent();
        if let Some(node) = cut_off {
            self.announce(Kind::Partition, [1 << node.0, 0, 0])?;
            self.network.partition(1 << node.0);
            (0..ticks).try_for_each(|_| self.pass_time().map(drop))?;
            self.announce(Kind::Heal, [0; 3])?;
            self.network.heal();
        }
        for tick in 0..ticks {
            if let Some((id, _)) = before.filter(|_| tick < QUIET_COMMANDS) {
                self.request(id)?;
            }
            self.pass_time()?;
        }
        let (after, messages) = (self.recorder.history.newest_leader(), self.network.sent() - sent);
        let differing = self.differing();
        Ok(QuietPeriod { before, after, ticks, messages, cut_off, differing })
    }

    /// A follower without which there is still a quorum, if all nodes use Pre-Vote.
    fn spare_follower(&self, core: NodeSet) -> Option<NodeId> {
        let history = &self.recorder.history;
        let (leader, _) = history.newest_leader()?;
        let members = history.membership_of(history.node(leader));
        let gone = NodeSet::first(self.setup().nodes).without(core);
        let all_pre_vote = core.iter().all(|id| history.setup_of(id).pre_vote);
        let mut others = members.voters.iter().filter(|&id| id != leader && core.contains(id));
        others.find(|&id| all_pre_vote && history.can_spare(gone | NodeSet::only(id)))
    }

    /// How many ticks the core may take to converge.
    fn bound(&self, core: NodeSet) -> u32 {
        let history = &self.recorder.history;
        let last = core.iter().map(|id| history.node(id).log.last_index().0).max();
        let start = core.iter().map(|id| history.node(id).log.last_index().0).min();
        let lag = last.unwrap_or_default() - start.unwrap_or_default();
        let setup = self.setup();
        let exchanges = u32::from(setup.heartbeat_ticks) * (lag as u32 + 8);
        TIMEOUTS * longest_timeout(setup) + exchanges + self.longest_lease_wait()
    }

    pub(crate) fn heal(&mut self, core: NodeSet) -> Verdict {
        self.network.heal();
        if core != NodeSet::first(self.setup().nodes) {
            // A message might bring a membership whose quorums need the lost nodes.
            self.network.drop_all();
        }
        for id in (0..self.setup().nodes).map(NodeId) {
            if !core.contains(id) {
                self.lose_permanently(id)?;
                continue;
            }
            self.start_running(id)?;
            self.announce(Kind::Persist, [id.0, 0, 0])?;
            self.catch_up(id)?;
        }
        self.report_failures(core)?;
        self.deliver_everything()
    }

    /// Whatever leaders wait for may be lost: their transports say so. Later nothing is lost.
    fn report_failures(&mut self, core: NodeSet) -> Verdict {
        if !self.setup().features.has(Feature::Reports) {
            return NOTHING;
        }
        let leaders: Vec<NodeId> =
            self.recorder.history.current_leaders().map(|node| node.id).collect();
        for leader in leaders {
            for to in core.without(NodeSet::only(leader)).iter() {
                for report in [Report::Failed, Report::SnapshotFailed] {
                    self.announce(Kind::Report, [leader.0, to.0, report as u8])?;
                    self.input_now(leader, Input::Report { to, report })?;
                }
            }
        }
        HELD
    }

    /// A node runs, is not paused, and its disk has space.
    pub(crate) fn start_running(&mut self, id: NodeId) -> Verdict {
        self.fill(id, false)?;
        let host = &mut self.hosts[usize::from(id.0)];
        host.ticks_to_skip = 0;
        let (paused, stopping) = (host.paused, host.stopping);
        if stopping != Stopping::No {
            self.announce(Kind::Crash, [id.0, 0, 0])?;
            self.crash_handler(id)?;
        } else if paused {
            self.announce(Kind::Resume, [id.0, 0, 0])?;
            self.resume(id)?;
        }
        if self.recorder.history.node(id).up {
            return HELD;
        }
        self.announce(Kind::Restart, [id.0, 0, 0])?;
        self.boot(id, false)
    }

    pub(crate) fn lose_permanently(&mut self, id: NodeId) -> Verdict {
        self.hosts[usize::from(id.0)].unrecoverable = true;
        match self.recorder.history.node(id).up {
            true => {
                self.announce(Kind::Crash, [id.0, 0, 0])?;
                self.crash_handler(id)
            }
            false => HELD,
        }
    }

    /// Nodes that may disturb the others permanently are stopped. A node that uses Pre-Vote does
    /// not disturb them, if all versions that run know Pre-Vote.
    fn retire(&mut self) -> Verdict {
        for id in (0..self.setup().nodes).map(NodeId) {
            let history = &self.recorder.history;
            let knows = |node: &NodeHistory| {
                !node.up || node.version == Version::Newer || history.setup_of(node.id).pre_vote
            };
            let uses_pre_vote = history.setup_of(id).pre_vote && history.nodes.iter().all(knows);
            if history.node(id).up && !uses_pre_vote && history.may_disturb(id) {
                self.lose_permanently(id)?;
            }
        }
        HELD
    }

    pub(crate) fn deliver_everything(&mut self) -> Verdict {
        for _ in 0..DELIVERIES {
            let Some(link) = self.network.select(0, 0) else { break };
            for _ in 0..self.network.deliverable(link) {
                let Some(message) = self.network.take(link, 0) else { break };
                self.announce(Kind::Deliver, [link.from.0, link.to.0, 0])?;
                self.input_now(link.to, Input::Receive(message))?;
            }
        }
        HELD
    }

    /// Tells the monitor what happens next, as the event that it would be in a schedule.
    pub(crate) fn announce(&mut self, kind: Kind, operands: [u8; 3]) -> Verdict {
        self.recorder.recovering(Event::exact(kind, operands))
    }

    /// One input, and all its effects on this node.
    pub(crate) fn input_now(&mut self, id: NodeId, input: Input<R::Message>) -> Verdict {
        self.input(id, input)?;
        self.catch_up(id)
    }

    /// All writes become durable, all committed entries are applied, and all reads of the log are
    /// answered.
    pub(crate) fn catch_up(&mut self, id: NodeId) -> Verdict {
        while self.complete_write(id)? > 0
            || self.apply_all(id)? > 0
            || self.complete_read(id, 0)? > 0
        {}
        HELD
    }

    fn can_elect(&self) -> bool {
        self.recorder.history.can_elect(NodeSet::first(self.setup().nodes))
    }

    fn running(&self) -> impl Iterator<Item = NodeId> + '_ {
        let nodes = self.recorder.history.nodes.iter();
        nodes.filter(|node| node.up).map(|node| node.id)
    }

    fn is_quiet(&self) -> bool {
        let ids = || self.running();
        let mut links = ids().flat_map(|from| ids().map(move |to| Link { from, to }));
        let is_idle = |id: NodeId| {
            let host = &self.hosts[usize::from(id.0)];
            host.disk.pending.is_empty() && host.to_apply.is_empty() && host.fetches.is_empty()
        };
        links.all(|link| self.network.deliverable(link) == 0) && ids().all(is_idle)
    }

    /// Two members that run and differ in log, commit index or state machine.
    pub(crate) fn differing(&self) -> Option<(NodeId, NodeId)> {
        let history = &self.recorder.history;
        let (leader, _) = history.newest_leader()?;
        let members = history.membership_of(history.node(leader)).members();
        let all = |id: NodeId| {
            let (view, machine) = (history.node(id).view, &self.hosts[usize::from(id.0)].machine);
            (view.last_log, view.commit, view.last_log.index, machine.applied, machine.state)
        };
        let mut others = self.running().filter(|id| members.contains(*id));
        let different = others.find(|&id| {
            let (last, commit, index, ..) = all(id);
            all(id) != all(leader) || commit != index || last.index == LogIndex(0)
        });
        different.map(|id| (leader, id))
    }

    /// Whether the leader is changing the membership, or does not know a newer term yet: a member
    /// may have received it from a server that has stopped since.
    fn is_disputed(&self) -> bool {
        let history = &self.recorder.history;
        let Some((leader, term)) = history.newest_leader() else { return false };
        let membership = history.membership_of(history.node(leader));
        let mut members = self.running().filter(|id| membership.members().contains(*id));
        let is_changing = membership.is_joint() || history.node(leader).requested.is_some();
        is_changing || members.any(|id| history.node(id).view.term() > term)
    }

    /// A digest of the views of all running nodes, without their terms.
    fn views_digest(&self) -> u64 {
        let views = self.running().map(|id| (id, self.recorder.history.node(id).view));
        views.fold(0, |hash, (id, view)| {
            let log = mix(view.last_log.index.0, view.last_log.term.0);
            mix(
                mix(hash, u64::from(id.0) << 8 | view.role.in_paper() as u64),
                mix(log, view.commit.0),
            )
        })
    }
}

impl RecoveryOutcome {
    /// Whether the cluster has converged, apart from a leader and a newly applied command.
    fn is_settled(&self) -> bool {
        self.has_read && self.is_quiet && self.differing.is_none()
    }
}

/// The longest election timeout of a node.
pub(crate) fn longest_timeout(setup: &Setup) -> u32 {
    let handicaps = if setup.priority { 2 } else { 0 };
    u32::from(setup.election_ticks.max(setup.heartbeat_ticks)) * (2 + handicaps)
}

/// The longest period with which the digests repeat at their end: the last ticks that equal as many
/// ticks before them; 0 if there is none.
fn repeats(digests: &[u64]) -> u32 {
    let last = digests.len();
    let is_period =
        |&ticks: &usize| digests[last - ticks..] == digests[last - 2 * ticks..last - ticks];
    let period = (1..=last / 2).rev().find(is_period);
    period.unwrap_or_default() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replica::system_under_test::SystemUnderTest;
    use crate::replica::{
        Capabilities, Durable, Effects, MessageBody, MessageView, PlainOutput, View,
    };
    use crate::run::Runner;
    use crate::schedule::{Recovery, Schedule, Setup};
    use raft::{LogId, Progress, Term};

    /// Replies to every message with a message, without end.
    struct Chatter {
        id: NodeId,
        has_sent: bool,
    }

    impl Replica for Chatter {
        type Message = (NodeId, NodeId);
        type Options = ();
        type Output = PlainOutput<(NodeId, NodeId)>;
        type Storage = ();

        const CAPABILITIES: Capabilities =
            Capabilities { bounded_sends: false, smallest_cluster: 2, ..Capabilities::FIGURE_2 };

        fn start(id: NodeId, _: &Setup, _: &(), _: &Durable) -> Chatter {
            Chatter { id, has_sent: false }
        }

        fn step(&mut self, input: Input<(NodeId, NodeId)>, output: &mut Self::Output) {
            output.clear();
            let first = matches!(input, Input::Tick) && !self.has_sent;
            if first || matches!(input, Input::Receive(_)) {
                output.messages.push((self.id, NodeId(1 - self.id.0)));
            }
            self.has_sent |= first;
        }

        fn effects(output: &mut Self::Output) -> Effects<'_, (NodeId, NodeId)> {
            output.effects()
        }

        fn view(&self) -> View {
            View::default()
        }

        fn progress(&self, _: NodeId) -> Option<Progress> {
            None
        }

        fn message_view(&(from, to): &(NodeId, NodeId)) -> MessageView {
            let (term, body) = (Term(0), MessageBody::Other);
            MessageView { from, to, term, body, committed: LogId::ZERO, lease: 0 }
        }
    }

    #[test]
    fn a_run_ends_even_if_the_raft_replies_to_replies_without_end() {
        let sut = SystemUnderTest::<Chatter>::without_mutants(None).expect("there is one");
        let setup =
            Setup { nodes: 2, election_ticks: 2, recovery: Recovery::Full, ..Setup::default() };
        let outcome = Runner::new(sut).run(&Schedule { setup, events: Vec::new() });
        assert_eq!(outcome.fingerprint().as_deref(), Some("recovers-after-healing"));
    }
}
