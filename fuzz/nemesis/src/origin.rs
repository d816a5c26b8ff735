//! Which process opened a connection, by the operating system's own account.
//!
//! Promises: an answer is right or missing. All nodes reach a node by one address, the one that its
//! peers agreed on, so that a proxy cannot tell them apart by the port that they connect to.

use std::net::SocketAddr;

use procfs::process::{FDTarget, Process};

/// The one of these processes that has a socket connected from `near` to `far`.
pub fn owner(pids: &[(u64, u32)], near: SocketAddr, far: SocketAddr) -> Option<u64> {
    let sockets = procfs::net::tcp().ok()?;
    let is_it = |socket: &&procfs::net::TcpNetEntry| {
        socket.local_address == near && socket.remote_address == far
    };
    let inode = sockets.iter().find(is_it)?.inode;
    let owns = |&&(_, pid): &&(u64, u32)| {
        let process = Process::new(pid as i32).and_then(|process| process.fd());
        let mut targets = process.into_iter().flatten().flatten().map(|fd| fd.target);
        targets.any(|target| matches!(target, FDTarget::Socket(other) if other == inode))
    };
    pids.iter().find(owns).map(|&(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_belongs_to_the_process_that_opened_it() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let far = listener.local_addr().expect("it listens");
        let stream = TcpStream::connect(far).expect("it listens");
        let near = stream.local_addr().expect("it is connected");
        let this = std::process::id();
        assert_eq!(owner(&[(1, 1), (7, this)], near, far), Some(7));
        assert_eq!(owner(&[(1, 1)], near, far), None);
        let elsewhere = "127.0.0.1:1".parse().expect("an address");
        assert_eq!(owner(&[(7, this)], near, elsewhere), None);
    }
}
