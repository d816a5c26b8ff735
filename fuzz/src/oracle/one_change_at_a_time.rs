//! A leader begins a membership change only after the previous one is committed.
//!
//! Sound: section 6 and the dissertation's 4.1 require it, and the end of joint consensus is
//! appended after joint consensus is committed. Of two uncommitted changes, the majorities of the
//! second need not overlap those of the membership that both replaced.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OneChangeAtATime;

impl Oracle for OneChangeAtATime {
    const INFO: OracleInfo = OracleInfo {
        name: "one-change-at-a-time",
        id: "R1",
        property: "A leader begins a membership change only after the previous one is committed.",
        source: "Raft paper, section 6; dissertation, 4.1",
    };
}

impl Monitor for OneChangeAtATime {
    fn wrote(&mut self, history: &History, leader: NodeId, write: &Write) -> Verdict {
        let facts = history.node(leader);
        if !write.changes_membership() || !facts.view.is_leader() {
            return NOTHING;
        }
        let [Some((index, _)), Some((since, _))] = facts.log.changes() else { return NOTHING };
        let commit = facts.view.commit;
        check(since <= commit, || Violation::OneChangeAtATime { leader, index, since, commit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn one_pending() -> crate::history::recorder::Recorder<OneChangeAtATime> {
        let mut run = cluster::<OneChangeAtATime>(4);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &change(1, 1, &[0, 1, 2])).unwrap();
        run
    }

    #[test]
    fn a_change_after_a_committed_one_is_legal() {
        let mut run = one_pending();
        run.commits(0, 1).unwrap();
        assert_eq!(run.writes(0, &change(2, 1, &[0, 1])), HELD);
    }

    #[test]
    fn a_change_after_an_uncommitted_one_is_illegal() {
        assert!(one_pending().writes(0, &change(2, 1, &[0, 1])).is_err());
    }
}
