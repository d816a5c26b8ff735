//! No node has an entry of a term beyond the end of the log of that term's leader.
//!
//! Sound: entries of a term come from its leader, which keeps them while it leads.
//!
//! Legal as well: a leader that has stepped down or stopped may have lost entries that others hold,
//! so it is not asked.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderOwnsTerm;

impl Oracle for LeaderOwnsTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-owns-term",
        id: "G5",
        property: "No node has an entry of a term beyond the end of the log of that term's leader.",
        source: "LifeRaft's I4, CCF, SandTable's LeaderTermLogHasGreatestIdx",
    };
}

impl Monitor for LeaderOwnsTerm {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(entry) = write.entries.last().map(|entry| entry.id) else { return NOTHING };
        let Some(leader) = history.leader_of(entry.term).filter(|&id| id != node) else {
            return NOTHING;
        };
        let facts = history.node(leader);
        if !facts.up || !facts.view.is_leader() || facts.view.term() != entry.term {
            return NOTHING;
        }
        let last = facts.log.last();
        let owned = last.index >= entry.index;
        check(owned, || Violation::LeaderOwnsTerm { leader, last, node, entry })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn a_follower_with_a_log_as_long_as_its_leaders_is_legal() {
        let mut run = cluster::<LeaderOwnsTerm>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert_eq!(run.writes(1, &write(1, &[(1, 0)])), HELD);
    }

    #[test]
    fn a_follower_with_a_longer_log_than_its_leader_is_illegal() {
        let mut run = cluster::<LeaderOwnsTerm>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.writes(1, &write(1, &[(1, 0), (1, 1)])).is_err());
    }
}
