//! Majorities: who must agree before something is decided. No Raft state, only sets.
//!
//! Promises: any two quorums of one [`Membership`] intersect; with an outgoing set (joint
//! consensus, section 6) a quorum needs a majority of both. Knows nothing of terms and logs.

use crate::types::{LogIndex, NodeId};

/// A set of nodes, as one machine word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSet(u64);

impl NodeSet {
    /// The set of no nodes.
    pub const EMPTY: NodeSet = NodeSet(0);

    /// The nodes 0 to `n - 1`.
    pub fn first(n: u8) -> NodeSet {
        (0..n).map(NodeId).collect()
    }

    /// Adds `id`, which must be below [`NodeId::LIMIT`]; whether it was new.
    pub fn insert(&mut self, id: NodeId) -> bool {
        assert!(id.0 < NodeId::LIMIT, "{id} is not below {}", NodeId::LIMIT);
        let before = self.0;
        self.0 |= 1 << id.0;
        self.0 != before
    }

    /// Whether `id` is in the set.
    pub fn contains(self, id: NodeId) -> bool {
        id.0 < NodeId::LIMIT && self.0 >> id.0 & 1 == 1
    }

    /// How many nodes are in it.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no node is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The nodes in both.
    pub fn intersection(self, other: NodeSet) -> NodeSet {
        NodeSet(self.0 & other.0)
    }

    /// The nodes, in ascending order.
    pub fn iter(self) -> impl Iterator<Item = NodeId> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            (rest != 0).then(|| {
                let id = rest.trailing_zeros() as u8;
                rest &= rest - 1;
                NodeId(id)
            })
        })
    }
}

impl FromIterator<NodeId> for NodeSet {
    fn from_iter<I: IntoIterator<Item = NodeId>>(ids: I) -> NodeSet {
        let mut set = NodeSet::EMPTY;
        for id in ids {
            set.insert(id);
        }
        set
    }
}

/// Who votes: one set, or two while a change of membership is under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Membership {
    /// The voters.
    pub voters: NodeSet,
    /// In joint consensus: the voters of the old configuration, whose majority is needed as well.
    pub outgoing: Option<NodeSet>,
}

impl Membership {
    /// A membership of one set of voters.
    pub fn new(voters: NodeSet) -> Membership {
        Membership { voters, outgoing: None }
    }

    /// Every node that votes.
    pub fn members(&self) -> NodeSet {
        NodeSet(self.voters.0 | self.outgoing.unwrap_or_default().0)
    }

    /// Whether `nodes` can decide: a majority of every set of voters.
    pub fn is_quorum(&self, nodes: NodeSet) -> bool {
        let majority = |set: NodeSet| nodes.intersection(set).len() > set.len() / 2;
        majority(self.voters) && self.outgoing.is_none_or(majority)
    }

    /// The highest index that a quorum has reached.
    pub fn reached(&self, acked: impl Fn(NodeId) -> LogIndex) -> LogIndex {
        let voters = majority_reached(self.voters, &acked);
        match self.outgoing {
            Some(outgoing) => voters.min(majority_reached(outgoing, &acked)),
            None => voters,
        }
    }
}

/// The highest index that a majority of `set` has reached: the lower median.
fn majority_reached(set: NodeSet, acked: impl Fn(NodeId) -> LogIndex) -> LogIndex {
    let mut indexes = [LogIndex(0); NodeId::LIMIT as usize];
    for (slot, id) in indexes.iter_mut().zip(set.iter()) {
        *slot = acked(id);
    }
    let indexes = &mut indexes[..set.len()];
    indexes.sort_unstable();
    // With n indexes ascending, n/2 + 1 of them are at or above position (n - 1) / 2.
    indexes.len().checked_sub(1).map_or(LogIndex(0), |top| indexes[top / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(ids: &[u8]) -> NodeSet {
        ids.iter().copied().map(NodeId).collect()
    }

    #[test]
    fn any_two_quorums_of_one_membership_intersect() {
        for n in 1..=7 {
            let membership = Membership::new(NodeSet::first(n));
            for a in 0..1u64 << n {
                for b in 0..1u64 << n {
                    if membership.is_quorum(NodeSet(a)) && membership.is_quorum(NodeSet(b)) {
                        assert!(a & b != 0, "{a:b} and {b:b} of {n}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_beyond_the_limit_is_in_no_set() {
        assert!(!NodeSet::first(3).contains(NodeId(64)));
    }

    #[test]
    fn a_joint_quorum_needs_both_majorities() {
        let joint = Membership { voters: set(&[1, 2, 3]), outgoing: Some(set(&[3, 4, 5])) };
        assert!(!joint.is_quorum(set(&[1, 2])));
        assert!(!joint.is_quorum(set(&[3, 4])));
        assert!(joint.is_quorum(set(&[1, 3, 4])));
    }

    #[test]
    fn the_index_reached_is_the_highest_that_a_quorum_reached() {
        // Against a second version that tries every index.
        for n in 1..=5u8 {
            let membership = Membership::new(NodeSet::first(n));
            for code in 0..4u64.pow(n.into()) {
                let acked = |id: NodeId| LogIndex(code / 4u64.pow(id.0.into()) % 4);
                let naive = (0..4).map(LogIndex).rfind(|&index| {
                    membership.is_quorum(
                        NodeSet::first(n).iter().filter(|&id| acked(id) >= index).collect(),
                    )
                });
                assert_eq!(Some(membership.reached(acked)), naive, "n {n} code {code}");
            }
        }
    }

    #[test]
    fn a_membership_of_nobody_never_decides() {
        let nobody = Membership::default();
        assert!(!nobody.is_quorum(NodeSet::first(3)));
        assert_eq!(nobody.reached(|_| LogIndex(9)), LogIndex(0));
    }
}
