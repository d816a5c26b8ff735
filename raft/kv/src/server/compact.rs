//! Carries out what [`Compaction`](crate::server::policy::Compaction) decides.

use raft::Input;

use crate::server::answer::{Event, Space};
use crate::server::policy::SnapshotJob;
use crate::server::Server;

impl Server {
    pub(super) fn has_space_for_snapshot(&self) -> bool {
        self.space != Space::None
    }

    /// Begins a snapshot, or compacts the log with one.
    pub(super) fn compact_if_due(&mut self) {
        if !self.has_space_for_snapshot() {
            return;
        }
        if self.compaction.begins(self.applied) {
            let machine = self.machine.clone();
            self.effects.snapshot = Some(SnapshotJob { index: self.applied, machine });
        }
        if let Some((index, data)) = self.compaction.take_held(self.applied) {
            self.effects.events.push(Event::Compacted(index));
            self.step(Input::Compact { index, data });
        }
    }
}
