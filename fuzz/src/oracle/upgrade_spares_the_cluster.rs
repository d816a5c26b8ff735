//! A rolling upgrade, one node at a time, costs a healthy cluster neither its leader nor its
//! majority.
//!
//! Checked after a recovery that has converged, while one node after the other is down and starts
//! under the newer version (`cluster/rolling.rs`). Three things are required. A leader that is not
//! itself upgraded stays leader in its term. While a node is down without which a quorum of every
//! membership runs, a command is committed, within 40 of the longest election timeouts if the node
//! led. After its start all members get the leader's log, within as long. Sound: all messages
//! among the running nodes arrive between two ticks; a node that starts begins a new election timer
//! and receives a heartbeat before that elapses, and all other nodes receive heartbeats all the
//! time, so nobody campaigns; without the leader, the other nodes have equal logs and elect one of
//! them. Versions may differ in all that the papers leave open, but not in their timeouts. Not
//! checked where heartbeats are no more frequent than election timeouts, or with unequal
//! priorities.
//!
//! Legal as well: messages that a version does not know, and loses, if it goes on without them.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::Rolled;
use crate::history::violation::{Verdict, Violation, HELD};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct UpgradeSparesTheCluster;

impl Oracle for UpgradeSparesTheCluster {
    const INFO: OracleInfo = OracleInfo {
        name: "upgrade-spares-the-cluster",
        id: "L16",
        property:
            "A rolling upgrade, one node at a time, costs a healthy cluster neither its leader nor its majority.",
        source: "Raft paper, section 1: a majority suffices; etcd #9333; rabbitmq-server #7933",
    };
}

impl Monitor for UpgradeSparesTheCluster {
    fn rolled(&mut self, _: &History, rolled: &Rolled) -> Verdict {
        let Rolled { node, before, during, after, committed, has_converged, ticks } = *rolled;
        let has_led = before.is_some_and(|(leader, _)| leader == node);
        let changed = [during, after].into_iter().find(|leader| *leader != before);
        let stops = |is_down| Violation::UpgradeStopsTheCluster {
            node,
            is_down,
            leader: if is_down { during } else { after },
            ticks,
        };
        match changed.filter(|_| !has_led) {
            Some(after) => {
                Err(Box::new(Violation::UpgradeSparesTheCluster { node, before, after }))
            }
            None if committed == Some(false) => Err(Box::new(stops(true))),
            None if !has_converged => Err(Box::new(stops(false))),
            None => HELD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::{NodeId, Term};

    /// The upgrade of `node`, while the leaders are these, in these terms.
    fn rolled(node: u8, leaders: [(u8, u64); 3], committed: bool, has_converged: bool) -> Verdict {
        let [before, during, after] =
            leaders.map(|(leader, term)| Some((NodeId(leader), Term(term))));
        let (node, committed, ticks) = (NodeId(node), Some(committed), 21);
        let rolled = Rolled { node, before, during, after, committed, has_converged, ticks };
        cluster::<UpgradeSparesTheCluster>(3).rolled(&rolled)
    }

    #[test]
    fn a_follower_that_is_upgraded_while_others_commit_is_legal_and_so_is_a_leader_that_is_replaced(
    ) {
        assert_eq!(rolled(1, [(0, 3); 3], true, true), HELD);
        assert_eq!(rolled(0, [(0, 3), (1, 4), (1, 4)], true, true), HELD);
    }

    #[test]
    fn a_leader_that_changes_while_a_follower_is_upgraded_is_illegal() {
        assert!(rolled(1, [(0, 3), (0, 3), (1, 4)], true, true).is_err());
        assert!(rolled(1, [(0, 3), (2, 4), (2, 4)], true, true).is_err());
        assert!(rolled(1, [(0, 3), (0, 3), (0, 5)], true, true).is_err());
    }

    #[test]
    fn a_cluster_that_commits_nothing_or_does_not_converge_is_illegal() {
        assert!(rolled(1, [(0, 3); 3], false, true).is_err());
        assert!(rolled(0, [(0, 3), (1, 4), (1, 4)], true, false).is_err());
    }
}
