//! Paths: what the code under test did at each event, as keys that coverage can count.
//!
//! Promises: an event's key depends on its kind, on the kinds of message that its steps received,
//! and on the turns that they took. It names no server, no term and no index, so that the same
//! story told of other servers has the same keys; and neither order nor number of the turns, nor
//! the event before, so that there are some thousands of them and not millions. A Raft that marks
//! its turns (see [`raft::mark`]) is told apart by them, any other by what its steps did for all to
//! see. Decides nothing.

use raft::mark::Marks;

use crate::base::hash::mix;
use crate::history::step::Step;
use crate::replica::{View, Write};
use crate::schedule::event::Kind;

/// The keys of a run.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// What the steps of the event under way received and did.
    received: u64,
    deeds: u64,
    hits: Marks,
    keys: Vec<u64>,
    marks: Marks,
}

impl Paths {
    /// Forgets everything but the room it took.
    pub fn clear(&mut self) {
        (self.received, self.deeds, self.hits) = (0, 0, Marks::default());
        self.marks = Marks::default();
        self.keys.clear();
    }

    /// A server that showed `old` took some turns.
    #[inline]
    pub fn step(&mut self, old: &View, step: &Step<'_>, marks: Marks) {
        self.received |= 1 << step.received.map_or(0, |message| 1 + message.body.kind());
        match marks == Marks::default() {
            true => self.deeds |= 1 << deed(old, &step.view, step.write),
            false => self.hits = self.hits.union(marks),
        }
    }

    /// An event is over. One at which nobody did anything has no key.
    pub fn happened(&mut self, kind: Kind) {
        let hits = self.hits.bits();
        if hits == 0 && self.deeds < 2 {
            (self.received, self.deeds) = (0, 0);
            return;
        }
        let hits = mix(hits as u64, (hits >> 64) as u64);
        self.keys.push(mix(mix(hits, self.deeds), self.received << 8 | kind as u64));
        self.marks = self.marks.union(self.hits);
        (self.received, self.deeds, self.hits) = (0, 0, Marks::default());
    }

    /// The keys of the run so far, in the order of events.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// All turns of the run so far.
    pub fn marks(&self) -> Marks {
        self.marks.union(self.hits)
    }
}

/// Which of `room` counters counts a key.
pub fn slot_of(key: u64, room: usize) -> usize {
    (key >> 32) as usize % room
}

/// What a step did for all to see, as a number below 64; 0 if that is nothing.
fn deed(old: &View, new: &View, write: Option<&Write>) -> u32 {
    let facts = [
        new.role.in_paper() != old.role.in_paper() || new.term() > old.term(),
        new.hard_state.vote != old.hard_state.vote,
        new.commit > old.commit,
        new.last_log.index > old.last_log.index,
        write.is_some_and(|write| write.truncate_from.is_some()),
        write.is_some_and(|write| write.snapshot.is_some() || write.changes_membership()),
    ];
    facts.iter().fold(0, |deed, &fact| deed << 1 | u32::from(fact))
}

#[cfg(test)]
mod tests {
    use raft::mark::Mark;
    use raft::{LogId, LogIndex, NodeId, Term};

    use super::*;
    use crate::history::state_machine::StateMachine;

    /// The keys of steps of which each takes one turn, or none.
    fn keys(hits: &[(Option<Mark>, View)]) -> Vec<u64> {
        let mut paths = Paths::default();
        let machine = StateMachine::default();
        for &(mark, view) in hits {
            let mut marks = Marks::default();
            mark.into_iter().for_each(|mark| marks.insert(mark));
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
            paths.step(&View::default(), &step, marks);
            paths.happened(Kind::Deliver);
        }
        paths.keys().to_vec()
    }

    #[test]
    fn a_key_tells_of_one_event_and_no_more() {
        let hits = [Mark::Gap, Mark::HeartbeatDue, Mark::Gap];
        let keys = keys(&hits.map(|mark| (Some(mark), View::default())));
        assert_ne!(keys[0], keys[1]);
        assert_eq!(keys[0], keys[2]);
    }

    #[test]
    fn an_event_at_which_nobody_did_anything_has_no_key() {
        assert_eq!(keys(&[(None, View::default())]), []);
    }

    #[test]
    fn a_raft_without_marks_is_told_apart_by_its_deeds() {
        let commits = View { commit: LogIndex(1), ..View::default() };
        let appends = View { last_log: LogId { term: Term(0), index: LogIndex(1) }, ..commits };
        let keys = keys(&[(None, commits), (None, appends)]);
        assert_ne!(keys[0], keys[1]);
    }
}
