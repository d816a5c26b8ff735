//! Checkpoints: states of a cluster to which a search returns.
//!
//! Promises: a cluster that returns to a checkpoint continues as the cluster that it was taken of.
//! A Raft that can be cloned returns by a clone; any other by its schedule, from the start.

use crate::history::violation::Violation;
use crate::replica::Replica;
use crate::run::{play_exactly, resolved, Judged, MAX_EVENTS};
use crate::schedule::Schedule;

/// A state of a cluster to which a search returns.
pub trait Checkpoint<R: Replica> {
    /// Whether the way back executes events.
    const EXECUTES: bool;

    /// A checkpoint of a cluster that is about to take the next event.
    fn of(cluster: &Judged<R>) -> Self;

    /// The same, in place of an older checkpoint, whose memory it uses.
    fn replace(&mut self, cluster: &Judged<R>);

    /// Brings a cluster, whatever it has run before, to this state. A violation on the way was not
    /// one when the checkpoint was taken: then the Raft under test is not deterministic.
    fn restore(&self, cluster: &mut Judged<R>) -> Result<(), Box<Violation>>;

    /// How many primitive events lead to it.
    fn depth(&self) -> usize;

    /// The schedule that leads to it.
    fn schedule(&self) -> Schedule;
}

impl<R: Replica<Storage: Clone> + Clone> Checkpoint<R> for Judged<R> {
    const EXECUTES: bool = false;

    fn of(cluster: &Judged<R>) -> Judged<R> {
        cluster.clone()
    }

    fn replace(&mut self, cluster: &Judged<R>) {
        self.clone_from(cluster);
    }

    fn restore(&self, cluster: &mut Judged<R>) -> Result<(), Box<Violation>> {
        cluster.clone_from(self);
        Ok(())
    }

    fn depth(&self) -> usize {
        self.trace().len()
    }

    fn schedule(&self) -> Schedule {
        resolved(self)
    }
}

impl<R: Replica> Checkpoint<R> for Schedule {
    const EXECUTES: bool = true;

    fn of(cluster: &Judged<R>) -> Schedule {
        resolved(cluster)
    }

    fn replace(&mut self, cluster: &Judged<R>) {
        *self = resolved(cluster);
    }

    fn restore(&self, cluster: &mut Judged<R>) -> Result<(), Box<Violation>> {
        cluster.begin(self.setup, MAX_EVENTS)?;
        play_exactly(cluster, self)
    }

    fn depth(&self) -> usize {
        self.events.len()
    }

    fn schedule(&self) -> Schedule {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::raft;
    use crate::replica::ours::Ours;
    use crate::run::Runner;
    use crate::schedule::event::{Event, Kind};
    use crate::search::generator::{Generator, Strategy};

    /// The digest of a cluster that has returned to a checkpoint and then executed more events.
    fn digest_after<C: Checkpoint<Ours>>(checkpoint: &C, more: &[Event]) -> u64 {
        let mut cluster = Judged::new(raft());
        let other = Generator::new(Strategy::Swarm, 3).schedule(None, 50);
        Schedule::restore(&other, &mut cluster).unwrap();
        checkpoint.restore(&mut cluster).unwrap();
        cluster.extend(MAX_EVENTS);
        for &event in more {
            cluster.perform(event).unwrap();
        }
        cluster.digest()
    }

    #[test]
    fn by_a_clone_and_by_its_schedule_a_cluster_returns_to_the_same_state() {
        for seed in 0..50 {
            let schedule = Generator::new(Strategy::Swarm, seed).schedule(None, 200);
            let resolved = Runner::new(raft()).run(&schedule).resolved;
            let mut cluster: Judged<Ours> = Judged::new(raft());
            Schedule::restore(&resolved, &mut cluster).unwrap();
            let (clone, text) =
                (Judged::of(&cluster), <Schedule as Checkpoint<Ours>>::of(&cluster));
            assert_eq!(clone.schedule(), text);
            assert_eq!(clone.depth(), <Schedule as Checkpoint<Ours>>::depth(&text));
            let more = [Event::new(Kind::Elect, &[1, 255]), Event::new(Kind::Replicate, &[1, 255])];
            assert_eq!(digest_after(&clone, &more), digest_after(&text, &more), "seed {seed}");
        }
    }
}
