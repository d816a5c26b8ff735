//! Sets of nodes and their majorities. No Raft state.
//!
//! Promises: any two majorities of one set intersect. Knows nothing of terms and logs.

use std::fmt;
use std::ops::BitOr;

use crate::ids::NodeId;

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

    /// The set of one node.
    pub fn only(id: NodeId) -> NodeSet {
        NodeSet::from_iter([id])
    }

    /// One bit per node; the lowest bit is node 0.
    pub fn from_bits(bits: u64) -> NodeSet {
        NodeSet(bits)
    }

    /// Adds `id`, which must be below [`NodeId::LIMIT`]. Returns whether it was new.
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

    /// See [`NodeSet::from_bits`].
    pub fn bits(self) -> u64 {
        self.0
    }

    /// How many nodes are in it.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no node is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The node with the highest number.
    pub fn highest(self) -> Option<NodeId> {
        let below = (u64::BITS - self.0.leading_zeros()) as u8;
        below.checked_sub(1).map(NodeId)
    }

    /// The nodes in both.
    pub fn intersection(self, other: NodeSet) -> NodeSet {
        NodeSet(self.0 & other.0)
    }

    /// The nodes of this set that are not in `other`.
    pub fn without(self, other: NodeSet) -> NodeSet {
        NodeSet(self.0 & !other.0)
    }

    /// Whether more than half of this set are in `nodes`.
    pub fn has_majority(self, nodes: NodeSet) -> bool {
        self.intersection(nodes).len() > self.len() / 2
    }

    /// The highest value that a majority of this set has reached: the lower median.
    pub fn majority_reached<T: Copy + Default + Ord>(self, value: impl Fn(NodeId) -> T) -> T {
        // Clusters are small, and a larger array costs time.
        match self.len() {
            0..=8 => self.lower_median(value, &mut [T::default(); 8]),
            _ => self.lower_median(value, &mut [T::default(); NodeId::LIMIT as usize]),
        }
    }

    /// Of n values in ascending order, n/2 + 1 are at or above position (n - 1) / 2.
    fn lower_median<T: Copy + Default + Ord>(
        self,
        value: impl Fn(NodeId) -> T,
        sorted: &mut [T],
    ) -> T {
        for (count, id) in self.iter().enumerate() {
            let (value, mut place) = (value(id), count);
            while place > 0 && sorted[place - 1] > value {
                sorted[place] = sorted[place - 1];
                place -= 1;
            }
            sorted[place] = value;
        }
        self.len().checked_sub(1).map_or(T::default(), |top| sorted[top / 2])
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

/// The ids, as `n0,n2`.
impl fmt::Display for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, id) in self.iter().enumerate() {
            write!(f, "{}{id}", if place == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// The nodes in either.
impl BitOr for NodeSet {
    type Output = NodeSet;

    fn bitor(self, other: NodeSet) -> NodeSet {
        NodeSet(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_majorities_of_one_set_intersect() {
        for set in (1..=7).map(NodeSet::first) {
            for a in 0..1u64 << set.len() {
                for b in 0..1u64 << set.len() {
                    if set.has_majority(NodeSet(a)) && set.has_majority(NodeSet(b)) {
                        assert!(a & b != 0, "{a:b} and {b:b} of {set:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_set_is_equal_to_the_set_of_its_bits_and_prints_its_ids() {
        let set = NodeSet::from_bits(0b101);
        assert_eq!(NodeSet::from_bits(set.bits()), set);
        assert_eq!(set.to_string(), "n0,n2");
        assert_eq!(NodeSet::only(NodeId(2)).to_string(), "n2");
    }

    #[test]
    fn an_id_beyond_the_limit_is_in_no_set() {
        assert!(!NodeSet::first(3).contains(NodeId(64)));
    }

    #[test]
    fn majority_reached_is_the_highest_value_that_a_majority_reached() {
        // Against a naive version that tries every value.
        for n in 1..=5u8 {
            let set = NodeSet::first(n);
            for code in 0..4u64.pow(n.into()) {
                let value = |id: NodeId| code / 4u64.pow(id.0.into()) % 4;
                let reached = |least| set.iter().filter(|&id| value(id) >= least).collect();
                let naive = (0..4).rfind(|&least| set.has_majority(reached(least)));
                assert_eq!(Some(set.majority_reached(value)), naive, "n {n} code {code}");
            }
        }
    }

    #[test]
    fn an_empty_set_has_no_majority() {
        assert!(!NodeSet::EMPTY.has_majority(NodeSet::first(3)));
        assert_eq!(NodeSet::EMPTY.majority_reached(|_| 9), 0);
    }
}
