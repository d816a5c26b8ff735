//! Who belongs to a cluster, and how that changes (section 6; dissertation, chapter 4).
//!
//! Promises: any two quorums of one [`Membership`] intersect, and so do a quorum of it and one of
//! the membership that [`Membership::towards`] or [`Membership::left`] makes of it. What is in
//! force is what the log says last, committed or not. Knows nothing of terms, messages and nodes.

use crate::ids::{LogIndex, NodeId};
use crate::quorum::NodeSet;

/// Who votes, and who only follows. While a change is under way there are two sets of voters
/// (joint consensus), and every decision needs both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// The voters.
    pub voters: NodeSet,
    /// In joint consensus: the voters of the old configuration; else nobody.
    pub outgoing: NodeSet,
    /// They receive the log, and vote only if they are in `outgoing` still.
    pub learners: NodeSet,
}

impl Membership {
    /// A membership of one set of voters.
    pub fn new(voters: NodeSet) -> Membership {
        Membership { voters, ..Membership::default() }
    }

    /// Whether a change is under way.
    pub fn is_joint(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Everyone who votes.
    pub fn all_voters(&self) -> NodeSet {
        self.voters | self.outgoing
    }

    /// Everyone who receives the log.
    pub fn members(&self) -> NodeSet {
        self.all_voters() | self.learners
    }

    /// Whether `nodes` can decide: a majority of every set of voters.
    pub fn is_quorum(&self, nodes: NodeSet) -> bool {
        self.voters.has_majority(nodes) && (!self.is_joint() || self.outgoing.has_majority(nodes))
    }

    /// The highest mark that a quorum has reached.
    pub fn reached<T: Copy + Default + Ord>(&self, mark: impl Fn(NodeId) -> T) -> T {
        let voters = self.voters.majority_reached(&mark);
        match self.is_joint() {
            true => voters.min(self.outgoing.majority_reached(&mark)),
            false => voters,
        }
    }

    /// The first step towards `voters` and `learners`.
    ///
    /// If the voters differ by one at most, that is all of the way (dissertation, 4.1: any majority
    /// of the old and any of the new have a server in common); else it is joint consensus (4.3).
    pub fn towards(&self, voters: NodeSet, learners: NodeSet) -> Membership {
        let differing = voters.without(self.voters) | self.voters.without(voters);
        let outgoing = if differing.len() > 1 { self.voters } else { NodeSet::EMPTY };
        Membership { voters, outgoing, learners: learners.without(voters) }
    }

    /// What joint consensus leads to.
    pub fn left(&self) -> Membership {
        Membership { outgoing: NodeSet::EMPTY, ..*self }
    }
}

/// The memberships that a log holds, and the one that was in force before its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Memberships {
    /// The one in force, and the entry that says so.
    newest: (LogIndex, Membership),
    /// Those before it, ascending: what truncation can bring back.
    older: Vec<(LogIndex, Membership)>,
}

impl Memberships {
    /// A log begins after `index`, with `membership` in force.
    pub fn starting(index: LogIndex, membership: Membership) -> Memberships {
        Memberships { newest: (index, membership), older: Vec::new() }
    }

    /// The one in force. 4.1: "a server always uses the latest configuration in its log, regardless
    /// of whether the entry is committed".
    pub fn active(&self) -> &Membership {
        &self.newest.1
    }

    /// The entry that says so.
    pub fn index(&self) -> LogIndex {
        self.newest.0
    }

    /// The one that was in force before.
    pub fn previous(&self) -> Option<&Membership> {
        self.older.last().map(|(_, membership)| membership)
    }

    /// The one in force at `index`.
    pub fn at(&self, index: LogIndex) -> &Membership {
        let older = || self.older.iter().rfind(|(from, _)| *from <= index);
        match self.newest.0 <= index {
            true => &self.newest.1,
            false => older().map_or(self.active(), |(_, membership)| membership),
        }
    }

    /// The entry at `index` says that `membership` is in force.
    pub fn push(&mut self, index: LogIndex, membership: Membership) {
        self.older.push(std::mem::replace(&mut self.newest, (index, membership)));
    }

    /// The entry at `index` and all that follow it are gone; whether that changed anything.
    pub fn truncate_from(&mut self, index: LogIndex) -> bool {
        let mut changed = false;
        while self.newest.0 >= index {
            let Some(older) = self.older.pop() else { break };
            self.newest = older;
            changed = true;
        }
        changed
    }

