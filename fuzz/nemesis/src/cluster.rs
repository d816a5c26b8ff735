//! The cluster: nodes behind proxies, and the orders that an operator gives them.
//!
//! Promises: each ordered pair of nodes has a link of its own; a node's command line is the same at
//! each start, unless its operator is told otherwise; clients ask all nodes that there are. A
//! process that ends by itself is noticed and started again. Knows nothing of when faults happen.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{sleep, timeout, Instant};

use crate::client::Workload;
use crate::finding::Finding;
use crate::network::{Links, Origin, Proxy};
use crate::node::{data_directory, Launch, Node};
use crate::origin;
use crate::resp::{Connection, Reply};

/// Ids are below this: the nodes keep sets of them in a word.
const IDS: u64 = 64;
/// That a process ended for want of space may be noticed this long after it has space again.
const EXCUSED: Duration = Duration::from_secs(10);
/// How long a node may take to answer a question about itself.
const STATUS: Duration = Duration::from_millis(300);
/// How long a node may take to carry out an order, before another one is asked.
const ORDER: Duration = Duration::from_millis(1_500);

/// What a cluster is made of.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The program that a node runs.
    pub program: PathBuf,
    /// More arguments for each node.
    pub arguments: Vec<String>,
    /// How many nodes there are at first.
    pub nodes: u64,
    /// Where directories and logs are.
    pub root: PathBuf,
    /// The size of each node's own file system, in MiB. None: all are on one disk.
    pub tmpfs: Option<u32>,
}

/// Where a node listens, for peers and for clients, and whether it joined later.
#[derive(Clone, Copy, Debug)]
struct Place {
    id: u64,
    target: SocketAddr,
    address: SocketAddr,
    joins: bool,
}

/// A node and what is before it.
#[derive(Debug)]
struct Member {
    node: Node,
    place: Place,
    proxy: Proxy,
    excused_until: Option<Instant>,
}

/// The cluster.
pub struct Cluster {
    settings: Settings,
    /// The links between its nodes.
    pub links: Arc<Links>,
    members: BTreeMap<u64, Member>,
    processes: Arc<Mutex<Vec<(u64, u32)>>>,
    workload: Arc<Workload>,
    next_id: u64,
    next_port: u16,
    /// What must not happen, and did.
    pub findings: Vec<Finding>,
    /// How many processes ended because their disk was full.
    pub ends_for_space: u64,
}

impl Cluster {
    /// Starts a cluster.
    pub async fn start(settings: Settings, workload: Arc<Workload>) -> io::Result<Cluster> {
        let nodes = settings.nodes;
        // Below the ports that the system gives to outgoing connections, which could take the port
        // of a node that is down.
        let next_port = 10_000 + (std::process::id() % 2_000) as u16 * 10;
        let mut cluster = Cluster {
            settings,
            links: Arc::default(),
            members: BTreeMap::new(),
            processes: Arc::default(),
            workload,
            next_id: 1,
            next_port,
            findings: Vec::new(),
            ends_for_space: 0,
        };
        let mut founders = BTreeMap::new();
        for id in 1..=nodes {
            founders.insert(id, cluster.open(id).await?);
        }
        let doors: Vec<_> = founders.iter().map(|(&id, (_, proxy))| (id, proxy.address)).collect();
        for (id, (target, proxy)) in founders {
            cluster.admit((id, target), proxy, &doors, false)?;
        }
        cluster.next_id = nodes + 1;
        Ok(cluster)
    }

    /// A port for peers, and the proxy before it.
    async fn open(&mut self, id: u64) -> io::Result<(SocketAddr, Proxy)> {
        let target = self.free_address()?;
        let processes = self.processes.clone();
        let origin: Origin = Arc::new(move |near, far| {
            let pids = processes.lock().unwrap_or_else(PoisonError::into_inner).clone();
            origin::owner(&pids, near, far)
        });
        let proxy = Proxy::start(id, target, self.links.clone(), origin).await?;
        Ok((target, proxy))
    }

    /// An address at which nobody listens.
    fn free_address(&mut self) -> io::Result<SocketAddr> {
        for _ in 0..20_000 {
            self.next_port = if self.next_port >= 32_000 { 10_000 } else { self.next_port + 1 };
            let address = SocketAddr::from(([127, 0, 0, 1], self.next_port));
            if TcpListener::bind(address).is_ok() {
                return Ok(address);
            }
        }
        Err(io::Error::other("no port between 10000 and 32000 is free"))
    }

