//! The command `serve`: one server.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use raft::{Config, Durable, Limits, Membership, NodeId};
use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use store::{Directory, Storage, WalStore};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};

use crate::command::Command;
use crate::identity::{self, Disks};
use crate::node::disk;
use crate::node::driver::{self, Parts};
use crate::node::queues;
use crate::node::shared::{End, Start};
use crate::server::{Policy, Server, Settings};
use crate::tls::{Tls, TlsFiles};

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

/// Why a server does not run: the exit code, and one line.
struct Failure(u8, String);

impl From<String> for Failure {
    fn from(text: String) -> Failure {
        Failure(1, text)
    }
}

/// Runs a server until it ends.
pub fn run(args: Args) -> ExitCode {
    end_at_a_panic();
    start_log(args.log_json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Err(error) => Err(Failure(1, error.to_string())),
        Ok(runtime) => {
            let local = tokio::task::LocalSet::new();
            let ended = local.block_on(&runtime, serve(&args));
            runtime.shutdown_background();
            ended
        }
    };
    let Failure(code, text) = match ended {
        Ok(End::Stopped) => Failure(0, String::new()),
        Ok(End::Failed(error)) => Failure(1, error),
        Ok(End::Removed(error)) => Failure(3, error),
        Ok(End::Wiped(error)) => Failure(4, error),
        Err(failure) => failure,
    };
    if code != 0 {
        eprintln!("whitewater-kv: server {}: {text}", args.id);
    }
    ExitCode::from(code)
}

/// A server that has panicked, on whichever thread, is in no state to go on.
fn end_at_a_panic() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        std::process::exit(1);
    }));
}

fn start_log(as_json: bool) {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr).with_target(false);
    // It fails only if there is a log already.
    let _ = match as_json {
        true => log.json().try_init(),
        false => log.with_ansi(false).try_init(),
    };
}

