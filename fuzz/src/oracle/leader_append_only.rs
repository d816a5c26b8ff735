//! A leader never removes entries from its log; it only appends.
//!
//! Sound: only a follower truncates its log in favour of another.
//!
//! Legal as well: a truncation where there is no entry, as of a Raft whose writes always name the
//! index from which on they replace what is there.

use raft::{LogIndex, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderAppendOnly {
    /// The first entry that the write of the current step removes.
    removed: Option<LogIndex>,
}

impl Oracle for LeaderAppendOnly {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-append-only",
        id: "G3",
        property: "A leader never removes entries from its log; it only appends.",
        source: "Raft paper, Figure 3: Leader Append-Only",
    };
}

impl Monitor for LeaderAppendOnly {
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let last = history.node(node).log.last_index();
        self.removed = write.truncate_from.filter(|&index| index <= last);
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, _: &View, new: &View) -> Verdict {
        match self.removed {
            Some(_) => self.is_kept_by(node, new),
            None => NOTHING,
        }
    }

    fn wrote(&mut self, history: &History, node: NodeId, _: &Write) -> Verdict {
        let verdict = self.is_kept_by(node, &history.node(node).view);
        self.removed = None;
        verdict
    }
}

impl LeaderAppendOnly {
    fn is_kept_by(&self, node: NodeId, view: &View) -> Verdict {
        if !view.is_leader() {
            return NOTHING;
        }
        let (leader, term) = (node, view.term());
        let index = self.removed.unwrap_or_default();
        check(self.removed.is_none(), || Violation::LeaderAppendOnly { leader, term, index })
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
    fn a_leader_may_truncate_where_there_is_nothing() {
        let mut run = cluster::<LeaderAppendOnly>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        assert_eq!(run.writes(0, &overwrite(1, &[(1, 0)])), HELD);
        assert_eq!(run.writes(0, &overwrite(2, &[(1, 1)])), HELD);
    }

    #[test]
    fn a_leader_that_overwrites_is_illegal() {
        let mut run = cluster::<LeaderAppendOnly>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.writes(0, &overwrite(1, &[(1, 1)])).is_err());
    }
}
