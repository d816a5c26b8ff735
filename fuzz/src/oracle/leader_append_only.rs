//! A leader never removes entries from its log; it only appends.
//!
//! Sound: only a follower truncates its log in favour of another.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderAppendOnly;

impl Oracle for LeaderAppendOnly {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-append-only",
        id: "G3",
        property: "A leader never removes entries from its log; it only appends.",
        source: "Raft paper, Figure 3: Leader Append-Only",
    };
}

impl Monitor for LeaderAppendOnly {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let view = history.node(node).view;
        if !view.is_leader() {
            return NOTHING;
        }
        let (leader, term) = (node, view.term());
        let index = write.truncate_from.unwrap_or_default();
        let kept = write.truncate_from.is_none();
        check(kept, || Violation::LeaderAppendOnly { leader, term, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn a_leader_may_append_and_a_follower_may_overwrite() {
        let mut run = cluster::<LeaderAppendOnly>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        assert_eq!(run.writes(0, &write(1, &[(1, 0)])), HELD);
        run.writes(1, &write(1, &[(1, 0)])).unwrap();
        assert!(run.writes(1, &overwrite(1, &[(2, 0)])).is_ok());
    }

    #[test]
    fn a_leader_that_overwrites_is_illegal() {
        let mut run = cluster::<LeaderAppendOnly>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.writes(0, &overwrite(1, &[(1, 1)])).is_err());
    }
}
