//! Paths: what the code under test did at each event, as keys that coverage can count.
//!
//! Promises: an event's key depends on the turns that its steps took and on those of the event
//! before, wherever in the cluster that was: a 2-gram of paths. Names no server, no term and no
//! index, so that the same story told of other servers has the same keys. A Raft that marks its
//! turns (see [`raft::mark`]) is told apart by them, any other by what its steps did for all to
//! see. Decides nothing.

use raft::mark::Path;

use crate::chain::mix;
use crate::event::Kind;
use crate::replica::View;
use crate::watch::Step;

/// The keys of a run.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    now: Path,
    previous: u64,
    keys: Vec<u64>,
}

impl Paths {
    /// Forgets everything but the room it took.
    pub fn clear(&mut self) {
        (self.now, self.previous) = (Path::default(), 0);
        self.keys.clear();
    }

    /// A server that showed `old` took a path.
    pub fn step(&mut self, old: &View, step: &Step<'_>, path: Path) {
        let received = step.received.map_or(0, |message| 1 + u64::from(message.speech.kind()));
        self.now.add(received);
        self.now.add(if path.marks == 0 { turn(old, step) } else { path.hash });
        self.now.marks |= path.marks;
    }

    /// An event is over. One at which nobody did anything has no key.
    pub fn happened(&mut self, kind: Kind) {
        if self.now.hash == 0 {
            return;
        }
        let path = mix(self.now.hash, kind as u64);
        self.keys.push(mix(path, self.previous));
        self.previous = path;
        self.now.hash = 0;
    }

    /// The keys of the run so far, in the order of events.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// All turns of the run so far.
    pub fn marks(&self) -> u128 {
        self.now.marks
    }
}

/// What a step did for all to see.
fn turn(old: &View, step: &Step<'_>) -> u64 {
    let Step { view, write, .. } = step;
    let facts = [
        view.role != old.role,
        view.term() > old.term(),
        view.hard_state.vote != old.hard_state.vote,
        view.commit > old.commit,
        view.last_log.index > old.last_log.index,
        view.last_log.index < old.last_log.index,
        write.is_some_and(|write| write.hard_state.is_some()),
        write.is_some_and(|write| write.truncate_from.is_some()),
        write.is_some_and(|write| write.snapshot.is_some()),
        write.is_some_and(|write| write.changes_membership()),
        step.ticked,
    ];
    facts.iter().fold(1 + old.role as u64, |turn, &fact| turn << 1 | u64::from(fact))
}

#[cfg(test)]
mod tests {
    use raft::mark::Mark;
    use raft::{LogIndex, NodeId};

    use super::*;
    use crate::machine::Machine;

    /// The keys of steps of which each takes one turn, or none.
    fn keys(turns: &[(Option<Mark>, View)]) -> Vec<u64> {
        let mut paths = Paths::default();
        let machine = Machine::default();
        for &(mark, view) in turns {
            let mut path = Path::default();
            mark.into_iter().for_each(|mark| path.take(mark));
            let step = Step {
                node: NodeId(0),
                received: None,
                ticked: false,
                view,
                write: None,
                machine: &machine,
                restored: false,
                applied: &[],
                refused: None,
                reads: &[],
            };
            paths.step(&View::default(), &step, path);
            paths.happened(Kind::Deliver);
        }
        paths.keys().to_vec()
    }

    #[test]
    fn a_key_tells_of_two_events_and_no_more() {
        let keys = |marks: [Mark; 3]| keys(&marks.map(|mark| (Some(mark), View::default())));
        let one = keys([Mark::Gap, Mark::Beat, Mark::Gap]);
        let other = keys([Mark::Stood, Mark::Beat, Mark::Gap]);
        assert_ne!(one[0], other[0]);
        assert_ne!(one[1], other[1]);
        assert_eq!(one[2], other[2]);
        assert_ne!(one[0], one[2]);
    }

    #[test]
    fn an_event_at_which_nobody_did_anything_has_no_key() {
        let mut paths = Paths::default();
        paths.happened(Kind::Heal);
        assert_eq!(paths.keys(), []);
    }

    #[test]
    fn a_raft_without_marks_is_told_apart_by_its_deeds() {
        let commits = View { commit: LogIndex(1), ..View::default() };
        assert_ne!(keys(&[(None, View::default())]), keys(&[(None, commits)]));
    }
}
