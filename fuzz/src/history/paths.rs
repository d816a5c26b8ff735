//! Paths: the behaviour of the code under test at each event, as keys that coverage can count.
//!
//! Promises: an event's key depends on its kind, on the kinds of message that its steps received,
//! and on the coverage marks that they hit. It contains no node, no term and no index, so a run
//! with permuted nodes has the same keys; and neither the order nor the number of the marks, nor
//! the previous event, so there are some thousands of keys and not millions. A Raft with coverage
//! marks (see [`raft::mark`]) is distinguished by them, any other by the visible effects of its
//! steps. Makes no decisions.

use raft::mark::Marks;

use crate::base::hash::mix;
use crate::history::step::Step;
use crate::replica::{View, Write};
use crate::schedule::event::Kind;

/// The keys of a run. A clone of it has no keys: it is for what is taken from there on.
#[derive(Debug, Default)]
pub struct Paths {
    /// The kinds of message that the steps of the current event received, and their effects.
    received: u64,
    effects: u64,
    hits: Marks,
    keys: Vec<u64>,
    marks: Marks,
}

impl Clone for Paths {
    fn clone(&self) -> Paths {
        let mut clone = Paths::default();
        clone.clone_from(self);
        clone
    }

    fn clone_from(&mut self, source: &Paths) {
        self.keys.clear();
        (self.received, self.effects) = (source.received, source.effects);
        (self.hits, self.marks) = (source.hits, source.marks);
    }
}

impl Paths {
    /// Forgets everything, but keeps the allocated memory.
    pub fn clear(&mut self) {
        (self.received, self.effects, self.hits) = (0, 0, Marks::default());
        self.marks = Marks::default();
        self.keys.clear();
    }

    /// A node whose view was `old` has made a step and hit some marks.
    #[inline]
    pub fn step(&mut self, old: &View, step: &Step<'_>, marks: Marks) {
        self.received |= 1 << step.received.map_or(0, |message| 1 + message.body.kind());
        match marks == Marks::default() {
            true => self.effects |= 1 << effects(old, &step.view, step.write),
            false => self.hits = self.hits.union(marks),
        }
    }

    /// An event is over. An event without a mark and without an effect has no key.
    pub fn happened(&mut self, kind: Kind) {
        let hits = self.hits.bits();
        if hits == 0 && self.effects < 2 {
            (self.received, self.effects) = (0, 0);
            return;
        }
        let hits = mix(hits as u64, (hits >> 64) as u64);
        self.keys.push(mix(mix(hits, self.effects), self.received << 8 | kind as u64));
        self.marks = self.marks.union(self.hits);
        (self.received, self.effects, self.hits) = (0, 0, Marks::default());
    }

    /// An event of this kind has reached a goal of the store behind a disk.
    pub fn stored(&mut self, kind: Kind, goal: usize) {
        self.keys.push(mix(mix(goal as u64 + 1, u64::MAX), kind as u64));
    }

    /// The keys of the run so far, in the order of events.
    pub fn keys(&self) -> &[u64] {
        &self.keys
    }

    /// All marks of the run so far.
    pub fn marks(&self) -> Marks {
        self.marks.union(self.hits)
    }
}

/// The counter of a key, of `room` counters.
pub fn slot_of(key: u64, room: usize) -> usize {
    (key >> 32) as usize % room
}

/// The visible effects of a step as a number below 64; 0 if there are none.
fn effects(old: &View, new: &View, write: Option<&Write>) -> u32 {
    let facts = [
        new.role.in_paper() != old.role.in_paper() || new.term() > old.term(),
        new.hard_state.vote != old.hard_state.vote,
        new.commit > old.commit,
        new.last_log.index > old.last_log.index,
        write.is_some_and(|write| write.truncate_from.is_some()),
        write.is_some_and(|write| write.snapshot.is_some() || write.changes_membership()),
    ];
    facts.iter().fold(0, |effects, &fact| effects << 1 | u32::from(fact))
}

#[cfg(test)]
mod tests {
    use raft::mark::Mark;
    use raft::{LogId, LogIndex, NodeId, Term};

    use super::*;
    use crate::history::state_machine::StateMachine;

    /// The keys of steps of which each hits one mark, or none.
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
                request: None,
                view,
                write: None,
                machine: &machine,
                restored: false,
                applied: &[],
                refused: None,
                reads: &[],
                ended: &[],
            };
            paths.step(&View::default(), &step, marks);
            paths.happened(Kind::Deliver);
        }
        paths.keys().to_vec()
    }

    #[test]
    fn a_key_depends_on_one_event_alone() {
        let hits = [Mark::Gap, Mark::HeartbeatDue, Mark::Gap];
        let keys = keys(&hits.map(|mark| (Some(mark), View::default())));
        assert_ne!(keys[0], keys[1]);
        assert_eq!(keys[0], keys[2]);
    }

    #[test]
    fn an_event_without_an_effect_has_no_key() {
        assert_eq!(keys(&[(None, View::default())]), []);
    }

    #[test]
    fn a_raft_without_marks_is_distinguished_by_its_effects() {
        let commits = View { commit: LogIndex(1), ..View::default() };
        let appends = View { last_log: LogId { term: Term(0), index: LogIndex(1) }, ..commits };
        let keys = keys(&[(None, commits), (None, appends)]);
        assert_ne!(keys[0], keys[1]);
    }
}
