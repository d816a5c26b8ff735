//! Ports on loopback that nobody uses.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};

/// How far the port for peers is above that for clients.
const PEERS: u16 = 100;

/// Where a node listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub clients: SocketAddrV4,
    pub peers: SocketAddrV4,
}

/// The addresses of `count` nodes, of which none is taken.
pub(super) fn choose(base: u16, count: u8) -> Result<Vec<Addresses>, String> {
    let last = base.checked_add(u16::from(count) - 1 + PEERS);
    if base == 0 || last.is_none() {
        return Err(format!("--base-port {base}: there are no {count} ports and {PEERS} more"));
    }
    match taken(base, count) {
        None => Ok(all(base, count)),
        Some(port) => {
            let others = (base..).step_by(200).skip(1).take(20);
            let fits = |other: &u16| other.checked_add(u16::from(count) + PEERS).is_some();
            let free = others.take_while(fits).find(|other| taken(*other, count).is_none());
            let hint = free.map(|base| format!(", for example --base-port {base}"));
            let hint = hint.unwrap_or_default();
            Err(format!("port {port} is taken; choose others by --base-port{hint}"))
        }
    }
}

fn all(base: u16, count: u8) -> Vec<Addresses> {
    let at = |port| SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
    let port = |index: u8| base + u16::from(index);
    let addresses = |port| Addresses { clients: at(port), peers: at(port + PEERS) };
    (0..count).map(port).map(addresses).collect()
}

/// A port that is taken, if there is one.
fn taken(base: u16, count: u8) -> Option<u16> {
    let addresses = all(base, count).into_iter().flat_map(|node| [node.clients, node.peers]);
    let is_taken = |address: &SocketAddrV4| TcpListener::bind(address).is_err();
    addresses.into_iter().find(is_taken).map(|address| address.port())
}
