//! Enabled kinds: the kinds of event that may have an effect in the current state of a cluster.
//!
//! Promises: an event of a kind that is not in [`EnabledKinds`] would do nothing, whatever its
//! operands; one of an enabled kind may still do nothing. Checks only the most frequent obstacles:
//! no message is in flight, no node leads, no write is pending, no node is down, no link has a
//! fault. Without it, five draws in seven have no effect.

use crate::cluster::host::Host;
use crate::cluster::node_flags::Flag;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::replica::Replica;
use crate::schedule::event::{Kind, KINDS};
use crate::schedule::feature::Feature;

/// What events can act on in a cluster: a bit for each node flag that some node has, and then the
/// bits below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnabledKinds(u16);

/// A message can arrive.
const BUSY: u16 = 1 << 8;
/// A link is cut or clogged, or messages of a kind are lost.
const HURT: u16 = 1 << 9;
/// A link is clogged.
const CLOGGED: u16 = 1 << 10;

/// A read of a log is pending.
const READING: u16 = 1 << 11;

/// The bits that each kind of event needs, in the order of [`KINDS`].
static NEEDS: [u16; KINDS.len()] = {
    let (mut needs, mut row) = ([0; KINDS.len()], 0);
    while row < KINDS.len() {
        needs[row] = need(KINDS[row].kind);
        row += 1;
    }
    needs
};

const fn need(kind: Kind) -> u16 {
    match kind {
        Kind::Deliver | Kind::Reorder | Kind::Drop | Kind::Duplicate => BUSY,
        Kind::DeliverLink | Kind::Settle => BUSY,
        Kind::Heal => HURT,
        Kind::Release => CLOGGED,
        Kind::Timeout | Kind::Pause | Kind::Jump | Kind::CrashAmid => 1 << Flag::Awake as u16,
        Kind::Propose | Kind::Read | Kind::Elect => 1 << Flag::Awake as u16,
        Kind::Report | Kind::SyncMachine => 1 << Flag::Awake as u16,
        Kind::Transfer | Kind::Change => 1 << Flag::Leading as u16,
        Kind::Replicate | Kind::Exchange | Kind::Replace | Kind::Outrun | Kind::Rejoin => {
            1 << Flag::Leading as u16
        }
        Kind::Persist | Kind::FailPersist => 1 << Flag::Writing as u16,
        Kind::Apply => 1 << Flag::HasUnapplied as u16,
        Kind::Compact => 1 << Flag::CanSnapshot as u16,
        Kind::Resume => 1 << Flag::Paused as u16,
        Kind::Restart => 1 << Flag::Down as u16,
        Kind::Free => 1 << Flag::Full as u16,
        Kind::Fetch | Kind::FailFetch => READING,
        _ => 0,
    }
}

impl EnabledKinds {
    /// Every kind.
    pub const ALL: EnabledKinds = EnabledKinds(u16::MAX);

    /// Whether the kind in this row of [`KINDS`] is enabled.
    pub fn has_row(self, row: u8) -> bool {
        NEEDS[usize::from(row)] & !self.0 == 0
    }
}

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// Whether a read of a log is pending.
    fn has_reads(&self) -> bool {
        let reads = |host: &Host<R>| !host.fetches.is_empty();
        self.setup.features.has(Feature::LogReads) && self.hosts.iter().any(reads)
    }

    /// The kinds of event that may have an effect.
    pub fn enabled(&self) -> EnabledKinds {
        let link = |bit, is| if is { bit } else { 0 };
        let links = link(BUSY, self.network.is_busy())
            | link(HURT, self.network.has_faults())
            | link(CLOGGED, self.network.has_clogged())
            | link(READING, self.has_reads());
        EnabledKinds(links | u16::from(self.node_flags.anywhere()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::raft;
    use crate::replica::ours::Ours;
    use crate::run::Judged;
    use crate::schedule::event::KINDS;
    use crate::search::generator::{Generator, Strategy};

    #[test]
    fn an_event_of_a_disabled_kind_does_nothing_and_most_draws_without_effect_are_disabled() {
        let (mut idle, mut disabled) = ([0; KINDS.len()], [0; KINDS.len()]);
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let mut cluster: Judged<Ours> = Cluster::new(raft());
        for _ in 0..600 {
            cluster.begin(generator.setup(None), usize::MAX).unwrap();
            for _ in 0..600 {
                let event = generator.event(EnabledKinds::ALL);
                let is_enabled = cluster.enabled().has_row(event.kind as u8);
                let before = cluster.trace().len();
                cluster.perform(event).unwrap();
                let is_idle = cluster.trace().len() == before;
                assert!(is_idle || is_enabled, "{event}");
                idle[event.kind as usize] += usize::from(is_idle);
                disabled[event.kind as usize] += usize::from(!is_enabled);
            }
        }
        let [all, known]: [usize; 2] = [idle, disabled].map(|counts| counts.iter().sum());
        assert!(all > known && 4 * known > 3 * all, "{known} of {all} are known to do nothing");
        let never = (0..KINDS.len()).filter(|&row| NEEDS[row] > 0 && disabled[row] == 0);
        assert_eq!(never.map(|row| KINDS[row].name).collect::<Vec<_>>(), [""; 0]);
    }
}
