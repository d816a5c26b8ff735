//! The nemesis: it carries out the plan's faults on the cluster, and undoes them.
//!
//! Promises: a fault counts as a hit only if it had an effect: a process was killed, bytes were
//! held back, an order was carried out. Membership changes go on until their outcome is known.
//! Knows nothing of what clients saw.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, Instant};

use crate::client::{Client, Workload};
use crate::cluster::Cluster;
use crate::finding::Finding;
use crate::history::{Outcome, Request};
use crate::network::Link;
use crate::plan::{name, Episode, Fault, Kind, Way, Whom};

/// How long a leader is waited for, when a fault needs one.
const LEADER: Duration = Duration::from_secs(3);
/// How long a new leader is waited for after the old one was killed.
const RECOVERY: Duration = Duration::from_secs(15);
/// How long one attempt at a membership change takes, during other faults and after them.
const ATTEMPT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a node with a wiped disk has to find out that it is refused.
const REFUSAL: Duration = Duration::from_secs(10);
/// How long the cluster has to serve again after faults.
const SERVICE: Duration = Duration::from_secs(30);
/// So many findings say that it is hopeless.
const ENOUGH: usize = 10;
/// The first of the clients that ask whether the cluster serves.
const PROBE: u32 = 1_000;

/// How often something was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Processes killed.
    pub kills: u64,
    /// Processes paused.
    pub pauses: u64,
    /// Links cut, each direction by itself.
    pub cuts: u64,
    /// Links delayed or slowed, each direction by itself.
    pub delays: u64,
    /// Disks filled.
    pub fills: u64,
    /// Nodes added.
    pub added: u64,
    /// Nodes removed.
    pub removed: u64,
    /// Nodes with a wiped disk that were refused.
    pub refused: u64,
    /// Orders to hand over leadership that were carried out.
    pub transfers: u64,
    /// Orders to compact a log that were carried out.
    pub snapshots: u64,
    /// Hits by the name of the kind of fault.
    pub hits: BTreeMap<&'static str, u64>,
    /// For each leader that was killed: microseconds until a write that was called afterwards was
    /// acknowledged.
    pub recoveries: Vec<u64>,
}

/// A step of a membership change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Its process is killed for good; its disk is wiped, and it must not come back.
    Refuse(u64),
    Add(u64),
    Remove(u64),
}

/// A fault that has begun.
enum Ongoing {
    Nothing,
    Killed(Vec<u64>),
    Paused(Vec<u64>),
    /// Links that are cut (true) or late, and the hits of all such links before.
    Links(Vec<(u64, u64)>, bool, u64),
    Filled(Vec<u64>),
    Change(VecDeque<Step>),
}

/// The nemesis of one cluster.
pub struct Nemesis {
    /// The cluster.
    pub cluster: Cluster,
    /// What was done.
    pub counts: Counts,
    workload: Arc<Workload>,
    smallest: usize,
    largest: usize,
    grows: bool,
    killed_at: Instant,
}

impl Nemesis {
    /// The nemesis of a cluster, which it lets grow to two nodes more than it has now.
    pub fn new(cluster: Cluster, workload: Arc<Workload>) -> Nemesis {
        let smallest = cluster.ids().len();
        let (largest, grows) = (smallest + 2, true);
        let (counts, killed_at) = (Counts::default(), Instant::now());
        Nemesis { cluster, counts, workload, smallest, largest, grows, killed_at }
    }

    /// Plays the faults of an episode. Returns what it was, in words.
    pub async fn play(&mut self, episode: &Episode) -> io::Result<String> {
        let mut begun = Vec::new();
        let mut story = Vec::new();
        for fault in &episode.faults {
            self.cluster.restart_ended()?;
            let (ongoing, nodes) = self.begin(fault).await?;
            let names: Vec<String> = nodes.iter().map(|id| format!("n{id}")).collect();
            story.push(format!("{} {}", name(fault.kind), names.join(" ")).trim_end().to_string());
            begun.push((fault.kind, ongoing));
        }
        if let [(Kind::Kill(Whom::Leader), Ongoing::Killed(nodes))] = &begun[..] {
            if !nodes.is_empty() {
                self.measure_recovery().await;
            }
        }
        sleep(Duration::from_millis(episode.hold)).await;
        let is_change = |(_, ongoing): &(Kind, Ongoing)| matches!(ongoing, Ongoing::Change(_));
        let (changes, others): (Vec<_>, Vec<_>) = begun.into_iter().partition(is_change);
        for (kind, ongoing) in others.into_iter().rev().chain(changes) {
            if self.end(ongoing).await? {
                *self.counts.hits.entry(name(kind)).or_default() += 1;
            }
        }
        self.cluster.restart_ended()?;
        sleep(Duration::from_millis(episode.rest)).await;
        if episode.settles {
            self.until_served().await?;
        }
        Ok(story.join(", "))
    }

