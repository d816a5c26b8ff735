//! How many connections the limit on open files allows.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// How many connections there may be at a time.
pub struct Connections {
    pub clients: usize,
    pub peers: usize,
}

/// A few connections for each possible member, and as many clients as asked for, as far as the
/// limit on open files allows: the log and its own connections must not lack any.
pub fn connections(max_clients: usize) -> Connections {
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
