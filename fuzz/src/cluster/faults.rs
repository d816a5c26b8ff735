//! Faults of clocks, hosts and disks.
//!
//! Promises: a paused node processes no input; a node whose disk lost durable data never starts
//! again. `resolution.rs` decides how much may be lost.

use raft::NodeId;

use crate::base::canary;
use crate::cluster::disk::Readable;
use crate::cluster::host::Stopping;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, HELD};
use crate::replica::node_storage::NodeStorage;
use crate::replica::{Input, Replica};
use crate::schedule::event::ALL;

/// A resumed node processes at most this many missed ticks.
const CATCH_UP: u32 = 64;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// A node halts, the only way in which it stops by itself: its crash handler runs at once or
    /// after some inputs. Its pending writes are lost.
    pub(crate) fn halt(&mut self, id: NodeId) -> Verdict {
        match self.setup.handler_delay {
            0 => self.crash_handler(id),
            inputs => {
                let host = &mut self.hosts[usize::from(id.0)];
                host.stopping = Stopping::Halted { inputs };
                host.disk.lose();
                host.to_apply.clear();
                HELD
            }
        }
    }

    /// The crash handler runs: a crash in which all pending writes are lost.
    pub(crate) fn crash_handler(&mut self, id: NodeId) -> Verdict {
        self.crash(id, 0, 0)
    }

    /// A node stops. Its `keep` oldest pending writes reach the disk; the next one does not; those
    /// after it that are in `loose` do, but only a driver with `replays_past_gaps` uses them.
    pub(crate) fn crash(&mut self, id: NodeId, keep: u8, loose: u8) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        host.stop();
        self.network.set_down(id, true);
        let pending = host.disk.pending.len();
        let kept = if keep == ALL { pending } else { pending.min(keep.into()) };
        if R::Storage::IS_REAL {
            return self.stop_store(id, kept);
        }
        let kept = if host.disk.full { 0 } else { kept };
        for _ in 0..kept {
            let Some((write, _)) = host.disk.pop() else { break };
            host.disk.store(&write);
            self.recorder.persisted(id, &write)?;
        }
        if self.sut.driver.replays_past_gaps && host.disk.pop().is_some() {
            for place in 0..u8::BITS {
                let Some((write, _)) = host.disk.pop() else { break };
                if canary::note(loose >> place & 1 == 1) {
                    host.disk.store(&write);
                    self.recorder.persisted(id, &write)?;
                }
            }
        }
        host.disk.lose();
        self.recorder.stopped(id, pending - kept)
    }

    /// Time passes for all nodes, at the rate of each clock.
    pub(crate) fn tick_all(&mut self) -> Verdict {
        self.pass_wall_time(Self::input)?;
        for id in (0..self.setup.nodes).map(NodeId) {
            for _ in 0..self.setup.rate_of(id) {
                self.tick(id)?;
            }
        }
        HELD
    }

    /// A clock ticks. A paused node processes the tick later; a node whose clock was set back, not
    /// at all.
    pub(crate) fn tick(&mut self, id: NodeId) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        if host.paused {
            host.missed_ticks += 1;
            return HELD;
        }
        if host.ticks_to_skip > 0 {
            host.ticks_to_skip -= 1;
            return HELD;
        }
        self.input(id, Input::Tick)
    }

    /// A node is paused.
    pub(crate) fn pause(&mut self, id: NodeId) -> Verdict {
        self.hosts[usize::from(id.0)].paused = true;
        self.network.set_down(id, true);
        HELD
    }

    /// A node resumes. First it reads its wall clock and processes the ticks that it has missed.
    pub(crate) fn resume(&mut self, id: NodeId) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        host.paused = false;
        let missed_ticks = std::mem::take(&mut host.missed_ticks).min(CATCH_UP);
        self.network.set_down(id, false);
        if self.has_wall_clocks() {
            self.tell_time(id, Self::input)?;
        }
        (0..missed_ticks).try_for_each(|_| self.tick(id).map(drop))?;
        HELD
    }

    /// A clock is set forward or back.
    pub(crate) fn jump(&mut self, id: NodeId, by: i8) -> Verdict {
        let ticks = u32::from(by.unsigned_abs());
        if by < 0 {
            self.hosts[usize::from(id.0)].ticks_to_skip += ticks;
            return HELD;
        }
        (0..ticks).try_for_each(|_| self.tick(id).map(drop))?;
        HELD
    }

    /// A node is going to crash in the middle of its next step.
    pub(crate) fn crash_amid_step(&mut self, id: NodeId, sent: u8, keep: u8) -> Verdict {
        self.hosts[usize::from(id.0)].stopping = Stopping::AmidStep { sent, keep };
        HELD
    }

    /// A disk is full, or has space again.
    pub(crate) fn fill(&mut self, id: NodeId, full: bool) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        host.disk.full = full;
        host.storage.fill(full);
        HELD
    }

    /// A record is damaged; the node detects it only when it starts again.
    pub(crate) fn damage(&mut self, id: NodeId, record: u8) -> Verdict {
        if R::Storage::IS_REAL {
            return self.damage_store(id);
        }
        self.hosts[usize::from(id.0)].disk.damage_record(record);
        HELD
    }

    /// A disk is lost, and its node crashes.
    pub(crate) fn lose_disk(&mut self, id: NodeId) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        host.disk.lost = true;
        match host.replica {
            Some(_) => self.crash_handler(id),
            None => HELD,
        }
    }

    /// A halted node processes one more input, which must have no effect.
    pub(crate) fn step_halted(
        &mut self,
        id: NodeId,
        inputs: u8,
        input: Input<R::Message>,
    ) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        let Some(replica) = &mut host.replica else { return HELD };
        replica.step(input, &mut self.output);
        let effects = R::effects(&mut self.output);
        // How many effects there are.
        let done = effects.messages.len() + effects.applied.len() + effects.reads.len();
        let done = done + effects.ended.len() + effects.fetches.len();
        let done = done + usize::from(effects.restore.is_some());
        let done = done + usize::from(effects.write.take().is_some());
        effects.messages.clear();
        self.recorder.stepped_halted(id, done)?;
        host.stopping = Stopping::Halted { inputs: inputs - 1 };
        match inputs {
            1 => self.crash_handler(id),
            _ => HELD,
        }
    }

    /// Whether all data that was reported as durable is still on a node's disk.
    pub(crate) fn is_intact(&self, id: NodeId) -> bool {
        let host = &self.hosts[usize::from(id.0)];
        host.disk.readable() != Readable::No && !host.storage.is_damaged()
    }
}
