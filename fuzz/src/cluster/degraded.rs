//! A degraded minority (a gray failure): after the last event one thing is wrong with a minority,
//! for long, while the majority is healthy and clients go on.
//!
//! Promises: the healthy nodes are a quorum of every membership that may be in force. Clocks tick
//! in turn; between two ticks all messages among healthy nodes arrive, and their writes complete. A
//! client proposes a command at the newest leader at fixed intervals, and a healthy leader takes a
//! snapshot after each. The period ends when enough commands are committed and a degraded node that
//! can catch up has done so, or when one of them has not happened in time; whether that is a
//! violation is for oracles to decide. There is no such period unless all nodes use Pre-Vote and
//! CheckQuorum: without them a single node may legally depose leaders for ever.

use raft::{LogIndex, NodeId, NodeSet, Role, Term};

use crate::base::hash::mix;
use crate::cluster::host::is_awake;
use crate::cluster::network::Link;
use crate::cluster::recovery::{longest_timeout, DELIVERIES, TIMEOUTS};
use crate::cluster::Cluster;
use crate::history::degraded_period::{DegradedPeriod, Lagging};
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::node_storage::NodeStorage;
use crate::replica::{Command, Input, Replica};
use crate::schedule::event::{Event, Kind, ALL};
use crate::schedule::{Degraded, Setup};

/// Commands that must be committed before the period ends.
const COMMITS: u32 = 8;
/// Ticks between two commands.
const INTERVAL: u32 = 8;
/// A slow disk completes a write every this many ticks.
const WRITE: u32 = 2;
/// A message on a slow link arrives at the next multiple of this many ticks.
const LATENCY: u32 = 5;
/// The period ends after this many of the longest election timeouts even if no degraded node has
/// had the occasion to catch up.
const LONG: u32 = 8;
/// A node that lacks more entries than this is not expected to catch up while the period lasts.
const FAR: u64 = 64;

/// A period, while it lasts.
struct Period {
    outcome: DegradedPeriod,
    /// Commands from this number on are the period's.
    fresh: Command,
    /// Committed entries up to here have been looked at.
    seen: LogIndex,
    /// A client waits for a leader to propose its command to.
    is_due: bool,
    /// The newest leader, and since when it is.
    leader: (Option<(NodeId, Term)>, u32),
    /// The healthy leader that leads without contest, and since when it has done so.
    established: Option<((NodeId, Term), u32)>,
    /// What a degraded node must have, and by when.
    target: Option<Target>,
    /// The hash that decides which messages on lossy links are lost.
    draws: u64,
}

/// What a degraded node must have at a tick.
struct Target {
    node: NodeId,
    committed: LogIndex,
    had: LogIndex,
    since: u32,
    until: u32,
}

impl Period {
    fn is_degraded(&self, id: NodeId) -> bool {
        self.outcome.minority.contains(id)
    }

    fn touches(&self, link: Link) -> bool {
        self.is_degraded(link.from) || self.is_degraded(link.to)
    }

    fn is_stuck(&self) -> bool {
        let DegradedPeriod { waited, bound, deposed, lagging, without_disk, .. } = &self.outcome;
        waited > bound || deposed.is_some() || lagging.is_some() || without_disk.is_some()
    }

    /// Whether enough has happened, or a degraded node cannot be expected to catch up.
    fn is_complete(&self, longest: u32) -> bool {
        let DegradedPeriod { commits, caught_up, ticks, .. } = self.outcome;
        let is_late = self.target.is_none() && ticks > LONG * longest;
        let for_long = |(_, since)| ticks - since > longest;
        let kind = self.outcome.kind;
        let is_judged = match kind {
            Degraded::HungDisk => ticks > without_disk(longest),
            _ => caught_up > 0 || !can_catch_up(kind),
        };
        commits >= COMMITS && (is_late || (is_judged && self.established.is_some_and(for_long)))
    }
}

/// How long a leader may lead without its disk, and a while for the first write.
fn without_disk(longest: u32) -> u32 {
    4 * longest + INTERVAL
}

