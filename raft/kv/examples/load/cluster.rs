//! Three processes of a store on loopback.
//!
//! Promises: every process that was started is killed, by its id, and waited for when its cluster
//! is dropped. Knows nothing of load.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::client::{Client, Protocol};
use crate::etcd;
use crate::host::Usage;
use crate::resp;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// etcd, as it is installed.
    Etcd,
    /// whitewater-kv on its own log.
    Kv,
    /// whitewater-kv on redb.
    KvOnRedb,
}

impl System {
    /// Its name in the figures.
    pub fn name(self) -> &'static str {
        match self {
            System::Etcd => "etcd",
            System::Kv => "kv",
            System::KvOnRedb => "kv on redb",
        }
    }

    /// How clients speak to it.
    pub fn protocol(self) -> Protocol {
        match self {
            System::Etcd => Protocol::Etcd,
            System::Kv | System::KvOnRedb => Protocol::Kv,
        }
    }
}

/// How many nodes there are.
pub const NODES: usize = 3;
/// How long a cluster may take until it serves.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process, which ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It fails only if the process has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct Node {
    peer_port: u16,
    client_port: u16,
    process: Option<Process>,
}

/// A cluster.
pub struct Cluster {
    /// What it consists of.
    pub system: System,
    program: PathBuf,
    directory: PathBuf,
    nodes: Vec<Node>,
}

impl Cluster {
    /// Starts three nodes of `program`, which keep their data below `directory`, and waits until
    /// each of them serves.
    pub async fn start(
        system: System,
        program: &Path,
        directory: &Path,
    ) -> Result<Cluster, String> {
        let directory = directory.join(system.name().replace(' ', "-"));
        fs::create_dir_all(&directory).map_err(|e| format!("{}: {e}", directory.display()))?;
        let ports = free_ports(2 * NODES)?;
        let node =
            |ports: &[u16]| Node { peer_port: ports[0], client_port: ports[1], process: None };
        let nodes = ports.chunks(2).map(node).collect();
        let mut cluster = Cluster { system, program: program.into(), directory, nodes };
        for node in 0..NODES {
            cluster.spawn(node)?;
        }
        cluster.wait_until_all_serve().await?;
        Ok(cluster)
    }

    /// Where clients reach a node.
    pub fn address(&self, node: usize) -> String {
        format!("127.0.0.1:{}", self.nodes[node].client_port)
    }

    /// Starts a node that does not run.
    pub fn spawn(&mut self, node: usize) -> Result<(), String> {
        let log = self.log_path(node);
        let failed = |what: &Path, error: io::Error| format!("{}: {error}", what.display());
        let mut options = fs::File::options();
        let log_file = options.create(true).append(true).open(&log).map_err(|e| failed(&log, e))?;
        let mut command = Command::new(&self.program);
        command.args(self.arguments(node)).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(log_file).spawn().map_err(|e| failed(&self.program, e))?;
        self.nodes[node].process = Some(Process(child));
        Ok(())
    }