    /// How a node is started that knows the others by these addresses.
    fn launch(&self, place: Place, doors: &[(u64, SocketAddr)]) -> Launch {
        let Place { id, target, address, joins } = place;
        let peer = |&(other, door): &(u64, SocketAddr)| {
            format!("{other}={}", if other == id { target } else { door })
        };
        let peers: Vec<String> = doors.iter().map(peer).collect();
        let data = data_directory(&self.settings.root, id).display().to_string();
        let mut arguments: Vec<String> = vec!["serve".into(), "--id".into(), id.to_string()];
        arguments.extend(["--peers".into(), peers.join(",")]);
        arguments.extend(["--listen".into(), address.to_string(), "--data".into(), data]);
        arguments.extend(joins.then(|| "--join".into()));
        arguments.extend(self.settings.arguments.iter().cloned());
        Launch { program: self.settings.program.clone(), arguments }
    }

    /// Starts a node that knows the others by these addresses.
    fn admit(
        &mut self,
        (id, target): (u64, SocketAddr),
        proxy: Proxy,
        doors: &[(u64, SocketAddr)],
        joins: bool,
    ) -> io::Result<()> {
        let address = self.free_address()?;
        let place = Place { id, target, address, joins };
        let launch = self.launch(place, doors);
        let Settings { root, tmpfs, .. } = &self.settings;
        let node = Node::new(id, address, launch, root, *tmpfs)?;
        self.members.insert(id, Member { node, place, proxy, excused_until: None });
        self.start_node(id)
    }

    /// From now on a node is started with the addresses of all nodes that there are now.
    pub fn tell_peers(&mut self, id: u64) {
        let doors: Vec<_> = self.doors().collect();
        let Some(place) = self.members.get(&id).map(|member| member.place) else { return };
        let launch = self.launch(place, &doors);
        self.node(id).into_iter().for_each(|node| node.launch = launch.clone());
    }

