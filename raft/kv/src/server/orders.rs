//! Operators' requests that wait: those that were asked for here, and those that this server
//! carries out as the leader.

use std::collections::BTreeMap;

use raft::NodeId;

use crate::server::answer::Token;
use crate::wire::Order;

/// At most this many requests wait.
pub const WAITING: usize = 64;

/// A request of an operator at this server.
pub struct Asked {
    pub token: Token,
    pub order: Order,
    pub deadline: u64,
    /// When it was last passed on to the present leader.
    pub sent: Option<u64>,
    /// It was passed on to any leader: that may have carried it out.
    pub was_sent: bool,
}

/// A request that this server carries out as the leader.
pub struct Running {
    /// Who asked, and the number of the request there.
    pub from: NodeId,
    pub number: u64,
    pub order: Order,
    /// When the admission or expulsion was proposed, or the transfer begun.
    pub begun: Option<u64>,
    pub deadline: u64,
}

/// The requests of operators.
pub struct Operations {
    pub asked: BTreeMap<u64, Asked>,
    /// The number of the last one.
    pub last: u64,
    pub running: Vec<Running>,
}

impl Operations {
    /// No requests. Numbers of different incarnations differ: the leader may still be busy with a
    /// request of an earlier one.
    pub fn new(incarnation: u64) -> Operations {
        let last = incarnation << 24;
        Operations { asked: BTreeMap::new(), last, running: Vec::new() }
    }

    /// What was passed on may be lost, and what was begun is somebody else's.
    pub fn leader_changed(&mut self) {
        self.running.clear();
        self.asked.values_mut().for_each(|asked| asked.sent = None);
    }
}
