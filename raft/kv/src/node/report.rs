//! What a server tells about itself: INFO, RAFT STATUS and MEMBERS, and metrics as Prometheus reads
//! them.
//!
//! Promises: telling changes nothing.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use raft::{NodeId, Role, Status};
use tokio::net::TcpListener;

use crate::node::shared::Shared;
use crate::resp::{Reply, Version};
use crate::stream;

/// Connections for metrics at a time.
const READERS: usize = 16;

/// The role as INFO of Redis would have it, and as the paper has it.
fn roles(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Leader => ("master", "leader"),
        Role::Candidate => ("slave", "candidate"),
        Role::PreCandidate => ("slave", "pre-candidate"),
        Role::Follower => ("slave", "follower"),
    }
}

/// RAFT STATUS: names and values.
pub fn status(shared: &Shared) -> Reply {
    let server = shared.server.borrow();
    let Status { hard_state, role, leader, last_log, commit, snapshot } = server.status();
    let number = |number: u64| Reply::Integer(number as i64);
    Reply::map([
        ("id", number(shared.id.0.into())),
        ("role", Reply::bulk(roles(role).1)),
        ("term", number(hard_state.term.0)),
        ("leader", leader.map_or(Reply::Null, |leader| number(leader.0.into()))),
        ("last_index", number(last_log.index.0)),
        ("commit_index", number(commit.0)),
        ("applied_index", number(server.applied().0)),
        ("snapshot_index", number(snapshot.index.0)),
        ("ready", Reply::Integer(i64::from(shared.is_ready()))),
    ])
}

/// RAFT MEMBERS: for each, its id, address, kind, and how far its log is known to match.
pub fn members(shared: &Shared) -> Reply {
    let server = shared.server.borrow();
    let membership = server.membership();
    let member = |id: NodeId| {
        let kind = match () {
            () if membership.is_joint() && !membership.voters.contains(id) => "leaving",
            () if membership.voters.contains(id) => "voter",
            () if membership.learners.contains(id) => "learner",
            () => "leaving",
        };
        let address = server.machine().addresses().get(&id.0).cloned().unwrap_or_default();
        let matched = server.matched(id).map_or(Reply::Null, |at| Reply::Integer(at.0 as i64));
        Reply::map([
            ("id", Reply::Integer(id.0.into())),
            ("address", Reply::bulk(address)),
            ("kind", Reply::bulk(kind)),
            ("leader", Reply::Integer((server.status().leader == Some(id)).into())),
            ("match_index", matched),
        ])
    };
    Reply::Array(membership.members().iter().map(member).collect())
}

/// The answer to HELLO.
pub fn hello(shared: &Shared, version: Version, connection: u32) -> Reply {
    let role = roles(shared.server.borrow().status().role).0;
    Reply::map([
        ("server", Reply::bulk("redis")),
        ("version", Reply::bulk(env!("CARGO_PKG_VERSION"))),
        ("proto", Reply::Integer(if version == Version::Resp3 { 3 } else { 2 })),
        ("id", Reply::Integer(connection.into())),
        ("mode", Reply::bulk("standalone")),
        ("role", Reply::bulk(role)),
        ("modules", Reply::Array(Vec::new())),
    ])
}

/// CONFIG GET: what benchmarks ask for.
pub fn config(names: &[Bytes]) -> Reply {
    let known = [("save", ""), ("appendonly", "yes"), ("databases", "1")];
    let asked = |name: &str| names.iter().any(|pattern| pattern == name || pattern == "*");
    let found = known.iter().filter(|(name, _)| asked(name));
    Reply::Map(found.map(|(name, value)| (Reply::bulk(*name), Reply::bulk(*value))).collect())
}

/// INFO: sections of lines `name:value`.
pub fn info(shared: &Shared, sections: &[String]) -> Bytes {
    let is_asked = |name: &str| {
        let all = ["all", "default", "everything"];
        sections.is_empty()
            || sections.iter().any(|asked| asked == name || all.contains(&asked.as_str()))
    };
    let mut text = String::new();
    let mut section = |name: &str, lines: &[(&str, String)]| {
        if is_asked(&name.to_lowercase()) {
            let _ = write!(text, "{}# {name}\r\n", if text.is_empty() { "" } else { "\r\n" });
            for (name, value) in lines {
                let _ = write!(text, "{name}:{value}\r\n");
            }
        }
    };
    let server = shared.server.borrow();
    let Status { hard_state, role, leader, last_log, commit, snapshot } = server.status();
    let (counts, saved) = (server.counts(), shared.counters.get());
    section(
        "Server",
        &[
            ("whitewater_kv_version", env!("CARGO_PKG_VERSION").into()),
            ("process_id", std::process::id().to_string()),
            ("server_id", shared.id.0.to_string()),
        ],
    );
    section("Clients", &[("connected_clients", shared.clients.len().to_string())]);
    section("Replication", &[("role", roles(role).0.into())]);
    section(
        "Raft",
        &[
            ("raft_role", roles(role).1.into()),
            ("raft_term", hard_state.term.0.to_string()),
            ("raft_leader", leader.map_or("none".into(), |leader| leader.0.to_string())),
            ("raft_last_index", last_log.index.0.to_string()),
            ("raft_commit_index", commit.0.to_string()),
            ("raft_applied_index", server.applied().0.to_string()),
            ("raft_snapshot_index", snapshot.index.0.to_string()),
            ("raft_waiting", server.waiting().to_string()),
            ("raft_unknown_outcomes", counts.unknown.to_string()),
        ],
    );
    section(
        "Persistence",
        &[
            ("store_entries", saved.entries.to_string()),
            ("store_syncs", saved.groups.to_string()),
            ("store_bytes", saved.bytes.to_string()),
            ("disk_bytes_left", shared.space.get().to_string()),
        ],
    );
    let keys = format!("keys={},expires=0,avg_ttl=0", server.machine().size());
    section("Keyspace", &[("db0", keys)]);
    text.into()
}