    /// Writes at one node after the other until a write is acknowledged; how long that took. That
    /// it takes too long, although no fault lasts, is found.
    pub async fn until_served(&mut self) -> io::Result<Option<Duration>> {
        let key = self.workload.new_probe();
        let start = Instant::now();
        let mut reason = "no node runs".to_string();
        while start.elapsed() < SERVICE {
            self.cluster.restart_ended()?;
            if self.cluster.findings.len() > ENOUGH {
                return Ok(None);
            }
            for id in self.cluster.live() {
                let Some(address) = self.cluster.address(id) else { continue };
                let mut client = Client::new(PROBE, self.workload.clone());
                let set = Request::Set { value: self.workload.new_value() };
                match client.ask((id, address), key, set, Duration::from_millis(500)).await {
                    Outcome::Done => return Ok(Some(start.elapsed())),
                    Outcome::Failed(why) | Outcome::Unknown(why) => {
                        reason = format!("n{id}: {why}")
                    }
                    other => reason = format!("n{id}: {other:?}"),
                }
            }
            sleep(Duration::from_millis(10)).await;
        }
        self.cluster.findings.push(Finding::NotServing { reason, after: SERVICE });
        Ok(None)
    }

    /// Begins a fault. Returns whom it hits as well.
    async fn begin(&mut self, fault: &Fault) -> io::Result<(Ongoing, Vec<u64>)> {
        Ok(match fault.kind {
            Kind::Kill(whom) => {
                let nodes = self.choose(whom, fault.pick).await;
                (Ongoing::Killed(self.kill(&nodes).await), nodes)
            }
            Kind::Pause(whom) => {
                let nodes = self.choose(whom, fault.pick).await;
                let pause = |&id: &u64| self.cluster.node(id).is_some_and(|node| node.pause());
                let paused: Vec<u64> = nodes.into_iter().filter(pause).collect();
                self.counts.pauses += paused.len() as u64;
                (Ongoing::Paused(paused.clone()), paused)
            }
            Kind::Cut(way) => {
                // Followers have little to say to each other.
                let whom = if fault.pick >> 20 & 3 == 0 { Whom::One } else { Whom::Leader };
                let node = self.choose(whom, fault.pick).await;
                let others = self.others(&node);
                let other = others.get((fault.pick >> 32) as usize % others.len().max(1)).copied();
                let links = pairs(&node, &Vec::from_iter(other), way);
                (self.set(links, Link::cut(fault.cut)), node.into_iter().chain(other).collect())
            }
            Kind::Isolate(whom, way) => {
                let node = self.choose(whom, fault.pick).await;
                let links = pairs(&node, &self.others(&node), way);
                (self.set(links, Link::cut(fault.cut)), node)
            }
            Kind::Delay => {
                let node = self.choose(Whom::One, fault.pick).await;
                let links = pairs(&node, &self.others(&node), Way::Out);
                let delay = Duration::from_millis(fault.delay);
                (self.set(links, Link { delay, ..Link::default() }), node)
            }
            Kind::Throttle => {
                let node = self.choose(Whom::One, fault.pick).await;
                let links = pairs(&node, &self.others(&node), Way::Out);
                let rate = Some(100 * fault.delay as u32);
                (self.set(links, Link { rate, ..Link::default() }), node)
            }
            Kind::Fill(whom) => self.fill(self.choose(whom, fault.pick).await)?,
            Kind::Resize | Kind::Replace | Kind::Wipe => self.begin_change(fault).await?,
            Kind::Transfer => {
                let node = self.choose(Whom::One, fault.pick).await;
                let id = node[0].to_string();
                let done = self.ask_for(&["RAFT", "TRANSFER", &id]).await;
                self.counts.transfers += u64::from(done);
                (self.hit_at_once(fault.kind, done), node)
            }
            Kind::Snapshot => {
                let nodes = self.cluster.live();
                let mut taken = 0;
                for &id in &nodes {
                    let reply = self.cluster.ask(id, &["RAFT", "SNAPSHOT"], 2 * ATTEMPT).await;
                    taken += u64::from(reply.is_ok());
                }
                self.counts.snapshots += taken;
                (self.hit_at_once(fault.kind, taken > 0), nodes)
            }
        })
    }

    fn hit_at_once(&mut self, kind: Kind, is_hit: bool) -> Ongoing {
        if is_hit {
            *self.counts.hits.entry(name(kind)).or_default() += 1;
        }
        Ongoing::Nothing
    }

    async fn ask_for(&self, words: &[&str]) -> bool {
        self.cluster.order(words, Instant::now() + ATTEMPT).await.is_ok()
    }