    /// The log begins after `index` now: what was in force there is the first.
    pub fn compact(&mut self, index: LogIndex) {
        let superseded = self.older.iter().filter(|(from, _)| *from <= index).count();
        let keeps_one = usize::from(self.newest.0 > index);
        self.older.drain(..superseded.saturating_sub(keeps_one));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(bits: u64) -> NodeSet {
        NodeSet::from_bits(bits)
    }

    #[test]
    fn a_joint_quorum_needs_both_majorities() {
        let (voters, outgoing) = (set(0b0_1110), set(0b11_1000));
        let joint = Membership { voters, outgoing, learners: NodeSet::EMPTY };
        assert!(!joint.is_quorum(set(0b00_0110)));
        assert!(!joint.is_quorum(set(0b11_0000)));
        assert!(joint.is_quorum(set(0b01_1010)));
    }

    #[test]
    fn quorums_before_and_after_each_step_of_a_change_intersect() {
        for (old, new) in (1..32).flat_map(|old| (1..32).map(move |new| (old, new))) {
            let old = Membership::new(set(old));
            let step = old.towards(set(new), NodeSet::EMPTY);
            for (a, b) in (0..32).flat_map(|a| (0..32).map(move |b| (set(a), set(b)))) {
                let meet = !a.intersection(b).is_empty();
                assert!(meet || !(old.is_quorum(a) && step.is_quorum(b)), "{old:?} {step:?}");
                assert!(meet || !(step.is_quorum(a) && step.left().is_quorum(b)), "{step:?}");
            }
        }
    }

    #[test]
    fn the_mark_reached_is_what_a_quorum_reached() {
        for (voters, outgoing) in (1..16).flat_map(|a| (0..16).map(move |b| (a, b))) {
            let learners = NodeSet::EMPTY;
            let members = Membership { voters: set(voters), outgoing: set(outgoing), learners };
            let mark = |id: NodeId| (voters * 7 + outgoing * 3 + u64::from(id.0) * 5) % 4;
            let reached = |least| (0..4).map(NodeId).filter(|&id| mark(id) >= least).collect();
            let naive = (0..4).rfind(|&least| members.is_quorum(reached(least)));
            assert_eq!(Some(members.reached(mark)), naive, "{members:?}");
        }
    }

    #[test]
    fn one_server_more_or_less_needs_no_joint_consensus_and_two_do() {
        let three = Membership::new(set(0b111));
        assert!(!three.towards(set(0b1111), NodeSet::EMPTY).is_joint());
        assert!(!three.towards(set(0b011), set(0b100)).is_joint());
        assert_eq!(three.towards(set(0b1011), NodeSet::EMPTY).outgoing, three.voters);
    }

    #[test]
    fn who_votes_is_no_learner() {
        let membership = Membership::new(set(1)).towards(set(0b11), set(0b110));
        assert_eq!(membership.learners, set(0b100));
    }

    /// The naive second version: all that a log says, searched from the end.
    fn newest(all: &[(u64, u64)], bound: u64) -> (u64, u64) {
        *all.iter().rfind(|(index, _)| *index <= bound).expect("there is a first")
    }

    #[test]
    fn memberships_follow_the_log_through_truncation_and_compaction() {
        let mut seed = 7u64;
        let mut draw = |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
            (seed >> 33) % n
        };
        for _ in 0..200 {
            let mut fast = Memberships::starting(LogIndex(0), Membership::new(set(1)));
            let (mut naive, mut last, mut first) = (vec![(0, 1)], 0, 0);
            for _ in 0..40 {
                match draw(4) {
                    0 if last > first => {
                        let from = first + 1 + draw(last - first);
                        naive.retain(|(index, _)| *index < from);
                        fast.truncate_from(LogIndex(from));
                        last = from - 1;
                    }
                    1 => {
                        first += draw(last - first + 1);
                        let at_first = newest(&naive, first);
                        naive.retain(|(index, _)| *index > first || *index == at_first.0);
                        fast.compact(LogIndex(first));
                    }
                    2 => last += draw(3),
                    _ => {
                        last += 1;
                        let voters = 1 + draw(255);
                        naive.push((last, voters));
                        fast.push(LogIndex(last), Membership::new(set(voters)));
                    }
                }
                assert_eq!(fast.older.len() + 1, naive.len());
                assert_eq!(fast.active().voters, set(newest(&naive, last).1));
                assert_eq!(fast.index(), LogIndex(newest(&naive, last).0));
                let become_pre_candidate = first + draw(last - first + 1);
                assert_eq!(
                    fast.at(LogIndex(become_pre_candidate)).voters,
                    set(newest(&naive, become_pre_candidate).1)
                );
            }
        }
    }
}
