//! The state machine of a host: how it starts, and what reaches its own disk.
//!
//! Promises: without the feature `machine-disk`, a state machine starts from the snapshot of its
//! node. With it, the machine's data and applied index are durable when an event says so, apart
//! from the log; a restore destroys what was saved before, until it is saved itself. A host never
//! starts a machine from less than its node's snapshot.

use raft::{LogIndex, NodeId, Snapshot};

use crate::base::canary;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::state_machine::StateMachine;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::driver::Driver;
use crate::replica::machine_store::MachineStore;
use crate::replica::Replica;
use crate::schedule::feature::Feature;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// A node is about to start: so does its state machine.
    pub(crate) fn start_machine(&mut self, id: NodeId, driver: Driver) {
        let machine = self.machine_at_start(id, driver);
        let host = &mut self.hosts[usize::from(id.0)];
        if self.setup.features.has(Feature::MachineDisk) {
            host.disk.image.applied = machine.applied;
        }
        host.machine = machine;
    }

    fn machine_at_start(&mut self, id: NodeId, driver: Driver) -> StateMachine {
        let host = &mut self.hosts[usize::from(id.0)];
        let snapshot = host.disk.image.snapshot.as_deref();
        let first = snapshot.map_or(LogIndex(0), |snapshot| snapshot.last.index);
        if self.setup.features.has(Feature::MachineDisk) {
            if let Some((applied, data)) = host.machine_store.open() {
                if applied >= first || (driver.ignores_log_start && canary::note(true)) {
                    return self.store.find(applied, &data, driver);
                }
            }
        }
        match snapshot {
            Some(snapshot) => self.store.restore(snapshot, driver),
            None => StateMachine::under(driver),
        }
    }

    /// A node that has just started has this state machine, from its own disk or its snapshot.
    pub(crate) fn machine_opened(&mut self, id: NodeId) -> Verdict {
        match self.setup.features.has(Feature::MachineDisk) {
            true => self.recorder.machine_opened(id, &self.hosts[usize::from(id.0)].machine),
            false => NOTHING,
        }
    }

    /// The data and the applied index of a state machine become durable.
    pub(crate) fn sync_machine(&mut self, id: NodeId) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        host.machine_store.save(host.machine.applied, &host.machine.data());
        self.store.save(host.machine.clone());
        HELD
    }
}

/// A state machine is being restored from a snapshot.
pub(crate) fn begin_restore(disk: &mut impl MachineStore, snapshot: &Snapshot, driver: Driver) {
    if driver.restores_index_first {
        if let Some((applied, data)) = disk.open() {
            canary::note(applied < snapshot.last.index);
            return disk.save(snapshot.last.index, &data);
        }
    }
    disk.begin_restore();
}

/// A state machine has applied entries up to `applied`, on a host that saves the index alone.
#[cold]
pub(crate) fn save_index(disk: &mut impl MachineStore, applied: LogIndex) {
    if let Some((before, data)) = disk.open() {
        canary::note(before < applied);
        disk.save(applied, &data);
    }
}