    /// The nodes that a fault hits; none if it needs a leader, and there is none.
    async fn choose(&self, whom: Whom, pick: u64) -> Vec<u64> {
        let mut ids = self.cluster.ids();
        let length = ids.len();
        ids.rotate_left(pick as usize % length);
        let leader = match whom {
            Whom::One | Whom::All => None,
            Whom::Leader | Whom::Majority => self.cluster.next_leader(LEADER).await,
        };
        if let Some(leader) = leader {
            ids.sort_by_key(|id| *id != leader);
        }
        ids.truncate(match whom {
            Whom::One => 1,
            Whom::Leader => usize::from(leader.is_some()),
            Whom::Majority => length / 2 + 1,
            Whom::All => length,
        });
        ids
    }

    fn others(&self, nodes: &[u64]) -> Vec<u64> {
        self.cluster.ids().into_iter().filter(|id| !nodes.contains(id)).collect()
    }

    async fn kill(&mut self, nodes: &[u64]) -> Vec<u64> {
        let mut killed = Vec::new();
        self.killed_at = Instant::now();
        for &id in nodes {
            if self.cluster.kill(id).await {
                killed.push(id);
            }
        }
        self.counts.kills += killed.len() as u64;
        killed
    }

    fn set(&mut self, links: Vec<(u64, u64)>, link: Link) -> Ongoing {
        for &(from, to) in &links {
            self.cluster.links.set(from, to, link);
        }
        let is_cut = link.cut.is_some();
        let counter = if is_cut { &mut self.counts.cuts } else { &mut self.counts.delays };
        *counter += links.len() as u64;
        Ongoing::Links(links, is_cut, self.hits_of_links(is_cut))
    }

    fn hits_of_links(&self, is_cut: bool) -> u64 {
        match is_cut {
            true => self.cluster.links.hits_of_cuts(),
            false => self.cluster.links.hits_of_delays(),
        }
    }

    fn fill(&mut self, nodes: Vec<u64>) -> io::Result<(Ongoing, Vec<u64>)> {
        let mut filled = Vec::new();
        for id in nodes {
            if self.cluster.fill(id)? {
                filled.push(id);
            }
        }
        self.counts.fills += filled.len() as u64;
        Ok((Ongoing::Filled(filled.clone()), filled))
    }

    /// A membership change begins: its first step is tried during the other faults.
    async fn begin_change(&mut self, fault: &Fault) -> io::Result<(Ongoing, Vec<u64>)> {
        let ids = self.cluster.ids();
        let old = self.choose(Whom::One, fault.pick).await[0];
        self.grows = match ids.len() {
            size if size <= self.smallest => true,
            size if size >= self.largest => false,
            _ => self.grows,
        };
        let mut steps = VecDeque::new();
        if fault.kind == Kind::Resize && !self.grows {
            steps.push_back(Step::Remove(old));
        } else {
            let Some(new) = self.cluster.new_node().await? else {
                return Ok((Ongoing::Nothing, Vec::new()));
            };
            steps.push_back(Step::Add(new));
            if fault.kind != Kind::Resize {
                self.kill(&[old]).await;
                // The dead node counts in the quorum until it is removed.
                let at = if fault.pick >> 16 & 1 == 0 { 0 } else { steps.len() };
                steps.insert(at, Step::Remove(old));
            }
            if fault.kind == Kind::Wipe {
                steps.push_front(Step::Refuse(old));
            }
        }
        let nodes = steps.iter().map(|step| match *step {
            Step::Refuse(id) | Step::Add(id) | Step::Remove(id) => id,
        });
        let nodes = nodes.collect();
        if !matches!(steps[0], Step::Refuse(_)) {
            let _ = self.advance(&mut steps, Instant::now() + ATTEMPT).await?;
        }
        Ok((Ongoing::Change(steps), nodes))
    }

    /// Takes the steps of a membership change until a time. The reason, if one cannot be taken.
    async fn advance(
        &mut self,
        steps: &mut VecDeque<Step>,
        deadline: Instant,
    ) -> io::Result<Result<(), String>> {
        while let Some(&step) = steps.front() {
            let result = match step {
                Step::Refuse(id) => self.try_to_come_back(id).await?,
                Step::Add(id) => {
                    let door = self.cluster.door(id).map(|door| door.to_string());
                    let words = ["RAFT", "ADD", &id.to_string(), &door.unwrap_or_default()];
                    self.cluster.order(&words, deadline).await.map(drop)
                }
                Step::Remove(id) => {
                    let words = ["RAFT", "REMOVE", &id.to_string()];
                    self.cluster.order(&words, deadline).await.map(drop)
                }
            };
            if let Err(reason) = result {
                return Ok(Err(format!("{step:?}: {reason}")));
            }
            match step {
                Step::Refuse(_) => {}
                Step::Add(_) => self.counts.added += 1,
                Step::Remove(id) => {
                    self.counts.removed += 1;
                    // Clients still ask it: it must not answer from its own state.
                    sleep(Duration::from_millis(300)).await;
                    self.cluster.dismiss(id).await;
                }
            }
            steps.pop_front();
        }
        Ok(Ok(()))
    }