    fn doors(&self) -> impl Iterator<Item = (u64, SocketAddr)> + '_ {
        self.members.iter().map(|(&id, member)| (id, member.proxy.address))
    }

    /// Starts a new node, which is no member before it is added. None if no id is left.
    pub async fn new_node(&mut self) -> io::Result<Option<u64>> {
        let id = self.next_id;
        if id >= IDS {
            return Ok(None);
        }
        self.next_id += 1;
        let (target, proxy) = self.open(id).await?;
        let doors: Vec<_> = self.doors().chain([(id, proxy.address)]).collect();
        self.admit((id, target), proxy, &doors, true)?;
        Ok(Some(id))
    }

    /// The address by which all others reach a node.
    pub fn door(&self, id: u64) -> Option<SocketAddr> {
        self.members.get(&id).map(|member| member.proxy.address)
    }

    /// Clients and proxies learn which nodes there are, and which processes.
    fn publish(&self) {
        let nodes = self.members.values().map(|member| (member.node.id, member.node.address));
        self.workload.set_nodes(nodes.collect());
        let pids = self.members.values().filter_map(|m| m.node.pid().map(|pid| (m.node.id, pid)));
        *self.processes.lock().unwrap_or_else(PoisonError::into_inner) = pids.collect();
    }

    /// The nodes that there are.
    pub fn ids(&self) -> Vec<u64> {
        self.members.keys().copied().collect()
    }

    /// The nodes whose processes run and are not paused.
    pub fn live(&self) -> Vec<u64> {
        self.members.values().filter(|m| m.node.is_live()).map(|member| member.node.id).collect()
    }

    /// A node, for what concerns it alone.
    pub fn node(&mut self, id: u64) -> Option<&mut Node> {
        self.members.get_mut(&id).map(|member| &mut member.node)
    }

    /// Where clients reach a node.
    pub fn address(&self, id: u64) -> Option<SocketAddr> {
        self.members.get(&id).map(|member| member.node.address)
    }

    /// Starts a node's process, unless it runs.
    pub fn start_node(&mut self, id: u64) -> io::Result<()> {
        if let Some(node) = self.node(id) {
            node.start()?;
        }
        self.publish();
        Ok(())
    }

    /// SIGKILL. False if it did not run.
    pub async fn kill(&mut self, id: u64) -> bool {
        let killed = match self.node(id) {
            Some(node) => node.kill().await,
            None => false,
        };
        self.publish();
        killed
    }

    /// A node is gone for good: its process ends, and nobody asks it any more.
    pub async fn dismiss(&mut self, id: u64) {
        if let Some(mut member) = self.members.remove(&id) {
            member.node.terminate(Duration::from_secs(1)).await;
        }
        self.publish();
    }

    /// Fills a node's disk. False if that cannot be done.
    pub fn fill(&mut self, id: u64) -> io::Result<bool> {
        let Some(member) = self.members.get_mut(&id) else { return Ok(false) };
        member.excused_until = Some(Instant::now() + Duration::from_secs(3_600));
        member.node.fill()
    }

    /// A node's disk has space again.
    pub fn empty(&mut self, id: u64) {
        if let Some(member) = self.members.get_mut(&id) {
            member.node.empty();
            member.excused_until = Some(Instant::now() + EXCUSED);
        }
    }

    /// Starts every process again that has ended by itself. It must not have, unless its disk was
    /// full; no process may panic.
    pub fn restart_ended(&mut self) -> io::Result<()> {
        for member in self.members.values_mut() {
            let Some(status) = member.node.ended() else { continue };
            let is_excused = member.excused_until.is_some_and(|until| Instant::now() < until);
            if is_excused && matches!(status.code(), Some(code) if code != 101) {
                self.ends_for_space += 1;
            } else {
                let (node, line) = (member.node.id, member.node.last_line());
                self.findings.push(Finding::Ended { node, status: status.to_string(), line });
            }
            member.node.start()?;
        }
        self.publish();
        Ok(())
    }

    /// Undoes every fault: links, pauses, disks, ended processes.
    pub fn heal(&mut self) -> io::Result<()> {
        self.links.heal();
        for id in self.ids() {
            self.empty(id);
            if let Some(node) = self.node(id) {
                node.resume();
            }
        }
        self.restart_ended()?;
        self.ids().into_iter().try_for_each(|id| self.start_node(id))
    }

    /// Asks one node; the text of its reply, or why there is none.
    pub async fn ask(&self, id: u64, words: &[&str], patience: Duration) -> Result<String, String> {
        let address = self.address(id).ok_or("there is no such node")?;
        let answer = async { Connection::open(address).await?.call(words).await };
        match timeout(patience, answer).await {
            Err(_) => Err(format!("n{id}: no reply in time")),
            Ok(Err(error)) => Err(format!("n{id}: {error}")),
            Ok(Ok(Reply::Error(text))) => Err(format!("n{id}: {text}")),
            Ok(Ok(reply)) => Ok(reply.text()),
        }
    }

    /// The leader, as those nodes say that know the newest term. It may be dead.
    pub async fn leader(&self) -> Option<u64> {
        let mut newest = None;
        for id in self.live() {
            let Ok(text) = self.ask(id, &["RAFT", "STATUS"], STATUS).await else { continue };
            if let (Some(leader), term) = (field(&text, "leader"), field(&text, "term")) {
                newest = newest.max(Some((term, leader)));
            }
        }
        newest.map(|(_, leader)| leader).filter(|leader| self.members.contains_key(leader))
    }

    /// The leader, as soon as there is one that lives.
    pub async fn next_leader(&self, patience: Duration) -> Option<u64> {
        let deadline = Instant::now() + patience;
        loop {
            let leader = self.leader().await.filter(|leader| self.live().contains(leader));
            if leader.is_some() || Instant::now() >= deadline {
                return leader;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Gives an order to one node after the other, until one says that it is done.
    pub async fn order(&self, words: &[&str], deadline: Instant) -> Result<String, String> {
        let mut last = "no node runs".to_string();
        for turn in 0.. {
            let live = self.live();
            let Some(&id) = live.get(turn % live.len().max(1)) else { return Err(last) };
            match self.ask(id, words, ORDER).await {
                Ok(text) => return Ok(text),
                Err(error) => last = error,
            }
            if Instant::now() >= deadline {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(last)
    }

    /// Copies disks that are gone after the run.
    pub fn save(&self, root: &Path) -> io::Result<()> {
        self.members.values().try_for_each(|member| member.node.save(root))
    }
}

/// The number behind a name, in text like `leader:2` or `"leader" 2`.
fn field(text: &str, name: &str) -> Option<u64> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = text.split(|c| !is_part(c)).filter(|word| !word.is_empty());
    words.find(|word| *word == name)?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_behind_its_name() {
        let text = "id:1\r\nrole:follower\r\nterm:12\r\nleader:2\r\nleader_commit:7";
        assert_eq!((field(text, "leader"), field(text, "term")), (Some(2), Some(12)));
        assert_eq!(field("leader\n3", "leader"), Some(3));
        assert_eq!(field("leader:none\nterm:1", "leader"), None);
        assert_eq!(field("leader:\nterm:1", "leader"), None);
        assert_eq!(field("", "leader"), None);
    }
}
