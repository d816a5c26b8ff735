//! Node flags: properties of each node that events select nodes by.
//!
//! Promises: after each event the flags are those of the hosts; updating them costs time in the
//! hosts that the event touched. One machine word holds them: a byte a node, and in it a bit for
//! each [`Flag`].

use raft::NodeSet;

use crate::cluster::host::{is_awake, Host};
use crate::replica::Replica;
use crate::schedule::event::{Event, Kind};

/// A property of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    /// It runs, is not paused, and does not wait for its disk.
    Awake,
    /// It is awake and leads.
    Leading,
    /// One of its pending writes can be made durable: it is not paused, so it is notified.
    Writing,
    /// It is awake, and its machine has something to apply.
    HasUnapplied,
    /// It is awake, and its machine has applied something since the last snapshot.
    CanSnapshot,
    /// It is paused.
    Paused,
    /// It does not run, and can be started.
    Down,
    /// Its disk has no space.
    Full,
}

/// The lowest bit of each byte.
const LOWEST: u64 = 0x0101_0101_0101_0101;
/// Multiplication by this gathers the lowest bits of all bytes in the highest byte, in order.
const GATHER: u64 = 0x0102_0408_1020_4080;

/// The flags of all nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeFlags(u64);

impl NodeFlags {
    /// The flags of these hosts.
    pub fn of<R: Replica>(hosts: &[Host<R>]) -> NodeFlags {
        let mut node_flags = NodeFlags::default();
        (0..).zip(hosts).for_each(|(id, host)| node_flags.note(id, host));
        node_flags
    }

    /// Updates the flags of the nodes that an exact event touched: one node, or all. The first
    /// operand of an event that touches only links names no such node; updating that one is
    /// harmless.
    #[inline]
    pub fn after<R: Replica>(&mut self, event: Event, hosts: &[Host<R>]) {
        let id = match event.kind {
            Kind::TickAll => return *self = NodeFlags::of(hosts),
            Kind::Deliver | Kind::Reorder | Kind::Duplicate => event.operands[1],
            _ => event.operands[0],
        };
        if let Some(host) = hosts.get(usize::from(id)) {
            self.note(id, host);
        }
    }

    /// The nodes with this flag.
    pub fn nodes_with(self, flag: Flag) -> NodeSet {
        NodeSet::from_bits((self.0 >> flag as u32 & LOWEST).wrapping_mul(GATHER) >> 56)
    }

    /// One bit for each [`Flag`]: some node has it.
    pub fn anywhere(self) -> u8 {
        [32, 16, 8].iter().fold(self.0, |bits, by| bits | bits >> by) as u8
    }

    #[inline]
    fn note<R: Replica>(&mut self, id: u8, host: &Host<R>) {
        let (awake, at) = (is_awake(host), u32::from(id) * u8::BITS);
        let leads = |replica: &R| replica.view().is_leader();
        let facts = [
            (Flag::Awake, awake),
            (Flag::Leading, awake && host.replica.as_ref().is_some_and(leads)),
            (Flag::Writing, !host.disk.pending.is_empty() && !host.paused),
            (Flag::HasUnapplied, awake && !host.to_apply.is_empty()),
            (Flag::CanSnapshot, awake && host.has_applied_since_snapshot()),
            (Flag::Paused, host.paused),
            (Flag::Down, host.replica.is_none() && !host.unrecoverable),
            (Flag::Full, host.disk.full),
        ];
        let byte = facts.iter().fold(0, |byte, &(flag, is)| byte | u64::from(is) << flag as u32);
        self.0 = self.0 & !(0xff << at) | byte << at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::raft;
    use crate::run::{Judged, Runner};
    use crate::search::generator::{Generator, Strategy};
    use raft::NodeId;

    #[test]
    fn flags_of_different_nodes_are_separate() {
        let node_flags = NodeFlags(0b10 | 0b1000_0011 << 16 | 0b1 << 56);
        assert_eq!(node_flags.nodes_with(Flag::Awake), NodeSet::from_bits(0b1000_0100));
        assert_eq!(node_flags.nodes_with(Flag::Leading), NodeSet::from_bits(0b101));
        assert_eq!(node_flags.nodes_with(Flag::Full), NodeSet::only(NodeId(2)));
        assert_eq!(node_flags.nodes_with(Flag::Paused), NodeSet::EMPTY);
        assert_eq!(node_flags.anywhere(), 0b1000_0011);
    }

    #[test]
    fn after_each_event_the_flags_are_those_of_the_hosts() {
        let (mut generator, mut runner) = (Generator::new(Strategy::Swarm, 1), Runner::new(raft()));
        for _ in 0..200 {
            let setup = generator.setup(None);
            let next = |cluster: &Judged<_>| {
                assert_eq!(cluster.node_flags, NodeFlags::of(&cluster.hosts));
                Some(generator.event(cluster.enabled()))
            };
            let outcome = runner.run_events(setup, next, 600);
            assert_eq!(outcome.fingerprint(), None, "{:?}", outcome.violation);
        }
    }
}
