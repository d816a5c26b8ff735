//! Quorums as the harness counts them.
//!
//! Promises: does not use the arithmetic of the code under test, so that oracles notice when that
//! is wrong. Knows nothing of nodes and logs.

use raft::{Membership, NodeSet};

/// Whether `nodes` are a quorum (section 6): a majority of the voters, and in joint consensus also
/// of the outgoing voters.
pub fn is_quorum(membership: &Membership, nodes: NodeSet) -> bool {
    let is_majority = |voters: NodeSet| {
        let votes = voters.bits() & nodes.bits();
        2 * votes.count_ones() > voters.bits().count_ones()
    };
    let Membership { voters, outgoing, .. } = membership;
    is_majority(*voters) && (outgoing.bits() == 0 || is_majority(*outgoing))
}

/// Whether any quorum of `old` and any of `new` have a node in common: tried for all of them.
pub fn quorums_overlap(old: &Membership, new: &Membership) -> bool {
    let everyone = (old.voters | old.outgoing).bits();
    let mut nodes = everyone;
    loop {
        let [these, others] = [nodes, !nodes].map(NodeSet::from_bits);
        if is_quorum(old, these) && is_quorum(new, others) {
            return false;
        }
        if nodes == 0 {
            return true;
        }
        nodes = (nodes - 1) & everyone; // The next smaller subset.
    }
}

/// Whether a change from `old` to `new` changes learners alone.
pub fn same_quorums(old: &Membership, new: &Membership) -> bool {
    (old.voters, old.outgoing) == (new.voters, new.outgoing)
}

/// Whether a change from `old` to `new` enters joint consensus.
pub fn enters_joint(old: &Membership, new: &Membership) -> bool {
    !old.is_joint() && new.outgoing == old.voters
}

/// Whether a change from `old` to `new` ends joint consensus, in favour of the newer voters.
pub fn leaves_joint(old: &Membership, new: &Membership) -> bool {
    old.is_joint() && !new.is_joint() && new.voters == old.voters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(bits: u64) -> NodeSet {
        NodeSet::from_bits(bits)
    }

    #[test]
    fn half_is_no_quorum_but_more_than_half_is() {
        let four = Membership::new(set(0b1111));
        assert!(!is_quorum(&four, set(0b0011)));
        assert!(is_quorum(&four, set(0b0111)));
        assert!(!is_quorum(&four, set(0b1111_0011)));
    }

    #[test]
    fn joint_consensus_needs_both_majorities() {
        let joint = Membership { outgoing: set(0b111), ..Membership::new(set(0b11_1000)) };
        assert!(!is_quorum(&joint, set(0b11_1001)));
        assert!(!is_quorum(&joint, set(0b00_1111)));
        assert!(is_quorum(&joint, set(0b01_1011)));
    }

    #[test]
    fn majorities_that_differ_by_one_voter_overlap_and_joint_consensus_overlaps_both() {
        let [three, four, five] = [0b111, 0b1111, 0b1_1111].map(|bits| Membership::new(set(bits)));
        assert!(quorums_overlap(&three, &four) && quorums_overlap(&four, &five));
        assert!(!quorums_overlap(&three, &five));
        assert!(!quorums_overlap(&three, &Membership::new(set(0b11_1000))));
        let joint = Membership { outgoing: three.voters, ..five };
        for other in [&three, &five, &joint] {
            assert!(quorums_overlap(&joint, other) && quorums_overlap(other, &joint));
        }
    }

    #[test]
    fn it_agrees_with_the_core() {
        for voters in 1..32 {
            for outgoing in 0..32 {
                let members =
                    Membership { outgoing: set(outgoing), ..Membership::new(set(voters)) };
                for nodes in 0..32 {
                    let nodes = set(nodes);
                    assert_eq!(is_quorum(&members, nodes), members.is_quorum(nodes));
                }
            }
        }
    }
}
