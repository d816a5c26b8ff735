//! What can happen: the kinds of event that may find something to act on in a cluster as it is.
//!
//! Promises: a kind that is not [`EnabledKinds`] would do nothing, whatever its operands; one that
//! is may still do nothing. Looks only at what most often stands in the way: that nothing is in
//! flight, nobody leads, no write is pending, nobody is down, no link is hurt. Without it, five
//! draws in seven are in vain.

use crate::cluster::node_flags::Flag;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::replica::Replica;
use crate::schedule::event::{Kind, KINDS};

/// What there is in a cluster for events to act on: a bit for each thing that is so of
/// some node, and then these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnabledKinds(u16);

/// A message can arrive.
const BUSY: u16 = 1 << 8;
/// A link is cut or clogged, or messages of a kind are lost.
const HURT: u16 = 1 << 9;
/// A link is clogged.
const CLOGGED: u16 = 1 << 10;

/// What each kind of event needs, in the order of [`KINDS`].
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
        Kind::Transfer | Kind::Change => 1 << Flag::Leading as u16,
        Kind::Replicate | Kind::Exchange | Kind::Replace => 1 << Flag::Leading as u16,
        Kind::Persist | Kind::FailPersist => 1 << Flag::Writing as u16,
        Kind::Apply => 1 << Flag::Behind as u16,
        Kind::Compact => 1 << Flag::Ahead as u16,
        Kind::Resume => 1 << Flag::Paused as u16,
        Kind::Restart => 1 << Flag::Down as u16,
        Kind::Free => 1 << Flag::Full as u16,
        _ => 0,
    }
}

impl EnabledKinds {
    /// Every kind.
    pub const ALL: EnabledKinds = EnabledKinds(u16::MAX);

    /// Whether the kind in this row of [`KINDS`] is possible.
    pub fn has_row(self, row: u8) -> bool {
        NEEDS[usize::from(row)] & !self.0 == 0
    }
}

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// The kinds of event that may find something to act on.
    pub fn enabled(&self) -> EnabledKinds {
        let link = |bit, is| if is { bit } else { 0 };
        let links = link(BUSY, self.network.is_busy())
            | link(HURT, self.network.has_faults())
            | link(CLOGGED, self.network.has_clogged());
        EnabledKinds(links | u16::from(self.node_flags.anywhere()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::raft;
    use crate::replica::ours::Ours;
    use crate::run::{Judged, Monitors};
    use crate::schedule::event::KINDS;
    use crate::search::generator::{Generator, Strategy};

    #[test]
    fn what_is_not_possible_does_nothing_and_is_most_of_what_a_blind_draw_wishes_for() {
        let (mut vain, mut spared) = ([0; KINDS.len()], [0; KINDS.len()]);
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let mut cluster: Judged<Ours> = Cluster::new(raft(), Monitors::default());
        for _ in 0..200 {
            cluster.begin(generator.setup(None), Monitors::default(), usize::MAX).unwrap();
            for _ in 0..600 {
                let event = generator.event(EnabledKinds::ALL);
                let is_possible = cluster.enabled().has_row(event.kind as u8);
                let before = cluster.trace().len();
                cluster.perform(event).unwrap();
                let is_vain = cluster.trace().len() == before;
                assert!(is_vain || is_possible, "{event}");
                vain[event.kind as usize] += usize::from(is_vain);
                spared[event.kind as usize] += usize::from(!is_possible);
            }
        }
        let [all, known]: [usize; 2] = [vain, spared].map(|counts| counts.iter().sum());
        assert!(all > known && 4 * known > 3 * all, "{known} of {all} are known to be in vain");
        let never = (0..KINDS.len()).filter(|&row| NEEDS[row] > 0 && spared[row] == 0);
        assert_eq!(never.map(|row| KINDS[row].name).collect::<Vec<_>>(), [""; 0]);
    }
}