    /// A dead node starts with an empty disk: it must be refused, and end.
    async fn try_to_come_back(&mut self, id: u64) -> io::Result<Result<(), String>> {
        if self.cluster.next_leader(PATIENCE).await.is_none() {
            return Ok(Err("there is no leader to refuse it".into()));
        }
        // Another fault of the episode may have started it again.
        self.cluster.kill(id).await;
        // Those that it knew may be gone: then nobody could refuse it.
        self.cluster.tell_peers(id);
        let Some(node) = self.cluster.node(id) else { return Ok(Ok(())) };
        node.wipe()?;
        self.cluster.start_node(id)?;
        let Some(node) = self.cluster.node(id) else { return Ok(Ok(())) };
        match node.wait(REFUSAL).await {
            Some(status) if matches!(status.code(), Some(code) if code != 0 && code != 101) => {
                self.counts.refused += 1;
            }
            status => {
                let status = status.map_or("it runs".into(), |status| status.to_string());
                let line = node.last_line();
                self.cluster.findings.push(Finding::CameBack { node: id, status, line });
            }
        }
        Ok(Ok(()))
    }

    /// Ends a fault. Returns whether it has hit.
    async fn end(&mut self, ongoing: Ongoing) -> io::Result<bool> {
        Ok(match ongoing {
            Ongoing::Nothing => false,
            Ongoing::Killed(nodes) => {
                nodes.iter().try_for_each(|&id| self.cluster.start_node(id))?;
                !nodes.is_empty()
            }
            Ongoing::Paused(nodes) => {
                for &id in &nodes {
                    self.cluster.node(id).into_iter().for_each(|node| node.resume());
                }
                !nodes.is_empty()
            }
            Ongoing::Links(links, is_cut, before) => {
                for (from, to) in links {
                    self.cluster.links.set(from, to, Link::default());
                }
                self.hits_of_links(is_cut) > before
            }
            Ongoing::Filled(nodes) => {
                nodes.iter().for_each(|&id| self.cluster.empty(id));
                self.cluster.restart_ended()?;
                !nodes.is_empty()
            }
            Ongoing::Change(mut steps) => {
                let before = self.counts.refused;
                let is_wipe = matches!(steps.front(), Some(Step::Refuse(_)));
                let deadline = Instant::now() + PATIENCE;
                if let Err(reason) = self.advance(&mut steps, deadline).await? {
                    self.cluster.findings.push(Finding::ChangeStuck { reason });
                }
                steps.is_empty() && (!is_wipe || self.counts.refused > before)
            }
        })
    }

    /// After the leader was killed: writes at all other nodes until one is acknowledged.
    async fn measure_recovery(&mut self) {
        let key = self.workload.new_probe();
        let (start, is_over) = (self.killed_at, Arc::new(AtomicBool::new(false)));
        let mut probes = JoinSet::new();
        for (number, id) in (PROBE..).zip(self.cluster.live()) {
            let Some(address) = self.cluster.address(id) else { continue };
            let (workload, is_over) = (self.workload.clone(), is_over.clone());
            probes.spawn(async move {
                let mut client = Client::new(number, workload.clone());
                while start.elapsed() < RECOVERY && !is_over.load(Ordering::Relaxed) {
                    let set = Request::Set { value: workload.new_value() };
                    let patience = Duration::from_secs(1);
                    if client.ask((id, address), key, set, patience).await == Outcome::Done {
                        is_over.store(true, Ordering::Relaxed);
                        return Some(start.elapsed().as_micros() as u64);
                    }
                    sleep(Duration::from_millis(5)).await;
                }
                None
            });
        }
        let first = probes.join_all().await.into_iter().flatten().min();
        match first {
            Some(time) => self.counts.recoveries.push(time),
            None => self.cluster.findings.push(Finding::NoNewLeader(RECOVERY)),
        }
    }
}

/// The links between some nodes and others.
fn pairs(nodes: &[u64], others: &[u64], way: Way) -> Vec<(u64, u64)> {
    let mut links = Vec::new();
    for &node in nodes {
        for &other in others {
            if way != Way::In {
                links.push((node, other));
            }
            if way != Way::Out {
                links.push((other, node));
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_gives_the_links_that_are_cut() {
        assert_eq!(pairs(&[1], &[2, 3], Way::Out), [(1, 2), (1, 3)]);
        assert_eq!(pairs(&[1], &[2], Way::In), [(2, 1)]);
        assert_eq!(pairs(&[1], &[2], Way::Both), [(1, 2), (2, 1)]);
        assert!(pairs(&[], &[2], Way::Both).is_empty());
    }
}