    /// Ends a node with SIGKILL.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].process = None;
    }

    /// The index of the leader, once exactly one node says that it leads.
    pub async fn leader(&self) -> Result<usize, String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(leader) = self.only_leader().await {
                return Ok(leader);
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("{} has had no leader, or several, for {PATIENCE:?}", self.system.name()))
    }

    async fn only_leader(&self) -> Option<usize> {
        let mut leaders = Vec::new();
        for node in 0..NODES {
            if self.leads(node).await.unwrap_or(false) {
                leaders.push(node);
            }
        }
        (leaders.len() == 1).then(|| leaders[0])
    }

    /// Waits until each node reads and writes.
    pub async fn wait_until_all_serve(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        for node in 0..NODES {
            while let Err(error) = self.try_node(node).await {
                self.check_runs(node)?;
                if begun.elapsed() > PATIENCE {
                    return Err(format!("{} does not serve: {error}", self.describe(node)));
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        self.leader().await.map(drop)
    }

    /// What each node has used.
    pub fn usage(&self) -> Result<Vec<Usage>, String> {
        let processes = self.nodes.iter().filter_map(|node| node.process.as_ref());
        processes.map(|process| Usage::of(process.0.id())).collect()
    }

    /// How many commands a node has committed or saved, and how often it has synced its log.
    pub async fn commits_and_syncs(&self, node: usize) -> Result<[f64; 2], String> {
        let text = self.metrics(node).await?;
        let names = match self.system {
            System::Etcd => [
                "etcd_server_proposals_committed_total",
                "etcd_disk_wal_fsync_duration_seconds_count",
            ],
            System::Kv | System::KvOnRedb => {
                ["whitewater_store_entries_total", "whitewater_store_syncs_total"]
            }
        };
        let [commits, syncs] = names.map(|name| {
            metric(&text, name).ok_or(format!("{}: no metric {name}", self.describe(node)))
        });
        Ok([commits?, syncs?])
    }

    async fn leads(&self, node: usize) -> Result<bool, String> {
        match self.system {
            System::Etcd => {
                let text = self.metrics(node).await?;
                Ok(metric(&text, "etcd_server_is_leader") == Some(1.0))
            }
            System::Kv | System::KvOnRedb => Ok(self.info(node).await?.contains("role:leader")),
        }
    }

    /// INFO of a node that speaks RESP.
    pub async fn info(&self, node: usize) -> Result<String, String> {
        let mut client = resp::Client::connect(&self.address(node)).await?;
        client.text(&[b"INFO"]).await
    }

    async fn metrics(&self, node: usize) -> Result<String, String> {
        match self.system {
            System::Etcd => etcd::metrics(&self.address(node)).await,
            System::Kv | System::KvOnRedb => {
                let mut client = resp::Client::connect(&self.address(node)).await?;
                client.text(&[b"RAFT", b"METRICS"]).await
            }
        }
    }

    async fn try_node(&self, node: usize) -> Result<(), String> {
        let attempt = async {
            let mut client = Client::connect(self.system.protocol(), &self.address(node)).await?;
            client.put("ready", b"yes").await?;
            client.get("ready").await.map(drop)
        };
        let limit = Duration::from_secs(2);
        timeout(limit, attempt).await.unwrap_or(Err(format!("no answer in {limit:?}")))
    }

    fn check_runs(&mut self, node: usize) -> Result<(), String> {
        let log = self.log_path(node);
        let ended = match &mut self.nodes[node].process {
            Some(process) => process.0.try_wait().ok().flatten(),
            None => return Err(format!("{} was not started", self.describe(node))),
        };
        let Some(status) = ended else { return Ok(()) };
        let said = fs::read_to_string(&log).unwrap_or_default();
        let said = said.lines().last().unwrap_or("it said nothing").to_string();
        Err(format!("{} ended with {status}: {said}", self.describe(node)))
    }

    fn describe(&self, node: usize) -> String {
        format!("node {} of {}", node + 1, self.system.name())
    }

    fn log_path(&self, node: usize) -> PathBuf {
        self.directory.join(format!("n{}.log", node + 1))
    }

    fn arguments(&self, node: usize) -> Vec<String> {
        let data = self.directory.join(format!("n{}", node + 1)).display().to_string();
        let Node { peer_port, client_port, .. } = self.nodes[node];
        let peers = |form: fn(usize, u16) -> String| {
            let ports = self.nodes.iter().map(|node| node.peer_port).enumerate();
            ports.map(|(at, port)| form(at + 1, port)).collect::<Vec<_>>().join(",")
        };
        let line = match self.system {
            System::Etcd => {
                let all = peers(|id, port| format!("n{id}=http://127.0.0.1:{port}"));
                format!(
                    "--name n{} --listen-client-urls http://127.0.0.1:{client_port} \
                     --advertise-client-urls http://127.0.0.1:{client_port} \
                     --listen-peer-urls http://127.0.0.1:{peer_port} \
                     --initial-advertise-peer-urls http://127.0.0.1:{peer_port} \
                     --initial-cluster {all} --logger zap --log-level warn --log-outputs stderr \
                     --data-dir",
                    node + 1
                )
            }
            System::Kv | System::KvOnRedb => {
                let all = peers(|id, port| format!("{id}=127.0.0.1:{port}"));
                let store = if self.system == System::Kv { "" } else { " --redb" };
                let id = node + 1;
                format!(
                    "serve --id {id} --peers {all} --listen 127.0.0.1:{client_port}{store} --data"
                )
            }
        };
        line.split(' ').map(String::from).chain([data]).collect()
    }
}

/// The value of a metric without labels in Prometheus text.
fn metric(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

/// Free ports of loopback, below those that the system gives to connections: a node must find its
/// port free again after a restart.
fn free_ports(count: usize) -> Result<Vec<u16>, String> {
    // Kept until all are found, so that none is found twice.
    let mut listeners = Vec::new();
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    for port in first..32_000 {
        if listeners.len() == count {
            break;
        }
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            listeners.push(listener);
        }
    }
    let port = |listener: &TcpListener| Ok(listener.local_addr()?.port());
    let ports: io::Result<Vec<u16>> = listeners.iter().map(port).collect();
    match ports {
        Ok(ports) if ports.len() == count => Ok(ports),
        Ok(_) => Err(format!("fewer than {count} ports from {first} on are free")),
        Err(error) => Err(format!("ports of loopback: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_found_by_its_whole_name() {
        let text = "# HELP a text\na_total 7\na 2.5e3\nb{x=\"1\"} 4\n";
        assert_eq!(metric(text, "a"), Some(2500.0));
        assert_eq!(metric(text, "a_total"), Some(7.0));
        assert_eq!(metric(text, "b"), None);
        assert_eq!(metric(text, "total"), None);
    }

    #[test]
    fn free_ports_are_free_and_different() {
        let mut ports = free_ports(6).expect("some are free");
        for port in &ports {
            TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).expect("it is free");
        }
        ports.dedup();
        assert_eq!(ports.len(), 6);
    }
}
