//! The command `serve`: one server.

use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{signal, SignalKind};

use crate::node::disk;
use crate::node::driver::{self, Parts};
use crate::node::queues;
use crate::node::shared::{End, Start};
use crate::serve::open::{open, Opened};
use crate::tls::Tls;

mod args;
mod connections;
mod exposure;
mod open;

pub use args::{Args, Peers};

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
    exposure::check(args, own, &tls, password.is_some()).map_err(usage)?;
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
    let connections = connections::connections(args.max_clients);
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