/// Whether a node that is degraded like this receives entries and can store them.
fn can_catch_up(kind: Degraded) -> bool {
    !matches!(kind, Degraded::Off | Degraded::HungDisk | Degraded::Deaf | Degraded::Mute)
}

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// If the setup says so, lets a minority be degraded, and time pass.
    pub fn degrade(&mut self) -> Verdict {
        let kind = self.setup().degraded;
        let is_fair = self.keeps_leaders() && self.is_in_time() && self.is_fair();
        if kind == Degraded::Off || !is_fair {
            return NOTHING;
        }
        if R::Storage::IS_REAL {
            self.learn_all()?;
        }
        if kind == Degraded::HungDisk && self.recorder.history.newest_leader().is_none() {
            // It is the leader whose disk matters.
            self.await_leader()?;
        }
        let Some((minority, healthy)) = self.sides() else { return NOTHING };
        let longest = self.span();
        let outcome = DegradedPeriod {
            kind,
            minority,
            healthy,
            bound: TIMEOUTS * longest,
            ..DegradedPeriod::default()
        };
        let history = &self.recorder.history;
        let (fresh, seen) = (history.clients.proposals + 1, history.last_committed());
        self.recorder.degraded(minority)?;
        let (leader, established, target) = ((None, 0), None, None);
        let (is_due, draws) = (false, 0);
        let mut period =
            Period { outcome, fresh, seen, is_due, leader, established, target, draws };
        self.begin_period(&period)?;
        while !period.is_stuck() && !period.is_complete(longest) {
            self.pass_degraded_time(&mut period)?;
            self.observe(&mut period);
        }
        if period.outcome.commits == 0 && !self.recorder.history.can_elect(healthy) {
            return NOTHING;
        }
        self.recorder.degraded_period_ended(&period.outcome)
    }

    /// The longest election timeout of a node, and how long the leader may have to wait then before
    /// it commits.
    fn span(&self) -> u32 {
        longest_timeout(self.setup()) + self.longest_lease_wait()
    }

    /// All nodes are healed until one leads, or should.
    fn await_leader(&mut self) -> Verdict {
        let gone = self.gone();
        if !self.recorder.history.can_spare(gone) {
            return NOTHING;
        }
        self.heal(NodeSet::first(self.setup().nodes).without(gone))?;
        for _ in 0..TIMEOUTS * self.span() {
            if self.recorder.history.newest_leader().is_some() {
                break;
            }
            self.pass_time()?;
        }
        HELD
    }

    /// Whether a degraded node can follow and lead, if slowly: full links lose no messages, and its
    /// messages are in time for an election timeout.
    fn is_in_time(&self) -> bool {
        let Setup { election_ticks, heartbeat_ticks, capacity, degraded, .. } = *self.setup();
        let needed = match degraded {
            Degraded::SlowLink => 2 * LATENCY + u32::from(heartbeat_ticks),
            Degraded::Lossy => 4 * u32::from(heartbeat_ticks),
            _ => 0,
        };
        capacity == Setup::default().capacity && u32::from(election_ticks) > needed
    }

    /// Whether a node that is not followed by a quorum cannot depose a leader.
    fn keeps_leaders(&self) -> bool {
        let keeps = |id| {
            let setup = self.recorder.history.setup_of(id);
            setup.pre_vote && setup.check_quorum
        };
        self.setup().heartbeats_in_time() && NodeSet::first(self.setup().nodes).iter().all(keeps)
    }

    /// The degraded nodes and the healthy ones: of those that can run, first the nodes that the
    /// setup names, else the leader, else any one. If its disk hangs, first the leader.
    fn sides(&self) -> Option<(NodeSet, NodeSet)> {
        let all = NodeSet::first(self.setup().nodes);
        let gone = self.gone();
        let (history, mut named) = (&self.recorder.history, self.setup().lost);
        if self.setup().degraded == Degraded::HungDisk {
            named = NodeSet::EMPTY;
        }
        let leader = history.newest_leader().map(|(leader, _)| leader);
        let mut candidates: Vec<NodeId> = all.without(gone).iter().collect();
        candidates.sort_by_key(|id| (!named.contains(*id), Some(*id) != leader, *id));
        let mut minority = NodeSet::EMPTY;
        for id in candidates {
            let without = gone | minority | NodeSet::only(id);
            let is_further = !minority.is_empty() && !named.contains(id);
            if !is_further && history.can_spare(without) {
                minority.insert(id);
            }
        }
        let healthy = all.without(gone).without(minority);
        (!minority.is_empty() && history.can_spare(all.without(healthy)))
            .then_some((minority, healthy))
    }

    /// Links work, nothing is in flight, and every node that can run does.
    fn begin_period(&mut self, period: &Period) -> Verdict {
        self.network.heal();
        // A message might bring a membership whose quorums need degraded nodes.
        self.network.drop_all();
        for id in (0..self.setup().nodes).map(NodeId) {
            if !period.is_degraded(id) && !period.outcome.healthy.contains(id) {
                self.lose_permanently(id)?;
                continue;
            }
            self.start_running(id)?;
            if !self.is_slow(period, id) {
                self.catch_up(id)?;
            }
        }
        for link in self.links() {
            let [from_it, to_it] = [link.from, link.to].map(|id| period.is_degraded(id));
            match period.outcome.kind {
                Degraded::Deaf if to_it => self.network.cut(link),
                Degraded::Mute if from_it => self.network.cut(link),
                Degraded::SlowLink if from_it || to_it => self.network.clog(link, true),
                _ => false,
            };
        }
        HELD
    }

    /// All links, from each node to each other.
    fn links(&self) -> impl Iterator<Item = Link> {
        let all = NodeSet::first(self.setup().nodes);
        let pairs = all.iter().flat_map(move |from| all.iter().map(move |to| Link { from, to }));
        pairs.filter(|link| link.from != link.to)
    }

    /// Whether the writes of a node do not complete at once.
    fn is_slow(&self, period: &Period, id: NodeId) -> bool {
        let slow = matches!(period.outcome.kind, Degraded::HungDisk | Degraded::SlowDisk);
        slow && period.is_degraded(id)
    }

    /// One tick of each clock, with what it causes.
    fn pass_degraded_time(&mut self, period: &mut Period) -> Verdict {
        self.pass_wall_time_in_recovery(|cluster, id, input| cluster.input_in(period, id, input))?;
        period.outcome.ticks += 1;
        period.outcome.waited += 1;
        period.is_due |= period.outcome.ticks % INTERVAL == 1;
        if period.is_due {
            self.load(period)?;
        }
        for id in (0..self.setup().nodes).map(NodeId) {
            if period.is_degraded(id) {
                self.be_degraded(period, id)?;
            }
            self.announce(Kind::Tick, [id.0, 0, 0])?;
            if self.hosts[usize::from(id.0)].paused {
                self.tick(id)?;
                continue;
            }
            self.input_in(period, id, Input::Tick)?;
            self.carry(period)?;
        }
        if period.outcome.kind == Degraded::SlowLink && period.outcome.ticks % LATENCY == 0 {
            self.arrive_late(period)?;
        }
        HELD
    }

    /// What is wrong with a node happens to it, if it is something that happens now and then.
    fn be_degraded(&mut self, period: &Period, id: NodeId) -> Verdict {
        let DegradedPeriod { kind, ticks, .. } = period.outcome;
        let span = self.span();
        let is_turn = ticks % span == 0;
        let paused = self.hosts[usize::from(id.0)].paused;
        match kind {
            Degraded::SlowDisk if ticks % WRITE == 0 => {
                self.announce(Kind::Persist, [id.0, 0, 0])?;
                self.complete_write(id)?;
                self.complete_read(id, 0)
            }
            Degraded::Pauses if is_turn && paused => {
                self.announce(Kind::Resume, [id.0, 0, 0])?;
                self.resume(id)
            }
            Degraded::Pauses if is_turn => {
                self.announce(Kind::Pause, [id.0, 0, 0])?;
                self.pause(id)
            }
            Degraded::Restarts if is_turn && self.recorder.history.node(id).up => {
                self.announce(Kind::Crash, [id.0, ALL, 0])?;
                self.crash(id, ALL, 0)?;
                self.announce(Kind::Restart, [id.0, 0, 0])?;
                self.boot(id, false)
            }
            _ => NOTHING,
        }
    }

    /// One input, and its effects on this node.
    fn input_in(&mut self, period: &Period, id: NodeId, input: Input<R::Message>) -> Verdict {
        if !self.is_slow(period, id) {
            return self.input_now(id, input);
        }
        if !R::CAPABILITIES.async_writes && !is_awake(&self.hosts[usize::from(id.0)]) {
            return NOTHING;
        }
        self.step(id, input)?;
        self.apply_all(id)
    }

    /// A client proposes a command, and a healthy leader takes a snapshot.
    fn load(&mut self, period: &mut Period) -> Verdict {
        let Some((leader, _)) = self.recorder.history.newest_leader() else { return NOTHING };
        let host = &self.hosts[usize::from(leader.0)];
        if host.paused {
            return NOTHING;
        }
        period.is_due = false;
        let compacts = R::CAPABILITIES.snapshots && host.has_applied_since_snapshot();
        if compacts && !period.is_degraded(leader) && is_awake(host) {
            self.announce(Kind::Compact, [leader.0, 0, 0])?;
            self.apply_request(Event::exact(Kind::Compact, [leader.0, 0, 0]))?;
            self.catch_up(leader)?;
        }
        self.announce(Kind::Propose, [leader.0, 0, 0])?;
        let command = self.recorder.history.propose_at(leader, 0);
        self.input_in(period, leader, Input::Propose(command))?;
        self.carry(period)
    }

    /// All messages arrive that can.
    fn carry(&mut self, period: &mut Period) -> Verdict {
        for _ in 0..DELIVERIES {
            let Some(link) = self.network.select(0, 0) else { break };
            let Some(message) = self.network.take(link, 0) else { break };
            if period.outcome.kind == Degraded::Lossy && period.touches(link) {
                period.draws = mix(period.draws, 1);
                if period.draws >> 48 & 1 == 0 {
                    self.announce(Kind::Drop, [link.from.0, link.to.0, 0])?;
                    continue;
                }
            }
            self.announce(Kind::Deliver, [link.from.0, link.to.0, 0])?;
            self.input_in(period, link.to, Input::Receive(message))?;
        }
        HELD
    }

    /// What is on the slow links now arrives; what that causes there does not.
    fn arrive_late(&mut self, period: &mut Period) -> Verdict {
        let slow: Vec<Link> = self.links().filter(|link| period.touches(*link)).collect();
        for &link in &slow {
            self.network.clog(link, false);
        }
        let counts: Vec<usize> = slow.iter().map(|&link| self.network.deliverable(link)).collect();
        for (&link, count) in slow.iter().zip(counts) {
            for _ in 0..count {
                let Some(message) = self.network.take(link, 0) else { break };
                self.announce(Kind::Deliver, [link.from.0, link.to.0, 0])?;
                self.input_in(period, link.to, Input::Receive(message))?;
            }
        }
        for &link in &slow {
            self.network.clog(link, true);
        }
        self.carry(period)
    }

    /// Notes what has come to pass in a tick.
    fn observe(&self, period: &mut Period) {
        self.observe_commits(period);
        self.observe_leader(period);
        self.observe_disk(period);
        self.observe_lag(period);
    }

    fn observe_commits(&self, period: &mut Period) {
        let history = &self.recorder.history;
        let last = history.last_committed();
        if last > period.seen {
            if history.last_fresh_since(period.seen.next(), period.fresh).is_some() {
                period.outcome.commits += 1;
                period.outcome.waited = 0;
            }
            period.seen = last;
        }
    }

    /// A healthy leader whose term is the highest of all, and that is changing no membership, must
    /// remain leader once it has led for so long that nothing from before its election is in
    /// flight, or waits for a node that is paused: a vote or Pre-Vote that was given before.
    fn observe_leader(&self, period: &mut Period) {
        let history = &self.recorder.history;
        let newest = history.newest_leader();
        if let Some((leader, _)) = period.established {
            if newest != Some(leader) {
                period.outcome.deposed = Some(leader);
            }
            return;
        }
        let now = period.outcome.ticks;
        if newest != period.leader.0 {
            period.leader = (newest, now);
        }
        let Some((leader, term)) = newest else { return };
        let longest = self.span();
        let delay = match period.outcome.kind {
            Degraded::Pauses => longest,
            Degraded::SlowLink => 2 * LATENCY,
            _ => 0,
        };
        let is_old = now > 2 * longest && now - period.leader.1 > delay + 2;
        let is_newest = history.nodes.iter().all(|node| node.view.term() <= term);
        let is_healthy = period.outcome.healthy.contains(leader) && self.is_settled(leader);
        if is_old && is_newest && is_healthy {
            period.established = Some(((leader, term), now));
            period.outcome.was_established = true;
        }
    }

    /// Whether a leader is a voter of the membership in its log, and that is committed and final.
    pub(crate) fn is_settled(&self, leader: NodeId) -> bool {
        let node = self.recorder.history.node(leader);
        let members = self.recorder.history.membership_of(node);
        let changed = node.log.last_change();
        let is_final = !members.is_joint() && node.requested.is_none();
        is_final && members.voters.contains(leader) && changed <= node.view.commit
    }

    fn observe_disk(&self, period: &mut Period) {
        if period.outcome.kind != Degraded::HungDisk {
            return;
        }
        let hangs = |id: &NodeId| {
            let node = self.recorder.history.node(*id);
            let waits = self.hosts[usize::from(id.0)].disk.is_awaited();
            node.up && node.view.role == Role::Leader && waits
        };
        let leader = period.outcome.minority.iter().find(hangs);
        period.outcome.disk_hung |= leader.is_some();
        if period.outcome.ticks > without_disk(self.span()) {
            period.outcome.without_disk = leader;
        }
    }

    /// While one healthy leader leads, a degraded node gets what was committed in the time that its
    /// distance needs.
    fn observe_lag(&self, period: &mut Period) {
        if period.established.is_none() || !can_catch_up(period.outcome.kind) {
            return;
        }
        let (history, now) = (&self.recorder.history, period.outcome.ticks);
        let Some(Target { node, committed, had, since, until }) = period.target else {
            let members = history.membership_in_force().members();
            let node = period.outcome.minority.iter().find(|id| members.contains(*id));
            period.target = node.and_then(|id| self.target(period, id));
            return;
        };
        let disk = &history.node(node).disk;
        if history.holds_committed(disk, committed) && disk.last_index() >= committed {
            period.outcome.caught_up += 1;
            period.target = None;
        } else if now >= until {
            let has = self.held(node, committed);
            let ticks = now - since;
            period.outcome.lagging = Some(Lagging { node, committed, had, has, ticks });
        }
    }

    /// What `node` must have, and by when.
    fn target(&self, period: &Period, node: NodeId) -> Option<Target> {
        let (committed, since) = (self.recorder.history.last_committed(), period.outcome.ticks);
        let had = self.held(node, committed);
        let lag = committed.0 - had.0;
        let heartbeat = u32::from(self.setup().heartbeat_ticks);
        let span = self.span();
        let lag = u32::try_from(lag).ok().filter(|lag| u64::from(*lag) <= FAR)?;
        // Every entry may need an exchange of its own, and a snapshot a few more.
        let exchanges = 16 + lag;
        let until = since
            + match period.outcome.kind {
                Degraded::Lossy => 48 * heartbeat * exchanges,
                Degraded::SlowDisk => 4 * (WRITE + heartbeat) * exchanges,
                Degraded::SlowLink => 4 * (LATENCY + heartbeat) * exchanges,
                _ => 6 * span + heartbeat * exchanges,
            };
        Some(Target { node, committed, had, since, until })
    }

    /// The last entry up to which the disk of `node` has the committed log.
    fn held(&self, node: NodeId, committed: LogIndex) -> LogIndex {
        let history = &self.recorder.history;
        let disk = &history.node(node).disk;
        let holds = |index: &LogIndex| history.holds_committed(disk, *index);
        let last = committed.min(disk.last_index());
        (0..=last.0).rev().map(LogIndex).find(holds).unwrap_or_default()
    }
}
