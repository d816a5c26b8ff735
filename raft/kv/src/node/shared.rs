//! What all connections of a server share: the server, and who may connect.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use raft::NodeId;
use store::{Counters, Directory};
use tokio::sync::Notify;

use crate::identity::{self, DiskId, Disks, Identity};
use crate::node::queues::{Clients, Limits};
use crate::server::Server;
use crate::tls::Tls;
use crate::wire::{Frame, Hello, Refusal};

/// Why a server has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It was asked to.
    Stopped,
    /// It could not start or go on, for this reason.
    Failed(String),
    /// It was removed from the cluster.
    Removed(String),
    /// Its data directory is not the one that the others know.
    Wiped(String),
}

/// What all connections share.
pub struct Shared {
    /// The server's id.
    pub id: NodeId,
    /// The id of its data directory.
    pub disk: DiskId,
    /// How connections are secured.
    pub tls: Tls,
    /// The server.
    pub server: RefCell<Server>,
    /// The connections of clients.
    pub clients: Clients,
    /// Counts the connections of peers, by its references.
    pub peer_connections: Rc<()>,
    /// How many there may be.
    pub peer_limit: usize,
    /// What the disk has done, and how much space is left.
    pub counters: Cell<Counters>,
    /// Bytes left on the disk.
    pub space: Cell<u64>,
    wake: Notify,
    directory: Directory,
    identity: RefCell<Identity>,
    disks: RefCell<Disks>,
    /// The servers on the command line.
    peers: BTreeMap<u8, String>,
    /// Where servers that have connected say that they are.
    heard: RefCell<BTreeMap<u8, String>>,
    /// The servers that have this directory's id on record.
    records: RefCell<BTreeSet<u8>>,
    is_ready: Cell<bool>,
    end: RefCell<Option<End>>,
}

/// What is known before any connection.
pub struct Start {
    /// The server.
    pub server: Server,
    /// Its data directory, and what is in it.
    pub directory: Directory,
    /// See [`identity`].
    pub identity: Identity,
    /// See [`identity`].
    pub disks: Disks,
    /// The servers on the command line, itself included.
    pub peers: BTreeMap<u8, String>,
    /// How connections are secured.
    pub tls: Tls,
    /// What clients may do.
    pub limits: Limits,
    /// Connections of peers at a time.
    pub peer_limit: usize,
}

impl Shared {
    /// No connections yet.
    pub fn new(start: Start) -> Rc<Shared> {
        let Start { server, directory, identity, disks, peers, tls, limits, peer_limit } = start;
        let shared = Rc::new(Shared {
            id: server.id(),
            disk: identity.disk,
            tls,
            server: RefCell::new(server),
            clients: Clients::new(limits),
            peer_connections: Rc::new(()),
            peer_limit,
            counters: Cell::default(),
            space: Cell::new(u64::MAX),
            wake: Notify::new(),
            directory,
            is_ready: Cell::new(identity.is_established),
            identity: RefCell::new(identity),
            disks: RefCell::new(disks),
            peers,
            heard: RefCell::default(),
            records: RefCell::default(),
            end: RefCell::new(None),
        });
        shared.establish();
        shared
    }

    /// Returns when the server has been called.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Why the process must end, if it must.
    pub fn ended(&self) -> Option<End> {
        self.end.borrow().clone()
    }

    /// Wakes the driver: the server has been called.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Whether it takes part in the cluster.
    pub fn is_ready(&self) -> bool {
        self.is_ready.get()
    }

    /// A frame has arrived.
    pub fn receive(&self, from: NodeId, frame: Frame) {
        if self.is_ready.get() {
            self.server.borrow_mut().receive(from, frame);
            self.wake();
        }
    }

    /// Frames can be sent to `peer`, which has this directory's id on record.
    pub fn connected(&self, peer: NodeId) {
        self.records.borrow_mut().insert(peer.0);
        self.establish();
        self.server.borrow_mut().connected(peer);
        self.wake();
    }

    /// `peer` refuses this server.
    pub fn refused(&self, peer: NodeId, refusal: &Refusal) {
        let text = format!("server {} refuses this one: {refusal}", peer.0);
        match refusal {
            Refusal::Removed => {
                self.server.borrow_mut().removed();
                self.end(End::Removed(text));
            }
            Refusal::OtherDisk => self.end(End::Wiped(text)),
            Refusal::NoMember | Refusal::OtherServer(_) => {}
        }
    }

    /// Whether a server has left for good.
    pub fn is_expelled(&self, id: NodeId) -> bool {
        self.server.borrow().machine().is_expelled(id.0)
    }

    /// Whether a server that has connected is refused. Its directory's id is recorded.
    pub fn examine(&self, hello: &Hello) -> Result<Option<Refusal>, String> {
        let server = self.server.borrow();
        if hello.to != self.id.0 {
            return Ok(Some(Refusal::OtherServer(self.id.0)));
        }
        if server.machine().is_expelled(hello.from) {
            return Ok(Some(Refusal::Removed));
        }
        // Who is no member itself does not know the members; nor does, perhaps, who knows no
        // leader: the leader may be a server that was added meanwhile.
        let members = server.membership().members();
        let knows = members.contains(self.id) && server.status().leader.is_some();
        if knows && !members.contains(NodeId(hello.from)) {
            return Ok(Some(Refusal::NoMember));
        }
        if hello.from == self.id.0 || hello.from >= NodeId::LIMIT {
            return Ok(Some(Refusal::NoMember));
        }
        let admitted = self.disks.borrow_mut().admits(hello.from, hello.disk);
        match admitted {
            Ok(true) => {
                self.heard.borrow_mut().insert(hello.from, hello.address.clone());
                Ok(None)
            }
            Ok(false) => Ok(Some(Refusal::OtherDisk)),
            Err(error) => {
                self.end(End::Failed(error.clone()));
                Err(error)
            }
        }
    }

    /// Takes part as soon as a majority of the other members has this directory's id on record: two
    /// majorities have a member in common, which would refuse another directory.
    fn establish(&self) {
        if self.is_ready.get() {
            return;
        }
        let mut identity = self.identity.borrow_mut();
        let others = identity.members.keys().filter(|id| **id != self.id.0);
        let have = others.clone().filter(|id| self.records.borrow().contains(id)).count();
        let others = others.count();
        // Without others there is nobody who could have it.
        if others > 0 && have <= others / 2 {
            return;
        }
        identity.is_established = true;
        match identity::save(&self.directory, &identity) {
            Ok(()) => self.is_ready.set(true),
            Err(error) => self.end(End::Failed(error)),
        }
    }

    /// Ends the process, for the first reason that is given.
    pub fn end(&self, end: End) {
        self.end.borrow_mut().get_or_insert(end);
        self.wake();
    }

    /// Where a server is: the command line has the last word, and what a server says of itself
    /// counts until its admission is known.
    pub fn address_of(&self, id: NodeId) -> Option<String> {
        let given = self.peers.get(&id.0).cloned();
        let admitted = given.or_else(|| self.server.borrow().address_of(id));
        admitted.or_else(|| self.heard.borrow().get(&id.0).cloned())
    }
}