/// Metrics in Prometheus' text format.
pub fn metrics(shared: &Shared) -> Bytes {
    let server = shared.server.borrow();
    let status = server.status();
    let (counts, saved) = (server.counts(), shared.counters.get());
    let clients = &shared.clients;
    let leads = u64::from(status.role == Role::Leader);
    let metrics: &[(&str, &str, u64, &str)] = &[
        ("raft_is_leader", "gauge", leads, "Whether this server leads."),
        ("raft_term", "gauge", status.hard_state.term.0, "The current term."),
        ("raft_last_index", "gauge", status.last_log.index.0, "The last entry in the log."),
        ("raft_commit_index", "gauge", status.commit.0, "The last committed entry."),
        ("raft_applied_index", "gauge", server.applied().0, "The last applied entry."),
        ("raft_snapshot_index", "gauge", status.snapshot.index.0, "What the snapshot covers."),
        ("raft_elections_won_total", "counter", counts.elections, "Elections won."),
        ("raft_batches_total", "counter", counts.batches, "Groups of proposals."),
        ("raft_applied_total", "counter", counts.applied, "Commands applied."),
        ("raft_read_rounds_total", "counter", counts.read_rounds, "Rounds that confirm reads."),
        ("raft_snapshots_total", "counter", counts.snapshots, "Snapshots taken."),
        ("raft_restored_total", "counter", counts.restored, "Snapshots installed."),
        ("kv_writes_total", "counter", counts.writes, "Writes answered."),
        ("kv_reads_total", "counter", counts.reads, "Reads answered."),
        ("kv_unknown_total", "counter", counts.unknown, "Requests of unknown outcome."),
        ("kv_refused_total", "counter", counts.refused, "Requests refused."),
        ("kv_waiting", "gauge", server.waiting() as u64, "Requests that wait."),
        ("kv_keys", "gauge", server.machine().size() as u64, "Keys with a value."),
        ("kv_bytes", "gauge", server.machine().bytes(), "Bytes of keys and values."),
        ("kv_connections", "gauge", clients.len() as u64, "Connections of clients."),
        ("kv_connections_total", "counter", clients.accepted.get(), "Connections accepted."),
        ("kv_rejected_total", "counter", clients.rejected.get(), "Connections refused."),
        ("store_entries_total", "counter", saved.entries, "Entries made durable."),
        ("store_syncs_total", "counter", saved.groups, "Groups of writes, one sync each."),
        ("store_bytes_total", "counter", saved.bytes, "Bytes written."),
        ("store_space_bytes", "gauge", shared.space.get(), "Bytes left on the disk."),
    ];
    let mut text = String::new();
    for (name, kind, value, help) in metrics {
        let _ = writeln!(
            text,
            "# HELP whitewater_{name} {help}\n# TYPE whitewater_{name} {kind}\nwhitewater_{name} \
             {value}"
        );
    }
    text.into()
}

/// Serves the metrics over HTTP, for ever.
pub async fn serve(shared: Rc<Shared>, listener: TcpListener) {
    let readers = Rc::new(());
    loop {
        let (stream, _) = stream::accept(&listener).await;
        if Rc::strong_count(&readers) > READERS {
            continue;
        }
        let (shared, counted) = (shared.clone(), readers.clone());
        tokio::task::spawn_local(async move {
            let _counted = counted;
            let answer = service_fn(|request| {
                let answer = answer(&shared, &request);
                async { Ok::<_, Infallible>(answer) }
            });
            // Its end is the reader's business.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(hyper_util::rt::TokioTimer::new())
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

fn answer(shared: &Shared, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let is_right = request.method() == Method::GET && request.uri().path() == "/metrics";
    let (status, body) = match is_right {
        true => (StatusCode::OK, metrics(shared)),
        false => (StatusCode::NOT_FOUND, Bytes::from_static(b"only GET /metrics is here\n")),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let kind = hyper::header::HeaderValue::from_static("text/plain; version=0.0.4");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, kind);
    response
}
