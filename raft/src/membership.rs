//! The members of a cluster, and membership changes (section 6; dissertation, chapter 4).
//!
//! Promises: any two quorums of one [`Membership`] intersect, and so do a quorum of it and one of
//! the membership that [`Membership::towards`] or [`Membership::left`] makes of it. The last
//! membership in the log is in force, committed or not. Knows nothing of terms, messages and nodes.

use crate::ids::{LogIndex, NodeId};
use crate::quorum::NodeSet;

/// The voters and learners. In joint consensus there are two sets of voters, and every decision
/// needs a majority of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// The voters.
    pub voters: NodeSet,
    /// In joint consensus: the voters of the old configuration; otherwise empty.
    pub outgoing: NodeSet,
    /// Servers that receive the log; they vote only if they are still in `outgoing`.
    pub learners: NodeSet,
}

impl Membership {
    /// A membership of one set of voters.
    pub fn new(voters: NodeSet) -> Membership {
        Membership { voters, ..Membership::default() }
    }

    /// Whether this is joint consensus.
    pub fn is_joint(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// All servers that vote.
    pub fn all_voters(&self) -> NodeSet {
        self.voters | self.outgoing
    }

    /// All servers that receive the log.
    pub fn members(&self) -> NodeSet {
        self.all_voters() | self.learners
    }

    /// Whether `nodes` are a quorum: a majority of each set of voters.
    pub fn is_quorum(&self, nodes: NodeSet) -> bool {
        self.voters.has_majority(nodes) && (!self.is_joint() || self.outgoing.has_majority(nodes))
    }

    /// The highest value that a quorum has reached.
    pub fn reached<T: Copy + Default + Ord>(&self, mark: impl Fn(NodeId) -> T) -> T {
        let voters = self.voters.majority_reached(&mark);
        match self.is_joint() {
            true => voters.min(self.outgoing.majority_reached(&mark)),
            false => voters,
        }
    }

    /// The three sets, a bit for each server, for storage and transport: voters, outgoing voters,
    /// learners.
    pub fn bits(&self) -> [u64; 3] {
        [self.voters, self.outgoing, self.learners].map(NodeSet::bits)
    }

    /// The membership of [`Membership::bits`].
    pub fn from_bits(bits: [u64; 3]) -> Membership {
        let [voters, outgoing, learners] = bits.map(NodeSet::from_bits);
        Membership { voters, outgoing, learners }
    }

    /// The first step towards `voters` and `learners`.
    ///
    /// If the voters differ by at most one, this is the only step (dissertation, 4.1: any majority
    /// of the old and any of the new have a server in common); otherwise it is joint consensus
    /// (4.3).
    pub fn towards(&self, voters: NodeSet, learners: NodeSet) -> Membership {
        let differing = voters.without(self.voters) | self.voters.without(voters);
        let outgoing = if differing.len() > 1 { self.voters } else { NodeSet::EMPTY };
        Membership { voters, outgoing, learners: learners.without(voters) }
    }

    /// The membership after joint consensus.
    pub fn left(&self) -> Membership {
        Membership { outgoing: NodeSet::EMPTY, ..*self }
    }
}

/// The memberships in a log, and the one that was in force before its first entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Memberships {
    /// The membership in force, and the index of its entry.
    newest: (LogIndex, Membership),
    /// The memberships before it, in ascending order: a truncation can put them in force again.
    older: Vec<(LogIndex, Membership)>,
}

impl Memberships {
    /// For a log that begins after `index`, with `membership` in force.
    pub fn starting(index: LogIndex, membership: Membership) -> Memberships {
        Memberships { newest: (index, membership), older: Vec::new() }
    }

    /// The membership in force. 4.1: "a server always uses the latest configuration in its log,
    /// regardless of whether the entry is committed".
    pub fn active(&self) -> &Membership {
        &self.newest.1
    }

    /// The index of its entry.
    pub fn index(&self) -> LogIndex {
        self.newest.0
    }

    /// The membership before it, if this log records one.
    pub fn previous(&self) -> Option<&Membership> {
        self.older.last().map(|(_, membership)| membership)
    }

    /// The membership in force at `index`.
    pub fn at(&self, index: LogIndex) -> &Membership {
        let older = || self.older.iter().rfind(|(from, _)| *from <= index);
        match self.newest.0 <= index {
            true => &self.newest.1,
            false => older().map_or(self.active(), |(_, membership)| membership),
        }
    }

    /// Adds the `membership` of the entry at `index`, which is in force from now on.
    pub fn push(&mut self, index: LogIndex, membership: Membership) {
        self.older.push(std::mem::replace(&mut self.newest, (index, membership)));
    }

    /// Removes the memberships of the entry at `index` and all that follow it. Returns whether
    /// there were any.
    pub fn truncate_from(&mut self, index: LogIndex) -> bool {
        let mut changed = false;
        while self.newest.0 >= index {
            let Some(older) = self.older.pop() else { break };
            self.newest = older;
            changed = true;
        }
        changed
    }

    /// The log begins after `index` from now on: the membership in force there becomes the first.
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
    fn a_membership_is_equal_to_that_of_its_bits() {
        let membership = Membership { voters: set(7), outgoing: set(1 << 63), learners: set(24) };
        assert_eq!(membership.bits(), [7, 1 << 63, 24]);
        assert_eq!(Membership::from_bits(membership.bits()), membership);
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
    fn reached_is_the_highest_value_that_a_quorum_reached() {
        for (voters, outgoing) in (1..16).flat_map(|a| (0..16).map(move |b| (a, b))) {
            let learners = NodeSet::EMPTY;
            let members = Membership { voters: set(voters), outgoing: set(outgoing), learners };
            let value = |id: NodeId| (voters * 7 + outgoing * 3 + u64::from(id.0) * 5) % 4;
            let reached = |least| (0..4).map(NodeId).filter(|&id| value(id) >= least).collect();
            let naive = (0..4).rfind(|&least| members.is_quorum(reached(least)));
            assert_eq!(Some(members.reached(value)), naive, "{members:?}");
        }
    }

    #[test]
    fn a_change_of_one_voter_needs_no_joint_consensus_and_a_change_of_two_does() {
        let three = Membership::new(set(0b111));
        assert!(!three.towards(set(0b1111), NodeSet::EMPTY).is_joint());
        assert!(!three.towards(set(0b011), set(0b100)).is_joint());
        assert_eq!(three.towards(set(0b1011), NodeSet::EMPTY).outgoing, three.voters);
    }

    #[test]
    fn a_voter_is_no_learner() {
        let membership = Membership::new(set(1)).towards(set(0b11), set(0b110));
        assert_eq!(membership.learners, set(0b100));
    }

    /// The naive reference: a list of all memberships in a log, searched from the end.
    fn newest(all: &[(u64, u64)], bound: u64) -> (u64, u64) {
        *all.iter().rfind(|(index, _)| *index <= bound).expect("the first is within the bound")
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
                let index = first + draw(last - first + 1);
                assert_eq!(fast.at(LogIndex(index)).voters, set(newest(&naive, index).1));
            }
        }
    }
}
