//! A name that comes back: with an empty disk after its removal, or with an older copy of its disk.
//!
//! Promises: a disk is emptied only where no legal Raft can miss what was on it, by
//! [`History::is_removed`](crate::history::History::is_removed). A node that goes back to an older
//! copy of its disk lacks what it has promised since: its host knows that, and does not start it,
//! as if the disk were lost. Then its name can come back, once it has been removed.

use raft::{NodeId, NodeSet, Term};

use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, NOTHING};
use crate::replica::machine_store::MachineStore;
use crate::replica::Replica;
use crate::schedule::event::{Event, Kind, ALL};

/// A member that leaves is removed after at most this many exchanges with each other member.
const EXCHANGES: usize = 6;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// Resolves events of names that come back.
    pub(super) fn resolve_rejoin(&self, kind: Kind, selector: u8) -> Option<Event> {
        let exact = |node| Event::exact(kind, [node, 0, 0]);
        match kind {
            Kind::Wipe => {
                let gone = self.lost_for_ever();
                let fits = |id: &NodeId| self.may_be_wiped(*id, gone);
                let down = self.with(|host| host.replica.is_none());
                Some(exact(self.next(selector, down.iter().filter(fits).collect())?))
            }
            _ => {
                let node = self.next(selector, self.with(|host| host.disk.differs_from_copy()))?;
                self.can_spare(node).then(|| exact(node))
            }
        }
    }

    /// The nodes that cannot start any more.
    fn lost_for_ever(&self) -> NodeSet {
        let nodes = NodeSet::first(self.setup.nodes).iter();
        nodes.filter(|&id| !self.recorder.history.node(id).up && !self.is_intact(id)).collect()
    }

    /// Whether a node that is down was removed, and has something on its disk. What the others know
    /// of its removal must be certain: an entry that was never reported as durable can be damaged.
    fn may_be_wiped(&self, id: NodeId, gone: NodeSet) -> bool {
        let history = &self.recorder.history;
        let since = history.committed_log.last_change();
        let others = NodeSet::first(self.setup.nodes).without(gone).without(NodeSet::only(id));
        let is_certain = |other: NodeId| {
            history.node(other).is_blank()
                || self.hosts[usize::from(other.0)].disk.has_confirmed(since)
        };
        let is_blank = history.node(id).joining && history.node(id).is_blank();
        !(is_blank && self.is_intact(id))
            && others.iter().all(is_certain)
            && history.is_removed(id, gone)
    }

    /// The disk of a node that was removed is emptied. Messages to it are lost that deposed leaders
    /// have sent: they might bring it a membership that never was in force.
    pub(super) fn wipe(&mut self, id: NodeId) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        let (incarnation, is_full) = (host.disk.image.incarnation, host.disk.full);
        host.disk.clear();
        host.disk.image.incarnation = incarnation;
        (host.disk.image.joining, host.disk.full) = (true, is_full);
        host.machine_store = MachineStore::new();
        host.left_behind = None;
        host.unrecoverable = false;
        let newest = Term((self.recorder.history.leaders.len() as u64).saturating_sub(1));
        self.network.drop_to(id, |message| R::message_view(message).term >= newest);
        self.recorder.wiped(id)
    }

    /// A node crashes, and its disk is replaced by an older copy.
    pub(super) fn restore_backup(&mut self, id: NodeId) -> Verdict {
        self.hosts[usize::from(id.0)].disk.replace_by_copy();
        self.lose_disk(id)
    }

    // ---- The macro ----

    /// A member stores a command and leaves; all others learn that; it comes back with an empty
    /// disk and is added again. What it has sent stays in flight.
    pub(super) fn rejoin(&mut self, selector: u8) -> Verdict {
        let Some(leader) = self.next_leading(0, true) else { return NOTHING };
        let history = &self.recorder.history;
        let members = *history.membership_of(history.node(NodeId(leader)));
        let others = members.members().without(NodeSet::only(NodeId(leader)));
        let Some(leaves) = self.next(selector, others) else { return NOTHING };
        let only = NodeSet::only(NodeId(leaves));
        self.perform_exactly(Event::exact(Kind::Propose, [leader, 0, 0]))?;
        self.persist_all(leader)?;
        self.deliver_link(leader, leaves)?;
        self.persist_all(leaves)?;
        self.ask(leader, members.voters.without(only), members.learners.without(only))?;
        for _ in 0..EXCHANGES {
            self.persist_all(leader)?;
            self.round_trips(leader, !(1 << leaves))?;
            if self.may_be_wiped(NodeId(leaves), self.lost_for_ever()) {
                break;
            }
        }
        self.perform_exactly(Event::exact(Kind::Crash, [leaves, ALL, 0]))?;
        self.perform_exactly(Event::exact(Kind::Wipe, [leaves, 0, 0]))?;
        self.perform_exactly(Event::exact(Kind::Restart, [leaves, 0, 0]))?;
        self.ask(leader, members.voters, members.learners)
    }
}
