//! What can happen: the kinds of event that may find something to act on in a cluster as it is.
//!
//! Promises: a kind that is not among [`Cluster::possible`] would do nothing, whatever its
//! operands; one that is may still do nothing. Looks only at what most often stands in the way:
//! that nothing is in flight, nobody leads, no write is pending, no link is hurt. Without it, five
//! draws in seven are in vain.

use crate::cluster::Cluster;
use crate::event::Kind;
use crate::host::{is_leader, Host};
use crate::observer::Observer;
use crate::replica::Replica;

/// A set of kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u64);

impl Kinds {
    /// Every kind.
    pub const ALL: Kinds = Kinds(u64::MAX);

    const MESSAGE: Kinds = Kinds::of(&[
        Kind::Deliver,
        Kind::Reorder,
        Kind::Drop,
        Kind::Duplicate,
        Kind::DeliverLink,
        Kind::Settle,
    ]);
    const LEADER: Kinds =
        Kinds::of(&[Kind::Transfer, Kind::Change, Kind::Replicate, Kind::Exchange, Kind::Replace]);
    const WRITE: Kinds = Kinds::of(&[Kind::Persist, Kind::FailPersist]);
    const HURT: Kinds = Kinds::of(&[Kind::Heal]);
    const CLOGGED: Kinds = Kinds::of(&[Kind::Release]);

    /// What needs something that a cluster often lacks, and that is soon looked up.
    const CONDITIONAL: Kinds =
        Kinds::MESSAGE.and(Kinds::LEADER).and(Kinds::WRITE).and(Kinds::HURT).and(Kinds::CLOGGED);

    const fn of(kinds: &[Kind]) -> Kinds {
        let (mut bits, mut place) = (0, 0);
        while place < kinds.len() {
            bits |= 1 << kinds[place] as u64;
            place += 1;
        }
        Kinds(bits)
    }

    const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// These as well, if so.
    fn and_if(self, condition: bool, other: Kinds) -> Kinds {
        Kinds(self.0 | if condition { other.0 } else { 0 })
    }

    /// Whether the kind in this row of [`KINDS`](crate::event::KINDS) is among them.
    pub fn has_row(self, row: u8) -> bool {
        self.0 >> row & 1 == 1
    }
}

impl<R: Replica, O: Observer> Cluster<R, O> {
    /// The kinds of event that may find something to act on.
    pub fn possible(&self) -> Kinds {
        let leads = || self.hosts.iter().any(|host| is_leader(host) == Some(true));
        Kinds(!Kinds::CONDITIONAL.0)
            .and_if(self.network.is_busy(), Kinds::MESSAGE)
            .and_if(self.network.is_hurt(), Kinds::HURT)
            .and_if(self.network.is_clogged_somewhere(), Kinds::CLOGGED)
            .and_if(leads(), Kinds::LEADER)
            .and_if(self.hosts.iter().any(Host::can_write), Kinds::WRITE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::KINDS;
    use crate::generator::{Generator, Strategy};
    use crate::mutants::raft;
    use crate::ours::Ours;
    use crate::run::{Judged, Observers};

    #[test]
    fn what_is_not_possible_does_nothing_and_is_most_of_what_a_blind_draw_wishes_for() {
        let (mut vain, mut spared) = ([0; KINDS.len()], [0; KINDS.len()]);
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let mut cluster: Judged<Ours> = Cluster::new(raft(), Observers::default());
        for _ in 0..200 {
            cluster.begin(generator.setup(None), Observers::default(), usize::MAX).unwrap();
            for _ in 0..600 {
                let event = generator.event(Kinds::ALL);
                let is_possible = cluster.possible().has_row(event.kind as u8);
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
        let is_conditional = |row: usize| Kinds::CONDITIONAL.has_row(row as u8);
        let never = (0..KINDS.len()).filter(|&row| is_conditional(row) && spared[row] == 0);
        assert_eq!(never.map(|row| KINDS[row].name).collect::<Vec<_>>(), [""; 0]);
    }
}