async fn serve(args: &Args) -> Result<End, Failure> {
    let usage = |text: String| Failure(2, text);
    let own = args.peers.get(&args.id);
    let own = own.ok_or(usage(format!("--peers does not name server {}", args.id)))?;
    let password = password(args).map_err(usage)?;
    let tls = Tls::read(&args.tls).map_err(usage)?;
    for address in [own, &args.listen] {
        check_exposure(args, address, &tls, password.is_some()).map_err(usage)?;
    }
    args.metrics.as_ref().map_or(Ok(()), |at| check_metrics(args, at)).map_err(usage)?;
    let servers = listen(own).await?;
    let clients = listen(&args.listen).await?;
    let metrics = match &args.metrics {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let opened = tokio::task::spawn_blocking({
        let args = args.clone();
        move || open(&args)
    });
    let opened = opened.await.map_err(|error| error.to_string())??;
    let Opened { server, store, directory, identity, disks, _lock } = opened;
    let (writes, to_save) = mpsc::channel();
    let (reporter, reports) = tokio::sync::mpsc::unbounded_channel();
    let (disk_directory, reserve) = (directory.clone(), args.disk_reserve);
    let disk = std::thread::Builder::new().name("disk".into());
    let disk = disk.spawn(move || disk::run(store, disk_directory, reserve, to_save, reporter));
    let disk = disk.map_err(|error| format!("no thread for the disk: {error}"))?;
    tracing::info!(
        id = args.id,
        clients = args.listen,
        servers = own,
        incarnation = identity.incarnation,
        last = server.status().last_log.index.0,
        "serving"
    );
    let connections = connections(args.max_clients);
    let limits = queues::Limits {
        connections: connections.clients,
        command: crate::resp::Limits {
            bulk: args.max_value as usize,
            ..crate::resp::Limits::default()
        },
        password,
        ..queues::Limits::default()
    };
    let (peers, peer_limit) = (args.peers.clone(), connections.peers);
    let parts = Parts {
        start: Start { server, directory, identity, disks, peers, tls, limits, peer_limit },
        clients,
        servers,
        metrics,
        tick: Duration::from_millis(args.tick_ms),
        reserve: args.disk_reserve,
        writes,
        reports,
        stop_within: Duration::from_millis(args.timeout_ms),
    };
    let end = driver::run(parts, stopped(args.exit_with_stdin)).await;
    // The sender is gone: the thread ends after what it still has to save.
    let _ = tokio::task::spawn_blocking(move || disk.join()).await;
    Ok(end)
}

type Store = Box<dyn Storage<Command, Directory> + Send>;

fn open_store(
    args: &Args,
    directory: Directory,
) -> Result<(Store, Durable<Command>), store::OpenError> {
    #[cfg(feature = "redb")]
    if args.redb {
        let (store, durable) = crate::redb_store::RedbStore::open(directory)?;
        return Ok((Box::new(store), durable));
    }
    let _ = args;
    let (store, durable) = WalStore::open(directory)?;
    Ok((Box::new(store), durable))
}

struct Opened {
    server: Server,
    store: Store,
    directory: Directory,
    identity: identity::Identity,
    disks: Disks,
    _lock: File,
}

fn open(args: &Args) -> Result<Opened, String> {
    let path = args.data.display();
    let failed = |error: std::io::Error| format!("cannot open {path}: {error}");
    let directory = Directory::open(&args.data).map_err(failed)?;
    let lock = lock(&args.data)?;
    let identity = identity::start(&directory, args.id, &args.peers, args.join)?;
    let disks = Disks::open(directory.clone())?;
    let (store, durable) =
        open_store(args, directory.clone()).map_err(|error| format!("{path}: {error}"))?;
    let voters = identity.members.keys().map(|id| NodeId(*id)).collect();
    let config = Config {
        incarnation: identity.incarnation,
        jitter: u64::from_le_bytes(*identity.disk.first_chunk().ok_or("no disk id")?),
        pre_vote: true,
        check_quorum: true,
        limits: Limits { message_entries: 4096, ..Limits::DEFAULT },
        ..Config::new(NodeId(args.id), Membership::new(voters))
    };
    let ticks = |milliseconds: u64| (milliseconds / args.tick_ms).max(1);
    let settings = Settings {
        patience: ticks(args.timeout_ms),
        operation_patience: ticks(30_000),
        resend: ticks(600),
        policy: Policy {
            entries: args.snapshot_entries.max(1),
            retained: (args.snapshot_entries / 10).min(10_000),
            ..Policy::default()
        },
        ..Settings::default()
    };
    let server = Server::start(config, durable, identity.members.clone(), settings)
        .map_err(|error| format!("{path}: {error}"))?;
    Ok(Opened { server, store, directory, identity, disks, _lock: lock })
}

/// One process at a time uses a data directory.
fn lock(data: &Path) -> Result<File, String> {
    let path = data.join("lock");
    let failed = |error: std::io::Error| format!("cannot lock {}: {error}", path.display());
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(format!("{} is in use by another process", data.display()))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn password(args: &Args) -> Result<Option<bytes::Bytes>, String> {
    let password = match &args.password_file {
        None => std::env::var("WHITEWATER_KV_PASSWORD").ok(),
        Some(path) => {
            let text = std::fs::read_to_string(path);
            Some(text.map_err(|error| format!("{}: {error}", path.display()))?)
        }
    };
    let password = password.map(|text| text.trim_end_matches(['\r', '\n']).to_string());
    match password {
        Some(empty) if empty.is_empty() => Err("the password is empty".into()),
        password => Ok(password.map(bytes::Bytes::from)),
    }
}

/// How many connections there may be at a time.
struct Connections {
    clients: usize,
    peers: usize,
}

/// A few connections for each possible member, and as many clients as asked for, as far as the
/// limit on open files allows: the log and its own connections must not lack any.
fn connections(max_clients: usize) -> Connections {
    let files = open_files();
    let rest = files - (files / 2).min(128);
    let peers = (rest / 4).min(256);
    let clients = max_clients.min(rest - peers);
    if clients < max_clients {
        tracing::warn!(clients, open_files = files, "fewer than --max-clients: raise the limit");
    }
    Connections { clients, peers }
}

/// The limit on open files, which is raised as far as this user may.
fn open_files() -> usize {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it cannot be raised, it stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = getrlimit(Resource::Nofile).current;
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// Metrics are not encrypted.
fn check_metrics(args: &Args, address: &str) -> Result<(), String> {
    let mut resolved = address.to_socket_addrs().map_err(|error| format!("{address}: {error}"))?;
    match args.insecure || resolved.all(|address| address.ip().is_loopback()) {
        true => Ok(()),
        false => Err(format!(
            "{address} is open to other machines, and metrics are not encrypted: say --insecure"
        )),
    }
}

/// Other machines may connect only over TLS, and clients only with a password or a certificate.
fn check_exposure(args: &Args, address: &str, tls: &Tls, password: bool) -> Result<(), String> {
    let resolved = address.to_socket_addrs().map_err(|error| format!("{address}: {error}"))?;
    let resolved: Vec<SocketAddr> = resolved.collect();
    if resolved.iter().all(|address| address.ip().is_loopback()) || args.insecure {
        return Ok(());
    }
    if !tls.is_on() {
        return Err(format!(
            "{address} is open to other machines: give --tls-cert, --tls-key and --peer-ca, or say \
             --insecure"
        ));
    }
    if !password && args.tls.client_ca.is_none() && address == args.listen {
        return Err(format!(
            "{address} is open to other machines' clients: give --password-file or --client-ca, or \
             say --insecure"
        ));
    }
    Ok(())
}

async fn listen(address: &str) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| Failure(1, format!("cannot listen on {address}: {error}")))
}

/// Returns at SIGTERM or SIGINT, or at the end of the standard input.
async fn stopped(with_stdin: bool) {
    let end_of_input = async {
        let mut input = tokio::io::stdin();
        let mut buffer = [0; 1024];
        while !matches!(input.read(&mut buffer).await, Ok(0) | Err(_)) {}
    };
    let (Ok(mut term), Ok(mut int)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
        () = end_of_input, if with_stdin => {}
    }
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

    #[test]
    fn a_directory_is_used_by_one_process_at_a_time() {
        let temporary = tempfile::tempdir().expect("there is room");
        let held = lock(temporary.path()).expect("it is free");
        let error = lock(temporary.path()).expect_err("it is held");
        assert!(error.ends_with("is in use by another process"), "{error}");
        drop(held);
        assert!(lock(temporary.path()).is_ok());
    }
}
