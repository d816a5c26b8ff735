//! The arguments of `serve`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use raft::NodeId;

use crate::tls::TlsFiles;

/// Runs one server of the cluster.
///
/// Exit codes: 0 stopped by SIGTERM or SIGINT; 1 failed, and says why; 2 wrong usage; 3 removed
/// from the cluster; 4 its data directory is not the one that the others know.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// This server's id, from 1 to 63.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..64))]
    pub id: u8,
    /// Where servers reach each other: `ID=HOST:PORT`, separated by commas, this one included. At
    /// the first start of a cluster these are its members.
    #[arg(long, value_name = "ID=HOST:PORT,...", value_parser = parse_peers)]
    pub peers: Peers,
    /// Where clients connect.
    #[arg(long, value_name = "HOST:PORT")]
    pub listen: String,
    /// Where data is kept.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// This server is new and joins a cluster that runs: it takes part after RAFT ADD.
    #[arg(long)]
    pub join: bool,
    /// Serve metrics for Prometheus over HTTP here, at /metrics.
    #[arg(long, value_name = "HOST:PORT")]
    pub metrics: Option<String>,
    /// The file with the password that clients must name; the environment variable
    /// WHITEWATER_KV_PASSWORD does the same.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Certificates and keys.
    #[command(flatten)]
    pub tls: TlsFiles,
    /// Allow other machines to connect without TLS, or clients without a password or certificate.
    #[arg(long)]
    pub insecure: bool,
    /// Milliseconds of a tick. An election timeout is 10 to 20 ticks, a heartbeat comes every 2.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..10_000))]
    pub tick_ms: u64,
    /// Milliseconds within which a request is answered.
    #[arg(
        long,
        default_value_t = 5000,
        value_parser = clap::value_parser!(u64).range(1..3_600_000)
    )]
    pub timeout_ms: u64,
    /// Connections of clients at a time.
    #[arg(long, default_value_t = 1024)]
    pub max_clients: usize,
    /// Bytes of a value, at most.
    #[arg(
        long,
        default_value_t = 1 << 20,
        value_parser = clap::value_parser!(u64).range(1..=4 << 20)
    )]
    pub max_value: u64,
    /// Take a snapshot after this many entries.
    #[arg(long, default_value_t = 100_000)]
    pub snapshot_entries: u64,
    /// Bytes that are kept free on the disk: below, and below twice the size of the state, writes
    /// are refused.
    #[arg(long, default_value_t = 64 << 20)]
    pub disk_reserve: u64,
    /// Stop at the end of the standard input: for supervisors.
    #[arg(long)]
    pub exit_with_stdin: bool,
    /// Keep the log in redb: to compare.
    #[cfg(feature = "redb")]
    #[arg(long)]
    pub redb: bool,
    /// Log as JSON, a line an event.
    #[arg(long)]
    pub log_json: bool,
}

/// The addresses of servers, by id.
pub type Peers = BTreeMap<u8, String>;

fn parse_peers(text: &str) -> Result<Peers, String> {
    let mut peers = Peers::new();
    for part in text.split(',') {
        let (id, address) = part.split_once('=').ok_or(format!("`{part}` is no ID=HOST:PORT"))?;
        let id: u8 = id.parse().map_err(|_| format!("`{id}` is no id from 1 to 63"))?;
        if !(1..NodeId::LIMIT).contains(&id) {
            return Err(format!("`{id}` is no id from 1 to 63"));
        }
        if address.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
            return Err(format!("`{address}` is no HOST:PORT"));
        }
        if peers.insert(id, address.into()).is_some() {
            return Err(format!("server {id} is there twice"));
        }
    }
    Ok(peers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_ids_with_addresses() {
        let peers = parse_peers("1=127.0.0.1:7101,2=[::1]:7102,3=host:7103").expect("it is valid");
        assert_eq!(peers[&2], "[::1]:7102");
        for (text, error) in [
            ("", "`` is no ID=HOST:PORT"),
            ("1", "`1` is no ID=HOST:PORT"),
            ("x=a:1", "`x` is no id from 1 to 63"),
            ("64=a:1", "`64` is no id from 1 to 63"),
            ("1=a", "`a` is no HOST:PORT"),
            ("1=a:x", "`a:x` is no HOST:PORT"),
            ("1=a:1,1=a:2", "server 1 is there twice"),
        ] {
            assert_eq!(parse_peers(text), Err(error.to_string()));
        }
    }
}
